import { writeXml } from '../../../wire/s3/xml.ts';
import type { StoredObject } from '../changes.ts';
import { keyEncoder, listKeys, mostListed, readCount } from '../listing.ts';
import { bucketOf, document, isoSeconds, operation, ownerId, quoted } from '../operation.ts';
import { parameter } from '../request.ts';
import { listedPrefixes } from './listed-objects.ts';

const listedVersion = (object: StoredObject, encode: (key: string) => string) =>
  [
    'Version',
    [
      ['Key', encode(object.key)],
      ['VersionId', 'null'],
      ['IsLatest', true],
      ['LastModified', isoSeconds(object.lastModifiedMs)],
      ['ETag', quoted(object.etag)],
      ['ChecksumAlgorithm', object.checksum.algorithm],
      ['ChecksumType', object.checksum.type],
      ['Size', object.sizeBytes],
      ['Owner', [['ID', ownerId]]],
      ['StorageClass', object.storageClass],
    ],
  ] as const;

/** GET /bucket?versions – in a bucket that was never versioned: each object once, as version `null`. */
export const listObjectVersions = operation({
  name: 'ListObjectVersions',
  method: 'GET',
  target: 'bucket',
  parameters: ['versions'],
  handle: (context, request) => {
    const bucket = bucketOf(context, request);
    const encode = keyEncoder(request);
    const [prefix, delimiter] = [parameter(request, 'prefix') ?? '', parameter(request, 'delimiter') ?? ''];
    const keyMarker = parameter(request, 'key-marker') ?? '';
    const most = Math.min(readCount(request, 'max-keys'), mostListed);
    const listing = listKeys(bucket.objects, { prefix, delimiter, after: keyMarker, most });
    const lastIsPrefix = listing.commonPrefixes.at(-1) === listing.last;
    return document(
      writeXml('ListVersionsResult', [
        ['Name', bucket.name],
        ['Prefix', encode(prefix)],
        ['KeyMarker', encode(keyMarker)],
        ['VersionIdMarker', parameter(request, 'version-id-marker') ?? ''],
        ['NextKeyMarker', listing.isTruncated ? encode(listing.last) : undefined],
        ['NextVersionIdMarker', listing.isTruncated && !lastIsPrefix ? 'null' : undefined],
        ['MaxKeys', most],
        ['Delimiter', delimiter ? encode(delimiter) : undefined],
        ['EncodingType', parameter(request, 'encoding-type')],
        ['IsTruncated', listing.isTruncated],
        ...listing.values.map((object) => listedVersion(object, encode)),
        ...listedPrefixes(listing.commonPrefixes, encode),
      ]),
    );
  },
});
