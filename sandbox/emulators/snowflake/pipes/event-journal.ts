import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** A file that a pipe was told of and has not dealt with yet. */
export type PipeEvent = {
  pipeId: number;
  key: string;
  etag: string;
  sizeBytes: number;
  modifiedMs: number;
  receivedMs: number;
};

/**
 * Events as lines of a file, each with its checksum, written before they are acknowledged. The file is emptied when nothing is left to
 * do; what is read again after a crash though it was done, the pipe's memory passes over.
 */
export type EventJournal = { read(): PipeEvent[]; append(events: readonly PipeEvent[]): void; clear(): void };

const bytesToKeep = 1_000_000;

const lineOf = (event: PipeEvent): string => {
  const json = JSON.stringify(event);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
};

const eventOf = (line: string): PipeEvent | undefined => {
  const json = line.slice(9);
  return line.slice(0, 8) === crc32(json).toString(16).padStart(8, '0') ? (JSON.parse(json) as PipeEvent) : undefined;
};

export const openEventJournal = (path: string): EventJournal => {
  let size = 0;
  return {
    read: () => {
      if (!existsSync(path)) {
        writeFileSync(path, '');
        return [];
      }
      const text = readFileSync(path, 'utf8');
      const events: PipeEvent[] = [];
      let good = 0;
      for (const line of text.split('\n')) {
        const event = line === '' ? undefined : eventOf(line);
        if (!event) break;
        events.push(event);
        good += Buffer.byteLength(line) + 1;
      }
      // A torn tail was never acknowledged: S3 sends it again.
      if (good < Buffer.byteLength(text)) truncateSync(path, good);
      size = good;
      return events;
    },
    append: (events) => {
      const text = events.map(lineOf).join('');
      appendFileSync(path, text);
      size += Buffer.byteLength(text);
    },
    clear: () => {
      if (size < bytesToKeep) return;
      truncateSync(path, 0);
      size = 0;
    },
  };
};
