/** A frame that does not hold what its length fields promise. The connection it came on is closed, as the real broker does. */
export class MalformedMessage extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedMessage';
  }
}

/** A position in received bytes. Every read checks the bounds (Node's Buffer methods do, `take` does). */
export type Reader = { readonly bytes: Buffer; position: number };

export const readerOf = (bytes: Buffer, position = 0): Reader => ({ bytes, position });

export const remaining = (reader: Reader): number => reader.bytes.length - reader.position;

/** Moves past `lengthBytes` and returns where they start. */
export const skip = (reader: Reader, lengthBytes: number): number => {
  const start = reader.position;
  if (lengthBytes < 0 || lengthBytes > reader.bytes.length - start) {
    throw new MalformedMessage(`${lengthBytes} bytes expected at ${start}, ${reader.bytes.length - start} there`);
  }
  reader.position = start + lengthBytes;
  return start;
};

/** A view, not a copy. */
export const take = (reader: Reader, lengthBytes: number): Buffer => {
  const start = skip(reader, lengthBytes);
  return reader.bytes.subarray(start, start + lengthBytes);
};

/** Unsigned LEB128 of at most 32 bits. */
export const readUnsignedVarint = (reader: Reader): number => {
  let value = 0;
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = reader.bytes[skip(reader, 1)] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new MalformedMessage(`a variable-length integer before ${reader.position} is longer than 5 bytes`);
};

/** Zigzag-coded signed 32-bit integer, as in records. */
export const readVarint = (reader: Reader): number => {
  const value = readUnsignedVarint(reader);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
};

/** Zigzag-coded signed 64-bit integer, as in records. */
export const readVarlong = (reader: Reader): bigint => {
  let value = 0n;
  for (let shift = 0n; shift <= 63n; shift += 7n) {
    const byte = reader.bytes[skip(reader, 1)] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }
  throw new MalformedMessage(`a variable-length integer before ${reader.position} is longer than 10 bytes`);
};
