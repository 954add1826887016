import type { Clock } from '../../../../core/clock.ts';
import type { ColumnValue } from '../../../../wire/mysql/binlog/values.ts';
import type { ConnectLog, OffsetMap, SourceRecord } from '../../plugin.ts';
import type { RecordMaker } from './change-records.ts';
import type { DatabaseSchema, SchemaEvent } from './database-schema.ts';
import { jdbcTypes as jdbc } from './ddl/column-definition.ts';
import { errors } from './errors.ts';
import { isSystemDatabase } from './filters.ts';
import type { MysqlConnection, TextRow } from './mysql-connection.ts';
import { type OffsetContext, offsetAt, offsetMap } from './offset-context.ts';
import { schemaChangeRecord } from './schema-change-records.ts';
import { binlogStatus, globalVariable } from './server-facts.ts';
import type { Settings } from './settings.ts';
import type { SnapshotMark, SourceInfo } from './source-info.ts';
import type { TableSchema } from './table-schema.ts';
import { backtickedId, type Column, dottedId, quotedId, type TableId } from './tables.ts';
import { newTransactionCounts } from './transaction-metadata.ts';

export type SnapshotParts = {
  settings: Settings;
  clock: Clock;
  log: ConnectLog;
  connection: MysqlConnection;
  schema: DatabaseSchema;
  maker: RecordMaker;
  sourcePartition: OffsetMap;
  /** Takes a record, and waits while there is no room. */
  push(record: SourceRecord): Promise<void>;
  stopped(): boolean;
};

export type SnapshotTask = {
  /** Read the rows too, not only what the tables are. */
  data: boolean;
  /** Keep on from this offset (recovery of a lost history) instead of the place of the snapshot. */
  keptOffset: OffsetContext | undefined;
};

/** A snapshot that was told to stop. */
export class SnapshotStopped extends Error {}

const backticked = (text: string): string => `\`${text.replaceAll('`', '``')}\``;

type FoundTables = { captured: TableId[]; all: TableId[] };

const findTables = async ({ connection, settings }: SnapshotParts): Promise<FoundTables> => {
  const all: TableId[] = [];
  for (const [database] of await connection.query('SHOW DATABASES')) {
    if (!database || isSystemDatabase(database)) continue;
    const rows = await connection.query(`SHOW FULL TABLES IN ${backticked(database)} WHERE Table_Type = 'BASE TABLE'`);
    for (const [table] of rows) if (table) all.push({ database, table });
  }
  all.sort((a, b) => (quotedId(a) < quotedId(b) ? -1 : 1));
  const eligible = all.filter(({ database }) => settings.filters.includesDatabase(database));
  return { captured: eligible.filter((id) => settings.filters.includesTable(id)), all: eligible };
};

type Lock = 'global' | 'tables' | 'none';

const lockGlobally = async ({ connection, settings, log }: SnapshotParts): Promise<boolean> => {
  if (settings.lockingMode === 'none') return false;
  const statement = settings.lockingMode.startsWith('minimal_percona')
    ? 'LOCK TABLES FOR BACKUP'
    : 'FLUSH TABLES WITH READ LOCK';
  try {
    await connection.query(statement);
    return true;
  } catch {
    log.info('Unable to flush and acquire global read lock, will use table read locks after reading table names');
    return false;
  }
};

const lockTables = async ({ connection, settings }: SnapshotParts, captured: readonly TableId[]): Promise<void> => {
  if (settings.lockingMode === 'minimal_percona_no_table_locks') throw errors.noLockTables();
  const grants = (await connection.query('SHOW GRANTS FOR CURRENT_USER')).map(([grant]) => grant ?? '');
  if (!grants.some((grant) => /\bALL PRIVILEGES\b|\bLOCK TABLES\b/i.test(grant))) throw errors.noLockTables();
  if (captured.length > 0)
    await connection.query(`FLUSH TABLES ${captured.map(backtickedId).join(',')} WITH READ LOCK`);
};

const beginSnapshot = async (parts: SnapshotParts): Promise<Lock> => {
  const { connection, settings } = parts;
  const seconds = Math.max(1, Math.floor(settings.lockTimeoutMs / 1000));
  await connection.query(`SET SESSION lock_wait_timeout=${seconds}`);
  await connection.query(`SET SESSION innodb_lock_wait_timeout=${seconds}`);
  const global = await lockGlobally(parts);
  await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  if (global) return 'global';
  return settings.lockingMode === 'none' ? 'none' : 'tables';
};

const startOffset = async ({ connection, clock }: SnapshotParts): Promise<OffsetContext> => {
  const status = await binlogStatus(connection);
  if (!status) throw errors.noStatus();
  return {
    ...offsetAt(status.file, status.position, status.gtids),
    timestampMicroseconds: nowMicroseconds(clock),
    snapshot: 'INITIAL',
  };
};

const nowMicroseconds = (clock: Clock): bigint => BigInt(Math.floor(clock.nowMs())) * 1000n;

const charsetStatement = async (connection: MysqlConnection): Promise<string> => {
  const charset = await globalVariable(connection, 'character_set_server');
  const collation = await globalVariable(connection, 'collation_server');
  return `SET character_set_server=${charset}, collation_server=${collation}`;
};

const databaseCollations = async (connection: MysqlConnection): Promise<Map<string, TextRow>> => {
  const rows = await connection.query(
    'SELECT schema_name, default_character_set_name, default_collation_name FROM information_schema.schemata',
  );
  return new Map(rows.flatMap((row) => (row[0] ? [[row[0], row] as const] : [])));
};

const createDatabase = (database: string, collations: ReadonlyMap<string, TextRow>): string => {
  const [, charset, collation] = collations.get(database) ?? [];
  return `CREATE DATABASE ${backticked(database)}${charset ? ` CHARSET ${charset}` : ''}${collation ? ` COLLATE ${collation}` : ''}`;
};

async function* structure(parts: SnapshotParts, found: FoundTables): AsyncGenerator<readonly SchemaEvent[]> {
  const { connection, schema, settings } = parts;
  const tables = settings.storesOnlyCapturedTables ? found.captured : found.all;
  yield schema.parse(await charsetStatement(connection), '');
  for (const id of tables) yield schema.parse(`DROP TABLE IF EXISTS ${backtickedId(id)}`, id.database);
  const collations = await databaseCollations(connection);
  for (const database of new Set(tables.map((id) => id.database))) {
    yield schema.parse(`DROP DATABASE IF EXISTS ${backticked(database)}`, database);
    yield schema.parse(createDatabase(database, collations), database);
    yield schema.parse(`USE ${backticked(database)}`, database);
    for (const id of tables.filter((one) => one.database === database)) {
      const ddl = (await connection.query(`SHOW CREATE TABLE ${backtickedId(id)}`))[0]?.[1];
      if (ddl) yield schema.parse(ddl, database);
    }
  }
}

const snapshotSource = (
  settings: Settings,
  offset: OffsetContext,
  mark: SnapshotMark,
  id: { database: string; table: string | null },
): SourceInfo => ({
  name: settings.topicPrefix,
  timestampMicroseconds: offset.timestampMicroseconds ?? 0n,
  snapshot: mark,
  database: id.database,
  table: id.table,
  serverId: 0,
  gtid: null,
  file: offset.file,
  position: offset.eventPosition,
  row: 0,
  thread: null,
  query: null,
});

const publishStructure = async (parts: SnapshotParts, found: FoundTables, offset: OffsetContext): Promise<void> => {
  const { settings, clock, schema, sourcePartition, push } = parts;
  const none = newTransactionCounts();
  const kept: { event: SchemaEvent; timestampMs: number }[] = [];
  for await (const events of structure(parts, found)) {
    for (const event of events) kept.push({ event, timestampMs: Math.floor(clock.nowMs()) });
  }
  await schema.store(
    kept.map(({ event }) => event),
    { server: settings.topicPrefix },
    offsetMap(offset, none),
    Math.floor(clock.nowMs()),
  );
  if (!settings.includesSchemaChanges) return;
  for (const { event, timestampMs } of kept) {
    const change = event.changes[0];
    const id = change === undefined ? undefined : 'table' in change ? change.table : change.id;
    const at = { ...offset, timestampMicroseconds: nowMicroseconds(clock) };
    const source = snapshotSource(settings, at, 'true', { database: event.database, table: id?.table ?? null });
    const record = schemaChangeRecord(
      { topic: settings.topicPrefix, ...event, source, timestampMs },
      { sourcePartition, sourceOffset: offsetMap(at, none), headers: parts.maker.contextHeaders },
    );
    await push(record);
  }
};

const isText = (column: Column): boolean =>
  ![jdbc.bit, jdbc.binary, jdbc.varbinary, jdbc.blob].includes(column.jdbcType as -7) && !isSpatial(column);

const isSpatial = (column: Column): boolean => column.jdbcType === jdbc.other && column.typeName !== 'JSON';

const cellOf = (column: Column, bytes: Buffer | null): ColumnValue => {
  if (bytes === null) return null;
  if (!isText(column)) return bytes;
  // The session's character set is utf8mb4, whatever the column's is.
  return bytes.toString('utf8');
};

const selectOf = ({ settings }: SnapshotParts, schema: TableSchema): string => {
  const { table } = schema;
  const override = settings.selectOverrides.get(dottedId(table).toLowerCase());
  if (override !== undefined && override !== '') return override;
  return `SELECT ${table.columns.map((column) => backticked(column.name)).join(', ')} FROM ${backtickedId(table)}`;
};

type Place = { firstTable: boolean; lastTable: boolean; firstRow: boolean; lastRow: boolean };

const markOf = ({ firstTable, lastTable, firstRow, lastRow }: Place): SnapshotMark => {
  if (lastRow && lastTable) return 'last';
  if (firstRow && firstTable) return 'first';
  if (lastRow) return 'last_in_data_collection';
  return firstRow ? 'first_in_data_collection' : 'true';
};

/** Gives each value with whether it is the last: one is held back. */
async function* withLast<T>(values: AsyncIterable<T>): AsyncGenerator<{ value: T; last: boolean }> {
  let held: { value: T } | undefined;
  for await (const value of values) {
    if (held) yield { value: held.value, last: false };
    held = { value };
  }
  if (held) yield { value: held.value, last: true };
}

async function* changesOf(parts: SnapshotParts, tables: readonly TableSchema[], offset: OffsetContext) {
  const { settings, connection } = parts;
  for (const [index, schema] of tables.entries()) {
    const { columns } = schema.table;
    let firstRow = true;
    for await (const { value: row, last } of withLast(connection.rows(selectOf(parts, schema)))) {
      if (parts.stopped()) throw new SnapshotStopped();
      const place = { firstTable: index === 0, lastTable: index === tables.length - 1, firstRow, lastRow: last };
      const after = columns.map((column, at) => cellOf(column, row[at] ?? null));
      firstRow = false;
      yield { schema, after, source: snapshotSource(settings, offset, markOf(place), schema.table) };
    }
  }
}

const readData = async (parts: SnapshotParts, captured: readonly TableId[], offset: OffsetContext): Promise<void> => {
  const { settings, schema, maker, push } = parts;
  const wanted = captured.filter((id) => settings.snapshotIncludes?.(dottedId(id)) ?? true);
  const tables = wanted.flatMap((id) => schema.schemaOf(id) ?? []);
  const none = newTransactionCounts();
  // The rows' time is the server's, in seconds.
  const read: OffsetContext = {
    ...offset,
    timestampMicroseconds: ((offset.timestampMicroseconds ?? 0n) / 1_000_000n) * 1_000_000n,
  };
  const running = offsetMap(read, none);
  // With the last record the snapshot is done: its offset says so no more, whichever table it came from.
  const done = offsetMap({ ...read, snapshot: undefined }, none);
  for await (const { value, last } of withLast(changesOf(parts, tables, read))) {
    const source: SourceInfo = last ? { ...value.source, snapshot: 'last' } : value.source;
    const change = {
      operation: 'r' as const,
      before: undefined,
      after: value.after,
      source,
      nextTransactionBlock: () => null,
    };
    for (const record of maker.recordsOf(value.schema, change, { before: running, after: last ? done : running }))
      await push(record);
  }
};

/**
 * Reads what the captured tables are and hold at one place of the binlog, and gives that place: BinlogSnapshotChangeEventSource. Locks
 * as Debezium: the whole server for as long as the structure is read, or, where FLUSH TABLES WITH READ LOCK is not permitted, the
 * captured tables until all is read.
 */
export const takeSnapshot = async (parts: SnapshotParts, task: SnapshotTask): Promise<OffsetContext> => {
  const { connection, schema, settings } = parts;
  schema.reset();
  const lock = await beginSnapshot(parts);
  try {
    const found = await findTables(parts);
    if (lock === 'tables') await lockTables(parts, found.captured);
    const offset = task.keptOffset ?? (await startOffset(parts));
    await publishStructure(parts, found, { ...offset, snapshot: 'INITIAL' });
    if (lock === 'global' && settings.lockingMode !== 'extended') await connection.query('UNLOCK TABLES');
    if (task.data) await readData(parts, found.captured, offset);
    return { ...offset, snapshot: undefined };
  } finally {
    await connection.query('UNLOCK TABLES').catch(() => {});
    await connection.query('ROLLBACK').catch(() => {});
  }
};
