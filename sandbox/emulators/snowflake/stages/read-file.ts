import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { csvReader } from './csv-reader.ts';
import type { Compression, FileFormat } from './file-format.ts';
import { jsonReader } from './json-reader.ts';
import type { ReadItem } from './records.ts';

const decompressors = {
  GZIP: createGunzip,
  DEFLATE: createInflate,
  RAW_DEFLATE: createInflateRaw,
  BROTLI: createBrotliDecompress,
} as const;

/** AUTO looks at the first bytes; Brotli and raw deflate have no mark of their own and must be named, as in Snowflake. */
const detected = (first: Uint8Array, compression: Compression): keyof typeof decompressors | undefined => {
  if (compression === 'NONE' || compression === 'ZSTD') return undefined;
  if (compression !== 'AUTO') return compression;
  if (first[0] === 0x1f && first[1] === 0x8b) return 'GZIP';
  return undefined;
};

async function* withFirst(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (;;) {
    const next = await rest.next();
    if (next.done) return;
    yield next.value;
  }
}

async function* plainBytes(bytes: AsyncIterable<Uint8Array>, compression: Compression): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  const all = withFirst(first.value, iterator);
  const kind = detected(first.value, compression);
  if (!kind) {
    yield* all;
    return;
  }
  const source = Readable.from(all);
  const plain = source.pipe(decompressors[kind]());
  source.on('error', (error) => plain.destroy(error));
  yield* plain as AsyncIterable<Uint8Array>;
}

/** What decompressing or decoding found wrong: an error of the file, not of the server. */
export class FileUnreadable extends Error {}

/** The records of a file, some at a time. */
export async function* readItems(bytes: AsyncIterable<Uint8Array>, format: FileFormat): AsyncGenerator<ReadItem[]> {
  const reader = format.type === 'JSON' ? jsonReader(format) : csvReader(format);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: !format.skipByteOrderMark });
  const text = (part?: Uint8Array): string => {
    try {
      return part ? decoder.decode(part, { stream: true }) : decoder.decode();
    } catch {
      throw new FileUnreadable('Invalid UTF8 detected in string');
    }
  };
  try {
    for await (const part of plainBytes(bytes, format.compression)) {
      const items = reader.push(text(part));
      if (items.length > 0) yield items;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code === 'string' && code.startsWith('Z_'))
      throw new FileUnreadable(`Error decompressing the file: ${(error as Error).message}`);
    throw error;
  }
  const tail = text();
  const last = [...(tail === '' ? [] : reader.push(tail)), ...reader.end()];
  if (last.length > 0) yield last;
}
