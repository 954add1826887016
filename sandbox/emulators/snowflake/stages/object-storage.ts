import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SnowflakeOptions } from '../engine.ts';
import { SnowflakeError } from '../errors.ts';

/** A file of a stage as its storage tells of it. */
export type StoredFile = {
  /** Below the location's root: an S3 key, or a path in an internal stage's folder. */
  key: string;
  sizeBytes: number;
  etag: string;
  modifiedMs: number;
};

/** Where files are: a bucket, or a folder of the sandbox for an internal stage. */
export type Location =
  | { kind: 's3'; bucket: string; prefix: string }
  | { kind: 'local'; folder: string; prefix: string };

export type ObjectStorage = {
  list(location: Location, filesAtMost: number): Promise<StoredFile[]>;
  find(location: Location, key: string): Promise<StoredFile | undefined>;
  read(location: Location, key: string): AsyncIterable<Uint8Array>;
  remove(location: Location, key: string): Promise<void>;
  /** The folder of an internal stage. */
  folderOf(stageId: number | string): string;
  /** Loads the client, so that the first file does not wait for it. */
  warmUp(): Promise<void>;
  close(): void;
};

/** What kept a file from being read, in words that fit into a load's error. `isTransient`: trying again may help. */
export class StorageFailed extends Error {
  readonly isTransient: boolean;

  constructor(message: string, isTransient: boolean) {
    super(message);
    this.name = 'StorageFailed';
    this.isTransient = isTransient;
  }
}

const failed = (error: unknown, location: Location): StorageFailed => {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const statusCode = $metadata?.httpStatusCode;
  const place = location.kind === 's3' ? `s3://${location.bucket}/${location.prefix}` : location.folder;
  return new StorageFailed(`${name}: ${message} (${place})`, statusCode === undefined || statusCode >= 500);
};

export const storageError = (error: StorageFailed): SnowflakeError =>
  new SnowflakeError('091003', `Failure using stage area. Cause: [${error.message}]`);

type S3 = typeof import('./s3-client.ts');

export const createObjectStorage = (options: SnowflakeOptions, dataDir: string): ObjectStorage => {
  let loaded: Promise<{ s3: S3; client: S3Client }> | undefined;
  const load = (): Promise<{ s3: S3; client: S3Client }> => {
    loaded ??= import('./s3-client.ts').then((s3) => {
      const { endpoint, region, accessKeyId, secretAccessKey } = options.storage;
      const client = new s3.S3Client({
        endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey },
        forcePathStyle: true,
        maxAttempts: 2,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      });
      return { s3, client };
    });
    return loaded;
  };

  const listS3 = async (location: Extract<Location, { kind: 's3' }>, filesAtMost: number): Promise<StoredFile[]> => {
    const { s3, client } = await load();
    const files: StoredFile[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new s3.ListObjectsV2Command({
          Bucket: location.bucket,
          Prefix: location.prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const item of page.Contents ?? []) {
        if (item.Key === undefined || item.Key.endsWith('/')) continue;
        files.push({
          key: item.Key,
          sizeBytes: item.Size ?? 0,
          etag: (item.ETag ?? '').replaceAll('"', ''),
          modifiedMs: item.LastModified?.getTime() ?? 0,
        });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined && files.length < filesAtMost);
    return files;
  };

  const localFile = async (folder: string, path: string): Promise<StoredFile> => {
    const info = await stat(path);
    const etag = createHash('md5');
    for await (const part of createReadStream(path)) etag.update(part as Buffer);
    return {
      key: relative(folder, path).split(sep).join('/'),
      sizeBytes: info.size,
      etag: etag.digest('hex'),
      modifiedMs: Math.floor(info.mtimeMs),
    };
  };

  const listLocal = async ({ folder, prefix }: Extract<Location, { kind: 'local' }>, filesAtMost: number) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => relative(folder, path).split(sep).join('/').startsWith(prefix))
      .sort()
      .slice(0, filesAtMost);
    return Promise.all(paths.map((path) => localFile(folder, path)));
  };

  const localPath = (folder: string, key: string): string => {
    const path = join(folder, key);
    if (relative(folder, path).startsWith('..')) throw new StorageFailed(`${key} is outside the stage`, false);
    return path;
  };

  return {
    list: async (location, filesAtMost) => {
      try {
        return await (location.kind === 's3' ? listS3(location, filesAtMost) : listLocal(location, filesAtMost));
      } catch (error) {
        throw failed(error, location);
      }
    },
    find: async (location, key) => {
      try {
        if (location.kind === 'local') {
          const path = localPath(location.folder, key);
          return await localFile(location.folder, path).catch(() => undefined);
        }
        const { s3, client } = await load();
        const head = await client.send(new s3.HeadObjectCommand({ Bucket: location.bucket, Key: key }));
        return {
          key,
          sizeBytes: head.ContentLength ?? 0,
          etag: (head.ETag ?? '').replaceAll('"', ''),
          modifiedMs: head.LastModified?.getTime() ?? 0,
        };
      } catch (error) {
        if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return undefined;
        throw failed(error, location);
      }
    },
    read: async function* (location, key) {
      try {
        if (location.kind === 'local') {
          yield* createReadStream(localPath(location.folder, key)) as AsyncIterable<Uint8Array>;
          return;
        }
        const { s3, client } = await load();
        const answer = await client.send(new s3.GetObjectCommand({ Bucket: location.bucket, Key: key }));
        yield* answer.Body as unknown as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw failed(error, location);
      }
    },
    remove: async (location, key) => {
      try {
        if (location.kind === 'local') {
          await rm(localPath(location.folder, key), { force: true });
          return;
        }
        const { s3, client } = await load();
        await client.send(new s3.DeleteObjectCommand({ Bucket: location.bucket, Key: key }));
      } catch (error) {
        throw failed(error, location);
      }
    },
    folderOf: (stageId) => join(dataDir, 'stages', String(stageId)),
    warmUp: async () => {
      await mkdir(join(dataDir, 'stages'), { recursive: true });
      await load();
    },
    close: () => {
      loaded?.then(({ client }) => client.destroy()).catch(() => {});
    },
  };
};
