import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { S3Refusal } from '../../../wire/s3/client-request.ts';
import { childrenOf, parseXml, textOf } from '../../../wire/s3/xml.ts';
import type { SnowflakeOptions } from '../engine.ts';
import { SnowflakeError } from '../errors.ts';
import { openS3Client } from './s3-client.ts';

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
  const { name, message } = error as Error;
  const statusCode = error instanceof S3Refusal ? error.statusCode : undefined;
  const place = location.kind === 's3' ? `s3://${location.bucket}/${location.prefix}` : location.folder;
  return new StorageFailed(`${name}: ${message} (${place})`, statusCode === undefined || statusCode >= 500);
};

export const storageError = (error: StorageFailed): SnowflakeError =>
  new SnowflakeError('091003', `Failure using stage area. Cause: [${error.message}]`);

const withoutQuotes = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');

export const createObjectStorage = (options: SnowflakeOptions, dataDir: string, nowMs: () => number): ObjectStorage => {
  const { endpoint, region, accessKeyId, secretAccessKey } = options.storage;
  const client = openS3Client({ endpoint, region, accessKeyId, secretAccessKey, pathStyle: true }, nowMs);

  const listS3 = async (location: Extract<Location, { kind: 's3' }>, filesAtMost: number): Promise<StoredFile[]> => {
    const { bucket, prefix } = location;
    const files: StoredFile[] = [];
    let token: string | undefined;
    do {
      const query: [string, string][] = [
        ['list-type', '2'],
        ['prefix', prefix],
        ...(token === undefined ? [] : [['continuation-token', token] as [string, string]]),
      ];
      const page = parseXml(await client.text({ method: 'GET', bucket, query }));
      for (const item of childrenOf(page, 'Contents')) {
        const key = childrenOf(item, 'Key')[0]?.text;
        if (key === undefined || key.endsWith('/')) continue;
        files.push({
          key,
          sizeBytes: Number(textOf(item, 'Size') ?? 0),
          etag: withoutQuotes(textOf(item, 'ETag')),
          modifiedMs: Date.parse(textOf(item, 'LastModified') ?? '') || 0,
        });
      }
      token = textOf(page, 'NextContinuationToken');
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
        const head = await client.open({ method: 'HEAD', bucket: location.bucket, key });
        head.resume();
        return {
          key,
          sizeBytes: Number(head.headers['content-length'] ?? 0),
          etag: withoutQuotes(head.headers.etag),
          modifiedMs: Date.parse(head.headers['last-modified'] ?? '') || 0,
        };
      } catch (error) {
        if (error instanceof S3Refusal && error.statusCode === 404) return undefined;
        throw failed(error, location);
      }
    },
    read: async function* (location, key) {
      try {
        if (location.kind === 'local') {
          yield* createReadStream(localPath(location.folder, key)) as AsyncIterable<Uint8Array>;
          return;
        }
        yield* await client.open({ method: 'GET', bucket: location.bucket, key });
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
        await client.text({ method: 'DELETE', bucket: location.bucket, key });
      } catch (error) {
        throw failed(error, location);
      }
    },
    folderOf: (stageId) => join(dataDir, 'stages', String(stageId)),
    close: () => client.close(),
  };
};
