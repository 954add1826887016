import type { ColumnValue } from '../../../../wire/mysql/binlog/values.ts';
import type { ConnectField, ConnectSchema, ConnectStruct } from '../../plugin.ts';
import { type ColumnConverter, columnConverter } from './conversion/column-converter.ts';
import type { Settings } from './settings.ts';
import { sourceSchema } from './source-info.ts';
import { dottedId, type Table } from './tables.ts';
import { transactionBlockSchema } from './transaction-metadata.ts';

export type RowValues = readonly (ColumnValue | undefined)[];

/** A captured table as Kafka sees it: topic, schemas, and how rows become structs. */
export type TableSchema = {
  table: Table;
  topic: string;
  /** Null for a table without key: its records have none. */
  keySchema: ConnectSchema | null;
  valueSchema: ConnectSchema;
  envelopeSchema: ConnectSchema;
  keyOf(row: RowValues): ConnectStruct | null;
  valueOf(row: RowValues): ConnectStruct;
};

type Indexed = { index: number; converter: ColumnConverter };

const structOf =
  (columns: readonly Indexed[]) =>
  (row: RowValues): ConnectStruct => {
    const struct: ConnectStruct = {};
    // A column outside the row image (binlog_row_image) is null, as a column missing from Debezium's row is.
    for (const { index, converter } of columns) struct[converter.name] = converter.convert(row[index] ?? null);
    return struct;
  };

const fieldsOf = (columns: readonly Indexed[]): ConnectField[] =>
  columns.map(({ converter }) => ({ name: converter.name, schema: converter.schema }));

const keyColumnNames = (table: Table, settings: Settings): readonly string[] => {
  const own = settings.keyColumns.find((one) => one.table.test(dottedId(table)));
  return own ? own.columns : table.primaryKey;
};

const envelope = (name: string, value: ConnectSchema): ConnectSchema => {
  const optionalLong: ConnectSchema = { type: 'int64', optional: true };
  return {
    type: 'struct',
    name: `${name}.Envelope`,
    version: 2,
    fields: [
      { name: 'before', schema: value },
      { name: 'after', schema: value },
      { name: 'source', schema: sourceSchema },
      { name: 'transaction', schema: transactionBlockSchema },
      { name: 'op', schema: { type: 'string' } },
      { name: 'ts_ms', schema: optionalLong },
      { name: 'ts_us', schema: optionalLong },
      { name: 'ts_ns', schema: optionalLong },
    ],
  };
};

// Topic and schema names keep letters, digits, dots, hyphens and underscores.
const sanitized = (name: string): string => name.replace(/[^a-zA-Z0-9._-]/g, '_');

export const topicOf = (table: { database: string; table: string }, settings: Settings): string =>
  sanitized([settings.topicPrefix, table.database, table.table].join(settings.topicDelimiter));

export const tableSchema = (table: Table, settings: Settings): TableSchema => {
  const topic = topicOf(table, settings);
  const all = table.columns.map(
    (column, index): Indexed => ({ index, converter: columnConverter(table, column, settings) }),
  );
  const included = all.filter(({ converter }) => settings.filters.includesColumn(table, converter.name));
  const keyColumns = keyColumnNames(table, settings).flatMap((name) => {
    const found = all.find(({ converter }) => converter.name.toLowerCase() === name.toLowerCase());
    return found ? [found] : [];
  });
  // Key columns come in the table's order.
  const ordered = [...keyColumns].sort((a, b) => a.index - b.index);
  const valueSchema: ConnectSchema = {
    type: 'struct',
    optional: true,
    name: `${topic}.Value`,
    fields: fieldsOf(included),
  };
  const keySchema: ConnectSchema = { type: 'struct', name: `${topic}.Key`, fields: fieldsOf(ordered) };
  const toKey = structOf(ordered);
  return {
    table,
    topic,
    keySchema: ordered.length === 0 ? null : keySchema,
    valueSchema,
    envelopeSchema: envelope(topic, valueSchema),
    keyOf: ordered.length === 0 ? () => null : toKey,
    valueOf: structOf(included),
  };
};
