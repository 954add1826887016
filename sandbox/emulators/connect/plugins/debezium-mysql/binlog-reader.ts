import type { Clock } from '../../../../core/clock.ts';
import { NotEmulated } from '../../../../core/not-emulated.ts';
import {
  checksumHolds,
  decodeEvent,
  type EventBody,
  type EventHeader,
  eventFlags,
} from '../../../../wire/mysql/binlog/event.ts';
import { type GtidEvent, gtidSource } from '../../../../wire/mysql/binlog/gtid.ts';
import { formatGtidSet, type GtidSet, withGtid } from '../../../../wire/mysql/binlog/gtid-set.ts';
import type { QueryEvent } from '../../../../wire/mysql/binlog/query.ts';
import { type RowChange, type RowsEvent, readRows } from '../../../../wire/mysql/binlog/rows.ts';
import type { TableMap } from '../../../../wire/mysql/binlog/table-map.ts';
import type { ColumnTraits } from '../../../../wire/mysql/binlog/values.ts';
import type { ConnectLog, OffsetMap, SourceRecord } from '../../plugin.ts';
import type { Operation, RecordMaker } from './change-records.ts';
import { type DatabaseSchema, isIgnoredDdl, type SchemaEvent } from './database-schema.ts';
import { debeziumError, errors } from './errors.ts';
import type { Heartbeat } from './heartbeat.ts';
import {
  commitTransaction,
  type OffsetContext,
  offsetMap,
  setBinlogStart,
  setEventPosition,
  setRow,
  startGtid,
  startTransaction,
} from './offset-context.ts';
import { schemaChangeRecord } from './schema-change-records.ts';
import type { Settings } from './settings.ts';
import type { SourceInfo } from './source-info.ts';
import type { TableSchema } from './table-schema.ts';
import { dottedId, type TableId } from './tables.ts';
import {
  beginTransaction,
  countEvent,
  endTransaction,
  type TransactionCounts,
  transactionBegin,
  transactionEnd,
} from './transaction-metadata.ts';

type MappedTable = { id: TableId; schema: TableSchema | undefined; columns: readonly ColumnTraits[] };

export type BinlogReader = {
  /** Reads one event as it came; what comes of it goes to `push`. Waits only for the schema history. */
  handle(event: Buffer): Promise<void> | undefined;
};

export type BinlogReaderParts = {
  settings: Settings;
  clock: Clock;
  log: ConnectLog;
  schema: DatabaseSchema;
  maker: RecordMaker;
  heartbeat: Heartbeat;
  offset: OffsetContext;
  counts: TransactionCounts;
  sourcePartition: OffsetMap;
  /** Do events end with a checksum until a format description says otherwise? */
  checksum: boolean;
  /** Transactions that are done with when reading begins; undefined on a server without GTIDs. */
  executed: GtidSet | undefined;
  push(record: SourceRecord): void;
};

const operations: Readonly<Record<'write' | 'update' | 'delete', Operation>> = { write: 'c', update: 'u', delete: 'd' };

const dmlPattern = /^(?:SET STATEMENT .* FOR\s+)?(INSERT|UPDATE|DELETE|REPLACE)\s/is;
const truncatePattern = /^\s*TRUNCATE\b/i;

/** Turns binlog events into records: BinlogStreamingChangeEventSource, event by event. */
export const binlogReader = (parts: BinlogReaderParts): BinlogReader => {
  const { settings, clock, log, schema, maker, offset, counts, sourcePartition, push } = parts;
  const tables = new Map<number, MappedTable>();
  let { checksum, executed } = parts;
  let timestampMicroseconds = 0n;
  let gtid: string | null = null;
  let thread: number | null = null;
  let query: string | null = null;
  let eventsToSkip = offset.restartEvents;
  let startingRow = offset.restartRows;
  let skipping = false;

  const currentOffset = (): OffsetMap => offsetMap(offset, counts);
  const origin = () => ({ sourcePartition, sourceOffset: currentOffset() });

  const sourceOf = (database: string, table: string | null, row: number): SourceInfo => ({
    name: settings.topicPrefix,
    timestampMicroseconds,
    snapshot: 'false',
    database,
    table,
    serverId: offset.serverId,
    gtid,
    file: offset.file,
    position: offset.eventPosition,
    row,
    thread,
    query,
  });

  const touch = (): void => {
    offset.timestampMicroseconds = timestampMicroseconds;
  };

  const setTime = (header: EventHeader, body: EventBody): void => {
    if (body.kind === 'gtid' && body.immediateCommitMicroseconds)
      timestampMicroseconds = body.immediateCommitMicroseconds;
    else if ((executed === undefined || timestampMicroseconds === 0n) && header.timestampSeconds !== 0) {
      timestampMicroseconds = BigInt(header.timestampSeconds) * 1_000_000n;
    }
  };

  const handleGtid = (event: GtidEvent): void => {
    if (event.anonymous || executed === undefined) return;
    const source = gtidSource(event);
    gtid = `${source}:${event.number}`;
    executed = withGtid(executed, source, event.number);
    startGtid(offset, formatGtidSet(executed));
  };

  const beginEvent = (event: QueryEvent): void => {
    startTransaction(offset);
    const id = gtid ?? `file=${offset.restartFile},pos=${offset.restartPosition}`;
    thread = event.threadId;
    if (eventsToSkip !== 0) skipping = true;
    if (!settings.transactionMetadata) return;
    const resumed = skipping && counts.id === id;
    if (resumed) return;
    beginTransaction(counts, id);
    touch();
    push(
      transactionBegin({
        topic: settings.transactionTopic,
        id,
        timestampMs: timestampMicroseconds / 1000n,
        origin: origin(),
      }),
    );
  };

  const completeTransaction = (): void => {
    const { id } = counts;
    if (id !== null) {
      touch();
      push(
        transactionEnd(
          { topic: settings.transactionTopic, id, timestampMs: timestampMicroseconds / 1000n, origin: origin() },
          counts,
        ),
      );
      endTransaction(counts);
    }
    commitTransaction(offset);
    thread = null;
    query = null;
    skipping = false;
  };

  const handleTableMap = (map: TableMap): void => {
    const id = { database: map.database, table: map.table };
    const known = schema.schemaOf(id);
    if (!known && schema.isCaptured(id)) {
      const message = errors.unknownTable(dottedId(id));
      if (settings.inconsistentSchemaMode === 'fail') throw message;
      if (settings.inconsistentSchemaMode === 'warn') log.warn(message.message);
    }
    // Signs come from the DDL, as in Debezium; text stays bytes, for the column's character set is in the DDL too.
    const columns = map.columns.map(
      (column, index): ColumnTraits => ({
        type: column.type,
        metadata: column.metadata,
        unsigned: known?.table.columns[index]?.typeName.includes('UNSIGNED') ?? column.unsigned ?? false,
      }),
    );
    tables.set(map.tableId, { id, schema: known, columns });
  };

  const decodeRows = (event: RowsEvent, mapped: MappedTable): RowChange[] => {
    try {
      return readRows(event, mapped.columns, { json: 'binary' });
    } catch (error) {
      if (settings.failureMode === 'fail') throw error;
      if (settings.failureMode === 'warn')
        log.warn(`Error while deserializing binlog event at ${offset.file}/${offset.eventPosition}: ${String(error)}`);
      return [];
    }
  };

  const nextBlock = (id: TableId) => (settings.transactionMetadata ? countEvent(counts, dottedId(id)) : null);

  const handleRows = (event: RowsEvent) => {
    if (skipping) return;
    const mapped = tables.get(event.tableId);
    const firstRow = startingRow;
    startingRow = 0;
    if (!mapped?.schema || event.change === 'partial-update') return refusePartial(event, mapped);
    const operation = operations[event.change];
    if (settings.skippedOperations.has(operation)) return;
    const { schema: table, id } = mapped;
    const width = event.columns.length;
    const knownWidth = table.table.columns.length;
    if (width !== knownWidth) throw errors.differentColumns(id.table, knownWidth, width);
    const rows = decodeRows(event, mapped);
    let lastOffset = currentOffset();
    for (let index = firstRow; index < rows.length; index++) {
      const row = rows[index] as RowChange;
      setRow(offset, index, rows.length);
      touch();
      const source = sourceOf(id.database, id.table, index);
      const change = {
        operation,
        before: row.before,
        after: row.after,
        source,
        nextTransactionBlock: () => nextBlock(id),
      };
      const after = currentOffset();
      for (const record of maker.recordsOf(table, change, { before: lastOffset, after })) push(record);
      lastOffset = after;
    }
    offset.restartRows = 0;
  };

  const refusePartial = (event: RowsEvent, mapped: MappedTable | undefined): void => {
    if (event.change === 'partial-update' && mapped?.schema) {
      throw new NotEmulated('connect', 'binlog_row_value_options=PARTIAL_JSON (PARTIAL_UPDATE_ROWS events)');
    }
  };

  const publishSchemaChanges = (events: readonly SchemaEvent[]): void => {
    if (!settings.includesSchemaChanges) return;
    for (const event of events) {
      const table = event.changes[0];
      const id = table === undefined ? undefined : 'table' in table ? table.table : table.id;
      // Of a table that is not captured only when the history keeps its DDL too.
      if (id && settings.storesOnlyCapturedTables && !schema.isCaptured(id)) continue;
      const source = {
        ...sourceOf(event.database, id?.table ?? null, 0),
        timestampMicroseconds: (timestampMicroseconds / 1000n) * 1000n,
      };
      const change = { topic: settings.topicPrefix, ...event, source, timestampMs: Math.floor(clock.nowMs()) };
      push(schemaChangeRecord(change, { ...origin(), headers: maker.contextHeaders }));
    }
  };

  const handleTruncate = (events: readonly SchemaEvent[]): void => {
    if (settings.skippedOperations.has('t')) return;
    for (const { changes } of events) {
      const change = changes[0];
      const table = change?.type === 'TRUNCATE' ? schema.schemaOf(change.id) : undefined;
      if (!table) continue;
      touch();
      const source = sourceOf(table.table.database, table.table.table, 0);
      const parts = {
        operation: 't' as const,
        before: undefined,
        after: undefined,
        source,
        nextTransactionBlock: () => null,
      };
      for (const record of maker.recordsOf(table, parts, { before: currentOffset(), after: currentOffset() }))
        push(record);
    }
  };

  const handleQuery = (event: QueryEvent): Promise<void> | undefined => {
    const sql = event.query.trim();
    const upper = sql.slice(0, 10).toUpperCase();
    if (upper === 'BEGIN') {
      beginEvent(event);
      return undefined;
    }
    if (upper === 'COMMIT') {
      completeTransaction();
      return undefined;
    }
    if (upper.startsWith('XA ') || (!truncatePattern.test(sql) && isIgnoredDdl(sql))) return undefined;
    if (dmlPattern.test(sql)) {
      log.warn(
        `Received DML '${sql.slice(0, 200)}' for processing, binlog probably contains events generated with statement or mixed based replication format`,
      );
      return undefined;
    }
    return handleDdl(sql, event.database);
  };

  const handleDdl = async (sql: string, database: string): Promise<void> => {
    const events = schema.parse(sql, database);
    touch();
    if (truncatePattern.test(sql)) return handleTruncate(events);
    // First the history: a crash between the two tells the change again, never loses it.
    await schema.store(
      events,
      { server: settings.topicPrefix },
      historyPosition(currentOffset()),
      Math.floor(clock.nowMs()),
    );
    tables.clear();
    publishSchemaChanges(events);
  };

  const handleBody = (header: EventHeader, body: EventBody): Promise<void> | undefined => {
    switch (body.kind) {
      case 'format-description':
        checksum = body.checksum;
        return undefined;
      case 'rotate':
        tables.clear();
        return undefined;
      case 'gtid':
        handleGtid(body);
        return undefined;
      case 'query':
        return handleQuery(body);
      case 'table-map':
        handleTableMap(body);
        return undefined;
      case 'rows':
        handleRows(body);
        return undefined;
      case 'rows-query':
        if (settings.includesQuery) query = body.query;
        return undefined;
      case 'xid':
        completeTransaction();
        return undefined;
      case 'other':
        refuseUnknown(header, body.type);
        return undefined;
      default:
        return undefined;
    }
  };

  const afterBody = (body: EventBody): void => {
    const beat = parts.heartbeat.beat(origin);
    if (beat) push(beat);
    if (body.kind === 'heartbeat') return;
    if (offset.inTransaction) offset.restartEvents += 1;
    if (skipping && --eventsToSkip === 0) skipping = false;
  };

  const place = (header: EventHeader, body: EventBody): void => {
    if (header.serverId !== 0) offset.serverId = header.serverId;
    if (body.kind === 'rotate') setBinlogStart(offset, body.file, body.position);
    else if (body.kind !== 'heartbeat' && header.nextPosition > 0) {
      setEventPosition(offset, BigInt(header.nextPosition - header.sizeBytes), header.sizeBytes);
    }
  };

  return {
    handle: (bytes) => {
      try {
        if (checksum && !checksumHolds(bytes))
          throw debeziumError('A binlog event does not have the checksum that it says');
        const { header, body } = decodeEvent(bytes, checksum);
        place(header, body);
        setTime(header, body);
        const waiting = handleBody(header, body);
        if (!waiting) return afterBody(body) as undefined;
        return waiting.then(
          () => afterBody(body),
          (error) => Promise.reject(errors.processing(error)),
        );
      } catch (error) {
        throw errors.processing(error);
      }
    },
  };
};

/** The history keeps positions without transaction counts. */
const historyPosition = (offset: OffsetMap): OffsetMap =>
  Object.fromEntries(Object.entries(offset).filter(([name]) => !name.startsWith('transaction_')));

/** TRANSACTION_CONTEXT and VIEW_CHANGE of group replication, XA_PREPARE: Debezium passes over them. */
const passedOver: readonly number[] = [36, 37, 38];

const typeNames: Readonly<Record<number, string>> = {
  40: 'TRANSACTION_PAYLOAD (binlog_transaction_compression=ON)',
};

const refuseUnknown = (header: EventHeader, type: number): void => {
  if (passedOver.includes(type) || (header.flags & eventFlags.ignorable) !== 0) return;
  throw new NotEmulated('connect', `The binlog event ${typeNames[type] ?? `of type ${type}`}`);
};
