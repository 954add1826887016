import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { crc32c } from '../../wire/kafka/crc32c.ts';

/** Rewritten as a snapshot when it has grown this much past twice the last snapshot. */
const slackBytes = 1_048_576;

/** Small state kept as an append-only file of checksummed JSON lines; an appended entry survives kill -9. */
export type Journal<Entry> = {
  append(entry: Entry): void;
  close(): void;
};

export type JournalOptions<Entry> = {
  path: string;
  /** Called for each whole entry found, in order, before anything is appended. */
  replay(entry: Entry): void;
  /** The state as the fewest entries that bring it back. */
  snapshot(): Iterable<Entry>;
  /** Told when bytes at the end were not a whole entry and were cut off. */
  onTornTail(lostBytes: number): void;
};

const encodeLine = (entry: unknown): Buffer => {
  const body = Buffer.from(JSON.stringify(entry));
  const head = `${crc32c(body).toString(16).padStart(8, '0')} `;
  return Buffer.concat([Buffer.from(head), body, Buffer.from('\n')]);
};

const decodeLine = (line: Buffer): unknown => {
  const body = line.subarray(9);
  if (line.length < 10 || Number.parseInt(line.toString('latin1', 0, 8), 16) !== crc32c(body)) return undefined;
  return JSON.parse(body.toString());
};

/** Returns the number of bytes that hold whole entries. */
const replayFile = (bytes: Buffer, replay: (entry: unknown) => void): number => {
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) return start;
    const entry = decodeLine(bytes.subarray(start, end));
    if (entry === undefined) return start;
    replay(entry);
    start = end + 1;
  }
};

const writeFully = (fd: number, bytes: Buffer, position: number): void => {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
};

export const openJournal = <Entry>(options: JournalOptions<Entry>): Journal<Entry> => {
  const { path } = options;
  const found = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  let sizeBytes = replayFile(found, (entry) => options.replay(entry as Entry));
  if (sizeBytes < found.length) options.onTornTail(found.length - sizeBytes);
  let fd = openSync(path, existsSync(path) ? 'r+' : 'w+');
  ftruncateSync(fd, sizeBytes);
  let snapshotBytes = 0;

  const compact = (): void => {
    const lines = Buffer.concat([...options.snapshot()].map(encodeLine));
    const next = openSync(`${path}.new`, 'w+');
    writeFully(next, lines, 0);
    // A rename replaces the file at once: killed before it, the old journal is whole; after it, the new one.
    renameSync(`${path}.new`, path);
    closeSync(fd);
    fd = next;
    sizeBytes = lines.length;
    snapshotBytes = lines.length;
  };

  return {
    append: (entry) => {
      const line = encodeLine(entry);
      writeFully(fd, line, sizeBytes);
      sizeBytes += line.length;
      if (sizeBytes > snapshotBytes * 2 + slackBytes) compact();
    },
    close: () => closeSync(fd),
  };
};
