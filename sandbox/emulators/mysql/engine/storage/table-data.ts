import { keyPart } from '../values/key.ts';
import type { Datum, Row, SqlType } from '../values/sql-type.ts';
import { cutCharacters } from '../values/store.ts';
import type { RowLock } from './locks.ts';
import { deleteOrdered, getOrdered, newOrderedMap, type OrderedMap, setOrdered } from './ordered-map.ts';
import type { IndexPart, IndexSchema, TableSchema } from './schema.ts';
import { type ReadView, settled, type Transaction } from './transaction.ts';

/** What one transaction made of a row; `row` is null when it deleted it. */
export type Version = { readonly row: Row | null; transaction: Transaction; older: Version | null };

/** A row through time, under one primary key. */
export type TableRecord = { readonly key: string; head: Version | null; lock: RowLock | null };

export type IndexData = { readonly schema: IndexSchema; readonly entries: OrderedMap<TableRecord> };

/** A table's rows. Definition and rows are replaced together by ALTER TABLE; `id` is then another one. */
export type TableData = {
  readonly id: number;
  readonly schema: TableSchema;
  /** Clustered: by the primary key, or by a hidden row number. */
  readonly rows: OrderedMap<TableRecord>;
  readonly primary: IndexSchema | null;
  readonly secondary: readonly IndexData[];
  /** The next AUTO_INCREMENT value, as the counter stands. */
  autoIncrement: bigint;
  nextRowNumber: bigint;
  /** Commits so far when this definition came to be: older read views cannot read it. */
  readonly definedAtSequence: number;
};

export const newTableData = (id: number, schema: TableSchema, definedAtSequence: number): TableData => ({
  id,
  schema,
  rows: newOrderedMap(),
  primary: schema.indexes.find((index) => index.primary) ?? null,
  secondary: schema.indexes
    .filter((index) => !index.primary)
    .map((index) => ({ schema: index, entries: newOrderedMap() })),
  autoIncrement: 1n,
  nextRowNumber: 1n,
  definedAtSequence,
});

const prefixOf = (value: Datum, part: IndexPart): Datum => {
  if (part.prefixLength === null || value === null) return value;
  if (typeof value === 'string') return cutCharacters(value, part.prefixLength);
  return value instanceof Uint8Array ? value.slice(0, part.prefixLength) : value;
};

/** Turns the order of a key part around. */
const descending = (part: string): string => {
  let turned = '';
  for (let index = 0; index < part.length; index++) turned += String.fromCharCode(0xfffe - part.charCodeAt(index));
  return turned;
};

export const indexKeyPart = (value: Datum, part: IndexPart, type: SqlType): string => {
  const key = keyPart(prefixOf(value, part), type);
  return part.descending ? descending(key) : key;
};

/** The key of a row in an index, without what tells equal ones apart. */
export const indexKey = (index: IndexSchema, row: Row, table: TableSchema): string => {
  let key = '';
  for (const part of index.parts)
    key += indexKeyPart(row[part.column] as Datum, part, (table.columns[part.column] as { type: SqlType }).type);
  return key;
};

export const hasNullPart = (index: IndexSchema, row: Row): boolean =>
  index.parts.some((part) => row[part.column] === null);

const hiddenKeyType: SqlType = {
  base: 'bigint',
  length: 20,
  decimals: 0,
  unsigned: false,
  zerofill: false,
  collation: null as never,
  values: [],
};

/** The key that a new row is stored under. */
export const clusterKey = (table: TableData, row: Row): string =>
  table.primary ? indexKey(table.primary, row, table.schema) : keyPart(table.nextRowNumber++, hiddenKeyType);

export const findRecord = (table: TableData, key: string): TableRecord | undefined => getOrdered(table.rows, key);

export const addRecord = (table: TableData, key: string): TableRecord => {
  const record: TableRecord = { key, head: null, lock: null };
  setOrdered(table.rows, key, record);
  return record;
};

const entryKey = (index: IndexSchema, row: Row, record: TableRecord, table: TableSchema): string =>
  indexKey(index, row, table) + record.key;

const addEntries = (table: TableData, record: TableRecord, row: Row): void => {
  for (const index of table.secondary)
    setOrdered(index.entries, entryKey(index.schema, row, record, table.schema), record);
};

/** Puts a version on top and its keys into the indexes. */
export const pushVersion = (
  table: TableData,
  record: TableRecord,
  row: Row | null,
  transaction: Transaction,
): Version => {
  const version: Version = { row, transaction, older: record.head };
  record.head = version;
  if (row) addEntries(table, record, row);
  return version;
};

/** Takes index entries of a row out, but for those that another version of the record still has. */
const dropEntries = (table: TableData, record: TableRecord, row: Row): void => {
  for (const index of table.secondary) {
    const key = entryKey(index.schema, row, record, table.schema);
    let kept = false;
    for (let version = record.head; version && !kept; version = version.older)
      kept =
        version.row !== null &&
        (version.row === row || entryKey(index.schema, version.row, record, table.schema) === key);
    if (!kept) deleteOrdered(index.entries, key);
  }
};

/** Takes the top version off again: a rollback. */
export const popVersion = (table: TableData, record: TableRecord, version: Version): void => {
  if (record.head !== version)
    throw new Error(`a rollback in ${table.schema.name} met a version that is not the newest`);
  record.head = version.older;
  if (version.row) dropEntries(table, record, version.row);
  if (record.head === null && record.lock === null) deleteOrdered(table.rows, record.key);
  else if (record.head === null) emptyRecords.set(record, table);
};

// A record without versions stays while someone waits for its lock; it goes when the lock does.
const emptyRecords = new WeakMap<TableRecord, TableData>();

export const dropIfEmpty = (record: TableRecord): void => {
  const table = emptyRecords.get(record);
  if (
    !table ||
    record.head !== null ||
    (record.lock !== null && (record.lock.holders.size > 0 || record.lock.waiters.length > 0))
  )
    return;
  emptyRecords.delete(record);
  if (getOrdered(table.rows, record.key) === record) deleteOrdered(table.rows, record.key);
};

/** Forgets versions that no read view from `oldestSequence` on can see. */
export const purgeRecord = (table: TableData, record: TableRecord, oldestSequence: number): void => {
  let version = record.head;
  while (version && version.transaction.commitSequence > oldestSequence) version = version.older;
  if (!version) return;
  const dropped: Row[] = [];
  for (let old = version.older; old; old = old.older) if (old.row) dropped.push(old.row);
  version.older = null;
  version.transaction = settled;
  for (const row of dropped) dropEntries(table, record, row);
  if (version.row !== null || record.head !== version) return;
  record.head = null;
  if (record.lock === null || (record.lock.holders.size === 0 && record.lock.waiters.length === 0))
    deleteOrdered(table.rows, record.key);
  else emptyRecords.set(record, table);
};

/** The row as a consistent read sees it. */
export const visibleRow = (record: TableRecord, view: ReadView): Row | null => {
  for (let version = record.head; version; version = version.older)
    if (version.transaction.commitSequence <= view.sequence || version.transaction === view.own) return version.row;
  return null;
};

/** The newest committed row, or the own one: what a locking read and a write work on. */
export const currentRow = (record: TableRecord, own: Transaction): Row | null => {
  for (let version = record.head; version; version = version.older)
    if (version.transaction.commitSequence !== Number.POSITIVE_INFINITY || version.transaction === own)
      return version.row;
  return null;
};

/** The newest row, committed or not: READ UNCOMMITTED. */
export const newestRow = (record: TableRecord): Row | null => record.head?.row ?? null;

/** A row whose AUTO_INCREMENT value is beyond the counter moves it: an inserted one, and since MySQL 8.0 an updated one. */
export const raiseCounter = (table: TableData, row: Row): void => {
  const automatic = table.schema.columns.findIndex((column) => column.autoIncrement);
  const value = automatic < 0 ? null : row[automatic];
  const number = typeof value === 'bigint' ? value : typeof value === 'number' ? BigInt(Math.trunc(value)) : null;
  if (number !== null && number >= table.autoIncrement) table.autoIncrement = number + 1n;
};
