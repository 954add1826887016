import { type Cursor, readBytes, reserve, type Sink } from './bytes.ts';

/** Least significant bit first, as NULL and column bitmaps are. */
export const readBitmap = (cursor: Cursor, bits: number): boolean[] => {
  const bytes = readBytes(cursor, (bits + 7) >> 3);
  return Array.from({ length: bits }, (_, index) => ((bytes[index >> 3] as number) & (1 << (index & 7))) !== 0);
};

export const writeBitmap = (sink: Sink, bits: readonly boolean[]): void => {
  const sizeBytes = (bits.length + 7) >> 3;
  const at = reserve(sink, sizeBytes);
  sink.buffer.fill(0, at, at + sizeBytes);
  bits.forEach((bit, index) => {
    if (bit) sink.buffer[at + (index >> 3)] = (sink.buffer[at + (index >> 3)] as number) | (1 << (index & 7));
  });
};

/** Most significant bit first, as the bitmaps in the optional metadata of a TABLE_MAP are. */
export const readBitmapHighFirst = (cursor: Cursor, bits: number): boolean[] => {
  const bytes = readBytes(cursor, (bits + 7) >> 3);
  return Array.from({ length: bits }, (_, index) => ((bytes[index >> 3] as number) & (0x80 >> (index & 7))) !== 0);
};

export const writeBitmapHighFirst = (sink: Sink, bits: readonly boolean[]): void => {
  const sizeBytes = (bits.length + 7) >> 3;
  const at = reserve(sink, sizeBytes);
  sink.buffer.fill(0, at, at + sizeBytes);
  bits.forEach((bit, index) => {
    if (bit) sink.buffer[at + (index >> 3)] = (sink.buffer[at + (index >> 3)] as number) | (0x80 >> (index & 7));
  });
};
