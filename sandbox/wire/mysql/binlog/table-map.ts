import { readBitmap, readBitmapHighFirst, writeBitmap, writeBitmapHighFirst } from './bitmap.ts';
import {
  type Cursor,
  cursorOf,
  lengthSizeBytes,
  newSink,
  readBytes,
  readLength,
  readText,
  readUint,
  readUint8,
  remaining,
  type Sink,
  writeBytes,
  writeLength,
  writeUint,
  writeUint8,
  written,
} from './bytes.ts';
import {
  type ColumnShape,
  columnTypes,
  isCharacter,
  isNumeric,
  readShape,
  wireType,
  writeShape,
} from './column-types.ts';

/**
 * A column in a TABLE_MAP. What is optional is there only if the event has it: signedness, collations and geometry types with
 * binlog_row_metadata=MINIMAL, all with FULL.
 */
export type TableMapColumn = ColumnShape & {
  nullable: boolean;
  unsigned?: boolean;
  collation?: number;
  name?: string;
  /** Labels of an ENUM or SET. */
  labels?: readonly string[];
  geometryType?: number;
  visible?: boolean;
  vectorDimensions?: number;
};

export type PrimaryKeyPart = {
  column: number /** Characters of a prefix key, 0 for the whole column. */;
  prefixLength: number;
};

export type TableMap = {
  kind: 'table-map';
  tableId: number;
  flags: number;
  database: string;
  table: string;
  columns: readonly TableMapColumn[];
  primaryKey?: readonly PrimaryKeyPart[];
  /** Optional fields that this codec does not know, kept as they came. */
  unknownFields?: readonly { field: number; bytes: Uint8Array }[];
};

const fields = {
  signedness: 1,
  defaultCharset: 2,
  columnCharset: 3,
  columnName: 4,
  setLabels: 5,
  enumLabels: 6,
  geometryType: 7,
  simplePrimaryKey: 8,
  primaryKeyWithPrefix: 9,
  enumAndSetDefaultCharset: 10,
  enumAndSetColumnCharset: 11,
  visibility: 12,
  vectorDimensions: 13,
} as const;

const isEnumeration = (type: number): boolean => type === columnTypes.enum || type === columnTypes.set;

type MutableColumn = { -readonly [Name in keyof TableMapColumn]: TableMapColumn[Name] };

const readDefaultCollation = (cursor: Cursor, columns: MutableColumn[]): void => {
  const fallback = readLength(cursor);
  for (const column of columns) column.collation = fallback;
  while (remaining(cursor) > 0) {
    const column = columns[readLength(cursor)];
    const collation = readLength(cursor);
    if (column) column.collation = collation;
  }
};

const readLabels = (cursor: Cursor): string[] =>
  Array.from({ length: readLength(cursor) }, () => readText(cursor, readLength(cursor)));

const readEach = (cursor: Cursor, columns: MutableColumn[], read: (column: MutableColumn) => void): void => {
  for (const column of columns) if (remaining(cursor) > 0) read(column);
};

const readPrimaryKey = (cursor: Cursor, prefixed: boolean): PrimaryKeyPart[] => {
  const parts: PrimaryKeyPart[] = [];
  while (remaining(cursor) > 0) {
    const column = readLength(cursor);
    parts.push({ column, prefixLength: prefixed ? readLength(cursor) : 0 });
  }
  return parts;
};

type Found = { primaryKey?: PrimaryKeyPart[]; unknownFields: { field: number; bytes: Uint8Array }[] };

const readField = (field: number, cursor: Cursor, columns: MutableColumn[], found: Found) => {
  const of = (test: (type: number) => boolean) => columns.filter((column) => test(column.type));
  switch (field) {
    case fields.signedness: {
      const numeric = of(isNumeric);
      const bits = readBitmapHighFirst(cursor, numeric.length);
      numeric.forEach((column, index) => {
        column.unsigned = bits[index] as boolean;
      });
      return;
    }
    case fields.defaultCharset:
      return readDefaultCollation(cursor, of(isCharacter));
    case fields.enumAndSetDefaultCharset:
      return readDefaultCollation(cursor, of(isEnumeration));
    case fields.columnCharset:
    case fields.enumAndSetColumnCharset:
      return readEach(cursor, of(field === fields.columnCharset ? isCharacter : isEnumeration), (column) => {
        column.collation = readLength(cursor);
      });
    case fields.columnName:
      return readEach(cursor, columns, (column) => {
        column.name = readText(cursor, readLength(cursor));
      });
    case fields.setLabels:
    case fields.enumLabels: {
      const type = field === fields.setLabels ? columnTypes.set : columnTypes.enum;
      return readEach(
        cursor,
        of((candidate) => candidate === type),
        (column) => {
          column.labels = readLabels(cursor);
        },
      );
    }
    case fields.geometryType:
      return readEach(
        cursor,
        of((type) => type === columnTypes.geometry),
        (column) => {
          column.geometryType = readLength(cursor);
        },
      );
    case fields.simplePrimaryKey:
    case fields.primaryKeyWithPrefix:
      found.primaryKey = readPrimaryKey(cursor, field === fields.primaryKeyWithPrefix);
      return;
    case fields.visibility: {
      const bits = readBitmapHighFirst(cursor, columns.length);
      columns.forEach((column, index) => {
        column.visible = bits[index] as boolean;
      });
      return;
    }
    case fields.vectorDimensions:
      return readEach(
        cursor,
        of((type) => type === columnTypes.vector),
        (column) => {
          column.vectorDimensions = readLength(cursor);
        },
      );
    default:
      found.unknownFields.push({ field, bytes: Buffer.from(readBytes(cursor, remaining(cursor))) });
  }
};

const readName = (cursor: Cursor): string => {
  const text = readText(cursor, readUint8(cursor));
  readUint8(cursor);
  return text;
};

export const readTableMap = (cursor: Cursor): TableMap => {
  const tableId = readUint(cursor, 6);
  const flags = readUint(cursor, 2);
  const database = readName(cursor);
  const table = readName(cursor);
  const types = [...readBytes(cursor, readLength(cursor))];
  const shapes = cursorOf(readBytes(cursor, readLength(cursor)));
  const columns: MutableColumn[] = types.map((type) => ({ ...readShape(shapes, type), nullable: false }));
  readBitmap(cursor, columns.length).forEach((nullable, index) => {
    (columns[index] as MutableColumn).nullable = nullable;
  });
  const found: Found = { unknownFields: [] };
  while (remaining(cursor) > 0) {
    const field = readUint8(cursor);
    readField(field, cursorOf(readBytes(cursor, readLength(cursor))), columns, found);
  }
  return {
    kind: 'table-map',
    tableId,
    flags,
    database,
    table,
    columns,
    ...(found.primaryKey ? { primaryKey: found.primaryKey } : {}),
    ...(found.unknownFields.length > 0 ? { unknownFields: found.unknownFields } : {}),
  };
};

const writeField = (sink: Sink, field: number, write: (content: Sink) => void): void => {
  const content = newSink(64);
  write(content);
  writeUint8(sink, field);
  writeLength(sink, content.length);
  writeBytes(sink, written(content));
};

const mostUsed = (collations: readonly number[]): number => {
  const counts = new Map<number, number>();
  for (const collation of collations) counts.set(collation, (counts.get(collation) ?? 0) + 1);
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b)[0]?.[0] ?? 0;
};

// The server writes one collation with exceptions, or all of them, whichever is shorter (Table_map_log_event::init_charset_field).
const writeCollations = (
  sink: Sink,
  columns: readonly TableMapColumn[],
  defaultField: number,
  eachField: number,
): void => {
  if (columns.length === 0 || columns.some((column) => column.collation === undefined)) return;
  const collations = columns.map((column) => column.collation as number);
  const fallback = mostUsed(collations);
  const exceptions = collations.flatMap((collation, index) =>
    collation === fallback ? [] : [[index, collation] as const],
  );
  const size = (values: readonly number[]) => values.reduce((sum, value) => sum + lengthSizeBytes(value), 0);
  if (size(collations) < size([fallback, ...exceptions.flat()])) {
    writeField(sink, eachField, (content) => {
      for (const collation of collations) writeLength(content, collation);
    });
    return;
  }
  writeField(sink, defaultField, (content) => {
    writeLength(content, fallback);
    for (const value of exceptions.flat()) writeLength(content, value);
  });
};

const writeLabels = (sink: Sink, field: number, columns: readonly TableMapColumn[]): void => {
  if (columns.length === 0 || columns.some((column) => column.labels === undefined)) return;
  writeField(sink, field, (content) => {
    for (const { labels = [] } of columns) {
      writeLength(content, labels.length);
      for (const label of labels) writeLengthText(content, label);
    }
  });
};

const writeLengthText = (sink: Sink, text: string): void => {
  const bytes = Buffer.from(text, 'utf8');
  writeLength(sink, bytes.length);
  writeBytes(sink, bytes);
};

const writeNumbers = (sink: Sink, field: number, values: readonly (number | undefined)[]): void => {
  if (values.length === 0 || values.some((value) => value === undefined)) return;
  writeField(sink, field, (content) => {
    for (const value of values) writeLength(content, value as number);
  });
};

const writePrimaryKey = (sink: Sink, parts: readonly PrimaryKeyPart[]): void => {
  const prefixed = parts.some((part) => part.prefixLength > 0);
  writeField(sink, prefixed ? fields.primaryKeyWithPrefix : fields.simplePrimaryKey, (content) => {
    for (const part of parts) {
      writeLength(content, part.column);
      if (prefixed) writeLength(content, part.prefixLength);
    }
  });
};

const writeOptional = (sink: Sink, map: TableMap): void => {
  const { columns } = map;
  const of = (test: (type: number) => boolean) => columns.filter((column) => test(column.type));
  const numeric = of(isNumeric);
  if (numeric.length > 0 && numeric.every((column) => column.unsigned !== undefined)) {
    writeField(sink, fields.signedness, (content) =>
      writeBitmapHighFirst(
        content,
        numeric.map((column) => column.unsigned === true),
      ),
    );
  }
  writeCollations(sink, of(isCharacter), fields.defaultCharset, fields.columnCharset);
  writeNumbers(
    sink,
    fields.geometryType,
    of((type) => type === columnTypes.geometry).map((column) => column.geometryType),
  );
  writeNumbers(
    sink,
    fields.vectorDimensions,
    of((type) => type === columnTypes.vector).map((column) => column.vectorDimensions),
  );
  if (columns.length > 0 && columns.every((column) => column.name !== undefined)) {
    writeField(sink, fields.columnName, (content) => {
      for (const column of columns) writeLengthText(content, column.name as string);
    });
  }
  writeCollations(sink, of(isEnumeration), fields.enumAndSetDefaultCharset, fields.enumAndSetColumnCharset);
  writeLabels(
    sink,
    fields.setLabels,
    of((type) => type === columnTypes.set),
  );
  writeLabels(
    sink,
    fields.enumLabels,
    of((type) => type === columnTypes.enum),
  );
  if (map.primaryKey && map.primaryKey.length > 0) writePrimaryKey(sink, map.primaryKey);
  if (columns.length > 0 && columns.every((column) => column.visible !== undefined)) {
    writeField(sink, fields.visibility, (content) =>
      writeBitmapHighFirst(
        content,
        columns.map((column) => column.visible === true),
      ),
    );
  }
  for (const { field, bytes } of map.unknownFields ?? [])
    writeField(sink, field, (content) => writeBytes(content, bytes));
};

const writeName = (sink: Sink, name: string): void => {
  const bytes = Buffer.from(name, 'utf8');
  writeUint8(sink, bytes.length);
  writeBytes(sink, bytes);
  writeUint8(sink, 0);
};

export const writeTableMap = (sink: Sink, map: TableMap): void => {
  const { columns } = map;
  writeUint(sink, map.tableId, 6);
  writeUint(sink, map.flags, 2);
  writeName(sink, map.database);
  writeName(sink, map.table);
  writeLength(sink, columns.length);
  for (const column of columns) writeUint8(sink, wireType(column));
  const shapes = newSink(64);
  for (const column of columns) writeShape(shapes, column);
  writeLength(sink, shapes.length);
  writeBytes(sink, written(shapes));
  writeBitmap(
    sink,
    columns.map((column) => column.nullable),
  );
  writeOptional(sink, map);
};
