import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type PlacedEvent, readFile } from '../../../../wire/mysql/binlog/file.ts';
import { type GtidSet, parseGtidSet, withGtid } from '../../../../wire/mysql/binlog/gtid-set.ts';
import type { QueryEvent } from '../../../../wire/mysql/binlog/query.ts';
import { readRows } from '../../../../wire/mysql/binlog/rows.ts';
import type { TableMap } from '../../../../wire/mysql/binlog/table-map.ts';
import type { Catalog } from '../storage/catalog.ts';
import { listRange } from '../storage/ordered-map.ts';
import {
  addRecord,
  clusterKey,
  findRecord,
  indexKey,
  popVersion,
  pushVersion,
  raiseCounter,
  type TableData,
  type TableRecord,
} from '../storage/table-data.ts';
import { settled } from '../storage/transaction.ts';
import { keyPart } from '../values/key.ts';
import type { Row } from '../values/sql-type.ts';
import { fromImage } from './columns.ts';
import { listBinlogs } from './writer.ts';

export type Place = { file: string; offset: number };

export type Recovered = { executed: GtidSet; nextXid: bigint; transactions: number; cutBytes: number };

/** Runs again what a QUERY event says: DDL, accounts. */
export type RunQuery = (event: QueryEvent, timestampSeconds: number) => void;

type Pending = { uuid: string; number: bigint; maps: Map<number, TableMap>; work: (() => void)[] };

/**
 * Brings tables from a checkpoint's place to the end of the log. A transaction counts when its last event is whole; what follows the
 * last whole one is cut off. A damaged event before the last file's tail is no torn write: that throws.
 */
export const replayBinlogs = (
  dataDir: string,
  from: Place | null,
  start: { executed: string; nextXid: bigint },
  catalog: Catalog,
  runQuery: RunQuery,
): Recovered => {
  const files = listBinlogs(dataDir);
  const state = { executed: parseGtidSet(start.executed), nextXid: start.nextXid, transactions: 0, cutBytes: 0 };
  const first = from ? files.indexOf(from.file) : 0;
  if (from && first < 0) throw new Error(`the binlog ${from.file}, where the checkpoint ends, is missing`);
  for (const [index, file] of files.entries()) {
    if (index < first) continue;
    const bytes = readFileSync(join(dataDir, file));
    const end = replayFile(bytes, from && index === first ? from.offset : 4, state, catalog, runQuery);
    if (end === bytes.length) continue;
    if (index < files.length - 1) throw new Error(`${file} is damaged at ${end}: there is another binlog behind it`);
    state.cutBytes = bytes.length - end;
    truncateSync(join(dataDir, file), end);
  }
  return state;
};

const replayFile = (
  bytes: Buffer,
  from: number,
  state: { executed: GtidSet; nextXid: bigint; transactions: number },
  catalog: Catalog,
  runQuery: RunQuery,
): number => {
  let pending: Pending | null = null;
  // Up to here everything is whole.
  let end = bytes.length < 4 ? 0 : 4;
  if (bytes.length < 4) return 0;
  const finish = (event: PlacedEvent): void => {
    if (!pending) throw new Error(`an event at ${event.position} ends a transaction that did not begin`);
    for (const step of pending.work) step();
    state.executed = withGtid(state.executed, pending.uuid, pending.number);
    state.transactions++;
    pending = null;
  };
  for (const event of readFile(bytes)) {
    const { body, header, position } = event;
    const after = position + header.sizeBytes;
    if (position < from) {
      end = after;
      continue;
    }
    switch (body.kind) {
      case 'gtid':
        pending = { uuid: body.uuid, number: body.number, maps: new Map(), work: [] };
        break;
      case 'table-map':
        (pending as Pending | null)?.maps.set(body.tableId, body);
        break;
      case 'rows':
        if (pending) replayRows(pending, event, catalog);
        break;
      case 'query':
        if (body.query !== 'BEGIN') {
          runQuery(body, header.timestampSeconds);
          finish(event);
          end = after;
        }
        break;
      case 'xid':
        finish(event);
        if (body.xid >= state.nextXid) state.nextXid = body.xid + 1n;
        end = after;
        break;
      default:
        if (!pending) end = after;
    }
  }
  return end;
};

const tableOf = (catalog: Catalog, map: TableMap): TableData => {
  const table = catalog.databases.get(map.database)?.tables.get(map.table);
  if (!table) throw new Error(`the binlog changes ${map.database}.${map.table}, which is not there`);
  if (table.schema.columns.length !== map.columns.length)
    throw new Error(`${map.database}.${map.table} has other columns than the binlog says`);
  return table;
};

const replayRows = (pending: Pending, event: PlacedEvent, catalog: Catalog): void => {
  const { body } = event;
  if (body.kind !== 'rows') return;
  const map = pending.maps.get(body.tableId);
  if (!map) throw new Error(`rows at ${event.position} name a table without a map`);
  // Collations and signs are those of the tables, which also MINIMAL metadata leaves known.
  const changes = readRows(body, map.columns);
  pending.work.push(() => {
    const table = tableOf(catalog, map);
    for (const { before, after } of changes) {
      if (before) removeRow(table, fromImage(before, table));
      if (after) addRow(table, fromImage(after, table));
    }
  });
};

const addRow = (table: TableData, row: Row): void => {
  const key = clusterKey(table, row);
  pushVersion(table, findRecord(table, key) ?? addRecord(table, key), row, settled);
  raiseCounter(table, row);
};

const wholeKey = (table: TableData, row: Row): string =>
  row
    .map((value, index) =>
      keyPart(value, (table.schema.columns[index] as { type: Parameters<typeof keyPart>[1] }).type),
    )
    .join('');

const findRow = (table: TableData, row: Row): TableRecord => {
  if (table.primary) {
    const found = findRecord(table, indexKey(table.primary, row, table.schema));
    if (found) return found;
  } else {
    const wanted = wholeKey(table, row);
    for (const record of listRange(table.rows, '', null))
      if (record.head?.row && wholeKey(table, record.head.row) === wanted) return record;
  }
  throw new Error(`a row of ${table.schema.schema}.${table.schema.name} that the binlog changes is not there`);
};

const removeRow = (table: TableData, row: Row): void => {
  const record = findRow(table, row);
  while (record.head) popVersion(table, record, record.head);
};
