const initialSizeBytes = 512;
/** From here on bytes are handed over by reference: copying a small value is cheaper than one more chunk. */
const referenceFromBytes = 4096;

/** Grows as it is written; large values (record batches) are kept by reference, so a fetched file slice is never copied again. */
export type Writer = { done: Buffer[]; doneBytes: number; current: Buffer; position: number };

export const newWriter = (): Writer => ({
  done: [],
  doneBytes: 0,
  current: Buffer.allocUnsafe(initialSizeBytes),
  position: 0,
});

/** Makes room for `lengthBytes` and returns where to write them in `writer.current`. */
export const reserve = (writer: Writer, lengthBytes: number): number => {
  if (writer.position + lengthBytes > writer.current.length) {
    const grown = Buffer.allocUnsafe(Math.max(writer.current.length * 2, writer.position + lengthBytes));
    writer.current.copy(grown, 0, 0, writer.position);
    writer.current = grown;
  }
  const start = writer.position;
  writer.position += lengthBytes;
  return start;
};

const closeCurrent = (writer: Writer): void => {
  if (writer.position === 0) return;
  writer.done.push(writer.current.subarray(0, writer.position));
  writer.doneBytes += writer.position;
  writer.current = Buffer.allocUnsafe(initialSizeBytes);
  writer.position = 0;
};

export const writeRaw = (writer: Writer, bytes: Uint8Array): void => {
  if (bytes.length >= referenceFromBytes) {
    closeCurrent(writer);
    writer.done.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    writer.doneBytes += bytes.length;
  } else {
    const start = reserve(writer, bytes.length);
    writer.current.set(bytes, start);
  }
};

export const writeByte = (writer: Writer, byte: number): void => {
  const start = reserve(writer, 1);
  writer.current[start] = byte;
};

export const writeUnsignedVarint = (writer: Writer, value: number): void => {
  let left = value;
  while (left >= 0x80) {
    writeByte(writer, (left % 0x80) | 0x80);
    left = Math.floor(left / 0x80);
  }
  writeByte(writer, left);
};

export const writeVarint = (writer: Writer, value: number): void =>
  writeUnsignedVarint(writer, value >= 0 ? value * 2 : -value * 2 - 1);

export const writeVarlong = (writer: Writer, value: bigint): void => {
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  while (left >= 0x80n) {
    writeByte(writer, Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  writeByte(writer, Number(left));
};

/** What was written, in order; nothing may be written after. */
export const chunksOf = (writer: Writer): { chunks: Buffer[]; sizeBytes: number } => {
  closeCurrent(writer);
  return { chunks: writer.done, sizeBytes: writer.doneBytes };
};

export const bytesOf = (writer: Writer): Buffer => {
  const { chunks, sizeBytes } = chunksOf(writer);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, sizeBytes);
};
