import { writeXml } from '../../../wire/s3/xml.ts';
import { mostListed, readCount } from '../listing.ts';
import { uploadOf } from '../multipart.ts';
import { checksumElement } from '../object-checksums.ts';
import { document, invalidArgument, isoSeconds, operation, ownerId, quoted } from '../operation.ts';
import { parameter } from '../request.ts';

const markerName = 'part-number-marker';

/** GET /bucket/key?uploadId – the parts that are there, in order of their numbers. */
export const listParts = operation({
  name: 'ListParts',
  method: 'GET',
  target: 'object',
  parameters: ['uploadId'],
  handle: (context, request) => {
    const { bucket, upload } = uploadOf(context, request);
    const marker = parameter(request, markerName) ?? '0';
    if (!/^\d{1,6}$/.test(marker))
      throw invalidArgument(markerName, marker, `Provided ${markerName} not an integer or within integer range`);
    const most = Math.min(readCount(request, 'max-parts'), mostListed);
    const later = [...upload.parts.values()]
      .filter((part) => part.number > Number(marker))
      .sort((left, right) => left.number - right.number);
    const listed = later.slice(0, most);
    const algorithm = upload.checksumAlgorithm;
    const parts = listed.map(
      (part) =>
        [
          'Part',
          [
            ['PartNumber', part.number],
            ['LastModified', isoSeconds(part.lastModifiedMs)],
            ['ETag', quoted(part.etag)],
            ['Size', part.segment.sizeBytes],
            [checksumElement(algorithm ?? 'CRC64NVME'), algorithm && part.checksums[algorithm]],
          ],
        ] as const,
    );
    return document(
      writeXml('ListPartsResult', [
        ['Bucket', bucket.name],
        ['Key', upload.key],
        ['UploadId', upload.id],
        ['Initiator', [['ID', ownerId]]],
        ['Owner', [['ID', ownerId]]],
        ['StorageClass', upload.storageClass],
        ['PartNumberMarker', marker],
        ['NextPartNumberMarker', listed.at(-1)?.number ?? 0],
        ['MaxParts', most],
        ['IsTruncated', later.length > listed.length],
        ['ChecksumAlgorithm', algorithm],
        ['ChecksumType', algorithm && upload.checksumType],
        ...parts,
      ]),
    );
  },
});
