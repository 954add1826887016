import {
  MalformedPacket,
  type Reader,
  readDouble,
  readerOf,
  readFloat,
  readInt1,
  readInt2,
  readInt4,
  readInt8,
  readLengthEncodedBytes,
  take,
  type Writer,
  writeBytes,
  writeDouble,
  writeFloat,
  writeInt1,
  writeInt2,
  writeInt4,
  writeInt8,
  writeLengthEncodedBytes,
  writeLengthEncodedText,
  writerOf,
} from './bytes.ts';
import { columnFlag, columnType } from './column-types.ts';
import type { Column } from './columns.ts';
import { hasFlag } from './flags.ts';
import { readDate, readDateTime, readTime, writeDateTime, writeTime } from './temporals.ts';
import type { EncodeText } from './text-rows.ts';
import type { Value } from './values.ts';

// Binary Protocol Resultset Row: a 0, a bit for each NULL (from bit 2 on), then the other values in the form of their column's type.
const firstNullBit = 2;

const writeString = (writer: Writer, value: Value, encodeText: EncodeText) => {
  if (value instanceof Uint8Array) return writeLengthEncodedBytes(writer, value);
  const text = String(value);
  if (encodeText) return writeLengthEncodedBytes(writer, encodeText(text));
  writeLengthEncodedText(writer, text);
};

const writeValue = (writer: Writer, type: number, value: Value, encodeText: EncodeText) => {
  switch (type) {
    case columnType.tiny:
      return writeInt1(writer, Number(value) & 0xff);
    case columnType.short:
    case columnType.year:
      return writeInt2(writer, Number(value));
    case columnType.int24:
    case columnType.long:
      return writeInt4(writer, Number(value));
    case columnType.longLong:
      return writeInt8(writer, BigInt(value as bigint));
    case columnType.float:
      return writeFloat(writer, Number(value));
    case columnType.double:
      return writeDouble(writer, Number(value));
    case columnType.date:
    case columnType.dateTime:
    case columnType.timestamp:
      return writeDateTime(writer, String(value));
    case columnType.time:
      return writeTime(writer, String(value));
    default:
      return writeString(writer, value, encodeText);
  }
};

export const encodeBinaryRow = (columns: readonly Column[], row: readonly Value[], encodeText?: EncodeText): Buffer => {
  const writer = writerOf();
  const nulls = Buffer.alloc((columns.length + firstNullBit + 7) >> 3);
  writeInt1(writer, 0);
  writeBytes(writer, nulls);
  for (let index = 0; index < columns.length; index++) {
    const value = row[index] ?? null;
    const bit = index + firstNullBit;
    if (value === null) nulls[bit >> 3] = (nulls[bit >> 3] as number) | (1 << (bit & 7));
    else writeValue(writer, (columns[index] as Column).type, value, encodeText);
  }
  writer.bytes.set(nulls, 1);
  return take(writer);
};

const signed = (value: number, bits: number): bigint => BigInt.asIntN(bits, BigInt(value));

/**
 * A value in the form of its type, of a row or of a parameter. Strings come as bytes: which character set they are in is not
 * said here.
 */
export const readBinaryValue = (reader: Reader, type: number, unsigned: boolean): Exclude<Value, null> => {
  switch (type) {
    case columnType.tiny: {
      const value = readInt1(reader);
      return unsigned ? BigInt(value) : signed(value, 8);
    }
    case columnType.short:
    case columnType.year: {
      const value = readInt2(reader);
      return unsigned ? BigInt(value) : signed(value, 16);
    }
    case columnType.int24:
    case columnType.long: {
      const value = readInt4(reader);
      return unsigned ? BigInt(value) : signed(value, 32);
    }
    case columnType.longLong: {
      const value = readInt8(reader);
      return unsigned ? value : BigInt.asIntN(64, value);
    }
    case columnType.float:
      return readFloat(reader);
    case columnType.double:
      return readDouble(reader);
    case columnType.date:
    case columnType.newDate:
      return readDate(reader);
    case columnType.dateTime:
    case columnType.timestamp:
      return readDateTime(reader);
    case columnType.time:
      return readTime(reader);
    case columnType.decimal:
    case columnType.newDecimal:
      return readLengthEncodedBytes(reader).toString('latin1');
    case columnType.varchar:
    case columnType.varString:
    case columnType.string:
    case columnType.enum:
    case columnType.set:
    case columnType.json:
    case columnType.bit:
    case columnType.tinyBlob:
    case columnType.mediumBlob:
    case columnType.longBlob:
    case columnType.blob:
    case columnType.geometry:
    case columnType.vector:
      return readLengthEncodedBytes(reader);
    default:
      throw new MalformedPacket(`a value of type ${type}`);
  }
};

export const decodeBinaryRow = (payload: Buffer, columns: readonly Column[]): Value[] => {
  const reader = readerOf(payload, 1 + ((columns.length + firstNullBit + 7) >> 3));
  return columns.map(({ type, flags }, index) => {
    const bit = index + firstNullBit;
    const isNull = (((payload[1 + (bit >> 3)] as number) >> (bit & 7)) & 1) === 1;
    return isNull ? null : readBinaryValue(reader, type, hasFlag(flags, columnFlag.unsigned));
  });
};
