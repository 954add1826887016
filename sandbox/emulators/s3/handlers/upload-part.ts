import type { ChecksumAlgorithm } from '../../../wire/s3/checksums.ts';
import { type TakenBody, takeBody } from '../body-intake.ts';
import type { StoredPart, UploadHeader } from '../changes.ts';
import { S3Error } from '../errors.ts';
import { partNumberOf, uploadOf } from '../multipart.ts';
import { checksumHeader } from '../object-checksums.ts';
import { encryptionHeader } from '../object-headers.ts';
import { operation, quoted } from '../operation.ts';

/** A composite checksum is made of those that the client sends, all of one kind; that of a whole object is not. */
const checkAlgorithm = ({ checksumAlgorithm, checksumType }: UploadHeader, sent: ChecksumAlgorithm | undefined) => {
  if (checksumAlgorithm === undefined || checksumType !== 'COMPOSITE' || sent === checksumAlgorithm) return;
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${checksumAlgorithm.toLowerCase()}, actual checksum Type: ${sent?.toLowerCase() ?? 'null'}`,
  );
};

/** PUT /bucket/key?partNumber&uploadId – stores one part; a part of the same number is replaced. */
export const uploadPart = operation({
  name: 'UploadPart',
  method: 'PUT',
  target: 'object',
  parameters: ['partNumber', 'uploadId'],
  handle: async (context, request, payload) => {
    const number = partNumberOf(request);
    const wanted = uploadOf(context, request).upload.checksumAlgorithm ?? 'CRC64NVME';
    const commit = (taken: TakenBody) => {
      // The upload may have been completed or aborted while the body came in.
      const { bucket, upload } = uploadOf(context, request);
      checkAlgorithm(upload, taken.sentAlgorithm);
      const part: StoredPart = {
        number,
        segment: taken.segment,
        etag: taken.md5.toString('hex'),
        lastModifiedMs: context.clock.nowMs(),
        checksums: taken.checksums,
      };
      context.store.commit({ kind: 'part-put', bucket: bucket.name, uploadId: upload.id, part });
      return { etag: part.etag, algorithm: taken.sentAlgorithm, checksums: taken.checksums };
    };
    const { etag, algorithm, checksums } = await takeBody(context, request, payload, commit, wanted);
    const headers: Record<string, string> = { etag: quoted(etag), ...encryptionHeader };
    if (algorithm) headers[checksumHeader(algorithm)] = checksums[algorithm] ?? '';
    return { status: 200, headers };
  },
});
