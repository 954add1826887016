import { createHash } from 'node:crypto';
import { type ChecksumAlgorithm, startChecksum } from '../../../wire/s3/checksums.ts';
import { writeXml } from '../../../wire/s3/xml.ts';
import { largestBodyBytes } from '../body-intake.ts';
import type { StoredObject, StoredPart } from '../changes.ts';
import { readStretch } from '../content-stream.ts';
import { S3Error } from '../errors.ts';
import { partNumberOf, uploadOf } from '../multipart.ts';
import { checksumElement } from '../object-checksums.ts';
import { encryptionHeader } from '../object-headers.ts';
import { document, invalidArgument, isoSeconds, operation, quoted, type S3Context } from '../operation.ts';
import { header, type S3Request } from '../request.ts';
import { readCopySource } from './copy-source.ts';
import type { Stretch } from './object-reading.ts';

const rangeHeader = 'x-amz-copy-source-range';

const readSourceRange = (request: S3Request, source: StoredObject): Stretch => {
  const text = header(request, rangeHeader);
  if (text === undefined) return { start: 0, endExclusive: source.sizeBytes };
  const match = /^bytes=(\d+)-(\d+)$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || last < first)
    throw invalidArgument(
      rangeHeader,
      text,
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  if (last >= source.sizeBytes)
    throw invalidArgument(
      rangeHeader,
      text,
      `Range specified is not valid for source object of size: ${source.sizeBytes}`,
    );
  return { start: first, endExclusive: last + 1 };
};

type CopiedPart = Pick<StoredPart, 'segment' | 'etag' | 'checksums'>;

const copyStretch = async (
  context: S3Context,
  source: StoredObject,
  { start, endExclusive }: Stretch,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<CopiedPart> => {
  const { contents } = context.store;
  const writer = contents.create();
  try {
    const [md5, crc64, other] = [createHash('md5'), startChecksum('CRC64NVME'), algorithm && startChecksum(algorithm)];
    for await (const block of readStretch(contents, source.segments, start, endExclusive)) {
      md5.update(block);
      crc64.update(block);
      other?.update(block);
      writer.write(block);
    }
    const checksums: StoredPart['checksums'] = { CRC64NVME: crc64.digest().toString('base64') };
    if (algorithm && other) checksums[algorithm] = other.digest().toString('base64');
    return { segment: writer.keep(), etag: md5.digest('hex'), checksums };
  } catch (error) {
    writer.discard();
    throw error;
  }
};

/** PUT ?partNumber&uploadId with x-amz-copy-source – a part made of (a range of) an object. */
export const uploadPartCopy = operation({
  name: 'UploadPartCopy',
  method: 'PUT',
  target: 'object',
  parameters: ['partNumber', 'uploadId'],
  header: 'x-amz-copy-source',
  handle: async (context, request) => {
    const number = partNumberOf(request);
    const algorithm = uploadOf(context, request).upload.checksumAlgorithm;
    const { object } = readCopySource(context, request);
    const stretch = readSourceRange(request, object);
    if (stretch.endExclusive - stretch.start > largestBodyBytes)
      throw new S3Error(
        'InvalidRequest',
        `The specified copy source is larger than the maximum allowable size for a copy source: ${largestBodyBytes}`,
      );
    const copied = await copyStretch(context, object, stretch, algorithm);
    try {
      const { bucket, upload } = uploadOf(context, request);
      const part: StoredPart = { number, lastModifiedMs: context.clock.nowMs(), ...copied };
      context.store.commit({ kind: 'part-put', bucket: bucket.name, uploadId: upload.id, part });
      const result = writeXml('CopyPartResult', [
        ['LastModified', isoSeconds(part.lastModifiedMs)],
        ['ETag', quoted(part.etag)],
        [checksumElement(algorithm ?? 'CRC64NVME'), algorithm && part.checksums[algorithm]],
      ]);
      return document(result, encryptionHeader);
    } catch (error) {
      context.store.contents.remove([copied.segment]);
      throw error;
    }
  },
});
