import type { ConnectField, ConnectSchema, ConnectStruct } from '../../plugin.ts';

/** The version of Debezium whose behaviour this connector has. */
export const debeziumVersion = '3.6.1.Final';

const field = (name: string, type: ConnectSchema['type'], optional = false): ConnectField => ({
  name,
  schema: optional ? { type, optional } : { type },
});

const snapshotSchema: ConnectSchema = {
  type: 'string',
  name: 'io.debezium.data.Enum',
  version: 1,
  parameters: { allowed: 'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental' },
  optional: true,
  default: 'false',
};

export const sourceSchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.mysql.Source',
  version: 1,
  fields: [
    field('version', 'string'),
    field('connector', 'string'),
    field('name', 'string'),
    field('ts_ms', 'int64'),
    { name: 'snapshot', schema: snapshotSchema },
    field('db', 'string'),
    field('sequence', 'string', true),
    field('ts_us', 'int64', true),
    field('ts_ns', 'int64', true),
    field('table', 'string', true),
    field('server_id', 'int64'),
    field('gtid', 'string', true),
    field('file', 'string'),
    field('pos', 'int64'),
    field('row', 'int32'),
    field('thread', 'int64', true),
    field('query', 'string', true),
  ],
};

export type SnapshotMark = 'true' | 'first' | 'first_in_data_collection' | 'last_in_data_collection' | 'last' | 'false';

/** Where a change came from. */
export type SourceInfo = {
  name: string;
  /** When it was made, or read by a snapshot; microseconds since the epoch. */
  timestampMicroseconds: bigint;
  snapshot: SnapshotMark;
  database: string;
  table: string | null;
  serverId: number;
  gtid: string | null;
  file: string;
  position: bigint;
  row: number;
  thread: number | null;
  query: string | null;
};

export const sourceStruct = (source: SourceInfo): ConnectStruct => ({
  version: debeziumVersion,
  connector: 'mysql',
  name: source.name,
  ts_ms: source.timestampMicroseconds / 1000n,
  snapshot: source.snapshot,
  db: source.database,
  sequence: null,
  ts_us: source.timestampMicroseconds,
  ts_ns: source.timestampMicroseconds * 1000n,
  table: source.table,
  server_id: BigInt(source.serverId),
  gtid: source.gtid,
  file: source.file,
  pos: source.position,
  row: source.row,
  thread: source.thread === null ? null : BigInt(source.thread),
  query: source.query,
});
