import type { ChecksumAlgorithm } from '../../wire/s3/checksums.ts';
import type { Segment } from './changes.ts';
import { S3Error } from './errors.ts';
import { type DigestedBody, digestBody } from './object-checksums.ts';
import type { S3Context } from './operation.ts';
import type { Payload } from './payload.ts';
import type { S3Request } from './request.ts';

/** 5 GiB: the most that one PutObject, UploadPart or CopyObject takes. */
export const largestBodyBytes = 5 * 1024 ** 3;

const tooLarge = (sizeBytes: number): S3Error =>
  new S3Error('EntityTooLarge', undefined, [
    ['ProposedSize', `${sizeBytes}`],
    ['MaxSizeAllowed', `${largestBodyBytes}`],
  ]);

export type TakenBody = DigestedBody & { segment: Segment };

/** Streams a body into a content file and hands it to `commit`; when anything fails, nothing of it stays. */
export const takeBody = async <Result>(
  context: S3Context,
  request: S3Request,
  payload: Payload,
  commit: (taken: TakenBody) => Result,
  wantedChecksum?: ChecksumAlgorithm,
): Promise<Result> => {
  if (payload.declaredBytes === undefined) throw new S3Error('MissingContentLength');
  if (payload.declaredBytes > largestBodyBytes) throw tooLarge(payload.declaredBytes);
  const digests = digestBody(request, wantedChecksum);
  const writer = context.store.contents.create();
  try {
    const { trailers } = await payload.read((data) => {
      digests.update(data);
      writer.write(data);
    });
    const digested = digests.finish(trailers);
    return commit({ ...digested, segment: writer.keep() });
  } catch (error) {
    writer.discard();
    throw error;
  }
};
