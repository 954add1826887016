import type { ConnectHeader, ConnectSchema, ConnectStruct, OffsetMap, SourceRecord } from '../../plugin.ts';
import type { TableChange } from './ddl/statements.ts';
import { type SourceInfo, sourceSchema, sourceStruct } from './source-info.ts';
import { type Column, quotedId, type Table } from './tables.ts';

const optional = (type: ConnectSchema['type']): ConnectSchema => ({ type, optional: true });
const required = (type: ConnectSchema['type']): ConnectSchema => ({ type });

const keySchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.mysql.SchemaChangeKey',
  version: 1,
  fields: [{ name: 'databaseName', schema: required('string') }],
};

const columnSchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.schema.Column',
  version: 1,
  fields: [
    { name: 'name', schema: required('string') },
    { name: 'jdbcType', schema: required('int32') },
    { name: 'nativeType', schema: optional('int32') },
    { name: 'typeName', schema: required('string') },
    { name: 'typeExpression', schema: optional('string') },
    { name: 'charsetName', schema: optional('string') },
    { name: 'length', schema: optional('int32') },
    { name: 'scale', schema: optional('int32') },
    { name: 'position', schema: required('int32') },
    { name: 'optional', schema: optional('boolean') },
    { name: 'autoIncremented', schema: optional('boolean') },
    { name: 'generated', schema: optional('boolean') },
    { name: 'comment', schema: optional('string') },
    { name: 'defaultValueExpression', schema: optional('string') },
    { name: 'enumValues', schema: { type: 'array', optional: true, valueSchema: required('string') } },
  ],
};

const tableStructSchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.schema.Table',
  version: 1,
  optional: true,
  fields: [
    { name: 'defaultCharsetName', schema: optional('string') },
    { name: 'primaryKeyColumnNames', schema: { type: 'array', optional: true, valueSchema: required('string') } },
    { name: 'columns', schema: { type: 'array', valueSchema: columnSchema } },
    { name: 'comment', schema: optional('string') },
  ],
};

const changeSchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.schema.Change',
  version: 1,
  fields: [
    { name: 'type', schema: required('string') },
    { name: 'id', schema: required('string') },
    { name: 'table', schema: tableStructSchema },
  ],
};

const valueSchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.mysql.SchemaChangeValue',
  version: 1,
  fields: [
    { name: 'source', schema: sourceSchema },
    { name: 'ts_ms', schema: required('int64') },
    { name: 'databaseName', schema: optional('string') },
    { name: 'schemaName', schema: optional('string') },
    { name: 'ddl', schema: optional('string') },
    { name: 'tableChanges', schema: { type: 'array', valueSchema: changeSchema } },
  ],
};

const columnStruct = (column: Column, position: number): ConnectStruct => ({
  name: column.name,
  jdbcType: column.jdbcType,
  nativeType: null,
  typeName: column.typeName,
  typeExpression: column.typeExpression,
  charsetName: column.charsetName,
  length: column.length,
  scale: column.scale,
  position,
  optional: column.optional,
  autoIncremented: column.autoIncremented,
  generated: column.generated,
  comment: column.comment,
  defaultValueExpression: column.defaultValueExpression,
  enumValues: column.enumValues.length === 0 ? null : [...column.enumValues],
});

const tableStruct = (table: Table): ConnectStruct => ({
  defaultCharsetName: table.defaultCharset,
  primaryKeyColumnNames: [...table.primaryKey],
  columns: table.columns.map((column, index) => columnStruct(column, index + 1)),
  comment: table.comment,
});

const changeStructs = (change: TableChange): ConnectStruct[] => {
  if (change.type === 'TRUNCATE') return [];
  if (change.type === 'DROP') return [{ type: 'DROP', id: quotedId(change.id), table: null }];
  return [{ type: change.type, id: quotedId(change.table), table: tableStruct(change.table) }];
};

export type SchemaChange = {
  topic: string;
  database: string;
  ddl: string;
  changes: readonly TableChange[];
  source: SourceInfo;
  timestampMs: number;
};

/** A record of the schema change topic (include.schema.changes); its key is the database, its partition the first. */
export const schemaChangeRecord = (
  change: SchemaChange,
  origin: { sourcePartition: OffsetMap; sourceOffset: OffsetMap; headers: readonly ConnectHeader[] },
): SourceRecord => ({
  topic: change.topic,
  partition: 0,
  keySchema,
  key: { databaseName: change.database },
  valueSchema,
  value: {
    source: sourceStruct(change.source),
    ts_ms: BigInt(change.timestampMs),
    databaseName: change.database,
    schemaName: null,
    ddl: change.ddl,
    tableChanges: change.changes.flatMap(changeStructs),
  },
  timestampMs: null,
  ...origin,
});
