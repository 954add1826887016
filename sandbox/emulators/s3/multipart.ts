import { type ChecksumAlgorithm, combineChecksums, isCombinable, startChecksum } from '../../wire/s3/checksums.ts';
import type { ObjectChecksum, StoredPart } from './changes.ts';
import { S3Error } from './errors.ts';
import { bucketOf, invalidArgument, keyOf, type S3Context } from './operation.ts';
import { parameter, type S3Request } from './request.ts';
import type { Bucket, Upload } from './store.ts';

export const mostParts = 10_000;
/** Every part but the last must have 5 MiB. */
export const leastPartBytes = 5 * 1024 ** 2;
/** 50 TiB since December 2025. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const largestObjectBytes = 50 * 1024 ** 4;

/** The upload that the request names, which must be for its key. */
export const uploadOf = (context: S3Context, request: S3Request): { bucket: Bucket; upload: Upload } => {
  const bucket = bucketOf(context, request);
  const id = parameter(request, 'uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== keyOf(request))
    throw new S3Error('NoSuchUpload', undefined, [['UploadId', id]]);
  return { bucket, upload };
};

export const partNumberOf = (request: S3Request): number => {
  const text = parameter(request, 'partNumber') ?? '';
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > mostParts)
    throw invalidArgument('partNumber', text, 'Part number must be an integer between 1 and 10000, inclusive');
  return number;
};

const digestsOf = (
  algorithm: ChecksumAlgorithm,
  parts: readonly StoredPart[],
): { digest: Buffer; sizeBytes: number }[] =>
  parts.map((part) => {
    const value = part.checksums[algorithm];
    if (value === undefined) throw new S3Error('InvalidPart', undefined, [['PartNumber', `${part.number}`]]);
    return { digest: Buffer.from(value, 'base64'), sizeBytes: part.segment.sizeBytes };
  });

/** The checksum of the object made of these parts: of all its bytes, or of its parts' checksums, as the upload said. */
export const combinedChecksum = (upload: Upload, parts: readonly StoredPart[]): ObjectChecksum => {
  const algorithm = upload.checksumAlgorithm ?? 'CRC64NVME';
  const digests = digestsOf(algorithm, parts);
  if (upload.checksumType === 'FULL_OBJECT' && isCombinable(algorithm))
    return { algorithm, value: combineChecksums(algorithm, digests).toString('base64'), type: 'FULL_OBJECT' };
  const composite = startChecksum(algorithm);
  for (const { digest } of digests) composite.update(digest);
  return { algorithm, value: `${composite.digest().toString('base64')}-${parts.length}`, type: 'COMPOSITE' };
};
