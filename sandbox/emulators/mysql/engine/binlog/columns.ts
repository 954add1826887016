import * as shapes from '../../../../wire/mysql/binlog/column-types.ts';
import type { RowImage } from '../../../../wire/mysql/binlog/rows.ts';
import type { TableMap, TableMapColumn } from '../../../../wire/mysql/binlog/table-map.ts';
import type { ColumnValue } from '../../../../wire/mysql/binlog/values.ts';
import type { TableData } from '../storage/table-data.ts';
import { type Decimal, formatDecimal, parseDecimal } from '../values/decimal.ts';
import { setBits, setText } from '../values/key.ts';
import { type Datum, kindOf, type Row, type SqlType } from '../values/sql-type.ts';
import { bytesPerCharacter } from '../values/store.ts';

const shapeOf = (type: SqlType): shapes.ColumnShape => {
  switch (type.base) {
    case 'tinyint':
      return shapes.tinyint;
    case 'smallint':
      return shapes.smallint;
    case 'mediumint':
      return shapes.mediumint;
    case 'int':
      return shapes.integer;
    case 'bigint':
      return shapes.bigint;
    case 'float':
      return shapes.float;
    case 'double':
      return shapes.double;
    case 'decimal':
      return shapes.decimal(type.length, type.decimals);
    case 'bit':
      return shapes.bit(type.length);
    case 'char':
      return shapes.char(type.length * bytesPerCharacter(type));
    case 'binary':
      return shapes.char(type.length);
    case 'varchar':
      return shapes.varchar(type.length * bytesPerCharacter(type));
    case 'varbinary':
      return shapes.varchar(type.length);
    case 'tinytext':
    case 'tinyblob':
      return shapes.blob(1);
    case 'text':
    case 'blob':
      return shapes.blob(2);
    case 'mediumtext':
    case 'mediumblob':
      return shapes.blob(3);
    case 'longtext':
    case 'longblob':
      return shapes.blob(4);
    case 'enum':
      return shapes.enumeration(type.values.length);
    case 'set':
      return shapes.set(type.values.length);
    case 'json':
      return shapes.json;
    case 'date':
      return shapes.date;
    case 'time':
      return shapes.time(type.decimals);
    case 'datetime':
      return shapes.datetime(type.decimals);
    case 'timestamp':
      return shapes.timestamp(type.decimals);
    case 'year':
      return shapes.year;
    default:
      throw new Error(`a column of type ${type.base} has no place in a binlog`);
  }
};

const isCharacter = (type: SqlType): boolean =>
  (kindOf(type) === 'string' || kindOf(type) === 'binary') && type.base !== 'json';

/** The TABLE_MAP of a table, with or without what binlog_row_metadata=FULL adds. */
export const tableMapOf = (table: TableData, full: boolean): TableMap => {
  const { schema } = table;
  const columns = schema.columns.map((column): TableMapColumn => {
    const { type } = column;
    return {
      ...shapeOf(type),
      nullable: column.nullable,
      ...(['integer', 'decimal', 'double'].includes(kindOf(type)) && type.base !== 'bit'
        ? { unsigned: type.unsigned }
        : {}),
      ...(isCharacter(type) ? { collation: type.collation.id } : {}),
      ...(full ? { name: column.name, visible: !column.invisible } : {}),
      ...(full && (type.base === 'enum' || type.base === 'set') ? { labels: type.values } : {}),
    };
  });
  const primary = schema.indexes.find((index) => index.primary);
  return {
    kind: 'table-map',
    tableId: table.id,
    flags: 1,
    database: schema.schema,
    table: schema.name,
    columns,
    ...(full && primary
      ? { primaryKey: primary.parts.map((part) => ({ column: part.column, prefixLength: part.prefixLength ?? 0 })) }
      : {}),
  };
};

const toValue = (value: Datum, type: SqlType): ColumnValue => {
  if (value === null) return null;
  switch (type.base) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'year':
      return Number(value as bigint);
    case 'decimal':
      return formatDecimal(value as Decimal);
    case 'enum':
      return type.values.indexOf(value as string) + 1;
    case 'set':
      return setBits(value as string, type.values);
    default:
      return value as ColumnValue;
  }
};

const toDatum = (value: ColumnValue, type: SqlType): Datum => {
  if (value === null) return null;
  switch (type.base) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'year':
      return BigInt(value as number);
    case 'decimal':
      return parseDecimal(value as string);
    case 'enum':
      return type.values[(value as number) - 1] ?? '';
    case 'set':
      return setText(value as bigint, type.values);
    case 'binary': {
      // Trailing zero bytes are not in the log.
      const bytes = new Uint8Array(type.length);
      bytes.set(value as Uint8Array);
      return bytes;
    }
    default:
      return value instanceof Uint8Array ? Uint8Array.from(value) : (value as Datum);
  }
};

export const toImage = (row: Row, table: TableData): RowImage =>
  row.map((value, index) => toValue(value, (table.schema.columns[index] as { type: SqlType }).type));

export const fromImage = (image: RowImage, table: TableData): Row =>
  table.schema.columns.map((column, index) => toDatum(image[index] ?? null, column.type));
