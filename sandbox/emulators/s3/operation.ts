import type { Clock } from '../../core/clock.ts';
import type { Segment } from './changes.ts';
import { S3Error } from './errors.ts';
import type { Payload } from './payload.ts';
import { header, type S3Request } from './request.ts';
import type { Bucket, Store } from './store.ts';

export type S3Context = {
  store: Store;
  clock: Clock;
  region: string;
  /** ARNs of the queues that a bucket may notify. */
  queueArns: ReadonlySet<string>;
};

/** The one account that owns everything; its number is also the one in the ARNs of queues. */
export const accountId = '000000000000';
export const ownerId = 'a1c0ffee5ba2d9e64f7b8c3d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b';

export type Answer = {
  status: number;
  headers?: Record<string, string>;
  /** A document, or a stretch of contents. */
  body?: string | { segments: readonly Segment[]; start: number; endExclusive: number };
};

export type Operation = {
  name: string;
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  target: 'service' | 'bucket' | 'object';
  /** Query parameters that must be there for the operation to be meant. */
  parameters?: readonly string[];
  /** A header that must be there. */
  header?: string;
  handle: (context: S3Context, request: S3Request, payload: Payload) => Promise<Answer> | Answer;
};

export const operation = (definition: Operation): Operation => definition;

export const document = (body: string, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body,
});

export const noContent: Answer = { status: 204 };

/** The bucket that the request names. Throws NoSuchBucket, or AccessDenied where another owner was expected. */
export const bucketOf = (context: S3Context, request: S3Request): Bucket => {
  const bucket = context.store.buckets.get(request.bucket ?? '');
  if (bucket === undefined) throw new S3Error('NoSuchBucket', undefined, [['BucketName', request.bucket ?? '']]);
  const expectedOwner = header(request, 'x-amz-expected-bucket-owner');
  if (expectedOwner !== undefined && expectedOwner !== accountId) throw new S3Error('AccessDenied');
  return bucket;
};

export const keyOf = (request: S3Request): string => request.key ?? '';

/** `2026-01-31T23:59:59.000Z`: documents have milliseconds, but S3 keeps whole seconds. */
export const isoSeconds = (timeMs: number): string => new Date(Math.floor(timeMs / 1000) * 1000).toISOString();

export const quoted = (etag: string): string => `"${etag}"`;

export const invalidArgument = (name: string, value: string, message: string): S3Error =>
  new S3Error('InvalidArgument', message, [
    ['ArgumentName', name],
    ['ArgumentValue', value],
  ]);
