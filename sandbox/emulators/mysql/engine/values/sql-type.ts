import { binaryCollation, type Collation, utf8mb4 } from './collation.ts';
import type { Decimal } from './decimal.ts';

/**
 * A value inside the engine; its type says how to read it:
 * integers, YEAR and BIT bigint · DECIMAL Decimal · FLOAT, DOUBLE number · text, ENUM, SET, JSON string · BINARY, BLOB Uint8Array ·
 * DATE, TIME, DATETIME canonical text with exactly the type's fraction digits · a stored TIMESTAMP that text in UTC.
 */
export type Datum = null | bigint | number | string | Uint8Array | Decimal;

export type Row = readonly Datum[];

export type BaseType =
  | 'null'
  | 'tinyint'
  | 'smallint'
  | 'mediumint'
  | 'int'
  | 'bigint'
  | 'decimal'
  | 'float'
  | 'double'
  | 'bit'
  | 'char'
  | 'varchar'
  | 'tinytext'
  | 'text'
  | 'mediumtext'
  | 'longtext'
  | 'binary'
  | 'varbinary'
  | 'tinyblob'
  | 'blob'
  | 'mediumblob'
  | 'longblob'
  | 'enum'
  | 'set'
  | 'json'
  | 'date'
  | 'time'
  | 'datetime'
  | 'timestamp'
  | 'year';

/** The type of a column or an expression. */
export type SqlType = {
  readonly base: BaseType;
  /** Characters of text, bytes of binary, digits of DECIMAL, bits of BIT, display width of the rest. */
  readonly length: number;
  /** Fraction digits of DECIMAL and temporals; 31 for floating point without a fixed number. */
  readonly decimals: number;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  readonly collation: Collation;
  /** Members of ENUM and SET. */
  readonly values: readonly string[];
  /** A hex or bit literal: bytes that count as a number where a number is wanted. */
  readonly hexadecimal?: true;
  /** TINYINT(1) keeps its width: clients read it as BOOLEAN. FLOAT(m,d) keeps both. */
  readonly explicitLength?: number;
};

/** How values of a type behave in expressions. */
export type Kind =
  | 'null'
  | 'integer'
  | 'decimal'
  | 'double'
  | 'string'
  | 'binary'
  | 'date'
  | 'time'
  | 'datetime'
  | 'json';

const kinds: Readonly<Record<BaseType, Kind>> = {
  null: 'null',
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  float: 'double',
  double: 'double',
  bit: 'integer',
  char: 'string',
  varchar: 'string',
  tinytext: 'string',
  text: 'string',
  mediumtext: 'string',
  longtext: 'string',
  binary: 'binary',
  varbinary: 'binary',
  tinyblob: 'binary',
  blob: 'binary',
  mediumblob: 'binary',
  longblob: 'binary',
  enum: 'string',
  set: 'string',
  json: 'json',
  date: 'date',
  time: 'time',
  datetime: 'datetime',
  timestamp: 'datetime',
  year: 'integer',
};

export const kindOf = (type: SqlType): Kind => kinds[type.base];

const make = (base: BaseType, length: number, extra: Partial<SqlType> = {}): SqlType => ({
  base,
  length,
  decimals: 0,
  unsigned: false,
  zerofill: false,
  collation: binaryCollation,
  values: [],
  ...extra,
});

export const nullType = make('null', 0);
export const bigintType = make('bigint', 21);
export const unsignedBigintType = make('bigint', 21, { unsigned: true });
export const booleanType = make('bigint', 1);
export const doubleType = make('double', 23, { decimals: 31 });
export const dateType = make('date', 10);
export const jsonType = make('json', 1073741823, { collation: utf8mb4 });
export const yearType = make('year', 4, { unsigned: true });

export const decimalType = (precision: number, decimals: number, unsigned = false): SqlType =>
  make('decimal', Math.max(1, Math.min(65, precision)), { decimals: Math.min(30, decimals), unsigned });

export const stringType = (length: number, collation: Collation = utf8mb4): SqlType =>
  make(length > 4_194_303 ? 'longtext' : length > 16_383 ? 'mediumtext' : 'varchar', length, { collation });

export const binaryType = (length: number): SqlType => make(length > 65_535 ? 'longblob' : 'varbinary', length);
export const hexadecimalType = (length: number): SqlType => make('varbinary', length, { hexadecimal: true });
export const timeType = (digits: number): SqlType => make('time', 10 + (digits ? digits + 1 : 0), { decimals: digits });
export const datetimeType = (digits: number): SqlType =>
  make('datetime', 19 + (digits ? digits + 1 : 0), { decimals: digits });
export const isNumber = (type: SqlType): boolean => ['integer', 'decimal', 'double'].includes(kindOf(type));
export const isTemporal = (type: SqlType): boolean => ['date', 'time', 'datetime'].includes(kindOf(type));
export const isBlob = (type: SqlType): boolean => /text|blob/.test(type.base);

const integerBits: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 };

/** Smallest and largest value of an integer type. */
export const integerRange = (type: SqlType): readonly [bigint, bigint] => {
  const key = type.unsigned ? `u${type.base}` : type.base;
  return ranges[key] ?? [0n, 0n];
};
const ranges: Record<string, readonly [bigint, bigint]> = {};
for (const [base, bits] of Object.entries(integerBits)) {
  ranges[base] = [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
  ranges[`u${base}`] = [0n, 2n ** BigInt(bits) - 1n];
}

/** Bytes that a text or blob type can hold. */
export const maximumBytes: Readonly<Partial<Record<BaseType, number>>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
};

/** Digits that values of a number type may have before the point. */
export const integerPartDigits = (type: SqlType): number => {
  if (type.base === 'decimal') return type.length - type.decimals;
  const widths: Partial<Record<BaseType, number>> = {
    tinyint: 3,
    smallint: 5,
    mediumint: 8,
    int: 10,
    bigint: type.unsigned ? 20 : 19,
    year: 4,
  };
  if (type.base === 'int' && type.length < 10) return Math.max(1, type.length);
  if (type.base === 'bigint' && type.length < 19) return Math.max(1, type.length);
  return widths[type.base] ?? 20;
};
