import type { DuckDBConnection } from '@duckdb/node-api';

/** How long a pipe remembers a file's name. Source: Snowflake's "Load metadata" of Snowpipe. */
export const pipeMemoryMs = 14 * 24 * 60 * 60 * 1000;

/**
 * The names of files that a pipe has dealt with, well or badly. sluicebox.pipe_files is the memory; while it is small its names are held
 * here too, so that a new file costs no query.
 */
export type PipeMemory = {
  known(connection: DuckDBConnection, paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** After the transaction that wrote them down. */
  add(paths: readonly string[]): void;
};

const namesHeldAtMost = 50_000;

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

export const createPipeMemory = (pipeId: number, nowMs: () => number): PipeMemory => {
  let held: Map<string, number> | 'too many' | undefined;
  let loading: Promise<void> | undefined;
  // What was written down while the names were being read: the reading may not have seen it.
  const early = new Map<string, number>();

  const load = async (connection: DuckDBConnection): Promise<void> => {
    const rows = await connection.runAndReadAll(
      `SELECT path, max(remembered_ms) FROM sluicebox.pipe_files WHERE pipe = ${pipeId} GROUP BY path LIMIT ${namesHeldAtMost + 1}`,
    );
    const names = rows.getRows();
    const stored = names.map(([path, ms]): [string, number] => [String(path), Number(ms)]);
    held = names.length > namesHeldAtMost ? 'too many' : new Map([...stored, ...early]);
    early.clear();
  };
  const query = async (connection: DuckDBConnection, paths: readonly string[], sinceMs: number) => {
    const rows = await connection.runAndReadAll(
      `SELECT path FROM sluicebox.pipe_files WHERE pipe = ${pipeId} AND remembered_ms >= ${sinceMs} AND path IN (${paths.map(text).join(', ')})`,
    );
    return new Set(rows.getRows().map(([path]) => String(path)));
  };
  return {
    known: async (connection, paths) => {
      if (paths.length === 0) return new Set();
      if (held === undefined) {
        loading ??= load(connection).finally(() => {
          loading = undefined;
        });
        await loading;
      }
      const sinceMs = nowMs() - pipeMemoryMs;
      if (!(held instanceof Map)) return query(connection, paths, sinceMs);
      const names = held;
      return new Set(paths.filter((path) => (names.get(path) ?? 0) >= sinceMs));
    },
    add: (paths) => {
      if (held === 'too many') return;
      const names = held ?? early;
      for (const path of paths) names.set(path, nowMs());
      if (held && held.size > namesHeldAtMost) held = 'too many';
    },
  };
};
