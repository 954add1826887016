import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { type AccountStore, accountKey, type StoredAccount } from '../accounts.ts';
import { type Catalog, type Database, newCatalog, type View } from '../storage/catalog.ts';
import { listRange } from '../storage/ordered-map.ts';
import type { TableSchema } from '../storage/schema.ts';
import { addRecord, clusterKey, newTableData, pushVersion } from '../storage/table-data.ts';
import { settled } from '../storage/transaction.ts';
import { type Collation, findCollation, utf8mb4 } from '../values/collation.ts';
import type { Row } from '../values/sql-type.ts';

/** The committed state of everything at a place in the binlog. */
export type Checkpoint = {
  catalog: Catalog;
  accounts: Map<string, StoredAccount>;
  globals: Map<string, string | null>;
  file: string;
  offset: number;
  executedGtids: string;
  nextXid: bigint;
};

// Collations are one object each: kept by name, and found again.
type Plain = {
  format: 1;
  file: string;
  offset: number;
  executedGtids: string;
  nextXid: bigint;
  nextTableId: number;
  accounts: StoredAccount[];
  databases: {
    name: string;
    collation: string;
    views: View[];
    tables: { id: number; schema: unknown; autoIncrement: bigint; nextRowNumber: bigint; rows: Row[] }[];
  }[];
};

const magic = Buffer.from('SLUICECP');
const path = (dataDir: string): string => join(dataDir, 'checkpoint');

const plainCollations = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plainCollations);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (isCollation(value)) return { collationName: value.name };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainCollations(item)]));
};

const isCollation = (value: object): value is Collation => 'pad' in value && 'isDefault' in value && 'charset' in value;

const withCollations = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withCollations);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if ('collationName' in value) return findCollation(String(value.collationName)) ?? utf8mb4;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withCollations(item)]));
};

/** Rows as they were last committed: open transactions are not in them. */
const committedRows = (database: Database, name: string): Row[] => {
  const table = database.tables.get(name);
  const rows: Row[] = [];
  for (const record of table ? listRange(table.rows, '', null) : []) {
    let version = record.head;
    while (version && version.transaction.commitSequence === Number.POSITIVE_INFINITY) version = version.older;
    if (version?.row) rows.push(version.row);
  }
  return rows;
};

export const writeCheckpoint = (
  dataDir: string,
  catalog: Catalog,
  accounts: AccountStore,
  place: Pick<Checkpoint, 'file' | 'offset' | 'executedGtids' | 'nextXid'>,
): void => {
  const plain: Plain = {
    format: 1,
    file: place.file,
    offset: place.offset,
    executedGtids: place.executedGtids,
    nextXid: place.nextXid,
    nextTableId: catalog.nextTableId,
    accounts: [...accounts.accounts.values()],
    databases: [...catalog.databases.values()].map((database) => ({
      name: database.name,
      collation: database.collation.name,
      views: [...database.views.values()],
      tables: [...database.tables.entries()].map(([name, table]) => ({
        id: table.id,
        schema: plainCollations(table.schema),
        autoIncrement: table.autoIncrement,
        nextRowNumber: table.nextRowNumber,
        rows: committedRows(database, name),
      })),
    })),
  };
  const body = serialize(plain);
  const head = Buffer.alloc(12);
  magic.copy(head);
  head.writeUInt32LE(crc32(body), 8);
  const temporary = `${path(dataDir)}.new`;
  writeFileSync(temporary, Buffer.concat([head, body]));
  const descriptor = openSync(temporary, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(temporary, path(dataDir));
};

/** The last checkpoint; null when there is none. Throws when there is one that is damaged. */
export const readCheckpoint = (dataDir: string): Checkpoint | null => {
  if (!existsSync(path(dataDir))) return null;
  const bytes = readFileSync(path(dataDir));
  const body = bytes.subarray(12);
  if (!bytes.subarray(0, 8).equals(magic) || bytes.readUInt32LE(8) !== crc32(body))
    throw new Error(`${path(dataDir)} is damaged: its checksum does not hold`);
  const plain = deserialize(body) as Plain;
  const catalog = newCatalog();
  catalog.nextTableId = plain.nextTableId;
  for (const { name, collation, views, tables } of plain.databases) {
    const database: Database = {
      name,
      collation: findCollation(collation) ?? utf8mb4,
      tables: new Map(),
      views: new Map(views.map((view) => [view.name, view])),
    };
    catalog.databases.set(name, database);
    for (const saved of tables) {
      const table = newTableData(saved.id, withCollations(saved.schema) as TableSchema, 0);
      for (const row of saved.rows) pushVersion(table, addRecord(table, clusterKey(table, row)), row, settled);
      table.autoIncrement = saved.autoIncrement;
      table.nextRowNumber = saved.nextRowNumber;
      database.tables.set(table.schema.name, table);
    }
  }
  return {
    catalog,
    accounts: new Map(plain.accounts.map((account) => [accountKey(account.user, account.host), account])),
    globals: new Map(),
    file: plain.file,
    offset: plain.offset,
    executedGtids: plain.executedGtids,
    nextXid: plain.nextXid,
  };
};
