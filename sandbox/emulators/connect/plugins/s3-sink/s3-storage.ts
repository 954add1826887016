import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Clock } from '../../../../core/clock.ts';
import { S3Refusal } from '../../../../wire/s3/client-request.ts';
import { parseXml, textOf, writeXml, type XmlContent } from '../../../../wire/s3/xml.ts';
import type { TypedConfig } from '../../config/definitions.ts';
import { ConnectError, RetriableError } from '../../connect-errors.ts';
import { openS3Client, type S3Client } from './s3-client.ts';

// S3Storage and S3OutputStream: every object is written by a multipart upload, also a small one, so that it appears (and its event is
// ObjectCreated:CompleteMultipartUpload) only when it is whole.

export type S3Storage = {
  bucketExists(): Promise<boolean>;
  open(key: string): ObjectWriter;
  close(): void;
};

export type ObjectWriter = {
  write(data: string | Uint8Array): Promise<void>;
  /** Uploads what is left and completes the object. */
  commit(): Promise<void>;
  /** Forgets what was written. */
  abort(): Promise<void>;
};

type Retries = { attempts: number; backoffMs: number; clock: Clock };

type ServiceError = Error & { code?: string };

const connectionErrors = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'TimeoutError'];
const retriableNames = [
  'SlowDown',
  'ThrottlingException',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'InternalError',
  'ServiceUnavailable',
  'TimeoutError',
];

const isConnectionError = (error: ServiceError): boolean =>
  connectionErrors.includes(error.code ?? '') || connectionErrors.includes(error.name);

/** What the AWS SDK takes for passing: throttling, 5xx, a broken connection. */
const isRetriable = (error: ServiceError): boolean => {
  const status = statusOf(error);
  if (status !== undefined && [429, 500, 502, 503, 504].includes(status)) return true;
  return retriableNames.includes(error.name) || isConnectionError(error);
};

const statusOf = (error: unknown): number | undefined => (error instanceof S3Refusal ? error.statusCode : undefined);

/** Tries again as s3.part.retries and s3.retry.backoff.ms say; then RetriableException or ConnectException, as S3ErrorUtils decides. */
const withRetries = async <T>({ attempts, backoffMs, clock }: Retries, operation: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (given) {
      const error = given as ServiceError;
      const retriable = isRetriable(error);
      if (retriable && attempt < attempts) {
        await clock.sleep(Math.min(backoffMs * 2 ** (attempt - 1), 86_400_000));
        continue;
      }
      const text = `${error.name}: ${error.message} (Service: S3, Status Code: ${statusOf(error) ?? 'none'})`;
      throw retriable ? new RetriableError(text, { cause: error }) : new ConnectError(text, { cause: error });
    }
  }
};

const compress = promisify(gzip);

type Upload = { id: string; etags: string[] };

const createObjectWriter = (client: S3Client, config: TypedConfig, key: string, retries: Retries): ObjectWriter => {
  const bucket = config.text('s3.bucket.name');
  const partBytes = config.number('s3.part.size');
  const compressed = config.text('s3.compression.type') === 'gzip';
  const level = config.number('s3.compression.level');
  let pending: (string | Uint8Array)[] = [];
  let pendingBytes = 0;
  let upload: Upload | undefined;

  const take = (): Buffer => {
    const texts: Uint8Array[] = [];
    let run = '';
    for (const item of pending) {
      if (typeof item === 'string') run += item;
      else {
        if (run !== '') texts.push(Buffer.from(run));
        run = '';
        texts.push(item);
      }
    }
    if (run !== '') texts.push(Buffer.from(run));
    pending = [];
    pendingBytes = 0;
    return texts.length === 1 ? (texts[0] as Buffer) : Buffer.concat(texts);
  };

  const uploadPart = async (body: Buffer): Promise<void> => {
    const started = (upload ??= await withRetries(retries, async () => {
      const created = await client.send({ method: 'POST', bucket, key, query: [['uploads', '']] });
      return { id: textOf(parseXml(created.body), 'UploadId') ?? '', etags: [] };
    }));
    const query = [
      ['partNumber', String(started.etags.length + 1)],
      ['uploadId', started.id],
    ] as const;
    const { headers } = await withRetries(retries, () => client.send({ method: 'PUT', bucket, key, query, body }));
    started.etags.push(headers['etag'] ?? '');
  };

  const uploadInParts = async (body: Buffer): Promise<void> => {
    for (let from = 0; from < body.byteLength; from += partBytes)
      await uploadPart(body.subarray(from, from + partBytes));
  };

  const abort = async (): Promise<void> => {
    pending = [];
    const started = upload;
    upload = undefined;
    if (started === undefined) return;
    // What is left behind costs storage and nothing else; the failure that led here is the one to tell.
    await client.send({ method: 'DELETE', bucket, key, query: [['uploadId', started.id]] }).catch(() => {});
  };

  return {
    abort,
    write: async (data) => {
      pending.push(data);
      pendingBytes += typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
      // Compressed, the size of a part is known only at the end.
      if (pendingBytes >= partBytes && !compressed) {
        const whole = take();
        const full = whole.byteLength - (whole.byteLength % partBytes);
        await uploadInParts(whole.subarray(0, full));
        pending = [whole.subarray(full)];
        pendingBytes = whole.byteLength - full;
      }
    },
    commit: async () => {
      const rest = take();
      const body = compressed
        ? await compress(rest, { level: level < 0 ? constants.Z_DEFAULT_COMPRESSION : level })
        : rest;
      try {
        await uploadInParts(body);
        const started = upload;
        if (started === undefined) return;
        const parts = started.etags.map((etag, index) => [
          'Part',
          [
            ['ETag', etag],
            ['PartNumber', index + 1],
          ],
        ]) satisfies XmlContent;
        const query = [['uploadId', started.id]] as const;
        const list = writeXml('CompleteMultipartUpload', parts);
        await withRetries(retries, () => client.send({ method: 'POST', bucket, key, query, body: list }));
        upload = undefined;
      } catch (error) {
        await abort();
        throw error;
      }
    },
  };
};

// The real task is FAILED when S3 cannot be reached at its start and s3.part.retries are used up. Here S3 often starts beside it: a refused
// connection is tried for this long before it counts.
const patienceAtStartMs = 15_000;

export const openS3Storage = async (config: TypedConfig, clock: Clock): Promise<S3Storage> => {
  const client = openS3Client(
    {
      endpoint: config.optionalText('store.url') || null,
      region: config.text('s3.region'),
      pathStyle: config.flag('s3.path.style.access.enabled'),
      accessKeyId: config.text('aws.access.key.id'),
      secretAccessKey: config.text('aws.secret.access.key'),
    },
    () => clock.nowMs(),
  );
  const retries: Retries = {
    attempts: config.number('s3.part.retries') + 1,
    backoffMs: config.number('s3.retry.backoff.ms'),
    clock,
  };

  const headBucket = async (): Promise<boolean> => {
    const endMs = clock.nowMs() + patienceAtStartMs;
    for (;;) {
      try {
        await client.send({ method: 'HEAD', bucket: config.text('s3.bucket.name') });
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        // 301 and 403: it exists, elsewhere or for others.
        if (statusOf(error) === 403 || statusOf(error) === 301) return true;
        if (!isConnectionError(error as ServiceError) || clock.nowMs() >= endMs) throw error;
        await clock.sleep(50);
      }
    }
  };

  return {
    bucketExists: () => withRetries(retries, headBucket),
    open: (key) => createObjectWriter(client, config, key, retries),
    close: () => client.close(),
  };
};
