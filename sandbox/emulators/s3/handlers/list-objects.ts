import { writeXml } from '../../../wire/s3/xml.ts';
import { keyEncoder, listKeys, mostListed, readCount } from '../listing.ts';
import { bucketOf, document, operation } from '../operation.ts';
import { parameter } from '../request.ts';
import { listedObject, listedPrefixes } from './listed-objects.ts';

/** GET /bucket – the older listing, with `marker`; NextMarker is told only with a delimiter, as S3 does. */
export const listObjects = operation({
  name: 'ListObjects',
  method: 'GET',
  target: 'bucket',
  handle: (context, request) => {
    const bucket = bucketOf(context, request);
    const encode = keyEncoder(request);
    const [prefix, delimiter] = [parameter(request, 'prefix') ?? '', parameter(request, 'delimiter') ?? ''];
    const marker = parameter(request, 'marker') ?? '';
    const most = Math.min(readCount(request, 'max-keys'), mostListed);
    const listing = listKeys(bucket.objects, { prefix, delimiter, after: marker, most });
    return document(
      writeXml('ListBucketResult', [
        ['Name', bucket.name],
        ['Prefix', encode(prefix)],
        ['Marker', encode(marker)],
        ['NextMarker', listing.isTruncated && delimiter ? encode(listing.last) : undefined],
        ['MaxKeys', most],
        ['Delimiter', delimiter ? encode(delimiter) : undefined],
        ['EncodingType', parameter(request, 'encoding-type')],
        ['IsTruncated', listing.isTruncated],
        ...listing.values.map((object) => listedObject(object, encode, true)),
        ...listedPrefixes(listing.commonPrefixes, encode),
      ]),
    );
  },
});
