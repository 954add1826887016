import { readBitmap, writeBitmap } from './bitmap.ts';
import {
  type Cursor,
  cursorOf,
  MalformedBinlog,
  newSink,
  readBytes,
  readLength,
  readRest,
  readUint,
  remaining,
  reserve,
  type Sink,
  writeBytes,
  writeLength,
  writeUint,
  written,
} from './bytes.ts';
import type { ColumnTraits, ColumnValue, ReadOptions } from './values.ts';
import { readValue, writeValue } from './values.ts';

/** Columns in table order; undefined is a column that the image does not hold (binlog_row_image other than FULL). */
export type RowImage = (ColumnValue | undefined)[];

export type RowChange = { before?: RowImage; after?: RowImage };

export type RowsKind = 'write' | 'update' | 'delete' | 'partial-update';

/** Flags of a rows event. */
export const rowsFlags = {
  endOfStatement: 1,
  noForeignKeyChecks: 2,
  relaxedUniqueChecks: 4,
  useSqlForeignKey: 0x10,
} as const;

/**
 * WRITE_ROWS, UPDATE_ROWS or DELETE_ROWS, version 2, its rows still as bytes: what they mean stands in the TABLE_MAP of the same
 * id, and a reader that does not want the table need not read them.
 */
export type RowsEvent = {
  kind: 'rows';
  change: RowsKind;
  tableId: number;
  flags: number;
  /** Extra row information (partitions, NDB), as it came. */
  extra: Uint8Array;
  /** Which columns the images hold: of an update the before image, else the one image there is. */
  columns: readonly boolean[];
  /** Of an update: which columns the after image holds. */
  columnsAfter?: readonly boolean[];
  rows: Uint8Array;
};

const isUpdate = (change: RowsKind): boolean => change === 'update' || change === 'partial-update';

export const readRowsEvent = (cursor: Cursor, change: RowsKind): RowsEvent => {
  const tableId = readUint(cursor, 6);
  const flags = readUint(cursor, 2);
  const extraSizeBytes = readUint(cursor, 2) - 2;
  const extra = readBytes(cursor, extraSizeBytes);
  const count = readLength(cursor);
  const columns = readBitmap(cursor, count);
  const after = isUpdate(change) ? { columnsAfter: readBitmap(cursor, count) } : {};
  return { kind: 'rows', change, tableId, flags, extra, columns, ...after, rows: readRest(cursor) };
};

// A full image's bitmap has its padding bits set too (bitmap_set_all).
const writePresence = (sink: Sink, columns: readonly boolean[]) => {
  if (!columns.every(Boolean)) return writeBitmap(sink, columns);
  const sizeBytes = (columns.length + 7) >> 3;
  const at = reserve(sink, sizeBytes);
  sink.buffer.fill(0xff, at, at + sizeBytes);
};

export const writeRowsEvent = (sink: Sink, event: RowsEvent): void => {
  writeUint(sink, event.tableId, 6);
  writeUint(sink, event.flags, 2);
  writeUint(sink, event.extra.length + 2, 2);
  writeBytes(sink, event.extra);
  writeLength(sink, event.columns.length);
  writePresence(sink, event.columns);
  if (event.columnsAfter) writePresence(sink, event.columnsAfter);
  writeBytes(sink, event.rows);
};

const readImage = (
  cursor: Cursor,
  present: readonly boolean[],
  presentCount: number,
  columns: readonly ColumnTraits[],
  options: ReadOptions,
): RowImage => {
  const nulls = readBytes(cursor, (presentCount + 7) >> 3);
  const image: RowImage = new Array(columns.length);
  let bit = 0;
  for (let index = 0; index < columns.length; index++) {
    if (!present[index]) continue;
    const isNull = ((nulls[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
    bit++;
    image[index] = isNull ? null : readValue(cursor, columns[index] as ColumnTraits, options);
  }
  return image;
};

const countOf = (present: readonly boolean[]): number => present.reduce((sum, bit) => sum + (bit ? 1 : 0), 0);

/** Reads the rows of an event with the columns of its table (those of the TABLE_MAP, or better known ones). */
export const readRows = (
  event: RowsEvent,
  columns: readonly ColumnTraits[],
  options: ReadOptions = {},
): RowChange[] => {
  if (event.change === 'partial-update') {
    throw new MalformedBinlog('PARTIAL_UPDATE_ROWS (binlog_row_value_options=PARTIAL_JSON) is not read');
  }
  if (event.columns.length !== columns.length) {
    throw new MalformedBinlog(`rows of ${event.columns.length} columns for a table of ${columns.length}`);
  }
  const cursor = cursorOf(event.rows);
  const first = countOf(event.columns);
  const second = event.columnsAfter ? countOf(event.columnsAfter) : 0;
  const changes: RowChange[] = [];
  while (remaining(cursor) > 0) {
    const image = readImage(cursor, event.columns, first, columns, options);
    if (event.change === 'write') changes.push({ after: image });
    else if (event.change === 'delete') changes.push({ before: image });
    else {
      const after = readImage(cursor, event.columnsAfter ?? event.columns, second, columns, options);
      changes.push({ before: image, after });
    }
  }
  return changes;
};

const writeImage = (
  sink: Sink,
  image: RowImage,
  present: readonly boolean[],
  columns: readonly ColumnTraits[],
): void => {
  const sizeBytes = (countOf(present) + 7) >> 3;
  const at = reserve(sink, sizeBytes);
  sink.buffer.fill(0, at, at + sizeBytes);
  let bit = 0;
  for (let index = 0; index < columns.length; index++) {
    if (!present[index]) continue;
    const value = image[index];
    if (value === undefined) throw new MalformedBinlog(`column ${index} is not in its row image`);
    if (value === null) sink.buffer[at + (bit >> 3)] = (sink.buffer[at + (bit >> 3)] as number) | (1 << (bit & 7));
    else writeValue(sink, columns[index] as ColumnTraits, value);
    bit++;
  }
};

const imagesOf = (kind: RowsKind, change: RowChange): RowImage[] => {
  const images =
    kind === 'write' ? [change.after] : kind === 'delete' ? [change.before] : [change.before, change.after];
  return images.map((image) => {
    if (image === undefined) throw new MalformedBinlog(`a ${kind} lacks a row image`);
    return image;
  });
};

/** Rows with the presence bitmaps of an event, as bytes: the inverse of `readRows`. */
export const encodeRows = (
  shape: Pick<RowsEvent, 'change' | 'columns' | 'columnsAfter'>,
  changes: readonly RowChange[],
  columns: readonly ColumnTraits[],
): Buffer => {
  const sink = newSink(256);
  for (const change of changes) {
    imagesOf(shape.change, change).forEach((image, index) => {
      writeImage(sink, image, index === 1 ? (shape.columnsAfter ?? shape.columns) : shape.columns, columns);
    });
  }
  return written(sink);
};

/**
 * The rows events of one table's changes in a statement: rows are packed until an event's rows exceed `maximumBytes`
 * (binlog_row_event_max_size, 8192). End of statement is not set here.
 */
export const packRows = (
  change: 'write' | 'update' | 'delete',
  tableId: number,
  changes: readonly RowChange[],
  columns: readonly ColumnTraits[],
  flags: number,
  maximumBytes: number,
): RowsEvent[] => {
  const all = columns.map(() => true);
  const event = (rows: Uint8Array): RowsEvent => ({
    kind: 'rows',
    change,
    tableId,
    flags,
    extra: new Uint8Array(0),
    columns: all,
    ...(change === 'update' ? { columnsAfter: all } : {}),
    rows,
  });
  const events: RowsEvent[] = [];
  let sink = newSink(512);
  for (const one of changes) {
    const start = sink.length;
    for (const image of imagesOf(change, one)) writeImage(sink, image, all, columns);
    if (start > 0 && sink.length > maximumBytes) {
      const last = Buffer.from(sink.buffer.subarray(start, sink.length));
      events.push(event(sink.buffer.subarray(0, start)));
      sink = newSink(Math.max(512, last.length));
      writeBytes(sink, last);
    }
  }
  if (sink.length > 0) events.push(event(written(sink)));
  return events;
};
