import type { OffsetMap } from '../../plugin.ts';
import type { TableChange } from './ddl/statements.ts';
import { type Column, quotedId, type Table, type TableId } from './tables.ts';

/** One message of the schema history topic: a DDL statement, where it stood, and what the tables were after it. */
export type HistoryRecord = {
  source: OffsetMap;
  position: OffsetMap;
  timestampMs: number;
  database: string;
  ddl: string;
  changes: readonly TableChange[];
};

type Json = null | boolean | number | bigint | string | Json[] | { [name: string]: Json };

// Jackson's default pretty printer: objects broken into lines, arrays kept on the line of their first element.
const print = (value: Json, indent: string): string => {
  if (value === null) return 'null';
  if (Array.isArray(value))
    return value.length === 0 ? '[ ]' : `[ ${value.map((item) => print(item, indent)).join(', ')} ]`;
  if (typeof value === 'object') {
    const inner = `${indent}  `;
    const members = Object.entries(value).map(
      ([name, item]) => `${inner}${JSON.stringify(name)} : ${print(item, inner)}`,
    );
    return members.length === 0 ? '{ }' : `{\n${members.join(',\n')}\n${indent}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
};

const columnJson = (column: Column, position: number): Json => ({
  name: column.name,
  jdbcType: column.jdbcType,
  typeName: column.typeName,
  typeExpression: column.typeExpression,
  charsetName: column.charsetName,
  ...(column.length === null ? {} : { length: column.length }),
  ...(column.scale === null ? {} : { scale: column.scale }),
  position,
  optional: column.optional,
  autoIncremented: column.autoIncremented,
  generated: column.generated,
  comment: column.comment,
  hasDefaultValue: column.hasDefaultValue,
  ...(column.defaultValueExpression === null ? {} : { defaultValueExpression: column.defaultValueExpression }),
  enumValues: [...column.enumValues],
});

const tableJson = (table: Table): Json => ({
  defaultCharsetName: table.defaultCharset,
  primaryKeyColumnNames: [...table.primaryKey],
  columns: table.columns.map((column, index) => columnJson(column, index + 1)),
  attributes: [],
});

const changeJson = (change: TableChange): Json[] => {
  if (change.type === 'TRUNCATE') return [];
  if (change.type === 'DROP') return [{ type: 'DROP', id: quotedId(change.id) }];
  const previous = change.type === 'ALTER' && change.previous ? { previousId: quotedId(change.previous) } : {};
  const { table } = change;
  return [{ type: change.type, id: quotedId(table), ...previous, table: tableJson(table), comment: table.comment }];
};

const offsetJson = (offset: OffsetMap): Json => ({ ...offset });

export const encodeHistoryRecord = (record: HistoryRecord): string =>
  print(
    {
      source: offsetJson(record.source),
      position: offsetJson(record.position),
      ts_ms: record.timestampMs,
      databaseName: record.database,
      ddl: record.ddl,
      tableChanges: record.changes.flatMap(changeJson),
    },
    '',
  );

const idPattern = /^"((?:[^"]|"")*)"\."((?:[^"]|"")*)"$/;

const parseId = (text: string): TableId | undefined => {
  const match = idPattern.exec(text);
  if (!match) return undefined;
  return { database: (match[1] as string).replaceAll('""', '"'), table: (match[2] as string).replaceAll('""', '"') };
};

type Loose = Record<string, unknown>;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const parseColumn = (value: unknown): Column => {
  const column = value as Loose;
  return {
    name: text(column.name) ?? '',
    jdbcType: number(column.jdbcType) ?? 12,
    typeName: text(column.typeName) ?? '',
    typeExpression: text(column.typeExpression) ?? '',
    charsetName: text(column.charsetName),
    length: number(column.length),
    scale: number(column.scale),
    optional: column.optional === true,
    autoIncremented: column.autoIncremented === true,
    generated: column.generated === true,
    comment: text(column.comment),
    hasDefaultValue: column.hasDefaultValue === true,
    defaultValueExpression: text(column.defaultValueExpression),
    enumValues: list(column.enumValues).map(String),
  };
};

const parseChange = (value: unknown): TableChange[] => {
  const change = value as Loose;
  const id = parseId(text(change.id) ?? '');
  if (!id) return [];
  if (change.type === 'DROP') return [{ type: 'DROP', id }];
  const table = change.table as Loose | undefined;
  if (!table) return [];
  const parsed: Table = {
    ...id,
    defaultCharset: text(table.defaultCharsetName),
    primaryKey: list(table.primaryKeyColumnNames).map(String),
    columns: list(table.columns).map(parseColumn),
    comment: text(change.comment),
  };
  const previous = parseId(text(change.previousId) ?? '');
  if (change.type === 'ALTER') return [{ type: 'ALTER', table: parsed, ...(previous ? { previous } : {}) }];
  return [{ type: 'CREATE', table: parsed }];
};

/** Undefined for what is no history record: such a message is passed over, as Debezium does. */
export const decodeHistoryRecord = (json: string): HistoryRecord | undefined => {
  let value: Loose;
  try {
    value = JSON.parse(json) as Loose;
  } catch {
    return undefined;
  }
  if (
    value === null ||
    typeof value !== 'object' ||
    typeof value.source !== 'object' ||
    typeof value.position !== 'object'
  )
    return undefined;
  return {
    source: value.source as OffsetMap,
    position: value.position as OffsetMap,
    timestampMs: number(value.ts_ms) ?? 0,
    database: text(value.databaseName) ?? '',
    ddl: text(value.ddl) ?? '',
    changes: list(value.tableChanges).flatMap(parseChange),
  };
};
