import type { DuckDBConnection } from '@duckdb/node-api';
import { physicalTable, type TableObject } from './objects.ts';

/** Rows and bytes of tables; the bytes are an estimate, as DuckDB keeps no count of them. */
export const tableSizes = async (
  connection: DuckDBConnection,
  tables: readonly TableObject[],
): Promise<ReadonlyMap<number, { rows: number; bytes: number }>> => {
  if (tables.length === 0) return new Map();
  const counts = tables.map((table) => `SELECT ${table.id}, count(*) FROM ${physicalTable(table)}`);
  const rows = await connection.runAndReadAll(counts.join(' UNION ALL '));
  return new Map(
    rows.getRows().map(([id, count]) => {
      const columns = tables.find((table) => table.id === Number(id))?.columns.length ?? 1;
      return [Number(id), { rows: Number(count), bytes: Number(count) * columns * 16 }];
    }),
  );
};
