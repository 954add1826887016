/** Bytes that are not what the binlog format says. */
export class MalformedBinlog extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedBinlog';
  }
}

/** A place in a buffer; the readers below move it forward and refuse to go past `end`. */
export type Cursor = { readonly buffer: Buffer; offset: number; readonly end: number };

export const cursorOf = (bytes: Uint8Array, offset = 0, end = bytes.length): Cursor => ({
  buffer: Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset,
  end,
});

const advance = (cursor: Cursor, sizeBytes: number): number => {
  const at = cursor.offset;
  if (sizeBytes < 0 || at + sizeBytes > cursor.end) {
    throw new MalformedBinlog(`needs ${sizeBytes} bytes at ${at}, has ${cursor.end - at}`);
  }
  cursor.offset = at + sizeBytes;
  return at;
};

export const remaining = (cursor: Cursor): number => cursor.end - cursor.offset;

export const readUint8 = (cursor: Cursor): number => {
  const at = advance(cursor, 1);
  return cursor.buffer[at] as number;
};

/** Little-endian unsigned, 1 to 6 bytes. */
export const readUint = (cursor: Cursor, sizeBytes: number): number =>
  cursor.buffer.readUIntLE(advance(cursor, sizeBytes), sizeBytes);

/** Little-endian two's complement, 1 to 6 bytes. */
export const readInt = (cursor: Cursor, sizeBytes: number): number =>
  cursor.buffer.readIntLE(advance(cursor, sizeBytes), sizeBytes);

/** Big-endian unsigned, 1 to 6 bytes. */
export const readUintBig = (cursor: Cursor, sizeBytes: number): number =>
  cursor.buffer.readUIntBE(advance(cursor, sizeBytes), sizeBytes);

export const readUint64 = (cursor: Cursor): bigint => cursor.buffer.readBigUInt64LE(advance(cursor, 8));
export const readInt64 = (cursor: Cursor): bigint => cursor.buffer.readBigInt64LE(advance(cursor, 8));
export const readFloat = (cursor: Cursor): number => cursor.buffer.readFloatLE(advance(cursor, 4));
export const readDouble = (cursor: Cursor): number => cursor.buffer.readDoubleLE(advance(cursor, 8));

/** A view, not a copy. */
export const readBytes = (cursor: Cursor, sizeBytes: number): Buffer => {
  const at = advance(cursor, sizeBytes);
  return cursor.buffer.subarray(at, at + sizeBytes);
};

export const readText = (cursor: Cursor, sizeBytes: number): string => {
  const at = advance(cursor, sizeBytes);
  return cursor.buffer.toString('utf8', at, at + sizeBytes);
};

/** MySQL's length-encoded integer. */
export const readLength = (cursor: Cursor): number => {
  const first = readUint8(cursor);
  if (first < 251) return first;
  if (first === 252) return readUint(cursor, 2);
  if (first === 253) return readUint(cursor, 3);
  if (first === 254) return Number(readUint64(cursor));
  throw new MalformedBinlog(`length-encoded integer begins with ${first}`);
};

/** Text that ends with a zero byte. */
export const readTerminated = (cursor: Cursor): string => {
  const stop = cursor.buffer.indexOf(0, cursor.offset);
  if (stop < 0 || stop >= cursor.end) throw new MalformedBinlog('unterminated string');
  const text = cursor.buffer.toString('utf8', cursor.offset, stop);
  cursor.offset = stop + 1;
  return text;
};

export const readRest = (cursor: Cursor): Buffer => readBytes(cursor, remaining(cursor));

/** A buffer that grows. */
export type Sink = { buffer: Buffer; length: number };

export const newSink = (sizeBytes = 256): Sink => ({ buffer: Buffer.allocUnsafe(sizeBytes), length: 0 });

export const reserve = (sink: Sink, sizeBytes: number): number => {
  const at = sink.length;
  const needed = at + sizeBytes;
  if (needed > sink.buffer.length) {
    const grown = Buffer.allocUnsafe(Math.max(needed, sink.buffer.length * 2));
    sink.buffer.copy(grown, 0, 0, at);
    sink.buffer = grown;
  }
  sink.length = needed;
  return at;
};

export const writeUint8 = (sink: Sink, value: number): void => {
  const at = reserve(sink, 1);
  sink.buffer[at] = value;
};
export const writeUint = (sink: Sink, value: number, sizeBytes: number): void => {
  const at = reserve(sink, sizeBytes);
  sink.buffer.writeUIntLE(value, at, sizeBytes);
};
export const writeInt = (sink: Sink, value: number, sizeBytes: number): void => {
  const at = reserve(sink, sizeBytes);
  sink.buffer.writeIntLE(value, at, sizeBytes);
};
export const writeUintBig = (sink: Sink, value: number, sizeBytes: number): void => {
  const at = reserve(sink, sizeBytes);
  sink.buffer.writeUIntBE(value, at, sizeBytes);
};
export const writeUint64 = (sink: Sink, value: bigint): void => {
  const at = reserve(sink, 8);
  sink.buffer.writeBigUInt64LE(value, at);
};
export const writeInt64 = (sink: Sink, value: bigint): void => {
  const at = reserve(sink, 8);
  sink.buffer.writeBigInt64LE(value, at);
};
export const writeFloat = (sink: Sink, value: number): void => {
  const at = reserve(sink, 4);
  sink.buffer.writeFloatLE(value, at);
};
export const writeDouble = (sink: Sink, value: number): void => {
  const at = reserve(sink, 8);
  sink.buffer.writeDoubleLE(value, at);
};
export const writeBytes = (sink: Sink, bytes: Uint8Array): void => {
  const at = reserve(sink, bytes.length);
  sink.buffer.set(bytes, at);
};
export const writeText = (sink: Sink, text: string): void => writeBytes(sink, Buffer.from(text, 'utf8'));

export const lengthSizeBytes = (value: number): number =>
  value < 251 ? 1 : value < 0x10000 ? 3 : value < 0x1000000 ? 4 : 9;

export const writeLength = (sink: Sink, value: number) => {
  if (value < 251) return writeUint8(sink, value);
  if (value < 0x10000) {
    writeUint8(sink, 252);
    return writeUint(sink, value, 2);
  }
  if (value < 0x1000000) {
    writeUint8(sink, 253);
    return writeUint(sink, value, 3);
  }
  writeUint8(sink, 254);
  writeUint64(sink, BigInt(value));
};

export const written = (sink: Sink): Buffer => sink.buffer.subarray(0, sink.length);
