import type { Clock } from '../../../../core/clock.ts';
import type {
  ConnectHeader,
  ConnectRecord,
  ConnectSchema,
  ConnectStruct,
  ConnectValue,
  OffsetMap,
  SourceRecord,
} from '../../plugin.ts';
import type { Settings } from './settings.ts';
import { type SourceInfo, sourceStruct } from './source-info.ts';
import type { RowValues, TableSchema } from './table-schema.ts';

export type Operation = 'c' | 'u' | 'd' | 'r' | 't';

export type Change = {
  operation: Operation;
  before: RowValues | undefined;
  after: RowValues | undefined;
  source: SourceInfo;
  /** Asked once for each of the row's events: a changed key is two. */
  nextTransactionBlock: () => ConnectStruct | null;
};

export type RecordMaker = {
  /** Those that also records of schema changes carry. */
  contextHeaders: readonly ConnectHeader[];
  /**
   * The records of one row: one, two with a tombstone, or delete, tombstone and create when the key changed. Only the last of them has
   * the offset after the row: the worker may store an offset as soon as its record is acknowledged, and a crash between two records of
   * a row must not lose the second. (Debezium itself gives all of them the offset after the row.)
   */
  recordsOf(schema: TableSchema, change: Change, offsets: { before: OffsetMap; after: OffsetMap }): SourceRecord[];
};

type Context = {
  settings: Settings;
  clock: Clock;
  sourcePartition: OffsetMap;
  /** connectorLogicalName, taskId, connectorName, runId. */
  contextHeaders: readonly ConnectHeader[];
};

const textHeader = (key: string, value: string): ConnectHeader => ({ key, schema: { type: 'string' }, value });

/** The four headers that Debezium 3.6 puts on every change. */
export const contextHeaders = (settings: Settings, taskId: number, runId: string): readonly ConnectHeader[] =>
  settings.extendedHeaders
    ? [
        textHeader('__debezium.context.connectorLogicalName', settings.topicPrefix),
        textHeader('__debezium.context.taskId', String(taskId)),
        textHeader('__debezium.context.connectorName', 'mysql'),
        textHeader('__debezium.context.runId', runId),
      ]
    : [];

const sameValue = (a: ConnectValue | undefined, b: ConnectValue | undefined): boolean => {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (
    a !== null &&
    b !== null &&
    typeof a === 'object' &&
    typeof b === 'object' &&
    'unscaled' in a &&
    'unscaled' in b
  ) {
    return a.unscaled === b.unscaled;
  }
  return a === b;
};

const sameKey = (a: ConnectStruct, b: ConnectStruct): boolean =>
  Object.keys(a).every((name) => sameValue(a[name], b[name]));

export const recordMaker = ({ settings, clock, sourcePartition, contextHeaders: headers }: Context): RecordMaker => {
  const envelopeOf = (schema: TableSchema, change: Change): ConnectStruct => {
    const nowMs = BigInt(Math.floor(clock.nowMs()));
    return {
      before: change.before === undefined ? null : schema.valueOf(change.before),
      after: change.after === undefined ? null : schema.valueOf(change.after),
      source: sourceStruct(change.source),
      transaction: change.nextTransactionBlock(),
      op: change.operation,
      ts_ms: nowMs,
      ts_us: nowMs * 1000n,
      ts_ns: nowMs * 1_000_000n,
    };
  };

  type Parts = { key: ConnectStruct | null; value: ConnectStruct | null; extraHeaders?: readonly ConnectHeader[] };

  const record = (schema: TableSchema, parts: Parts): ConnectRecord => {
    return {
      topic: schema.topic,
      partition: null,
      keySchema: parts.key === null ? null : schema.keySchema,
      key: parts.key,
      valueSchema: parts.value === null ? null : schema.envelopeSchema,
      value: parts.value,
      timestampMs: null,
      headers: parts.extraHeaders === undefined ? headers : [...parts.extraHeaders, ...headers],
    };
  };

  const deletion = (schema: TableSchema, parts: Parts): ConnectRecord[] => {
    const first = record(schema, parts);
    return settings.tombstones && parts.key !== null ? [first, record(schema, { ...parts, value: null })] : [first];
  };

  const keyHeader = (name: string, schema: ConnectSchema | null, key: ConnectStruct): ConnectHeader => ({
    key: name,
    schema,
    value: key,
  });

  const moved = (
    schema: TableSchema,
    change: Change,
    oldKey: ConnectStruct,
    newKey: ConnectStruct,
  ): ConnectRecord[] => {
    const removal = envelopeOf(schema, { ...change, operation: 'd', after: undefined });
    const creation = envelopeOf(schema, { ...change, operation: 'c', before: undefined });
    return [
      ...deletion(schema, {
        key: oldKey,
        value: removal,
        extraHeaders: [keyHeader('__debezium.newkey', schema.keySchema, newKey)],
      }),
      record(schema, {
        key: newKey,
        value: creation,
        extraHeaders: [keyHeader('__debezium.oldkey', schema.keySchema, oldKey)],
      }),
    ];
  };

  const unplaced = (schema: TableSchema, change: Change): ConnectRecord[] => {
    const { before, after, operation } = change;
    const oldKey = before === undefined ? null : schema.keyOf(before);
    const newKey = after === undefined ? null : schema.keyOf(after);
    if (operation === 'd') return deletion(schema, { key: oldKey, value: envelopeOf(schema, change) });
    if (operation === 'u' && oldKey !== null && newKey !== null && !sameKey(oldKey, newKey)) {
      return moved(schema, change, oldKey, newKey);
    }
    return [record(schema, { key: newKey ?? oldKey, value: envelopeOf(schema, change) })];
  };

  return {
    contextHeaders: headers,
    recordsOf: (schema, change, offsets) =>
      unplaced(schema, change).map((one, index, all) => ({
        ...one,
        sourcePartition,
        sourceOffset: index === all.length - 1 ? offsets.after : offsets.before,
      })),
  };
};
