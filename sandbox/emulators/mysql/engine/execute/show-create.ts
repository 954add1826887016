import type { ColumnSchema, IndexSchema, TableSchema } from '../storage/schema.ts';
import type { TableData } from '../storage/table-data.ts';
import { describeActions } from '../storage/writes.ts';
import { defaultCollation } from '../values/collation.ts';
import { toText } from '../values/convert.ts';
import { typeText } from '../values/data-type.ts';
import { quoteName } from '../values/names.ts';
import { kindOf } from '../values/sql-type.ts';

const quoteText = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\0', '\\0')}'`;

const now = (column: ColumnSchema): string =>
  `CURRENT_TIMESTAMP${column.type.decimals ? `(${column.type.decimals})` : ''}`;

const bits = (value: bigint): string => `b'${value.toString(2)}'`;

/** A column's default as information_schema and SHOW COLUMNS tell it; null when there is none, or it is NULL. */
export const printDefault = (column: ColumnSchema): string | null => {
  const { default: value } = column;
  if (value.kind === 'now') return now(column);
  if (value.kind === 'expression') return value.text;
  if (value.kind === 'none' || value.value === null) return null;
  if (column.type.base === 'bit') return bits(value.value as bigint);
  if (value.value instanceof Uint8Array) return `0x${Buffer.from(value.value).toString('hex').toUpperCase()}`;
  return toText(value.value, column.type);
};

const defaultClause = (column: ColumnSchema): string => {
  const { default: value } = column;
  if (value.kind === 'now') return ` DEFAULT ${now(column)}`;
  if (value.kind === 'expression') return ` DEFAULT (${value.text})`;
  if (value.kind === 'none')
    return column.nullable && !column.autoIncrement && !/text|blob/.test(column.type.base) ? ' DEFAULT NULL' : '';
  if (value.value === null) return ' DEFAULT NULL';
  if (column.type.base === 'bit') return ` DEFAULT ${bits(value.value as bigint)}`;
  return ` DEFAULT ${quoteText(toText(value.value, column.type) ?? '')}`;
};

const columnLine = (column: ColumnSchema, table: TableSchema): string => {
  const { type } = column;
  let line = `  ${quoteName(column.name)} ${typeText(type)}`;
  if (kindOf(type) === 'string') {
    const different = type.collation !== table.collation;
    if (type.collation.charset !== table.collation.charset || (column.ownCollation && different))
      line += ` CHARACTER SET ${type.collation.charset}`;
    const usual = defaultCollation(type.collation.charset) === type.collation;
    if (different || column.ownCollation || !usual) line += ` COLLATE ${type.collation.name}`;
  }
  if (!column.nullable) line += ' NOT NULL';
  else if (type.base === 'timestamp') line += ' NULL';
  if (column.autoIncrement) line += ' AUTO_INCREMENT';
  line += defaultClause(column);
  if (column.onUpdateNow) line += ` ON UPDATE ${now(column)}`;
  if (column.invisible) line += ' /*!80023 INVISIBLE */';
  if (column.comment !== '') line += ` COMMENT ${quoteText(column.comment)}`;
  return line;
};

const indexLine = (index: IndexSchema, table: TableSchema): string => {
  const parts = index.parts.map(
    (part) =>
      `${quoteName(table.columns[part.column]?.name ?? '')}${part.prefixLength === null ? '' : `(${part.prefixLength})`}${part.descending ? ' DESC' : ''}`,
  );
  const head = index.primary ? 'PRIMARY KEY' : `${index.unique ? 'UNIQUE KEY' : 'KEY'} ${quoteName(index.name)}`;
  return `  ${head} (${parts.join(',')})${index.comment === '' ? '' : ` COMMENT ${quoteText(index.comment)}`}${index.invisible ? ' /*!80000 INVISIBLE */' : ''}`;
};

const foreignKeyLine = (key: TableSchema['foreignKeys'][number], table: TableSchema): string => {
  const own = key.columns.map((column) => quoteName(table.columns[column]?.name ?? '')).join(', ');
  const parent =
    key.parentSchema === table.schema
      ? quoteName(key.parentTable)
      : `${quoteName(key.parentSchema)}.${quoteName(key.parentTable)}`;
  return `  CONSTRAINT ${quoteName(key.name)} FOREIGN KEY (${own}) REFERENCES ${parent} (${key.parentColumns.map(quoteName).join(', ')})${describeActions(key)}`;
};

/** The text of SHOW CREATE TABLE. */
export const createTableText = ({ schema: table, autoIncrement }: TableData): string => {
  const order = [...table.indexes].sort(
    (one, other) => Number(other.primary) - Number(one.primary) || Number(other.unique) - Number(one.unique),
  );
  const lines = [
    ...table.columns.map((column) => columnLine(column, table)),
    ...order.map((index) => indexLine(index, table)),
    ...table.foreignKeys.map((key) => foreignKeyLine(key, table)),
    ...table.checks
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map(
        (check) =>
          `  CONSTRAINT ${quoteName(check.name)} CHECK (${check.text})${check.enforced ? '' : ' /*!80016 NOT ENFORCED */'}`,
      ),
  ];
  const { charset, name } = table.collation;
  const counter =
    table.columns.some((column) => column.autoIncrement) && autoIncrement > 1n
      ? ` AUTO_INCREMENT=${autoIncrement}`
      : '';
  const collate = charset === 'utf8mb4' || defaultCollation(charset) !== table.collation ? ` COLLATE=${name}` : '';
  const options = `${table.rowFormat ? ` ROW_FORMAT=${table.rowFormat}` : ''}${table.comment === '' ? '' : ` COMMENT=${quoteText(table.comment)}`}`;
  return `CREATE TABLE ${quoteName(table.name)} (\n${lines.join(',\n')}\n) ENGINE=InnoDB${counter} DEFAULT CHARSET=${charset}${collate}${options}`;
};
