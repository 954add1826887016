import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  binlogMagic,
  type EventBody,
  encodeEvent,
  eventTypes,
  formatDescription,
} from '../../../../wire/mysql/binlog/event.ts';
import { type PlacedEvent, readFile } from '../../../../wire/mysql/binlog/file.ts';
import { formatGtidSet, type GtidSet, withGtid } from '../../../../wire/mysql/binlog/gtid-set.ts';
import type { Binlog, BinlogFile } from '../types.ts';

/** Where a transaction goes that is about to be written, and its number. */
export type NextTransaction = { file: string; position: number; gtid: { uuid: string; number: bigint } };

/** The server's binlog, to be written to. Whatever is in it is committed: it is the log that recovery reads. */
export type BinlogWriter = Binlog & {
  /** Where the next transaction will be and what number it gets. */
  next(): NextTransaction;
  /**
   * Adds one whole transaction, encoded for the place and number that `next` told, in one write(2): when this returns the
   * operating system has it. Throws, with nothing added, when it cannot be written. Begins a new file after one that has reached its size.
   */
  append(transaction: Buffer): void;
  /** FLUSH LOGS: ends the file with a Rotate event and begins the next one. */
  rotate(): void;
  /** PURGE BINARY LOGS TO: drops the files before this one. Unknown names are the caller's error (1373). */
  purgeTo(file: string): void;
  /** RESET BINARY LOGS AND GTIDS: as if nothing had ever been written. */
  reset(): void;
  /** Transactions from a place on, file by file: for recovery from a checkpoint, and SHOW BINLOG EVENTS. */
  read(from: { file: string; position: number }): Generator<{ file: string; event: PlacedEvent }>;
  close(): void;
};

export type BinlogWriterOptions = {
  dataDir: string;
  /** Names are `<baseName>.000001`, … and the index is `<baseName>.index`, as with --log-bin. */
  baseName: string;
  serverId: number;
  serverUuid: string;
  serverVersion: string;
  nowMs: () => number;
  /** max_binlog_size, asked after each transaction. */
  maxFileBytes: () => number;
  /** What was cut off the last file because its writing was never finished. */
  onTornTail?: (file: string, sizeBytes: number) => void;
};

const firstPosition = 4;

type OpenFile = { name: string; descriptor: number; sizeBytes: number };

const writeWhole = (descriptor: number, bytes: Uint8Array, position: number): void => {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
};

/** Ends of whole transactions: behind the events a file begins with, an Xid, or the Query of a DDL statement, and a Rotate. */
const endsTransaction = ({ body }: PlacedEvent, isInside: boolean): boolean => {
  if (body.kind === 'query') return body.query !== 'BEGIN';
  return body.kind === 'xid' || !isInside;
};

type Scan = { endPosition: number; executed: GtidSet; before: GtidSet };

/** Walks through a file, as far as it is whole. */
const scan = (bytes: Buffer): Scan => {
  let endPosition = firstPosition;
  let before: GtidSet = new Map();
  let executed: GtidSet = new Map();
  let pending: { uuid: string; number: bigint } | undefined;
  let isInside = false;
  for (const event of readFile(bytes)) {
    const { body } = event;
    if (body.kind === 'previous-gtids') {
      before = body.gtids;
      executed = body.gtids;
    }
    if (body.kind === 'gtid') {
      pending = body;
      isInside = true;
    } else if (endsTransaction(event, isInside)) {
      if (pending) executed = withGtid(executed, pending.uuid, pending.number);
      pending = undefined;
      isInside = false;
      endPosition = event.position + event.header.sizeBytes;
    }
  }
  return { endPosition, executed, before };
};

const isWhole = (bytes: Buffer): boolean =>
  bytes.subarray(0, firstPosition).equals(binlogMagic) && scan(bytes).endPosition > firstPosition;

/** Opens the log in the data directory, or begins it. The tail of a transaction whose writing was cut short is cut off. */
export const openBinlogWriter = (options: BinlogWriterOptions): BinlogWriter => {
  const { dataDir, baseName, serverId, serverUuid, serverVersion, nowMs } = options;
  mkdirSync(dataDir, { recursive: true });
  const pathOf = (name: string) => join(dataDir, name);
  const indexPath = pathOf(`${baseName}.index`);
  const listeners = new Set<() => void>();
  let closed: BinlogFile[] = [];
  let current: OpenFile;
  let executed: GtidSet = new Map();
  let purged: GtidSet = new Map();

  const place = (position: number) => ({ timestampSeconds: Math.floor(nowMs() / 1000), serverId, position });

  // The index is replaced in one step, so that a crash leaves the old or the new one.
  const writeIndex = (names: readonly string[]): void => {
    writeFileSync(`${indexPath}.new`, names.map((name) => `./${name}\n`).join(''));
    renameSync(`${indexPath}.new`, indexPath);
  };

  const begin = (name: string): OpenFile => {
    const bodies: EventBody[] = [
      formatDescription(serverVersion, Math.floor(nowMs() / 1000)),
      { kind: 'previous-gtids', gtids: executed, tagged: false },
    ];
    const parts: Uint8Array[] = [binlogMagic];
    let sizeBytes = firstPosition;
    for (const body of bodies) {
      const event = encodeEvent(body, place(sizeBytes), true);
      parts.push(event);
      sizeBytes += event.length;
    }
    const descriptor = openSync(pathOf(name), 'w+');
    writeWhole(descriptor, Buffer.concat(parts), 0);
    return { name, descriptor, sizeBytes };
  };

  const nameAfter = (name: string | undefined): string => {
    const number = name === undefined ? 1 : Number(name.slice(baseName.length + 1)) + 1;
    return `${baseName}.${String(number).padStart(6, '0')}`;
  };

  const names = () => [...closed.map(({ name }) => name), current.name];

  const start = (name: string): void => {
    current = begin(name);
    writeIndex(names());
  };

  const recover = (found: readonly string[]): void => {
    // A file that was begun and never got its first events holds nothing.
    const last = [...found].reverse().find((name) => existsSync(pathOf(name)) && isWhole(readFileSync(pathOf(name))));
    if (last === undefined) {
      start(nameAfter(found.at(-1)));
      return;
    }
    const kept = found.slice(0, found.indexOf(last) + 1);
    const bytes = readFileSync(pathOf(last));
    const { endPosition, executed: all } = scan(bytes);
    executed = all;
    purged = scan(readFileSync(pathOf(kept[0] as string))).before;
    closed = kept.slice(0, -1).map((name) => ({ name, sizeBytes: readFileSync(pathOf(name)).length }));
    const descriptor = openSync(pathOf(last), 'r+');
    if (endPosition < bytes.length) {
      ftruncateSync(descriptor, endPosition);
      options.onTornTail?.(last, bytes.length - endPosition);
    }
    current = { name: last, descriptor, sizeBytes: endPosition };
    // A file that ends with its Rotate event is finished.
    const events = [...readFile(bytes.subarray(0, endPosition))];
    if (events.at(-1)?.header.type === eventTypes.rotate) succeed();
    else writeIndex(names());
  };

  const succeed = (): void => {
    const { name, descriptor, sizeBytes } = current;
    closed.push({ name, sizeBytes });
    start(nameAfter(name));
    closeSync(descriptor);
  };

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  const add = (bytes: Uint8Array): void => {
    const { descriptor, sizeBytes } = current;
    try {
      writeWhole(descriptor, bytes, sizeBytes);
    } catch (error) {
      ftruncateSync(descriptor, sizeBytes);
      throw error;
    }
    current.sizeBytes += bytes.length;
  };

  const rotate = (): void => {
    const next = nameAfter(current.name);
    add(encodeEvent({ kind: 'rotate', position: BigInt(firstPosition), file: next }, place(current.sizeBytes), true));
    succeed();
    tell();
  };

  const nextNumber = (): bigint => (executed.get(serverUuid)?.at(-1)?.last ?? 0n) + 1n;

  const found = existsSync(indexPath)
    ? readFileSync(indexPath, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.replace(/^\.\//, ''))
    : [];
  recover(found);

  const readBytes = ({ name, sizeBytes }: BinlogFile): Buffer => readFileSync(pathOf(name)).subarray(0, sizeBytes);
  const files = (): BinlogFile[] => [...closed, { name: current.name, sizeBytes: current.sizeBytes }];

  return {
    files,
    position: () => ({ file: current.name, offset: current.sizeBytes, executedGtids: formatGtidSet(executed) }),
    purgedGtids: () => formatGtidSet(purged),
    path: pathOf,
    onAppend: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    next: () => ({
      file: current.name,
      position: current.sizeBytes,
      gtid: { uuid: serverUuid, number: nextNumber() },
    }),
    append: (transaction) => {
      add(transaction);
      executed = withGtid(executed, serverUuid, nextNumber());
      if (current.sizeBytes >= options.maxFileBytes()) rotate();
      else tell();
    },
    rotate,
    purgeTo: (file) => {
      const index = closed.findIndex(({ name }) => name === file);
      const dropped = closed.slice(0, index < 0 ? closed.length : index);
      closed = closed.slice(dropped.length);
      writeIndex(names());
      for (const { name } of dropped) rmSync(pathOf(name), { force: true });
      purged = scan(readBytes(files()[0] as BinlogFile)).before;
    },
    reset: () => {
      for (const name of names()) rmSync(pathOf(name), { force: true });
      closeSync(current.descriptor);
      closed = [];
      executed = new Map();
      purged = new Map();
      start(nameAfter(undefined));
      tell();
    },
    *read(from) {
      const all = files();
      const first = all.findIndex(({ name }) => name === from.file);
      for (const file of first < 0 ? [] : all.slice(first)) {
        const begins = file.name === from.file ? from.position : firstPosition;
        for (const event of readFile(readBytes(file))) if (event.position >= begins) yield { file: file.name, event };
      }
    },
    close: () => closeSync(current.descriptor),
  };
};
