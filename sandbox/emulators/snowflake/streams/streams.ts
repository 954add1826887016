import type { DuckDBConnection } from '@duckdb/node-api';
import type { Catalog } from '../catalog/catalog.ts';
import { physicalChanges, physicalTable, type StreamObject, type TableObject } from '../catalog/objects.ts';
import type { Locks } from '../storage/locks.ts';
import { createMutex } from '../storage/mutex.ts';
import { rowColumn, type Store, versionColumn, versionVariable } from '../storage/store.ts';
import { type Transaction, type Transactions, tableLock } from '../storage/transaction.ts';
import { fromVariable, streamRelation, toVariable } from './stream-relation.ts';

export type Streams = {
  ofTable(table: number): StreamObject[];
  /** Rows of this table were changed or deleted since the oldest offset of its streams. */
  hasChanges(table: number): boolean;
  offset(stream: number): number;
  /** Sets the connection's variables so that the stream reads from its offset to what the transaction sees. */
  prepare(stream: StreamObject, transaction: Transaction, connection: DuckDBConnection): Promise<void>;
  /** Exact, and reads nothing when nothing was committed since the offset. */
  hasData(stream: StreamObject): Promise<boolean>;
  /** As far as known without reading: may say yes where only unseen kinds of change were committed, never no wrongly. */
  mayHaveData(stream: StreamObject): boolean;
  /** `seen` is a version that all rows of the table are older than. */
  created(stream: StreamObject, offset: number, seen: number): void;
  dropped(stream: StreamObject): void;
  /** SQL that keeps old images of the rows with these row ids (`rowid` of the table), to be run before they change. */
  capture(table: TableObject, rowIds: string): string;
  /** To be called in the transaction that captured. */
  captured(table: number): void;
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** For a table that gets its first stream. */
export const createChangesSql = (table: TableObject): string[] => [
  `CREATE TABLE IF NOT EXISTS ${physicalChanges(table)} AS
    SELECT *, CAST(0 AS BIGINT) AS "$change", CAST(0 AS BIGINT) AS "$order" FROM ${physicalTable(table)} LIMIT 0`,
];

export type StreamDependencies = { store: Store; catalog: Catalog; locks: Locks; transactions: Transactions };

const number = async (connection: DuckDBConnection, sql: string): Promise<number> => {
  const rows = (await connection.runAndReadAll(sql)).getRows();
  return Number(rows[0]?.[0] ?? 0);
};

const newestVersion = (connection: DuckDBConnection, table: TableObject): Promise<number> =>
  number(
    connection,
    `SELECT greatest((SELECT coalesce(max(${versionColumn}), 0) FROM ${physicalTable(table)}),
      (SELECT coalesce(max("$change"), 0) FROM ${physicalChanges(table)}))`,
  );

export const loadStreams = async (dependencies: StreamDependencies, connection: DuckDBConnection): Promise<Streams> => {
  const { store, catalog, locks, transactions } = dependencies;
  const offsets = new Map<number, number>();
  const changed = new Set<number>();
  // For streams that were found empty: up to which version of the table.
  const emptyUpTo = new Map<number, number>();
  const prune = createMutex();

  const ofTable = (table: number): StreamObject[] =>
    catalog.all('stream').filter((stream) => stream.tableId === table && !stream.broken);

  const stored = await connection.runAndReadAll('SELECT stream, version FROM sluicebox.stream_offsets');
  for (const [stream, version] of stored.getRows()) offsets.set(Number(stream), Number(version));
  for (const table of catalog.all('table')) {
    const streams = ofTable(table.id);
    if (streams.length === 0) continue;
    const newest = Math.max(await newestVersion(connection, table), ...streams.map(({ id }) => offsets.get(id) ?? 0));
    transactions.setCommittedVersion(table.id, newest);
    store.reachVersion(newest);
    const changes = await number(connection, `SELECT count(*) FROM (FROM ${physicalChanges(table)} LIMIT 1)`);
    if (changes > 0) changed.add(table.id);
  }

  const pruneChanges = async (tableId: number): Promise<void> => {
    const table = catalog.byId('table', tableId);
    if (!table || !changed.has(tableId)) return;
    const oldest = Math.min(...ofTable(tableId).map(({ id }) => offsets.get(id) ?? 0));
    const owner = {};
    const pruning = await store.connect();
    try {
      await locks.acquire(owner, [{ key: tableLock(tableId), mode: 'rewrite' }], 60_000);
      await pruning.run(`DELETE FROM ${physicalChanges(table)} WHERE "$change" <= ${oldest}`);
      if ((await number(pruning, `SELECT count(*) FROM (FROM ${physicalChanges(table)} LIMIT 1)`)) > 0) return;
      changed.delete(tableId);
      catalog.touch();
    } catch {
      // The table may be gone by now; what stays behind is tried again with the next commit.
    } finally {
      locks.releaseAll(owner);
      pruning.closeSync();
    }
  };

  transactions.onCommit((_tables, consumed) => {
    for (const [id, version] of consumed) {
      offsets.set(id, version);
      const stream = catalog.byId('stream', id);
      if (stream && changed.has(stream.tableId)) void prune(() => pruneChanges(stream.tableId)).catch(() => {});
    }
  });

  const mayHaveData = (stream: StreamObject): boolean => {
    const committed = transactions.committedVersion(stream.tableId);
    return committed > (offsets.get(stream.id) ?? 0) && emptyUpTo.get(stream.id) !== committed;
  };

  const prepare: Streams['prepare'] = async (stream, transaction, target) => {
    const from = offsets.get(stream.id) ?? 0;
    const to = transaction.seen.get(stream.tableId) ?? 0;
    await target.run(`SET VARIABLE ${fromVariable(stream)} = ${from}; SET VARIABLE ${toVariable(stream)} = ${to}`);
  };

  const readsSomething = async (stream: StreamObject, table: TableObject): Promise<boolean> => {
    const reading = await store.connect();
    const transaction = transactions.begin(false);
    try {
      await transactions.enter(transaction, reading, [], { timeoutMs: 0 });
      await prepare(stream, transaction, reading);
      const relation = streamRelation(stream, table, changed.has(table.id));
      const found = (await number(reading, `SELECT count(*) FROM (SELECT 1 FROM ${relation.sql} LIMIT 1)`)) > 0;
      if (!found) emptyUpTo.set(stream.id, transaction.seen.get(table.id) ?? 0);
      return found;
    } finally {
      await transactions.rollback(transaction, reading);
      reading.closeSync();
    }
  };

  return {
    ofTable,
    hasChanges: (table) => changed.has(table),
    offset: (stream) => offsets.get(stream) ?? 0,
    prepare,
    mayHaveData,
    hasData: async (stream) => {
      const table = catalog.byId('table', stream.tableId);
      if (!table || stream.broken || !mayHaveData(stream)) return false;
      // New rows alone raise the version of a table that has no changes of old rows.
      if (!changed.has(table.id)) return true;
      return readsSomething(stream, table);
    },
    created: (stream, offset, seen) => {
      offsets.set(stream.id, offset);
      if (transactions.committedVersion(stream.tableId) < seen) transactions.setCommittedVersion(stream.tableId, seen);
    },
    dropped: (stream) => {
      offsets.delete(stream.id);
      if (changed.has(stream.tableId)) void prune(() => pruneChanges(stream.tableId)).catch(() => {});
    },
    capture: (table, rowIds) => {
      const names = table.columns.map((column) => quoted(column.name)).join(', ');
      const oldest = Math.min(...ofTable(table.id).map(({ id }) => offsets.get(id) ?? 0));
      // Append-only streams care for rows that they have not seen yet alone.
      const unseen = ofTable(table.id).every((stream) => stream.appendOnly) ? `AND ${versionColumn} > ${oldest}` : '';
      return `INSERT INTO ${physicalChanges(table)} (${names}, ${rowColumn}, ${versionColumn}, "$change", "$order")
        SELECT ${names}, ${rowColumn}, ${versionColumn}, CAST(getvariable('${versionVariable}') AS BIGINT),
          nextval('sluicebox.row_numbers')
        FROM ${physicalTable(table)}
        WHERE rowid IN (${rowIds}) ${unseen}`;
    },
    captured: (table) => {
      if (changed.has(table)) return;
      changed.add(table);
      catalog.touch();
    },
  };
};
