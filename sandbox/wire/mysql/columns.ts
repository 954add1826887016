import {
  readerOf,
  readInt1,
  readInt2,
  readInt4,
  readLength,
  readLengthEncodedBytes,
  take,
  writeInt1,
  writeInt2,
  writeInt4,
  writeLengthEncoded,
  writeLengthEncodedText,
  writerOf,
} from './bytes.ts';

/** Protocol::ColumnDefinition41. */
export type Column = {
  schema: string;
  table: string;
  orgTable: string;
  name: string;
  orgName: string;
  /** Collation id; 63 is binary. */
  charset: number;
  length: number;
  /** One of `columnType`. */
  type: number;
  /** Bits of `columnFlag`. */
  flags: number;
  /** 31 says "as many as it takes" (FLOAT, DOUBLE). */
  decimals: number;
};

const fixedFieldsBytes = 0x0c;

const writeColumn = (column: Column) => {
  const writer = writerOf();
  writeLengthEncodedText(writer, 'def');
  writeLengthEncodedText(writer, column.schema);
  writeLengthEncodedText(writer, column.table);
  writeLengthEncodedText(writer, column.orgTable);
  writeLengthEncodedText(writer, column.name);
  writeLengthEncodedText(writer, column.orgName);
  writeInt1(writer, fixedFieldsBytes);
  writeInt2(writer, column.charset);
  writeInt4(writer, column.length);
  writeInt1(writer, column.type);
  writeInt2(writer, column.flags);
  writeInt1(writer, column.decimals);
  writeInt2(writer, 0);
  return writer;
};

export const encodeColumn = (column: Column): Buffer => take(writeColumn(column));

/** COM_FIELD_LIST's definitions end with the column's default. Nothing reads it; here it is always NULL. */
export const encodeListedColumn = (column: Column): Buffer => {
  const writer = writeColumn(column);
  writeInt1(writer, 0xfb);
  return take(writer);
};

export const decodeColumn = (payload: Buffer): Column => {
  const reader = readerOf(payload);
  const text = () => readLengthEncodedBytes(reader).toString();
  text();
  const [schema, table, orgTable, name, orgName] = [text(), text(), text(), text(), text()];
  readLength(reader);
  const charset = readInt2(reader);
  const length = readInt4(reader);
  const type = readInt1(reader);
  const flags = readInt2(reader);
  return { schema, table, orgTable, name, orgName, charset, length, type, flags, decimals: readInt1(reader) };
};

export const encodeColumnCount = (count: number): Buffer => {
  const writer = writerOf(9);
  writeLengthEncoded(writer, count);
  return take(writer);
};
