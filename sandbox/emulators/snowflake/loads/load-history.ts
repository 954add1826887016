import type { DuckDBConnection } from '@duckdb/node-api';
import type { Engine } from '../engine.ts';
import type { StoredFile } from '../stages/object-storage.ts';
import type { FileOutcome } from './load-files.ts';
import type { LoadPlan } from './load-plan.ts';

/** How long a table remembers the files that COPY loaded. Source: Snowflake's "Load metadata". */
export const tableMemoryMs = 64 * 24 * 60 * 60 * 1000;

export type LoadOrigin = {
  pipeId?: number;
  pipeName?: string;
  receivedMs?: (file: StoredFile) => number;
  alsoRun?: string;
};

const text = (value: string | undefined): string => (value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`);

/** One row of sluicebox.loads for each file. */
export const recordLoads = async (
  engine: Engine,
  connection: DuckDBConnection,
  plan: LoadPlan,
  outcomes: readonly FileOutcome[],
  origin: LoadOrigin = {},
): Promise<void> => {
  if (outcomes.length === 0) return;
  const nowMs = engine.clock.nowMs();
  const rows = outcomes.map(({ file, status, rowsParsed, rowsLoaded, errors, errorLimit, first }) =>
    [
      plan.table.id,
      origin.pipeId ?? 'NULL',
      text(origin.pipeName),
      text(plan.place.label),
      text(file.key),
      text(file.etag),
      file.sizeBytes,
      file.modifiedMs,
      origin.receivedMs?.(file) ?? nowMs,
      nowMs,
      text(status),
      rowsParsed,
      rowsLoaded,
      errors,
      errorLimit,
      text(first?.message),
      first?.line ?? 'NULL',
      first?.character ?? 'NULL',
      text(first?.column),
    ].join(', '),
  );
  const insert = `INSERT INTO sluicebox.loads VALUES ${rows.map((row) => `(${row})`).join(', ')}`;
  await connection.run(origin.alsoRun === undefined ? insert : `${insert}; ${origin.alsoRun}`);
};

/** The files that bulk COPY has loaded into the table and need not load again: by path and content. */
export const loadedFiles = async (
  engine: Engine,
  connection: DuckDBConnection,
  tableId: number,
): Promise<ReadonlySet<string>> => {
  const since = engine.clock.nowMs() - tableMemoryMs;
  const rows = await connection.runAndReadAll(
    `SELECT stage_location, path, etag FROM sluicebox.loads
     WHERE table_id = ${tableId} AND loaded_ms >= ${since} AND status <> 'LOAD_FAILED'`,
  );
  return new Set(rows.getRows().map(([location, path, etag]) => fileKey(String(location), String(path), String(etag))));
};

export const fileKey = (location: string, path: string, etag: string): string => `${location}\n${path}\n${etag}`;
