import type { DuckDBValue } from '@duckdb/node-api';
import type { Column, Relation } from '../rewrite/types.ts';
import type { FileFormat } from './file-format.ts';
import type { FileRecord } from './records.ts';

/** A file whose records are read, as METADATA$ columns tell of it. */
export type StagedFile = { fileName: string; contentKey: string; modifiedMs: number; scanStartedMs: number };

/**
 * Records on their way into DuckDB: a relation over three texts that are bound as parameters, with a line (or an item) for each record.
 * So no file is written for DuckDB to read, and one call hands over thousands of records.
 */
export type Batch = {
  parameters(): Record<string, DuckDBValue>;
  add(record: FileRecord, file: number): void;
  isFull(): boolean;
  records: FileRecord[];
  fileIndexes: number[];
  clear(): void;
};

const charactersAtMost = 4_000_000;
const recordsAtMost = 20_000;

export const createBatch = (format: FileFormat, files: () => readonly StagedFile[]): Batch => {
  let characters = 0;
  const batch: Batch = {
    records: [],
    fileIndexes: [],
    add: (record, file) => {
      batch.records.push(record);
      batch.fileIndexes.push(file);
      for (const field of record.fields) characters += (field?.length ?? 4) + 3;
    },
    isFull: () => characters >= charactersAtMost || batch.records.length >= recordsAtMost,
    clear: () => {
      batch.records = [];
      batch.fileIndexes = [];
      characters = 0;
    },
    parameters: () => ({
      documents: batch.records
        .map(({ fields }) => (format.type === 'JSON' ? (fields[0] as string) : JSON.stringify(fields)))
        .join('\n'),
      row_numbers: batch.records.map(({ rowNumber }) => rowNumber).join(','),
      // DuckDB's lists count from 1.
      file_indexes: batch.fileIndexes.map((index) => index + 1).join(','),
      file_names: files()
        .map(({ fileName }) => fileName)
        .join('\n'),
      content_keys: files()
        .map(({ contentKey }) => contentKey)
        .join('\n'),
      modified: files()
        .map(({ modifiedMs }) => modifiedMs)
        .join(','),
      scan_started: files()
        .map(({ scanStartedMs }) => scanStartedMs)
        .join(','),
    }),
  };
  return batch;
};

const metadataColumns: readonly Column[] = [
  { name: 'METADATA$FILENAME', type: { kind: 'text' }, nullable: true, hidden: true },
  { name: 'METADATA$FILE_ROW_NUMBER', type: { kind: 'number', precision: 38, scale: 0 }, nullable: true, hidden: true },
  { name: 'METADATA$FILE_CONTENT_KEY', type: { kind: 'text' }, nullable: true, hidden: true },
  { name: 'METADATA$FILE_LAST_MODIFIED', type: { kind: 'timestamp_ntz', scale: 3 }, nullable: true, hidden: true },
  { name: 'METADATA$START_SCAN_TIME', type: { kind: 'timestamp_ltz', scale: 3 }, nullable: true, hidden: true },
];

const positions = (format: FileFormat, count: number): Column[] =>
  Array.from({ length: format.type === 'JSON' ? 1 : count }, (_, index) => ({
    name: `$${index + 1}`,
    type: format.type === 'JSON' ? { kind: 'variant' } : { kind: 'text' },
    nullable: true,
  }));

const positionSql = (format: FileFormat, index: number): string =>
  format.type === 'JSON' ? `r.document AS "$1"` : `json_extract_string(r.document, '$[${index}]') AS "$${index + 1}"`;

/** The columns of a stage read in this format; of CSV as many positions as asked for. */
export const stagedColumns = (format: FileFormat, count: number): Column[] => [
  ...positions(format, count),
  ...metadataColumns,
];

const ofFile = (parameter: string, separator: string): string =>
  `string_split($${parameter}, ${separator})[r.file_index]`;

/** The relation over a batch's parameters: the records' lines side by side, and of each its file's entry in the lists of files. */
export const batchSql = (format: FileFormat, count: number): string => `(
  SELECT ${positions(format, count)
    .map((_column, index) => positionSql(format, index))
    .join(', ')},
    ${ofFile('file_names', 'chr(10)')} AS "METADATA$FILENAME",
    CAST(CAST(r.row_number AS BIGINT) AS DECIMAL(38,0)) AS "METADATA$FILE_ROW_NUMBER",
    ${ofFile('content_keys', 'chr(10)')} AS "METADATA$FILE_CONTENT_KEY",
    make_timestamp(CAST(${ofFile('modified', "','")} AS BIGINT) * 1000) AS "METADATA$FILE_LAST_MODIFIED",
    make_timestamptz(CAST(${ofFile('scan_started', "','")} AS BIGINT) * 1000) AS "METADATA$START_SCAN_TIME"
  FROM (
    SELECT unnest(string_split($documents, chr(10))) AS document,
      unnest(string_split($row_numbers, ',')) AS row_number,
      CAST(unnest(string_split($file_indexes, ',')) AS INTEGER) AS file_index) AS r)`;

export const batchRelation = (format: FileFormat, count: number): Relation => ({
  sql: batchSql(format, count),
  columns: stagedColumns(format, count),
});
