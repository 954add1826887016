import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultColumn } from './rowtype.ts';

/** What a statement answers with. Rows beyond the first part stand in files, which the driver fetches as chunks. */
export type Result = {
  columns: readonly ResultColumn[];
  /** JSON of the first rows: an array of arrays of strings and nulls. */
  inlineRows: readonly (readonly (string | null)[])[];
  chunks: readonly Chunk[];
  totalRows: number;
};
export type Chunk = { file: string; rowCount: number; sizeBytes: number };
export type Row = readonly (string | null)[];

const inlineRowsAtMost = 2_000;
const inlineBytesAtMost = 1_000_000;
const chunkBytesAtMost = 4_000_000;
/** A result that would fill the disk of a laptop is refused before it does. */
const resultBytesAtMost = 2_000_000_000;

export class ResultTooLarge extends Error {}

export type ResultWriter = { append(rows: readonly Row[]): void; finish(): Result };

/** Collects rows: the first ones in memory, all others in files `<folder>/<n>`. */
export const resultWriter = (columns: readonly ResultColumn[], folder: string): ResultWriter => {
  const inlineRows: Row[] = [];
  const chunks: Chunk[] = [];
  let inlineBytes = 0;
  let totalBytes = 0;
  let totalRows = 0;
  let current: { file: string; rowCount: number; sizeBytes: number } | undefined;

  const openChunk = (): { file: string; rowCount: number; sizeBytes: number } => {
    if (current && current.sizeBytes < chunkBytesAtMost) return current;
    mkdirSync(folder, { recursive: true });
    current = { file: join(folder, String(chunks.length)), rowCount: 0, sizeBytes: 0 };
    writeFileSync(current.file, '');
    chunks.push(current);
    return current;
  };
  const toFile = (rows: readonly Row[]): void => {
    if (rows.length === 0) return;
    const chunk = openChunk();
    const text = `${chunk.rowCount > 0 ? ',' : ''}${rows.map((row) => JSON.stringify(row)).join(',')}`;
    appendFileSync(chunk.file, text);
    chunk.rowCount += rows.length;
    const bytes = Buffer.byteLength(text);
    chunk.sizeBytes += bytes;
    totalBytes += bytes;
    if (totalBytes > resultBytesAtMost) {
      rmSync(folder, { recursive: true, force: true });
      throw new ResultTooLarge();
    }
  };
  return {
    append: (rows) => {
      totalRows += rows.length;
      let index = 0;
      while (
        chunks.length === 0 &&
        index < rows.length &&
        inlineRows.length < inlineRowsAtMost &&
        inlineBytes < inlineBytesAtMost
      ) {
        const row = rows[index++] as Row;
        inlineRows.push(row);
        for (const value of row) inlineBytes += (value?.length ?? 4) + 3;
      }
      toFile(index === 0 ? rows : rows.slice(index));
    },
    finish: () => ({ columns, inlineRows, chunks, totalRows }),
  };
};

export const smallResult = (columns: readonly ResultColumn[], rows: readonly Row[]): Result => ({
  columns,
  inlineRows: rows,
  chunks: [],
  totalRows: rows.length,
});
