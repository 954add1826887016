import {
  type Cursor,
  MalformedBinlog,
  readBytes,
  readDouble,
  readFloat,
  readInt,
  readInt64,
  readText,
  readUint,
  readUint8,
  readUint64,
  reserve,
  type Sink,
  writeBytes,
  writeDouble,
  writeFloat,
  writeInt,
  writeInt64,
  writeUint,
  writeUint8,
  writeUint64,
} from './bytes.ts';
import { binaryCollation, charsetOfCollation, textDecoderOf, textEncoderOf } from './charsets.ts';
import { type ColumnShape, columnTypes as T } from './column-types.ts';
import { readDecimal, writeDecimal } from './decimal.ts';
import { parseJson } from './json-text.ts';
import { formatJson, readJson, writeJson } from './jsonb.ts';
import * as temporal from './temporal.ts';

/**
 * A column's value in a row.
 *
 * | column | value |
 * | --- | --- |
 * | TINYINT … INT | number, signed or unsigned as the column says |
 * | BIGINT | bigint |
 * | DECIMAL | exact text, `-0.01`, always with the column's scale |
 * | FLOAT, DOUBLE | number (a FLOAT is a 32-bit value) |
 * | BIT | bigint |
 * | CHAR, VARCHAR, TEXT | text when the column's collation is known, else the bytes |
 * | BINARY, VARBINARY, BLOB | bytes; trailing zero bytes of a BINARY are not in the binlog |
 * | ENUM | its number, 1 for the first label, 0 for the empty error value |
 * | SET | bigint, bit 0 for the first label |
 * | JSON | text in MySQL's spelling, or the bytes of the binary form when asked |
 * | DATE | `YYYY-MM-DD` · DATETIME `YYYY-MM-DD HH:MM:SS.ffffff` · TIME `-HH:MM:SS.ffffff`, exactly as many digits as the column has |
 * | TIMESTAMP | as DATETIME, in UTC; the zero timestamp as zeros |
 * | YEAR | number, 0 or 1901 … 2155 |
 * | GEOMETRY, VECTOR | bytes (SRID and WKB; 32-bit floats) |
 */
export type ColumnValue = null | number | bigint | string | Uint8Array;

/** What reading and writing a value needs to know beyond its shape. */
export type ColumnTraits = ColumnShape & { unsigned?: boolean; collation?: number };

export type ReadOptions = {
  /** `binary` leaves JSON as its bytes (for `readJson`). */
  json?: 'text' | 'binary';
};

const readInteger = (cursor: Cursor, sizeBytes: number, unsigned: boolean | undefined): number =>
  unsigned ? readUint(cursor, sizeBytes) : readInt(cursor, sizeBytes);

const readCharacters = (cursor: Cursor, lengthBytes: number, collation: number | undefined): ColumnValue => {
  if (collation === undefined || collation === binaryCollation) return readBytes(cursor, lengthBytes);
  const charset = charsetOfCollation(collation);
  if (charset === 'utf8mb4' || charset === 'utf8mb3') return readText(cursor, lengthBytes);
  const decode = charset === undefined ? undefined : textDecoderOf(charset);
  const bytes = readBytes(cursor, lengthBytes);
  return decode ? decode(bytes) : bytes;
};

const readBits = (cursor: Cursor, bits: number): bigint => {
  let value = 0n;
  for (const byte of readBytes(cursor, (bits + 7) >> 3)) value = (value << 8n) | BigInt(byte);
  return value;
};

const readSet = (cursor: Cursor, sizeBytes: number): bigint =>
  sizeBytes === 8 ? readUint64(cursor) : BigInt(readUint(cursor, sizeBytes));

export const readValue = (cursor: Cursor, column: ColumnTraits, options: ReadOptions = {}): ColumnValue => {
  const { type, metadata } = column;
  switch (type) {
    case T.tiny:
      return readInteger(cursor, 1, column.unsigned);
    case T.short:
      return readInteger(cursor, 2, column.unsigned);
    case T.int24:
      return readInteger(cursor, 3, column.unsigned);
    case T.long:
      return readInteger(cursor, 4, column.unsigned);
    case T.longlong:
      return column.unsigned ? readUint64(cursor) : readInt64(cursor);
    case T.float:
      return readFloat(cursor);
    case T.double:
      return readDouble(cursor);
    case T.decimal:
      return readDecimal(cursor, metadata >> 8, metadata & 0xff);
    case T.bit:
      return readBits(cursor, metadata);
    case T.varchar:
    case T.varString:
    case T.string:
      return readCharacters(cursor, readUint(cursor, metadata > 255 ? 2 : 1), column.collation);
    case T.blob:
      return readCharacters(cursor, readUint(cursor, metadata), column.collation);
    case T.json: {
      const bytes = readBytes(cursor, readUint(cursor, metadata));
      return options.json === 'binary' ? bytes : formatJson(readJson(bytes));
    }
    case T.geometry:
    case T.vector:
      return readBytes(cursor, readUint(cursor, metadata));
    case T.enum:
      return readUint(cursor, metadata);
    case T.set:
      return readSet(cursor, metadata);
    case T.date:
      return temporal.readDate(cursor);
    case T.time:
      return temporal.readTime(cursor, metadata);
    case T.datetime:
      return temporal.readDatetime(cursor, metadata);
    case T.timestamp:
      return temporal.readTimestamp(cursor, metadata);
    case T.year: {
      const value = readUint8(cursor);
      return value === 0 ? 0 : 1900 + value;
    }
    case T.oldTime:
      return temporal.readOldTime(cursor);
    case T.oldDatetime:
      return temporal.readOldDatetime(cursor);
    case T.oldTimestamp:
      return temporal.readOldTimestamp(cursor);
    default:
      throw new MalformedBinlog(`column type ${type}`);
  }
};

const mismatch = (column: ColumnTraits, value: unknown): never => {
  throw new MalformedBinlog(`a ${typeof value} does not go into a column of type ${column.type}`);
};

const asNumber = (column: ColumnTraits, value: ColumnValue): number => {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' ? Number(value) : mismatch(column, value);
};

const asBigint = (column: ColumnTraits, value: ColumnValue): bigint => {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' ? BigInt(value) : mismatch(column, value);
};

const asText = (column: ColumnTraits, value: ColumnValue): string =>
  typeof value === 'string' ? value : mismatch(column, value);

const encodeCharacters = (column: ColumnTraits, value: ColumnValue): Uint8Array => {
  if (value instanceof Uint8Array) return value;
  const text = asText(column, value);
  const charset = column.collation === undefined ? 'utf8mb4' : charsetOfCollation(column.collation);
  const encode = charset === undefined ? undefined : textEncoderOf(charset);
  if (!encode) throw new MalformedBinlog(`text of character set ${charset ?? column.collation} is written as bytes`);
  return encode(text);
};

// Field_string::pack cuts the padding: spaces of a CHAR, zero bytes of a BINARY.
const withoutPadding = (bytes: Uint8Array, collation: number | undefined): Uint8Array => {
  if (collation === undefined) return bytes;
  const padding = collation === binaryCollation ? 0x00 : 0x20;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === padding) end--;
  return bytes.subarray(0, end);
};

const writePrefixed = (sink: Sink, bytes: Uint8Array, prefixSizeBytes: number): void => {
  if (bytes.length >= 256 ** prefixSizeBytes)
    throw new MalformedBinlog(`${bytes.length} bytes are too long for their column`);
  writeUint(sink, bytes.length, prefixSizeBytes);
  writeBytes(sink, bytes);
};

const writeInteger = (sink: Sink, column: ColumnTraits, value: ColumnValue, sizeBytes: number): void => {
  const number = asNumber(column, value);
  if (column.unsigned) writeUint(sink, number, sizeBytes);
  else writeInt(sink, number, sizeBytes);
};

const writeBits = (sink: Sink, bits: number, value: bigint): void => {
  const sizeBytes = (bits + 7) >> 3;
  const at = reserve(sink, sizeBytes);
  let rest = value;
  for (let index = sizeBytes - 1; index >= 0; index--) {
    sink.buffer[at + index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
};

const jsonBytes = (column: ColumnTraits, value: ColumnValue): Uint8Array =>
  value instanceof Uint8Array ? value : writeJson(parseJson(asText(column, value)));

export const writeValue = (sink: Sink, column: ColumnTraits, value: Exclude<ColumnValue, null>) => {
  const { type, metadata } = column;
  switch (type) {
    case T.tiny:
      return writeInteger(sink, column, value, 1);
    case T.short:
      return writeInteger(sink, column, value, 2);
    case T.int24:
      return writeInteger(sink, column, value, 3);
    case T.long:
      return writeInteger(sink, column, value, 4);
    case T.longlong:
      return column.unsigned ? writeUint64(sink, asBigint(column, value)) : writeInt64(sink, asBigint(column, value));
    case T.float:
      return writeFloat(sink, asNumber(column, value));
    case T.double:
      return writeDouble(sink, asNumber(column, value));
    case T.decimal:
      return writeDecimal(sink, asText(column, value), metadata >> 8, metadata & 0xff);
    case T.bit:
      return writeBits(sink, metadata, asBigint(column, value));
    case T.varchar:
    case T.varString:
      return writePrefixed(sink, encodeCharacters(column, value), metadata > 255 ? 2 : 1);
    case T.string:
      return writePrefixed(
        sink,
        withoutPadding(encodeCharacters(column, value), column.collation),
        metadata > 255 ? 2 : 1,
      );
    case T.blob:
      return writePrefixed(sink, encodeCharacters(column, value), metadata);
    case T.json:
      return writePrefixed(sink, jsonBytes(column, value), metadata);
    case T.geometry:
    case T.vector:
      return writePrefixed(sink, value instanceof Uint8Array ? value : mismatch(column, value), metadata);
    case T.enum:
      return writeUint(sink, asNumber(column, value), metadata);
    case T.set:
      return metadata === 8
        ? writeUint64(sink, asBigint(column, value))
        : writeUint(sink, asNumber(column, value), metadata);
    case T.date:
      return temporal.writeDate(sink, asText(column, value));
    case T.time:
      return temporal.writeTime(sink, asText(column, value), metadata);
    case T.datetime:
      return temporal.writeDatetime(sink, asText(column, value), metadata);
    case T.timestamp:
      return temporal.writeTimestamp(sink, asText(column, value), metadata);
    case T.year: {
      const number = asNumber(column, value);
      return writeUint8(sink, number === 0 ? 0 : number - 1900);
    }
    default:
      throw new MalformedBinlog(`columns of type ${type} are not written`);
  }
};
