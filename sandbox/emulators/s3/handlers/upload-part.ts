import { takeBody } from '../body-intake.ts';
import { partNumberOf, uploadOf } from '../multipart.ts';
import { checksumHeader } from '../object-checksums.ts';
import { encryptionHeader } from '../object-headers.ts';
import { operation, quoted } from '../operation.ts';

/** PUT /bucket/key?partNumber&uploadId – stores one part; a part of the same number is replaced. */
export const uploadPart = operation({
  name: 'UploadPart',
  method: 'PUT',
  target: 'object',
  parameters: ['partNumber', 'uploadId'],
  handle: async (context, request, payload) => {
    const number = partNumberOf(request);
    uploadOf(context, request);
    const { etag, sent } = await takeBody(context, request, payload, (taken) => {
      // The upload may have been completed or aborted while the body came in.
      const { bucket, upload } = uploadOf(context, request);
      const part = {
        number,
        segment: taken.segment,
        etag: taken.md5.toString('hex'),
        lastModifiedMs: context.clock.nowMs(),
        checksums: { CRC64NVME: taken.crc64, ...(taken.sent && { [taken.sent.algorithm]: taken.sent.value }) },
      };
      context.store.commit({ kind: 'part-put', bucket: bucket.name, uploadId: upload.id, part });
      return { etag: part.etag, sent: taken.sent };
    });
    const headers: Record<string, string> = { etag: quoted(etag), ...encryptionHeader };
    if (sent) headers[checksumHeader(sent.algorithm)] = sent.value;
    return { status: 200, headers };
  },
});
