import type { DuckDBConnection } from '@duckdb/node-api';
import { SnowflakeError } from '../errors.ts';
import type { LockRequest, Locks } from './locks.ts';
import { type Store, versionVariable } from './store.ts';

/**
 * A transaction of Snowflake on one DuckDB connection. Every row it adds carries its version. Versions of one table are committed in
 * ascending order: a transaction that is overtaken takes a later version as it commits; so a stream that has seen up to version n
 * has seen all that n and its forerunners brought.
 */
export type Transaction = {
  id: number;
  explicit: boolean;
  name: string;
  startedMs: number;
  /** True once DuckDB's transaction is open, that is from the first statement on. */
  open: boolean;
  version: number;
  /** For each table: the newest version that this transaction's snapshot sees. */
  seen: ReadonlyMap<number, number>;
  /** Tables it wrote to. */
  written: Set<number>;
  /** Streams that its DML read, with the version up to which they were read. */
  consumed: Map<number, number>;
  /** What its statements have changed so far, to be done again when a later one fails: DuckDB has no savepoints. */
  redo: RedoStep[];
  /** Rows of a stage stand in a table of this transaction: it must not be opened anew. */
  holdsStage: boolean;
  /** It could not be restored: nothing but ROLLBACK is left. */
  failed: boolean;
};

export type RedoStep = { sql: string; parameters: Parameters<DuckDBConnection['run']>[1] };

export type Transactions = {
  begin(explicit: boolean, name?: string): Transaction;
  /** Waits for the locks, then opens DuckDB's transaction if that has not happened yet. */
  enter(
    transaction: Transaction,
    connection: DuckDBConnection,
    locks: readonly LockRequest[],
    wait: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<void>;
  commit(transaction: Transaction, connection: DuckDBConnection): Promise<void>;
  rollback(transaction: Transaction, connection: DuckDBConnection): Promise<void>;
  /** After a statement failed: the transaction as it was before it, on a new snapshot. Its locks are kept. */
  restore(transaction: Transaction, connection: DuckDBConnection): Promise<void>;
  /** The newest committed version of a table's rows, as far as known: 0 when nothing was written since the start. */
  committedVersion(table: number): number;
  setCommittedVersion(table: number, version: number): void;
  /** Called after each commit that wrote to tables. */
  onCommit(listener: (tables: ReadonlySet<number>, consumed: ReadonlyMap<number, number>) => void): void;
};

export const tableLock = (table: number): string => `table ${table}`;
export const streamLock = (stream: number): string => `stream ${stream}`;

export type TransactionDependencies = {
  store: Store;
  locks: Locks;
  nowMs(): number;
  /** Gives the rows of a table that carry the old version the new one (also among the remembered changes of a table with streams). */
  renumber(connection: DuckDBConnection, table: number, from: number, to: number): Promise<void>;
};

const checkUsable = (transaction: Transaction): void => {
  if (!transaction.failed) return;
  throw new SnowflakeError(
    '000625',
    'The sandbox could not keep this transaction after one of its statements failed; it was rolled back. End it with ROLLBACK.',
    '40001',
  );
};

export const createTransactions = ({ store, locks, nowMs, renumber }: TransactionDependencies): Transactions => {
  const committed = new Map<number, number>();
  const listeners: ((tables: ReadonlySet<number>, consumed: ReadonlyMap<number, number>) => void)[] = [];

  const open = async (transaction: Transaction, connection: DuckDBConnection): Promise<void> => {
    transaction.version = store.nextVersion();
    await store.commitMutex(async () => {
      // DuckDB takes its snapshot with the first look at the database, not with BEGIN.
      await connection.run(
        `SET VARIABLE ${versionVariable} = ${transaction.version}; BEGIN; FROM sluicebox.stream_offsets LIMIT 0`,
      );
      transaction.seen = new Map(committed);
    });
    transaction.open = true;
  };

  const restore = async (transaction: Transaction, connection: DuckDBConnection): Promise<void> => {
    const { seen } = transaction;
    await connection.run('ROLLBACK').catch(() => {});
    await open(transaction, connection);
    // Streams show one and the same set of rows throughout a transaction.
    transaction.seen = seen;
    try {
      for (const { sql, parameters } of transaction.redo) await connection.run(sql, parameters);
    } catch {
      transaction.failed = true;
      await connection.run('ROLLBACK').catch(() => {});
    }
  };

  const finish = (transaction: Transaction): void => {
    transaction.open = false;
    locks.releaseAll(transaction);
  };

  const offsetsSql = (transaction: Transaction): string =>
    [...transaction.consumed]
      .map(([stream, version]) => `UPDATE sluicebox.stream_offsets SET version = ${version} WHERE stream = ${stream}; `)
      .join('');

  const commitOpen = async (transaction: Transaction, connection: DuckDBConnection): Promise<void> => {
    await store.commitMutex(async () => {
      const overtaken = [...transaction.written].filter((table) => (committed.get(table) ?? 0) > transaction.version);
      let version = transaction.version;
      if (overtaken.length > 0) {
        version = store.nextVersion();
        for (const table of overtaken) await renumber(connection, table, transaction.version, version);
      }
      await connection.run(`${offsetsSql(transaction)}COMMIT`);
      for (const table of transaction.written) {
        committed.set(table, overtaken.includes(table) ? version : transaction.version);
      }
    });
  };

  const rollback: Transactions['rollback'] = async (transaction, connection) => {
    try {
      if (transaction.open) await connection.run('ROLLBACK').catch(() => {});
    } finally {
      finish(transaction);
    }
  };

  return {
    begin: (explicit, name) => ({
      id: store.nextVersion(),
      explicit,
      name: name ?? '',
      startedMs: nowMs(),
      open: false,
      version: 0,
      seen: new Map(),
      written: new Set(),
      consumed: new Map(),
      redo: [],
      holdsStage: false,
      failed: false,
    }),
    enter: async (transaction, connection, requests, { timeoutMs, signal }) => {
      checkUsable(transaction);
      await locks.acquire(transaction, requests, timeoutMs, signal);
      if (!transaction.open) return open(transaction, connection);
      // READ COMMITTED: until it has changed something, each statement sees what is committed as it begins.
      if (transaction.redo.length === 0 && !transaction.holdsStage) await restore(transaction, connection);
    },
    commit: async (transaction, connection) => {
      try {
        checkUsable(transaction);
        if (transaction.open) await commitOpen(transaction, connection);
      } catch (error) {
        await rollback(transaction, connection);
        throw error;
      }
      finish(transaction);
      if (transaction.written.size > 0 || transaction.consumed.size > 0) {
        for (const listener of listeners) listener(transaction.written, transaction.consumed);
      }
    },
    rollback,
    restore,
    committedVersion: (table) => committed.get(table) ?? 0,
    setCommittedVersion: (table, version) => void committed.set(table, version),
    onCommit: (listener) => void listeners.push(listener),
  };
};
