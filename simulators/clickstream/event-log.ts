import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** An event as it stands in the log: when the simulator made it, by the machine's clock, and its JSON. */
export type LoggedEvent = { createdAtMs: number; json: string };

/**
 * The clickstream API's memory, one line an event: `<created at, ms> TAB <JSON>`. Event n is line n, so any cursor is served again after a
 * crash; it is also the ledger of what was created. A line counts once its newline is written: a torn one is cut at start.
 */
export type EventLog = EventLogReader & {
  append(events: readonly LoggedEvent[]): void;
};

export type EventLogReader = {
  count(): number;
  /** Events with ids above `sinceId`, at most `limit`. */
  read(sinceId: number, limit: number): LoggedEvent[];
  close(): void;
};

export const clickstreamLogName = 'clickstream.log';

const chunkBytes = 1 << 20;
const newline = 10;

/** Where each whole line ends, found by reading the file once. */
const lineEnds = (file: number): number[] => {
  const ends: number[] = [];
  const chunk = Buffer.alloc(chunkBytes);
  for (let position = 0; ; ) {
    const length = readSync(file, chunk, 0, chunkBytes, position);
    if (length === 0) return ends;
    for (let at = chunk.indexOf(newline); at !== -1 && at < length; at = chunk.indexOf(newline, at + 1)) {
      ends.push(position + at + 1);
    }
    position += length;
  }
};

const parseLine = (line: string): LoggedEvent => {
  const tab = line.indexOf('\t');
  return { createdAtMs: Number(line.slice(0, tab)), json: line.slice(tab + 1) };
};

const readLines = (file: number, ends: readonly number[], sinceId: number, limit: number): LoggedEvent[] => {
  const lastId = Math.min(ends.length, sinceId + limit);
  if (lastId <= sinceId) return [];
  const start = ends[sinceId - 1] ?? 0;
  const bytes = Buffer.alloc((ends[lastId - 1] ?? 0) - start);
  readSync(file, bytes, 0, bytes.length, start);
  return bytes.toString('utf8').trimEnd().split('\n').map(parseLine);
};

/** Reads a log that another process may be writing: as it is now, a line being written left out. */
export const readEventLog = (path: string): EventLogReader => {
  const file = openSync(path, 'r');
  const ends = lineEnds(file);
  return {
    count: () => ends.length,
    read: (sinceId, limit) => readLines(file, ends, sinceId, limit),
    close: () => closeSync(file),
  };
};

/** Opens the log to write it; one process at a time. */
export const openEventLog = (path: string): EventLog => {
  const file = openSync(path, 'a+');
  const ends = lineEnds(file);
  const sizeBytes = (): number => ends.at(-1) ?? 0;
  if (fstatSync(file).size > sizeBytes()) ftruncateSync(file, sizeBytes());
  return {
    count: () => ends.length,
    append: (events) => {
      let end = sizeBytes();
      const lines = events.map(({ createdAtMs, json }) => Buffer.from(`${createdAtMs}\t${json}\n`));
      const bytes = Buffer.concat(lines);
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      for (const line of lines) ends.push((end += line.length));
    },
    read: (sinceId, limit) => readLines(file, ends, sinceId, limit),
    close: () => closeSync(file),
  };
};
