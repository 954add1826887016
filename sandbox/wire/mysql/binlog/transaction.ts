import { newSink, type Sink, written } from './bytes.ts';
import {
  appendEvent,
  checksumSizeBytes,
  type EventBody,
  type EventPlace,
  eventFlags,
  eventHeaderSizeBytes,
} from './event.ts';
import { type GtidEvent, transactionLengthWith, writeGtid } from './gtid.ts';
import type { QueryEvent } from './query.ts';
import { packRows, type RowChange, type RowsEvent, rowsFlags } from './rows.ts';
import type { TableMap } from './table-map.ts';

/** One table's changes of one kind, in the order in which the statement made them. */
export type TableChanges = { table: TableMap; change: 'write' | 'update' | 'delete'; rows: readonly RowChange[] };

/** What one statement changed; `query` is its text, for binlog_rows_query_log_events. */
export type StatementChanges = { query?: string; changes: readonly TableChanges[] };

export type TransactionInput = {
  /** Of all its events. */
  timestampSeconds: number;
  serverId: number;
  /** Where in the file it begins. */
  position: number;
  checksum: boolean;
  /** Its length is filled in. Flag bit 0 belongs to DDL. */
  gtid: Omit<GtidEvent, 'kind' | 'transactionLengthBytes'>;
  /** The session as its QUERY event tells it; its text is BEGIN for rows, else the DDL itself. */
  session: Omit<QueryEvent, 'kind' | 'query'>;
} & (
  | { kind: 'rows'; statements: readonly StatementChanges[]; xid: bigint; maximumRowsBytes?: number }
  | { kind: 'ddl'; query: string }
);

/** Bytes for the file, and where the next transaction begins. */
export type EncodedTransaction = { bytes: Buffer; endPosition: number };

const endStatement = (events: EventBody[]): EventBody[] => {
  const last = events.at(-1);
  if (last?.kind !== 'rows') return events;
  const ended: RowsEvent = { ...last, flags: last.flags | rowsFlags.endOfStatement };
  return [...events.slice(0, -1), ended];
};

// The server writes a statement's TABLE_MAPs before its first rows; one table has one map however often it changes.
const statementEvents = (statement: StatementChanges, maximumBytes: number): EventBody[] => {
  const tables = new Map(statement.changes.map(({ table }) => [table.tableId, table]));
  const rows = statement.changes.flatMap(({ table, change, rows: changes }) =>
    packRows(change, table.tableId, changes, table.columns, rowsFlags.useSqlForeignKey, maximumBytes),
  );
  if (rows.length === 0) return [];
  const text: EventBody[] = statement.query === undefined ? [] : [{ kind: 'rows-query', query: statement.query }];
  return [...text, ...tables.values(), ...endStatement(rows)];
};

const bodiesOf = (input: TransactionInput): EventBody[] => {
  if (input.kind === 'ddl') return [{ kind: 'query', ...input.session, query: input.query }];
  const begin: EventBody = { kind: 'query', ...input.session, query: 'BEGIN' };
  const statements = input.statements.flatMap((statement) =>
    statementEvents(statement, input.maximumRowsBytes ?? 8192),
  );
  return [begin, ...statements, { kind: 'xid', xid: input.xid }];
};

const flagsOf = (body: EventBody): number => {
  if (body.kind === 'query' && body.query === 'BEGIN') return eventFlags.suppressUse;
  return body.kind === 'rows-query' ? eventFlags.ignorable : 0;
};

const appendAll = (sink: Sink, bodies: readonly EventBody[], input: TransactionInput, position: number): void => {
  const start = sink.length;
  for (const body of bodies) {
    const place: EventPlace = {
      timestampSeconds: input.timestampSeconds,
      serverId: input.serverId,
      flags: flagsOf(body),
      position: position + sink.length - start,
    };
    appendEvent(sink, body, place, input.checksum);
  }
};

const gtidSizeBytes = (gtid: GtidEvent, checksum: boolean): number => {
  const sink = newSink(96);
  writeGtid(sink, gtid);
  return eventHeaderSizeBytes + sink.length + (checksum ? checksumSizeBytes : 0);
};

/**
 * A whole transaction as the bytes of a binlog file: GTID, BEGIN, per statement (ROWS_QUERY), TABLE_MAPs and rows events, XID; or GTID
 * and the QUERY event of a DDL statement. Rows are split over events as the server does, the transaction's length is in its GTID
 * event. Values go in as `ColumnValue`s (values.ts) in the order of the table map's columns, full images.
 */
export const encodeTransaction = (input: TransactionInput): EncodedTransaction => {
  const bodies = bodiesOf(input);
  const rest = newSink(1024);
  appendAll(rest, bodies, input, 0);
  // Encoded with length 0 its field takes one byte; transactionLengthWith adds the field at its true size.
  const provisional: GtidEvent = { kind: 'gtid', ...input.gtid, transactionLengthBytes: 0 };
  const othersBytes = gtidSizeBytes(provisional, input.checksum) - 1 + rest.length;
  const gtid: GtidEvent = { ...provisional, transactionLengthBytes: transactionLengthWith(othersBytes) };
  const sink = newSink(othersBytes + 9);
  appendAll(sink, [gtid, ...bodies], input, input.position);
  return { bytes: written(sink), endPosition: input.position + sink.length };
};
