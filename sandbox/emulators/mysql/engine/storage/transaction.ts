import type { Row } from '../values/sql-type.ts';
import type { RowLock } from './locks.ts';
import type { TableData, TableRecord, Version } from './table-data.ts';

export type Isolation = 'READ-UNCOMMITTED' | 'READ-COMMITTED' | 'REPEATABLE-READ' | 'SERIALIZABLE';

/** What a consistent read sees: transactions that committed up to `sequence`, and its own. */
export type ReadView = { readonly sequence: number; readonly own: Transaction | null };

export type Change =
  | { readonly kind: 'insert'; readonly table: TableData; readonly after: Row }
  | { readonly kind: 'update'; readonly table: TableData; readonly before: Row; readonly after: Row }
  | { readonly kind: 'delete'; readonly table: TableData; readonly before: Row };

/** What a version replaced, to be taken back by a rollback. */
export type Undo = { readonly table: TableData; readonly record: TableRecord; readonly version: Version };

export type Transaction = {
  readonly id: number;
  readonly threadId: number;
  readonly isolation: Isolation;
  readonly readOnly: boolean;
  /** Place in the order of commits; Infinity while it is open. */
  commitSequence: number;
  undo: Undo[];
  /** Changes for the binlog, statement by statement. */
  statements: Change[][];
  locks: Set<RowLock>;
  view: ReadView | null;
  savepoints: { name: string; undo: number; statements: number }[];
  waitingFor: RowLock | null;
  startedMs: number;
};

/** The writer of everything that was there before: rows of a checkpoint, and old ones whose transaction nobody has to tell any more. */
export const settled: Transaction = {
  id: 0,
  threadId: 0,
  isolation: 'REPEATABLE-READ',
  readOnly: true,
  commitSequence: 0,
  undo: [],
  statements: [],
  locks: new Set(),
  view: null,
  savepoints: [],
  waitingFor: null,
  startedMs: 0,
};

export const newTransaction = (
  id: number,
  threadId: number,
  isolation: Isolation,
  readOnly: boolean,
  startedMs: number,
): Transaction => ({
  id,
  threadId,
  isolation,
  readOnly,
  commitSequence: Number.POSITIVE_INFINITY,
  undo: [],
  statements: [],
  locks: new Set(),
  view: null,
  savepoints: [],
  waitingFor: null,
  startedMs,
});

export const isOpen = (transaction: Transaction): boolean => transaction.commitSequence === Number.POSITIVE_INFINITY;
