import { writeXml } from '../../../wire/s3/xml.ts';
import { keyEncoder, listKeys, mostListed, readCount } from '../listing.ts';
import { bucketOf, document, invalidArgument, operation } from '../operation.ts';
import { parameter } from '../request.ts';
import { listedObject, listedPrefixes } from './listed-objects.ts';

const readToken = (token: string | undefined): string | undefined => {
  if (token === undefined) return undefined;
  const last = Buffer.from(token, 'base64url').toString('utf8');
  if (last === '' || Buffer.from(last).toString('base64url') !== token)
    throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
  return last;
};

/** GET /bucket?list-type=2 – keys in order of their UTF-8 bytes, 1000 at most; prefix, delimiter, start-after, continuation, encoding-type. */
export const listObjectsV2 = operation({
  name: 'ListObjectsV2',
  method: 'GET',
  target: 'bucket',
  parameters: ['list-type'],
  handle: (context, request) => {
    const bucket = bucketOf(context, request);
    const type = parameter(request, 'list-type') ?? '';
    if (type !== '2') throw invalidArgument('list-type', type, 'Invalid List Type specified in Request');
    const encode = keyEncoder(request);
    const [prefix, delimiter] = [parameter(request, 'prefix') ?? '', parameter(request, 'delimiter') ?? ''];
    const startAfter = parameter(request, 'start-after');
    const token = parameter(request, 'continuation-token');
    const most = Math.min(readCount(request, 'max-keys'), mostListed);
    const after = readToken(token) ?? startAfter ?? '';
    const listing = listKeys(bucket.objects, { prefix, delimiter, after, most });
    const withOwner = parameter(request, 'fetch-owner') === 'true';
    return document(
      writeXml('ListBucketResult', [
        ['Name', bucket.name],
        ['Prefix', encode(prefix)],
        ['StartAfter', startAfter === undefined ? undefined : encode(startAfter)],
        ['ContinuationToken', token],
        ['NextContinuationToken', listing.isTruncated ? Buffer.from(listing.last).toString('base64url') : undefined],
        ['KeyCount', listing.values.length + listing.commonPrefixes.length],
        ['MaxKeys', most],
        ['Delimiter', delimiter ? encode(delimiter) : undefined],
        ['EncodingType', parameter(request, 'encoding-type')],
        ['IsTruncated', listing.isTruncated],
        ...listing.values.map((object) => listedObject(object, encode, withOwner)),
        ...listedPrefixes(listing.commonPrefixes, encode),
      ]),
    );
  },
});
