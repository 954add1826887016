import type { Compiled } from './query/compiled.ts';
import { type Column, columnFlag, fieldType, type Value } from './types.ts';
import { findCharset, utf8mb4 } from './values/collation.ts';
import { formatDecimal } from './values/decimal.ts';
import { type Datum, isBlob, kindOf, type SqlType } from './values/sql-type.ts';
import { bytesPerCharacter } from './values/store.ts';

const codes: Readonly<Record<SqlType['base'], number>> = {
  null: fieldType.NULL,
  tinyint: fieldType.TINY,
  smallint: fieldType.SHORT,
  mediumint: fieldType.INT24,
  int: fieldType.LONG,
  bigint: fieldType.LONGLONG,
  decimal: fieldType.NEWDECIMAL,
  float: fieldType.FLOAT,
  double: fieldType.DOUBLE,
  bit: fieldType.BIT,
  char: fieldType.STRING,
  varchar: fieldType.VAR_STRING,
  tinytext: fieldType.BLOB,
  text: fieldType.BLOB,
  mediumtext: fieldType.BLOB,
  longtext: fieldType.BLOB,
  binary: fieldType.STRING,
  varbinary: fieldType.VAR_STRING,
  tinyblob: fieldType.BLOB,
  blob: fieldType.BLOB,
  mediumblob: fieldType.BLOB,
  longblob: fieldType.BLOB,
  enum: fieldType.STRING,
  set: fieldType.STRING,
  json: fieldType.JSON,
  date: fieldType.DATE,
  time: fieldType.TIME,
  datetime: fieldType.DATETIME,
  timestamp: fieldType.TIMESTAMP,
  year: fieldType.YEAR,
};

/** Bytes at most, as a result tells them: characters count four bytes in utf8mb4. */
const displayLength = (type: SqlType): number => {
  const kind = kindOf(type);
  if (type.base === 'decimal') return type.length + (type.decimals > 0 ? 1 : 0) + (type.unsigned ? 0 : 1);
  if (type.base === 'json') return 4_294_967_295;
  if (kind === 'string') {
    if (isBlob(type))
      return Math.min(4_294_967_295, type.length * (kindOf(type) === 'string' ? bytesPerCharacter(type) : 1));
    return type.length * (findCharset(utf8mb4.charset)?.maxLength ?? 4);
  }
  return type.length;
};

const isString = (type: SqlType): boolean => kindOf(type) === 'string' || kindOf(type) === 'binary';

const typeFlags = (type: SqlType): number => {
  let flags = 0;
  const kind = kindOf(type);
  if (type.unsigned || type.base === 'bit' || type.hexadecimal) flags |= columnFlag.UNSIGNED;
  if (type.zerofill) flags |= columnFlag.ZEROFILL;
  if (type.base === 'year') flags |= columnFlag.UNSIGNED;
  if (type.base === 'enum') flags |= columnFlag.ENUM;
  if (type.base === 'set') flags |= columnFlag.SET;
  if (kind !== 'string' || type.collation.kind === 'binary') flags |= columnFlag.BINARY;
  return flags;
};

// A stored text is a BLOB; a computed one says how large it may become.
const computedCodes: Readonly<Partial<Record<SqlType['base'], number>>> = {
  mediumtext: fieldType.MEDIUM_BLOB,
  longtext: fieldType.LONG_BLOB,
  mediumblob: fieldType.MEDIUM_BLOB,
  longblob: fieldType.LONG_BLOB,
};

// Numbers and binary strings are of the binary collation, stored JSON too; texts are of the client's.
const charsetOf = (type: SqlType, direct: boolean, clientCollation: number | null): number => {
  if (kindOf(type) !== 'string' && (direct || kindOf(type) !== 'json')) return 63;
  return clientCollation ?? type.collation.id;
};

const describe = (name: string, expression: Compiled, clientCollation: number | null): Column => {
  const { type, origin } = expression;
  let flags = typeFlags(type);
  if (origin) flags |= origin.flags;
  if (expression.nullable) flags &= ~columnFlag.NOT_NULL;
  else flags |= columnFlag.NOT_NULL;
  const direct = origin !== undefined && expression.sources !== 0;
  if (direct && (isBlob(type) || type.base === 'json')) flags |= columnFlag.BLOB;
  if (direct && type.base === 'year') flags |= columnFlag.ZEROFILL;
  // A stored number has no BINARY flag, a computed one has; Connector/J takes a BIT(1) with it for bytes.
  if (direct && ['integer', 'decimal', 'double'].includes(kindOf(type))) flags &= ~columnFlag.BINARY;
  return {
    schema: direct ? origin.schema : '',
    table: direct ? origin.table : '',
    orgTable: direct ? origin.orgTable : '',
    name,
    orgName: direct ? origin.orgName : '',
    charset: charsetOf(type, direct, clientCollation),
    length: displayLength(type),
    type: (direct ? undefined : computedCodes[type.base]) ?? codes[type.base],
    flags,
    decimals: isString(type) || type.base === 'json' ? (direct ? 0 : 31) : type.decimals,
  };
};

/** `clientCollation` is the one of character_set_results; null when results are sent as they are stored. */
export const columnsOf = (
  columns: readonly { name: string; expression: Compiled }[],
  clientCollation: number | null,
): Column[] => columns.map(({ name, expression }) => describe(name, expression, clientCollation));

const bitBytes = (value: bigint, bits: number): Uint8Array => {
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  let rest = value;
  for (let index = bytes.length - 1; index >= 0; index--) {
    bytes[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
};

/** A value as it crosses the door to the wire. */
export const resultValue = (value: Datum, type: SqlType): Value => {
  if (value === null) return null;
  if (type.base === 'bit') return bitBytes(value as bigint, type.length);
  if (typeof value === 'object' && !(value instanceof Uint8Array)) return formatDecimal(value);
  return value;
};
