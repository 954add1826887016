/** A packet that ends too early or says something impossible. A server answers 1835, "Malformed communication packet". */
export class MalformedPacket extends Error {
  constructor(what: string) {
    super(`malformed packet: ${what}`);
    this.name = 'MalformedPacket';
  }
}

/** Reads one payload from front to back; all integers are little-endian. */
export type Reader = { readonly bytes: Buffer; offset: number };

export const readerOf = (bytes: Buffer, offset = 0): Reader => ({ bytes, offset });

export const remainingBytes = (reader: Reader): number => reader.bytes.length - reader.offset;

const advance = (reader: Reader, sizeBytes: number): number => {
  const { offset } = reader;
  if (sizeBytes < 0 || sizeBytes > reader.bytes.length - offset) throw new MalformedPacket('it ends too early');
  reader.offset = offset + sizeBytes;
  return offset;
};

export const readInt1 = (reader: Reader): number => reader.bytes[advance(reader, 1)] as number;
export const readInt2 = (reader: Reader): number => reader.bytes.readUInt16LE(advance(reader, 2));
export const readInt3 = (reader: Reader): number => reader.bytes.readUIntLE(advance(reader, 3), 3);
export const readInt4 = (reader: Reader): number => reader.bytes.readUInt32LE(advance(reader, 4));
export const readInt8 = (reader: Reader): bigint => reader.bytes.readBigUInt64LE(advance(reader, 8));
export const readFloat = (reader: Reader): number => reader.bytes.readFloatLE(advance(reader, 4));
export const readDouble = (reader: Reader): number => reader.bytes.readDoubleLE(advance(reader, 8));

/** A view on the payload, not a copy. */
export const readBytes = (reader: Reader, sizeBytes: number): Buffer => {
  const start = advance(reader, sizeBytes);
  return reader.bytes.subarray(start, start + sizeBytes);
};

export const readRest = (reader: Reader): Buffer => readBytes(reader, remainingBytes(reader));

export const readNullTerminated = (reader: Reader): Buffer => {
  const end = reader.bytes.indexOf(0, reader.offset);
  if (end < 0) throw new MalformedPacket('a string without its end');
  const value = readBytes(reader, end - reader.offset);
  reader.offset += 1;
  return value;
};

/** An integer of one to nine bytes. `undefined` is the marker 0xfb, which stands for NULL in a text row. */
export const readLengthEncodedOrNull = (reader: Reader): number | bigint | undefined => {
  const first = readInt1(reader);
  if (first < 0xfb) return first;
  if (first === 0xfb) return undefined;
  if (first === 0xfc) return readInt2(reader);
  if (first === 0xfd) return readInt3(reader);
  if (first === 0xfe) {
    const value = readInt8(reader);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
  throw new MalformedPacket('0xff where a length was to come');
};

export const readLengthEncoded = (reader: Reader): number | bigint => {
  const value = readLengthEncodedOrNull(reader);
  if (value === undefined) throw new MalformedPacket('NULL where a length was to come');
  return value;
};

export const readLength = (reader: Reader): number => Number(readLengthEncoded(reader));

export const readLengthEncodedBytes = (reader: Reader): Buffer => readBytes(reader, readLength(reader));

/** Grows as it is written; `take` gives the payload. */
export type Writer = { bytes: Buffer; length: number };

export const writerOf = (capacityBytes = 128): Writer => ({ bytes: Buffer.allocUnsafe(capacityBytes), length: 0 });

const reserve = (writer: Writer, sizeBytes: number): number => {
  const { length } = writer;
  const needed = length + sizeBytes;
  if (needed > writer.bytes.length) {
    const grown = Buffer.allocUnsafe(Math.max(needed, writer.bytes.length * 2));
    writer.bytes.copy(grown, 0, 0, length);
    writer.bytes = grown;
  }
  writer.length = needed;
  return length;
};

export const take = (writer: Writer): Buffer => writer.bytes.subarray(0, writer.length);

export const writeInt1 = (writer: Writer, value: number): void => {
  const at = reserve(writer, 1);
  writer.bytes[at] = value;
};
export const writeInt2 = (writer: Writer, value: number): void => {
  const at = reserve(writer, 2);
  writer.bytes.writeUInt16LE(value & 0xffff, at);
};
export const writeInt3 = (writer: Writer, value: number): void => {
  const at = reserve(writer, 3);
  writer.bytes.writeUIntLE(value & 0xffffff, at, 3);
};
export const writeInt4 = (writer: Writer, value: number): void => {
  const at = reserve(writer, 4);
  writer.bytes.writeUInt32LE(value >>> 0, at);
};
/** Signed and unsigned values alike: the 64 bits are the same. */
export const writeInt8 = (writer: Writer, value: bigint): void => {
  const at = reserve(writer, 8);
  writer.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at);
};
export const writeFloat = (writer: Writer, value: number): void => {
  const at = reserve(writer, 4);
  writer.bytes.writeFloatLE(value, at);
};
export const writeDouble = (writer: Writer, value: number): void => {
  const at = reserve(writer, 8);
  writer.bytes.writeDoubleLE(value, at);
};
export const writeBytes = (writer: Writer, value: Uint8Array): void => {
  const at = reserve(writer, value.length);
  writer.bytes.set(value, at);
};
export const writeZeros = (writer: Writer, sizeBytes: number): void => {
  const at = reserve(writer, sizeBytes);
  writer.bytes.fill(0, at, at + sizeBytes);
};
export const writeText = (writer: Writer, value: string): void => {
  const at = reserve(writer, Buffer.byteLength(value));
  writer.bytes.write(value, at);
};
export const writeNullTerminated = (writer: Writer, value: string): void => {
  writeText(writer, value);
  writeInt1(writer, 0);
};

export const writeLengthEncoded = (writer: Writer, value: number | bigint) => {
  if (value < 0xfb) return writeInt1(writer, Number(value));
  if (value < 0x1_0000) {
    writeInt1(writer, 0xfc);
    return writeInt2(writer, Number(value));
  }
  if (value < 0x100_0000) {
    writeInt1(writer, 0xfd);
    return writeInt3(writer, Number(value));
  }
  writeInt1(writer, 0xfe);
  writeInt8(writer, BigInt(value));
};

export const writeLengthEncodedBytes = (writer: Writer, value: Uint8Array): void => {
  writeLengthEncoded(writer, value.length);
  writeBytes(writer, value);
};

export const writeLengthEncodedText = (writer: Writer, value: string): void => {
  const sizeBytes = Buffer.byteLength(value);
  writeLengthEncoded(writer, sizeBytes);
  const at = reserve(writer, sizeBytes);
  writer.bytes.write(value, at);
};
