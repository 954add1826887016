import { writeXml } from '../../../wire/s3/xml.ts';
import { compareKeys, type OrderedMap, orderedMap } from '../key-order.ts';
import { keyEncoder, listKeys, mostListed, readCount } from '../listing.ts';
import { bucketOf, document, isoSeconds, operation, ownerId } from '../operation.ts';
import { parameter } from '../request.ts';
import type { Bucket, Upload } from '../store.ts';

const inOrder = (left: Upload, right: Upload): number =>
  compareKeys(left.key, right.key) || left.startedMs - right.startedMs || compareKeys(left.id, right.id);

/** Uploads after the markers. One key may have several: a number after a zero character tells them apart and keeps their order. */
const laterUploads = (bucket: Bucket, keyMarker: string, idMarker: string): OrderedMap<Upload> => {
  const sorted = [...bucket.uploads.values()].sort(inOrder);
  const marked = sorted.findIndex((upload) => upload.key === keyMarker && upload.id === idMarker);
  const map = orderedMap<Upload>();
  sorted.forEach((upload, index) => {
    const isLater = marked >= 0 ? index > marked : compareKeys(upload.key, keyMarker) > 0;
    if (isLater) map.set(`${upload.key}\u0000${String(index).padStart(9, '0')}`, upload);
  });
  return map;
};

/** GET /bucket?uploads – uploads under way, with prefix, delimiter and both markers. */
export const listMultipartUploads = operation({
  name: 'ListMultipartUploads',
  method: 'GET',
  target: 'bucket',
  parameters: ['uploads'],
  handle: (context, request) => {
    const bucket = bucketOf(context, request);
    const encode = keyEncoder(request);
    const [prefix, delimiter] = [parameter(request, 'prefix') ?? '', parameter(request, 'delimiter') ?? ''];
    const keyMarker = parameter(request, 'key-marker') ?? '';
    const idMarker = parameter(request, 'upload-id-marker') ?? '';
    const most = Math.min(readCount(request, 'max-uploads'), mostListed);
    const after = delimiter !== '' && keyMarker.endsWith(delimiter) ? keyMarker : '';
    const listing = listKeys(laterUploads(bucket, keyMarker, idMarker), { prefix, delimiter, after, most });
    const lastUpload = listing.last.includes('\u0000') ? listing.values.at(-1) : undefined;
    const uploads = listing.values.map(
      (upload) =>
        [
          'Upload',
          [
            ['Key', encode(upload.key)],
            ['UploadId', upload.id],
            ['Initiator', [['ID', ownerId]]],
            ['Owner', [['ID', ownerId]]],
            ['StorageClass', upload.storageClass],
            ['Initiated', isoSeconds(upload.startedMs)],
            ['ChecksumAlgorithm', upload.checksumAlgorithm],
            ['ChecksumType', upload.checksumAlgorithm && upload.checksumType],
          ],
        ] as const,
    );
    return document(
      writeXml('ListMultipartUploadsResult', [
        ['Bucket', bucket.name],
        ['KeyMarker', encode(keyMarker)],
        ['UploadIdMarker', idMarker],
        ['NextKeyMarker', listing.isTruncated ? encode(lastUpload?.key ?? listing.last) : ''],
        ['NextUploadIdMarker', listing.isTruncated ? (lastUpload?.id ?? '') : ''],
        ['Prefix', encode(prefix)],
        ['Delimiter', delimiter ? encode(delimiter) : undefined],
        ['EncodingType', parameter(request, 'encoding-type')],
        ['MaxUploads', most],
        ['IsTruncated', listing.isTruncated],
        ...uploads,
        ...listing.commonPrefixes.map((common) => ['CommonPrefixes', [['Prefix', encode(common)]]] as const),
      ]),
    );
  },
});
