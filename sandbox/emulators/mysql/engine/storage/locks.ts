import type { TableRecord } from './table-data.ts';
import { isOpen, type Transaction } from './transaction.ts';

export type LockMode = 'shared' | 'exclusive';

/** The locks on one row. It exists while someone holds or wants one. */
export type RowLock = {
  readonly record: TableRecord;
  readonly tableName: string;
  holders: Map<Transaction, LockMode>;
  waiters: { transaction: Transaction; mode: LockMode; granted: () => void }[];
};

/** Thrown out of a statement that meets a locked row: its changes are taken back, it waits, and is run again. */
export class RowLocked extends Error {
  readonly lock: RowLock;
  readonly mode: LockMode;

  constructor(lock: RowLock, mode: LockMode) {
    super(`a row of ${lock.tableName} is locked`);
    this.lock = lock;
    this.mode = mode;
  }
}

const compatible = (lock: RowLock, transaction: Transaction, mode: LockMode): boolean => {
  for (const [holder, held] of lock.holders) {
    if (holder === transaction) continue;
    if (mode === 'exclusive' || held === 'exclusive') return false;
  }
  return true;
};

/** Takes the lock if that can be done at once. */
export const tryLock = (
  record: TableRecord,
  tableName: string,
  transaction: Transaction,
  mode: LockMode,
): RowLock | null => {
  let lock = record.lock;
  if (lock === null) {
    lock = { record, tableName, holders: new Map(), waiters: [] };
    record.lock = lock;
  }
  const held = lock.holders.get(transaction);
  if (held === 'exclusive' || held === mode) return null;
  // Who comes later waits behind those who wait already, unless it holds the lock and only wants more.
  const queued =
    held === undefined &&
    lock.waiters.some(
      (waiter) => waiter.transaction !== transaction && (mode === 'exclusive' || waiter.mode === 'exclusive'),
    );
  if (queued || !compatible(lock, transaction, mode)) return lock;
  lock.holders.set(transaction, mode);
  transaction.locks.add(lock);
  return null;
};

export const lockRow = (record: TableRecord, tableName: string, transaction: Transaction, mode: LockMode): void => {
  const blocked = tryLock(record, tableName, transaction, mode);
  if (blocked) throw new RowLocked(blocked, mode);
};

const grantNext = (lock: RowLock): void => {
  while (lock.waiters.length > 0) {
    const [first] = lock.waiters;
    if (!first || !compatible(lock, first.transaction, first.mode)) return;
    lock.waiters.shift();
    first.transaction.waitingFor = null;
    if (isOpen(first.transaction)) {
      lock.holders.set(first.transaction, first.mode);
      first.transaction.locks.add(lock);
    }
    first.granted();
  }
  if (lock.holders.size === 0 && lock.record.lock === lock) lock.record.lock = null;
};

export const releaseLocks = (transaction: Transaction): void => {
  const { locks } = transaction;
  transaction.locks = new Set();
  for (const lock of locks) {
    lock.holders.delete(transaction);
    grantNext(lock);
  }
};

/** Joins the queue; returns how to leave it. The caller has seen that there is no deadlock. */
export const enqueue = (blocked: RowLocked, transaction: Transaction, granted: () => void): (() => void) => {
  const { lock, mode } = blocked;
  const waiter = { transaction, mode, granted };
  lock.waiters.push(waiter);
  transaction.waitingFor = lock;
  return () => {
    const index = lock.waiters.indexOf(waiter);
    if (index < 0) return;
    lock.waiters.splice(index, 1);
    transaction.waitingFor = null;
    grantNext(lock);
  };
};

const blockersOf = (lock: RowLock, transaction: Transaction): Transaction[] => [
  ...[...lock.holders.keys()].filter((holder) => holder !== transaction),
  ...lock.waiters.map((waiter) => waiter.transaction).filter((waiter) => waiter !== transaction),
];

/** Would waiting close a circle of transactions that wait for each other? */
export const wouldDeadlock = (blocked: RowLocked, transaction: Transaction): boolean => {
  const seen = new Set<Transaction>();
  const reaches = (lock: RowLock, from: Transaction): boolean =>
    blockersOf(lock, from).some((blocker) => {
      if (blocker === transaction) return true;
      if (seen.has(blocker)) return false;
      seen.add(blocker);
      return blocker.waitingFor !== null && reaches(blocker.waitingFor, blocker);
    });
  return reaches(blocked.lock, transaction);
};

/** The lock may be gone since it was met: then there is nothing to wait for. */
export const isStillBlocked = (blocked: RowLocked, transaction: Transaction): boolean =>
  !compatible(blocked.lock, transaction, blocked.mode) || blocked.lock.waiters.length > 0;
