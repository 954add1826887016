import type { ConnectSchema, ConnectStruct, OffsetMap, SourceRecord } from '../../plugin.ts';

export const transactionBlockSchema: ConnectSchema = {
  type: 'struct',
  name: 'event.block',
  version: 1,
  optional: true,
  fields: [
    { name: 'id', schema: { type: 'string' } },
    { name: 'total_order', schema: { type: 'int64' } },
    { name: 'data_collection_order', schema: { type: 'int64' } },
  ],
};

const keySchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.common.TransactionMetadataKey',
  version: 1,
  fields: [{ name: 'id', schema: { type: 'string' } }],
};

const collectionSchema: ConnectSchema = {
  type: 'struct',
  name: 'event.collection',
  version: 1,
  fields: [
    { name: 'data_collection', schema: { type: 'string' } },
    { name: 'event_count', schema: { type: 'int64' } },
  ],
};

const valueSchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.common.TransactionMetadataValue',
  version: 1,
  fields: [
    { name: 'status', schema: { type: 'string' } },
    { name: 'id', schema: { type: 'string' } },
    { name: 'event_count', schema: { type: 'int64', optional: true } },
    { name: 'data_collections', schema: { type: 'array', optional: true, valueSchema: collectionSchema } },
    { name: 'ts_ms', schema: { type: 'int64' } },
  ],
};

/** What provide.transaction.metadata counts: events of the running transaction, in all and by table. */
export type TransactionCounts = { id: string | null; total: bigint; byTable: Map<string, bigint> };

export const newTransactionCounts = (): TransactionCounts => ({ id: null, total: 0n, byTable: new Map() });

export const beginTransaction = (counts: TransactionCounts, id: string): void => {
  counts.id = id;
  counts.total = 0n;
  counts.byTable.clear();
};

/** Counts one event and gives its `transaction` block. */
export const countEvent = (counts: TransactionCounts, table: string): ConnectStruct | null => {
  if (counts.id === null) return null;
  counts.total += 1n;
  const ofTable = (counts.byTable.get(table) ?? 0n) + 1n;
  counts.byTable.set(table, ofTable);
  return { id: counts.id, total_order: counts.total, data_collection_order: ofTable };
};

export const endTransaction = (counts: TransactionCounts): void => {
  counts.id = null;
  counts.total = 0n;
  counts.byTable.clear();
};

const tablePrefix = 'transaction_data_collection_order_';

/** The counts go with the offset, so that a restart within a transaction goes on counting. */
export const transactionOffset = (counts: TransactionCounts): OffsetMap =>
  counts.id === null
    ? {}
    : {
        transaction_id: counts.id,
        ...Object.fromEntries([...counts.byTable].map(([table, count]) => [`${tablePrefix}${table}`, count])),
      };

export const restoreTransactionCounts = (offset: OffsetMap): TransactionCounts => {
  const counts = newTransactionCounts();
  const id = offset.transaction_id;
  if (typeof id !== 'string') return counts;
  counts.id = id;
  for (const [name, value] of Object.entries(offset)) {
    if (!name.startsWith(tablePrefix) || value === null) continue;
    counts.byTable.set(name.slice(tablePrefix.length), BigInt(value));
    counts.total += BigInt(value);
  }
  return counts;
};

type Boundary = {
  topic: string;
  id: string;
  timestampMs: bigint;
  origin: Pick<SourceRecord, 'sourcePartition' | 'sourceOffset'>;
};

const record = ({ topic, id, origin }: Boundary, value: ConnectStruct): SourceRecord => ({
  topic,
  partition: null,
  keySchema,
  key: { id },
  valueSchema,
  value,
  timestampMs: null,
  headers: [],
  ...origin,
});

export const transactionBegin = (boundary: Boundary): SourceRecord =>
  record(boundary, {
    status: 'BEGIN',
    id: boundary.id,
    event_count: null,
    data_collections: null,
    ts_ms: boundary.timestampMs,
  });

export const transactionEnd = (boundary: Boundary, counts: TransactionCounts): SourceRecord =>
  record(boundary, {
    status: 'END',
    id: boundary.id,
    event_count: counts.total,
    data_collections: [...counts.byTable].map(([table, count]) => ({ data_collection: table, event_count: count })),
    ts_ms: boundary.timestampMs,
  });
