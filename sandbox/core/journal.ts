import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';

/** An append-only file of JSON records. A record is whole or not there: each carries its length and checksum. */
export type Journal<Item> = {
  /** Returns when the operating system has the record: it outlives this process, not the machine's power. Throws, with nothing written, when it cannot. */
  append(item: Item): void;
  /** Replaces the whole file by these records, in one step. */
  rewrite(items: Iterable<Item>): void;
  sizeBytes(): number;
  close(): void;
};

const prefixBytes = 8;
const rewriteBlockBytes = 1 << 20;

const frame = (item: unknown): Buffer => {
  const text = JSON.stringify(item);
  const bytes = Buffer.byteLength(text);
  const framed = Buffer.allocUnsafe(prefixBytes + bytes);
  framed.writeUInt32LE(bytes, 0);
  framed.write(text, prefixBytes);
  framed.writeUInt32LE(crc32(framed.subarray(prefixBytes)), 4);
  return framed;
};

const writeWhole = (file: number, bytes: Buffer, position: number): void => {
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
};

/** Hands every whole record to `replay`; returns where the first torn or damaged one begins. */
const readRecords = <Item>(bytes: Buffer, replay: (item: Item) => void): number => {
  let position = 0;
  while (position + prefixBytes <= bytes.length) {
    const start = position + prefixBytes;
    const end = start + bytes.readUInt32LE(position);
    if (end > bytes.length || crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(position + 4)) break;
    replay(JSON.parse(bytes.toString('utf8', start, end)) as Item);
    position = end;
  }
  return position;
};

/** Opens or creates the file, replays what is in it, and cuts a torn tail: `cutBytes` tells how much that was. */
export const openJournal = <Item>(
  path: string,
  replay: (item: Item) => void,
): { journal: Journal<Item>; cutBytes: number } => {
  const unfinishedRewrite = `${path}.new`;
  rmSync(unfinishedRewrite, { force: true });
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  let endPosition = readRecords(bytes, replay);
  let file = openSync(path, existsSync(path) ? 'r+' : 'w+');
  if (endPosition < bytes.length) ftruncateSync(file, endPosition);

  const append = (item: Item): void => {
    const framed = frame(item);
    try {
      writeWhole(file, framed, endPosition);
    } catch (error) {
      ftruncateSync(file, endPosition);
      throw error;
    }
    endPosition += framed.length;
  };

  const writeAll = (target: number, items: Iterable<Item>): number => {
    let block: Buffer[] = [];
    let blockBytes = 0;
    let position = 0;
    const flush = () => {
      writeWhole(target, Buffer.concat(block), position);
      position += blockBytes;
      block = [];
      blockBytes = 0;
    };
    for (const item of items) {
      const framed = frame(item);
      block.push(framed);
      blockBytes += framed.length;
      if (blockBytes >= rewriteBlockBytes) flush();
    }
    flush();
    fsyncSync(target);
    return position;
  };

  const rewrite = (items: Iterable<Item>): void => {
    const target = openSync(unfinishedRewrite, 'w+');
    try {
      const size = writeAll(target, items);
      renameSync(unfinishedRewrite, path);
      closeSync(file);
      file = target;
      endPosition = size;
    } catch (error) {
      closeSync(target);
      rmSync(unfinishedRewrite, { force: true });
      throw error;
    }
  };

  const cutBytes = bytes.length - endPosition;
  const journal = { append, rewrite, sizeBytes: () => endPosition, close: () => closeSync(file) };
  return { journal, cutBytes };
};
