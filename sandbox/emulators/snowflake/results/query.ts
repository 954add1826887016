import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Column } from '../rewrite/types.ts';
import { encoder } from './encode.ts';
import { type Result, type Row, resultWriter } from './result.ts';
import type { ResultColumn } from './rowtype.ts';

export const resultColumns = (columns: readonly Column[]): ResultColumn[] =>
  columns.map(({ name, type, nullable }) => ({ name, type, nullable: nullable ?? true }));

/** Runs a translated query and collects its rows, chunk by chunk, so that no more than one is held as JavaScript values. */
export const collect = async (
  connection: DuckDBConnection,
  query: { sql: string; columns: readonly Column[] },
  options: { folder: string; jsonIndent: number },
): Promise<Result> => {
  const columns = resultColumns(query.columns);
  const encoders = columns.map((column) => encoder(column.type, options.jsonIndent));
  const writer = resultWriter(columns, options.folder);
  const result = await connection.stream(query.sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return writer.finish();
    const values = encoders.map((encode, index) => {
      const vector = chunk.getColumnVector(index);
      const encoded = new Array<string | null>(chunk.rowCount);
      for (let row = 0; row < chunk.rowCount; row++) encoded[row] = encode(vector.getItem(row) as DuckDBValue);
      return encoded;
    });
    const rows: Row[] = [];
    for (let row = 0; row < chunk.rowCount; row++) rows.push(values.map((column) => column[row] ?? null));
    writer.append(rows);
  }
};
