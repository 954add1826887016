import {
  readBytes,
  readerOf,
  readLengthEncodedOrNull,
  remainingBytes,
  take,
  type Writer,
  writeInt1,
  writeLengthEncodedBytes,
  writeLengthEncodedText,
  writerOf,
} from './bytes.ts';
import { columnFlag, columnType } from './column-types.ts';
import type { Column } from './columns.ts';
import { printDouble, printFloat, type Value } from './values.ts';

// ProtocolText::ResultsetRow: every value as MySQL prints it, with its length before it; 0xfb is NULL.
const nullMarker = 0xfb;

/** How a string leaves for this client: undefined sends it as UTF-8. */
export type EncodeText = ((text: string) => Uint8Array) | undefined;

const printed = (column: Column, value: string | bigint | number): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') {
    return column.type === columnType.float ? printFloat(value, column.decimals) : printDouble(value, column.decimals);
  }
  if ((column.flags & columnFlag.zerofill) !== 0 && column.type !== columnType.year)
    return String(value).padStart(column.length, '0');
  // YEAR is printed with four digits: 0000.
  return column.type === columnType.year ? String(value).padStart(4, '0') : String(value);
};

const writeValue = (writer: Writer, column: Column, value: Value, encodeText: EncodeText) => {
  if (value === null) return writeInt1(writer, nullMarker);
  if (typeof value === 'object') return writeLengthEncodedBytes(writer, value);
  const text = printed(column, value);
  if (encodeText && typeof value === 'string') return writeLengthEncodedBytes(writer, encodeText(text));
  writeLengthEncodedText(writer, text);
};

export const encodeTextRow = (columns: readonly Column[], row: readonly Value[], encodeText?: EncodeText): Buffer => {
  const writer = writerOf();
  for (let index = 0; index < columns.length; index++) {
    writeValue(writer, columns[index] as Column, row[index] ?? null, encodeText);
  }
  return take(writer);
};

export const decodeTextRow = (payload: Buffer): (Buffer | null)[] => {
  const reader = readerOf(payload);
  const row: (Buffer | null)[] = [];
  while (remainingBytes(reader) > 0) {
    const sizeBytes = readLengthEncodedOrNull(reader);
    row.push(sizeBytes === undefined ? null : readBytes(reader, Number(sizeBytes)));
  }
  return row;
};
