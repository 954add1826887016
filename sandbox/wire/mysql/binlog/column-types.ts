import { type Cursor, MalformedBinlog, readUint, readUint8, type Sink, writeUint, writeUint8 } from './bytes.ts';

/** MySQL's type codes as they stand in a TABLE_MAP event (include/field_types.h of the server). */
export const columnTypes = {
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  oldTimestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  oldTime: 11,
  oldDatetime: 12,
  year: 13,
  varchar: 15,
  bit: 16,
  timestamp: 17,
  datetime: 18,
  time: 19,
  vector: 242,
  json: 245,
  decimal: 246,
  enum: 247,
  set: 248,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

/**
 * Type and shape of a column: what a row image cannot be read without.
 * `type` is the real type: ENUM and SET are 247 and 248 here although a TABLE_MAP sends them as a kind of STRING.
 * `metadata` by type: decimal precision * 256 + scale; varchar and string the maximum length in bytes; blob, json, geometry and
 * vector the size of the length prefix; time, datetime, timestamp the fractional digits; bit the number of bits; enum and set
 * the size of the value in bytes; float 4; double 8; others 0.
 */
export type ColumnShape = { type: number; metadata: number };

const T = columnTypes;

export const tinyint: ColumnShape = { type: T.tiny, metadata: 0 };
export const smallint: ColumnShape = { type: T.short, metadata: 0 };
export const mediumint: ColumnShape = { type: T.int24, metadata: 0 };
export const integer: ColumnShape = { type: T.long, metadata: 0 };
export const bigint: ColumnShape = { type: T.longlong, metadata: 0 };
export const float: ColumnShape = { type: T.float, metadata: 4 };
export const double: ColumnShape = { type: T.double, metadata: 8 };
export const date: ColumnShape = { type: T.date, metadata: 0 };
export const year: ColumnShape = { type: T.year, metadata: 0 };
export const json: ColumnShape = { type: T.json, metadata: 4 };
export const decimal = (precision: number, scale: number): ColumnShape => ({
  type: T.decimal,
  metadata: precision * 256 + scale,
});
export const bit = (bits: number): ColumnShape => ({ type: T.bit, metadata: bits });
/** VARCHAR and VARBINARY: the length in bytes (characters times the character set's largest character). */
export const varchar = (maximumBytes: number): ColumnShape => ({ type: T.varchar, metadata: maximumBytes });
/** CHAR and BINARY: the length in bytes. */
export const char = (maximumBytes: number): ColumnShape => ({ type: T.string, metadata: maximumBytes });
/** TINYTEXT/TINYBLOB 1, TEXT/BLOB 2, MEDIUMTEXT/MEDIUMBLOB 3, LONGTEXT/LONGBLOB 4. */
export const blob = (lengthSizeBytes: 1 | 2 | 3 | 4): ColumnShape => ({ type: T.blob, metadata: lengthSizeBytes });
export const enumeration = (labelCount: number): ColumnShape => ({ type: T.enum, metadata: labelCount > 255 ? 2 : 1 });
export const set = (labelCount: number): ColumnShape => {
  const sizeBytes = (labelCount + 7) >> 3;
  return { type: T.set, metadata: sizeBytes > 4 ? 8 : sizeBytes };
};
export const time = (fractionalDigits: number): ColumnShape => ({ type: T.time, metadata: fractionalDigits });
export const datetime = (fractionalDigits: number): ColumnShape => ({ type: T.datetime, metadata: fractionalDigits });
export const timestamp = (fractionalDigits: number): ColumnShape => ({ type: T.timestamp, metadata: fractionalDigits });

const metadataSizes = new Map<number, 0 | 1 | 2>([
  [T.float, 1],
  [T.double, 1],
  [T.blob, 1],
  [T.json, 1],
  [T.geometry, 1],
  [T.vector, 1],
  [T.time, 1],
  [T.datetime, 1],
  [T.timestamp, 1],
  [T.varchar, 2],
  [T.varString, 2],
  [T.string, 2],
  [T.enum, 2],
  [T.set, 2],
  [T.decimal, 2],
  [T.bit, 2],
]);

/** The type byte as a TABLE_MAP writes it. */
export const wireType = (shape: ColumnShape): number =>
  shape.type === T.enum || shape.type === T.set ? T.string : shape.type;

const readStringShape = (cursor: Cursor): ColumnShape => {
  const first = readUint8(cursor);
  const second = readUint8(cursor);
  if (first === T.enum || first === T.set) return { type: first, metadata: second };
  // Lengths above 255 hide their two high bits, inverted, in bits 4 and 5 of the type (Field_string::do_save_field_metadata).
  return { type: T.string, metadata: second | (((first & 0x30) ^ 0x30) << 4) };
};

export const readShape = (cursor: Cursor, type: number): ColumnShape => {
  if (type === T.string) return readStringShape(cursor);
  if (type === T.decimal) {
    const precision = readUint8(cursor);
    return { type, metadata: precision * 256 + readUint8(cursor) };
  }
  if (type === T.bit) {
    const odd = readUint8(cursor);
    return { type, metadata: readUint8(cursor) * 8 + odd };
  }
  const sizeBytes = metadataSizes.get(type) ?? 0;
  return { type, metadata: sizeBytes === 0 ? 0 : readUint(cursor, sizeBytes) };
};

export const writeShape = (sink: Sink, { type, metadata }: ColumnShape): void => {
  if (type === T.enum || type === T.set) {
    writeUint8(sink, type);
    writeUint8(sink, metadata);
  } else if (type === T.string) {
    if (metadata > 1023) throw new MalformedBinlog(`CHAR of ${metadata} bytes`);
    writeUint8(sink, T.string ^ ((metadata & 0x300) >> 4));
    writeUint8(sink, metadata & 0xff);
  } else if (type === T.decimal) {
    writeUint8(sink, metadata >> 8);
    writeUint8(sink, metadata & 0xff);
  } else if (type === T.bit) {
    writeUint8(sink, metadata & 7);
    writeUint8(sink, metadata >> 3);
  } else {
    const sizeBytes = metadataSizes.get(type) ?? 0;
    if (sizeBytes > 0) writeUint(sink, metadata, sizeBytes);
  }
};

/** Types that have a bit in the SIGNEDNESS field of a TABLE_MAP. */
export const isNumeric = (type: number): boolean =>
  type === T.tiny ||
  type === T.short ||
  type === T.int24 ||
  type === T.long ||
  type === T.longlong ||
  type === T.decimal ||
  type === T.float ||
  type === T.double ||
  type === T.year;

/** Types whose collation stands in the DEFAULT_CHARSET or COLUMN_CHARSET field of a TABLE_MAP; BINARY and BLOB and VECTOR among them, as 63. */
export const isCharacter = (type: number): boolean =>
  type === T.string || type === T.varString || type === T.varchar || type === T.blob || type === T.vector;
