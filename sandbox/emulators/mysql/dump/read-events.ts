import { type FileHandle, open } from 'node:fs/promises';
import { MalformedBinlog } from '../../../wire/mysql/binlog/bytes.ts';
import { eventHeaderSizeBytes, readEventHeader } from '../../../wire/mysql/binlog/event.ts';

const chunkBytes = 256 * 1024;

export type PlacedEvent = { position: number; end: number; type: number; bytes: Buffer };

/** One binlog file, open for reading. */
export type BinlogReader = {
  /**
   * Whole events from `position` on that end by `limit`, about a chunk of them, in the order of the file; none when `position` is `limit`. Throws
   * MalformedBinlog when no event begins at `position`.
   */
  read(position: number, limit: number): Promise<PlacedEvent[]>;
  close(): Promise<void>;
};

const fill = async (handle: FileHandle, position: number, sizeBytes: number): Promise<Buffer> => {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const { bytesRead } = await handle.read(bytes, filled, sizeBytes - filled, position + filled);
    if (bytesRead === 0) throw new MalformedBinlog(`the file ends at ${position + filled}`);
    filled += bytesRead;
  }
  return bytes;
};

// Version 4: an event's header tells where it ends twice, by its size and by the next position, which wraps at 4 GiB.
const isPlausible = (header: { sizeBytes: number; nextPosition: number }, position: number, limit: number): boolean =>
  header.sizeBytes >= eventHeaderSizeBytes &&
  position + header.sizeBytes <= limit &&
  (header.nextPosition === 0 || header.nextPosition === (position + header.sizeBytes) % 2 ** 32);

const cut = (chunk: Buffer, start: number, limit: number): { events: PlacedEvent[]; firstSizeBytes: number } => {
  const events: PlacedEvent[] = [];
  let firstSizeBytes = eventHeaderSizeBytes;
  for (let at = 0; chunk.length - at >= eventHeaderSizeBytes; ) {
    const header = readEventHeader(chunk, at);
    const position = start + at;
    if (!isPlausible(header, position, limit)) throw new MalformedBinlog(`no event begins at ${position}`);
    if (at === 0) firstSizeBytes = header.sizeBytes;
    if (at + header.sizeBytes > chunk.length) break;
    const bytes = chunk.subarray(at, at + header.sizeBytes);
    at += header.sizeBytes;
    events.push({ position, end: start + at, type: header.type, bytes });
  }
  return { events, firstSizeBytes };
};

export const openBinlogReader = async (path: string): Promise<BinlogReader> => {
  const handle = await open(path, 'r');
  const read = async (position: number, limit: number): Promise<PlacedEvent[]> => {
    if (position >= limit) return [];
    const chunk = await fill(handle, position, Math.min(chunkBytes, limit - position));
    const { events, firstSizeBytes } = cut(chunk, position, limit);
    if (events.length > 0) return events;
    return cut(await fill(handle, position, firstSizeBytes), position, limit).events;
  };
  return { read, close: () => handle.close() };
};
