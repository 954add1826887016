import type { DataType } from '../../../wire/snowflake-sql/ast.ts';
import { unsupportedFeature } from './errors.ts';
import type { SqlType } from './types.ts';

type Of<K extends SqlType['kind']> = Extract<SqlType, { kind: K }>;

export const number = (precision: number, scale = 0): Of<'number'> => ({ kind: 'number', precision, scale });
export const integer = number(38);
/** What Snowflake's own counts and lengths are. */
export const count = number(18);
export const float: SqlType = { kind: 'float' };
export const text: SqlType = { kind: 'text' };
export const boolean: SqlType = { kind: 'boolean' };
export const date: Of<'date'> = { kind: 'date' };
export const variant: SqlType = { kind: 'variant' };
export const array: SqlType = { kind: 'array' };
export const object: SqlType = { kind: 'object' };
export const binary: SqlType = { kind: 'binary' };
export const time: Of<'time'> = { kind: 'time', scale: 9 };
export const timestampNtz: Of<'timestamp_ntz'> = { kind: 'timestamp_ntz', scale: 9 };
export const timestampLtz: Of<'timestamp_ltz'> = { kind: 'timestamp_ltz', scale: 9 };
export const timestampTz: Of<'timestamp_tz'> = { kind: 'timestamp_tz', scale: 9 };

type Reader = (parameters: readonly number[]) => SqlType;

const fixed: Reader = ([precision = 38, scale = 0]) => {
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision)
    throw unsupportedFeature(`NUMBER(${precision},${scale})`);
  return number(precision, scale);
};
const always =
  (type: SqlType): Reader =>
  () =>
    type;
const varchar: Reader = ([length]) => (length === undefined ? text : { kind: 'text', length });
const character: Reader = ([length = 1]) => ({ kind: 'text', length });
const fractional =
  (kind: 'time' | 'timestamp_ntz' | 'timestamp_ltz' | 'timestamp_tz'): Reader =>
  ([scale = 9]) => ({ kind, scale });

const readers: Readonly<Record<string, Reader>> = {
  NUMBER: fixed,
  DECIMAL: fixed,
  DEC: fixed,
  NUMERIC: fixed,
  INT: always(integer),
  INTEGER: always(integer),
  BIGINT: always(integer),
  SMALLINT: always(integer),
  TINYINT: always(integer),
  BYTEINT: always(integer),
  FLOAT: always(float),
  FLOAT4: always(float),
  FLOAT8: always(float),
  DOUBLE: always(float),
  'DOUBLE PRECISION': always(float),
  REAL: always(float),
  VARCHAR: varchar,
  STRING: varchar,
  TEXT: varchar,
  NVARCHAR: varchar,
  NVARCHAR2: varchar,
  'CHAR VARYING': varchar,
  'NCHAR VARYING': varchar,
  CHAR: character,
  CHARACTER: character,
  NCHAR: character,
  BINARY: always(binary),
  VARBINARY: always(binary),
  BOOLEAN: always(boolean),
  DATE: always(date),
  TIME: fractional('time'),
  DATETIME: fractional('timestamp_ntz'),
  TIMESTAMP: fractional('timestamp_ntz'),
  TIMESTAMP_NTZ: fractional('timestamp_ntz'),
  TIMESTAMPNTZ: fractional('timestamp_ntz'),
  TIMESTAMP_LTZ: fractional('timestamp_ltz'),
  TIMESTAMPLTZ: fractional('timestamp_ltz'),
  TIMESTAMP_TZ: fractional('timestamp_tz'),
  TIMESTAMPTZ: fractional('timestamp_tz'),
  VARIANT: always(variant),
  OBJECT: always(object),
  ARRAY: always(array),
};

/** A type as written, with its synonyms and defaults resolved. TIMESTAMP is TIMESTAMP_NTZ, as by default. */
export const sqlTypeOf = (type: DataType): SqlType => {
  const read = readers[type.name];
  if (!read) throw unsupportedFeature(`data type ${type.name}`);
  return read(type.arguments);
};

/** What DuckDB stores. */
export const physicalType = (type: SqlType): string => {
  switch (type.kind) {
    case 'number':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'float':
      return 'DOUBLE';
    case 'binary':
      return 'BLOB';
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp_ntz':
      return 'TIMESTAMP';
    case 'timestamp_ltz':
      return 'TIMESTAMPTZ';
    case 'timestamp_tz':
      return 'STRUCT(utc TIMESTAMP, offset_minutes INTEGER)';
    default:
      return 'VARCHAR';
  }
};

/** As Snowflake's messages spell it. */
export const typeName = (type: SqlType): string => {
  switch (type.kind) {
    case 'number':
      return `NUMBER(${type.precision},${type.scale})`;
    case 'text':
      return `VARCHAR(${type.length ?? 16_777_216})`;
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return `${type.kind.toUpperCase()}(${type.scale})`;
    case 'binary':
      return 'BINARY(8388608)';
    default:
      return type.kind.toUpperCase();
  }
};

export const isTimestamp = (type: SqlType): type is Extract<SqlType, { kind: `timestamp_${string}` }> =>
  type.kind === 'timestamp_ntz' || type.kind === 'timestamp_ltz' || type.kind === 'timestamp_tz';

/** VARIANT, OBJECT and ARRAY: JSON text in DuckDB. */
export const isSemiStructured = (type: SqlType): boolean =>
  type.kind === 'variant' || type.kind === 'object' || type.kind === 'array';
