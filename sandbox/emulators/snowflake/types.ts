import type { DataType } from '../../wire/snowflake-sql/ast.ts';
import { SnowflakeError } from './errors.ts';
import type { SqlType } from './rewrite/types.ts';

export const maximumTextLength = 16_777_216;
export const maximumBinaryLength = 8_388_608;

const integer: SqlType = { kind: 'number', precision: 38, scale: 0 };
const real: SqlType = { kind: 'float' };

const unsupported = (type: DataType): never => {
  throw new SnowflakeError('002040', `SQL compilation error:\nUnsupported data type '${type.name}'.`);
};

const fixedOf = ({ arguments: [precision = 38, scale = 0] }: DataType): SqlType => {
  if (precision < 1 || precision > 38) {
    throw new SnowflakeError(
      '001003',
      `SQL compilation error:\ninvalid value [${precision}] for parameter 'precision', must be between 1 and 38`,
    );
  }
  if (scale < 0 || scale > Math.min(precision, 37)) {
    throw new SnowflakeError(
      '001003',
      `SQL compilation error:\ninvalid value [${scale}] for parameter 'scale', must be between 0 and ${Math.min(precision, 37)}`,
    );
  }
  return { kind: 'number', precision, scale };
};

const fractional =
  (kind: 'time' | 'timestamp_ntz' | 'timestamp_ltz' | 'timestamp_tz') =>
  ({ arguments: [scale = 9] }: DataType): SqlType => ({ kind, scale });

const textOf = ({ arguments: [length = maximumTextLength] }: DataType): SqlType => ({ kind: 'text', length });
const characterOf = ({ arguments: [length = 1] }: DataType): SqlType => ({ kind: 'text', length });
const always = (type: SqlType) => (): SqlType => type;

const byName: Readonly<Record<string, (type: DataType) => SqlType>> = {
  NUMBER: fixedOf,
  DECIMAL: fixedOf,
  DEC: fixedOf,
  NUMERIC: fixedOf,
  INT: always(integer),
  INTEGER: always(integer),
  BIGINT: always(integer),
  SMALLINT: always(integer),
  TINYINT: always(integer),
  BYTEINT: always(integer),
  FLOAT: always(real),
  FLOAT4: always(real),
  FLOAT8: always(real),
  DOUBLE: always(real),
  'DOUBLE PRECISION': always(real),
  REAL: always(real),
  VARCHAR: textOf,
  STRING: textOf,
  TEXT: textOf,
  NVARCHAR: textOf,
  NVARCHAR2: textOf,
  'CHAR VARYING': textOf,
  'NCHAR VARYING': textOf,
  'CHARACTER VARYING': textOf,
  CHAR: characterOf,
  CHARACTER: characterOf,
  NCHAR: characterOf,
  BINARY: always({ kind: 'binary' }),
  VARBINARY: always({ kind: 'binary' }),
  BOOLEAN: always({ kind: 'boolean' }),
  DATE: always({ kind: 'date' }),
  TIME: fractional('time'),
  DATETIME: fractional('timestamp_ntz'),
  TIMESTAMP: fractional('timestamp_ntz'),
  TIMESTAMP_NTZ: fractional('timestamp_ntz'),
  TIMESTAMPNTZ: fractional('timestamp_ntz'),
  'TIMESTAMP WITHOUT TIME ZONE': fractional('timestamp_ntz'),
  TIMESTAMP_LTZ: fractional('timestamp_ltz'),
  TIMESTAMPLTZ: fractional('timestamp_ltz'),
  'TIMESTAMP WITH LOCAL TIME ZONE': fractional('timestamp_ltz'),
  TIMESTAMP_TZ: fractional('timestamp_tz'),
  TIMESTAMPTZ: fractional('timestamp_tz'),
  'TIMESTAMP WITH TIME ZONE': fractional('timestamp_tz'),
  VARIANT: always({ kind: 'variant' }),
  OBJECT: always({ kind: 'object' }),
  ARRAY: always({ kind: 'array' }),
};

/** A type as written in DDL; throws Snowflake's error for one it does not have (GEOGRAPHY, VECTOR, … are refused so too). */
export const sqlTypeOf = (type: DataType): SqlType => (byName[type.name] ?? unsupported)(type);

export const duckdbType = (type: SqlType): string => {
  switch (type.kind) {
    case 'number':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'float':
      return 'DOUBLE';
    case 'text':
      return 'VARCHAR';
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
    case 'variant':
    case 'object':
    case 'array':
      return 'VARCHAR';
  }
};

/** As DESCRIBE TABLE prints it. */
export const typeText = (type: SqlType): string => {
  switch (type.kind) {
    case 'number':
      return `NUMBER(${type.precision},${type.scale})`;
    case 'float':
      return 'FLOAT';
    case 'text':
      return `VARCHAR(${type.length ?? maximumTextLength})`;
    case 'binary':
      return `BINARY(${maximumBinaryLength})`;
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return `${type.kind.toUpperCase()}(${type.scale})`;
    default:
      return type.kind.toUpperCase();
  }
};

/** As INFORMATION_SCHEMA.COLUMNS.DATA_TYPE gives it. */
export const dataTypeName = (type: SqlType): string =>
  ({ text: 'TEXT' })[type.kind as string] ?? type.kind.toUpperCase();
