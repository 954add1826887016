import { randomBytes } from 'node:crypto';
import { writeXml } from '../../../wire/s3/xml.ts';
import type { UploadHeader } from '../changes.ts';
import { S3Error } from '../errors.ts';
import { parseAlgorithm } from '../object-checksums.ts';
import { encryptionHeader, readObjectAttributes } from '../object-headers.ts';
import { bucketOf, document, keyOf, operation } from '../operation.ts';
import { header, type S3Request } from '../request.ts';

const readChecksumChoice = (request: S3Request): Pick<UploadHeader, 'checksumAlgorithm' | 'checksumType'> => {
  const name = header(request, 'x-amz-checksum-algorithm');
  const type = header(request, 'x-amz-checksum-type')?.toUpperCase();
  if (name === undefined) {
    if (type === undefined) return { checksumType: 'FULL_OBJECT' };
    throw new S3Error(
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const algorithm = parseAlgorithm(name);
  const chosen = type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (chosen !== 'FULL_OBJECT' && chosen !== 'COMPOSITE')
    throw new S3Error('InvalidRequest', 'Value for x-amz-checksum-type header is invalid.');
  const isPossible = chosen === 'FULL_OBJECT' ? algorithm.startsWith('CRC') : algorithm !== 'CRC64NVME';
  if (!isPossible)
    throw new S3Error(
      'InvalidRequest',
      `The ${chosen} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  return { checksumAlgorithm: algorithm, checksumType: chosen };
};

/** POST /bucket/key?uploads – begins an upload in parts, and fixes the headers, metadata, tags and checksum of the object to come. */
export const createMultipartUpload = operation({
  name: 'CreateMultipartUpload',
  method: 'POST',
  target: 'object',
  parameters: ['uploads'],
  handle: (context, request) => {
    const bucket = bucketOf(context, request);
    const choice = readChecksumChoice(request);
    const upload: UploadHeader = {
      id: randomBytes(48).toString('base64url'),
      key: keyOf(request),
      startedMs: context.clock.nowMs(),
      ...readObjectAttributes(request),
      ...choice,
    };
    context.store.commit({ kind: 'upload-created', bucket: bucket.name, upload });
    const headers: Record<string, string> = { ...encryptionHeader };
    if (choice.checksumAlgorithm) {
      headers['x-amz-checksum-algorithm'] = choice.checksumAlgorithm;
      headers['x-amz-checksum-type'] = choice.checksumType;
    }
    const result = writeXml('InitiateMultipartUploadResult', [
      ['Bucket', bucket.name],
      ['Key', upload.key],
      ['UploadId', upload.id],
    ]);
    return document(result, headers);
  },
});
