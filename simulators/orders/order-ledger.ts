import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { OrderChange, OrderRow } from './life-cycle.ts';

export const orderLedgerName = 'orders.ndjson';

/** What the orders simulator wrote down: intents before the statement, settlements after it. */
type Line = { intent: OrderChange } | { done: number };

export type OrderLedgerState = {
  /** The highest sequence that was begun. */
  lastSequence: number;
  /** Whether a change was begun: connections go at their own pace, so one below the highest may not have been. */
  wasBegun(sequence: number): boolean;
  /** Each order as its last settled change left it; `null` when that was a delete. */
  orders: ReadonlyMap<number, OrderRow | null>;
  /** Begun and not settled: a crash came between; the source says whether they happened. In order of sequence. */
  doubtful: readonly OrderChange[];
};

export type OrderLedger = {
  state(): OrderLedgerState;
  intend(change: OrderChange): void;
  settle(change: OrderChange): void;
  close(): void;
};

type Book = {
  lastSequence: number;
  /** All up to this one were begun, and beyond it those in `begunAhead`. */
  begunUpTo: number;
  begunAhead: Set<number>;
  orders: Map<number, OrderRow | null>;
  open: Map<number, OrderChange>;
};

const begin = (book: Book, sequence: number): void => {
  book.lastSequence = Math.max(book.lastSequence, sequence);
  book.begunAhead.add(sequence);
  while (book.begunAhead.delete(book.begunUpTo + 1)) book.begunUpTo++;
};

const enter = (book: Book, line: Line): void => {
  if ('intent' in line) {
    begin(book, line.intent.sequence);
    book.open.set(line.intent.sequence, line.intent);
    return;
  }
  const change = book.open.get(line.done);
  if (!change) return;
  book.open.delete(line.done);
  book.orders.set(change.row.id, change.kind === 'delete' ? null : change.row);
};

const wholeLines = (path: string): { text: string; sizeBytes: number } => {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const sizeBytes = bytes.lastIndexOf(10) + 1;
  return { text: bytes.toString('utf8', 0, sizeBytes), sizeBytes };
};

const readBook = (text: string): Book => {
  const book: Book = { lastSequence: 0, begunUpTo: 0, begunAhead: new Set(), orders: new Map(), open: new Map() };
  for (const line of text.split('\n')) if (line !== '') enter(book, JSON.parse(line) as Line);
  return book;
};

const stateOf = (book: Book): OrderLedgerState => ({
  lastSequence: book.lastSequence,
  wasBegun: (sequence) => sequence <= book.begunUpTo || book.begunAhead.has(sequence),
  orders: book.orders,
  doubtful: [...book.open.values()].sort((left, right) => left.sequence - right.sequence),
});

/** Reads a ledger that another process writes; a line being written is left out. */
export const readOrderLedger = (path: string): OrderLedgerState => stateOf(readBook(wholeLines(path).text));

export const openOrderLedger = (path: string): OrderLedger => {
  const { text, sizeBytes } = wholeLines(path);
  const book = readBook(text);
  const file = openSync(path, 'a');
  ftruncateSync(file, sizeBytes);
  const write = (line: Line): void => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    enter(book, line);
  };
  return {
    state: () => stateOf(book),
    intend: (change) => write({ intent: change }),
    settle: (change) => write({ done: change.sequence }),
    close: () => closeSync(file),
  };
};
