/** Locks on whole tables: what transactions use until they end, LOCK TABLES, FLUSH TABLES WITH READ LOCK. Sessions go by their id. */
export type TableLocks = {
  /** Tables in use by open transactions, read or written. */
  readonly used: Map<string, Map<number, 'read' | 'write'>>;
  /** LOCK TABLES. */
  readonly locked: Map<string, Map<number, 'read' | 'write'>>;
  readonly globalReaders: Set<number>;
  waiters: { free: () => boolean; granted: () => void }[];
};

/** Thrown out of a statement that meets a locked table: it waits until `free` is true, and is run again. */
export class TableLocked extends Error {
  readonly free: () => boolean;
  readonly state: string;

  constructor(state: string, free: () => boolean) {
    super(state);
    this.free = free;
    this.state = state;
  }
}

export const newTableLocks = (): TableLocks => ({
  used: new Map(),
  locked: new Map(),
  globalReaders: new Set(),
  waiters: [],
});

const others = (
  holders: Map<number, 'read' | 'write'> | undefined,
  session: number,
  ...modes: readonly ('read' | 'write')[]
): boolean => {
  for (const [holder, mode] of holders ?? []) if (holder !== session && modes.includes(mode)) return true;
  return false;
};

const blockedByGlobal = (locks: TableLocks, session: number): boolean => {
  for (const reader of locks.globalReaders) if (reader !== session) return true;
  return false;
};

const waitUnless = (state: string, free: () => boolean): void => {
  if (!free()) throw new TableLocked(state, free);
};

/** A statement is about to read or write a table; in a transaction the table stays in use until its end. */
export const useTable = (
  locks: TableLocks,
  session: number,
  table: string,
  mode: 'read' | 'write',
  keep: boolean,
): void => {
  const free = () =>
    mode === 'read'
      ? !others(locks.locked.get(table), session, 'write')
      : !others(locks.locked.get(table), session, 'read', 'write') && !blockedByGlobal(locks, session);
  waitUnless(
    mode === 'write' && blockedByGlobal(locks, session)
      ? 'Waiting for global read lock'
      : 'Waiting for table metadata lock',
    free,
  );
  if (!keep) return;
  const holders = locks.used.get(table) ?? new Map<number, 'read' | 'write'>();
  locks.used.set(table, holders);
  if (holders.get(session) !== 'write') holders.set(session, mode);
};

/** A change of definition needs the table for itself. */
export const ownTable = (locks: TableLocks, session: number, table: string): void =>
  waitUnless(
    'Waiting for table metadata lock',
    () =>
      !others(locks.used.get(table), session, 'read', 'write') &&
      !others(locks.locked.get(table), session, 'read', 'write') &&
      !blockedByGlobal(locks, session),
  );

/** A commit that writes waits for FLUSH TABLES WITH READ LOCK of others. */
export const mayCommit = (locks: TableLocks, session: number): void =>
  waitUnless('Waiting for commit lock', () => !blockedByGlobal(locks, session));

export const lockTable = (locks: TableLocks, session: number, table: string, mode: 'read' | 'write'): void => {
  waitUnless('Waiting for table metadata lock', () =>
    mode === 'read'
      ? !others(locks.used.get(table), session, 'write') && !others(locks.locked.get(table), session, 'write')
      : !others(locks.used.get(table), session, 'read', 'write') &&
        !others(locks.locked.get(table), session, 'read', 'write') &&
        !blockedByGlobal(locks, session),
  );
  const holders = locks.locked.get(table) ?? new Map<number, 'read' | 'write'>();
  locks.locked.set(table, holders);
  if (holders.get(session) !== 'write') holders.set(session, mode);
};

export const lockGlobally = (locks: TableLocks, session: number): void => {
  waitUnless('Waiting for global read lock', () => {
    for (const holders of locks.locked.values()) if (others(holders, session, 'write')) return false;
    return true;
  });
  locks.globalReaders.add(session);
};

const wake = (locks: TableLocks): void => {
  for (const waiter of [...locks.waiters]) {
    if (!waiter.free()) continue;
    locks.waiters = locks.waiters.filter((other) => other !== waiter);
    waiter.granted();
  }
};

const release = (from: Map<string, Map<number, 'read' | 'write'>>, session: number): void => {
  for (const [table, holders] of from) {
    holders.delete(session);
    if (holders.size === 0) from.delete(table);
  }
};

/** A transaction ended. */
export const releaseUsed = (locks: TableLocks, session: number): void => {
  if (locks.used.size === 0) return;
  release(locks.used, session);
  wake(locks);
};

/** UNLOCK TABLES, or the end of a session; what unlocks by the way (a new transaction) leaves the global read lock. */
export const releaseLocked = (locks: TableLocks, session: number, keepGlobalRead = false): void => {
  release(locks.locked, session);
  if (!keepGlobalRead) locks.globalReaders.delete(session);
  wake(locks);
};

/** Waits for a table lock; returns how to give up. */
export const waitForTable = (locks: TableLocks, blocked: TableLocked, granted: () => void): (() => void) => {
  const waiter = { free: blocked.free, granted };
  locks.waiters.push(waiter);
  return () => {
    locks.waiters = locks.waiters.filter((other) => other !== waiter);
  };
};
