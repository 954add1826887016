import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { prepareEngine } from '../rewrite/engine.ts';
import { createMutex, type Mutex } from './mutex.ts';

/**
 * One DuckDB file holds everything: `store` the tables of users (by number, so that a rename touches no data), `sluicebox` the catalog
 * and what pipes, streams and tasks remember. So a statement and what is remembered of it are committed together or not at all.
 */
export type Store = {
  connect(): Promise<DuckDBConnection>;
  /** Commits and the starts of snapshots go one at a time, so that a snapshot and the versions known of it agree. */
  commitMutex: Mutex;
  /** A number greater than all given before: the version of a transaction's rows. */
  nextVersion(): number;
  /** A version that is in use since before the start: the machine's clock may have been set back meanwhile. */
  reachVersion(version: number): void;
  close(): Promise<void>;
};

/** Hidden columns of every table of users, which INSERT fills (see table-sql.ts). */
export const versionColumn = '"$version"';
export const rowColumn = '"$row"';
/** The connection's variable that holds the version of its transaction. */
export const versionVariable = 'sluicebox_version';

const systemTables = [
  'CREATE SCHEMA IF NOT EXISTS store',
  'CREATE SCHEMA IF NOT EXISTS sluicebox',
  'CREATE SEQUENCE IF NOT EXISTS sluicebox.row_numbers',
  'CREATE TABLE IF NOT EXISTS sluicebox.objects (id BIGINT, definition VARCHAR)',
  'CREATE TABLE IF NOT EXISTS sluicebox.stream_offsets (stream BIGINT, version BIGINT)',
  `CREATE TABLE IF NOT EXISTS sluicebox.pipe_files (
    pipe BIGINT, path VARCHAR, status VARCHAR, remembered_ms BIGINT)`,
  `CREATE TABLE IF NOT EXISTS sluicebox.loads (
    table_id BIGINT, pipe BIGINT, pipe_name VARCHAR, stage_location VARCHAR, path VARCHAR, etag VARCHAR, size_bytes BIGINT,
    modified_ms BIGINT, received_ms BIGINT, loaded_ms BIGINT, status VARCHAR, rows_parsed BIGINT, rows_loaded BIGINT,
    error_count BIGINT, error_limit BIGINT, first_error VARCHAR, first_error_line BIGINT, first_error_character BIGINT, first_error_column VARCHAR)`,
  `CREATE TABLE IF NOT EXISTS sluicebox.task_runs (
    task BIGINT, run_id BIGINT, graph_run_id BIGINT, name VARCHAR, database_name VARCHAR, schema_name VARCHAR, query_text VARCHAR,
    condition_text VARCHAR, query_id VARCHAR, state VARCHAR, error_code VARCHAR, error_message VARCHAR, scheduled_ms BIGINT,
    started_ms BIGINT, completed_ms BIGINT, return_value VARCHAR, attempt BIGINT, scheduled_from VARCHAR, root_task BIGINT)`,
];

export class StoreBusy extends Error {
  constructor(dataDir: string) {
    super(`another Snowflake server is running on ${dataDir}`);
    this.name = 'StoreBusy';
  }
}

/** By require: import looks through each file of a CommonJS package for what it exports, which takes as long as to run it. */
const loadDuckdb = (): typeof import('@duckdb/node-api') => createRequire(import.meta.url)('@duckdb/node-api');

const open = async (dataDir: string, memoryLimitMb: number): Promise<DuckDBInstance> => {
  const duckdb = loadDuckdb();
  try {
    const instance = await duckdb.DuckDBInstance.create(join(dataDir, 'warehouse.duckdb'), {
      // Each of Node's threads that brings DuckDB a statement works on it itself; further threads would only be handed crumbs.
      threads: '1',
      // What is written is read again within moments, a few rows at a time: to unpack it would cost more than the statement.
      force_compression: 'uncompressed',
      memory_limit: `${memoryLimitMb}MB`,
      temp_directory: join(dataDir, 'spill'),
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // What users write never names a file; should it get that far, DuckDB opens none.
      enable_external_access: 'false',
    });
    const connection = await instance.connect();
    prepareEngine(duckdb, connection);
    connection.closeSync();
    return instance;
  } catch (error) {
    if (error instanceof Error && /Could not set lock|Conflicting lock/.test(error.message))
      throw new StoreBusy(dataDir);
    throw error;
  }
};

export const openStore = async (dataDir: string, nowMs: () => number, memoryLimitMb = 160): Promise<Store> => {
  rmSync(join(dataDir, 'spill'), { recursive: true, force: true });
  const instance = await open(dataDir, memoryLimitMb);
  const first = await instance.connect();
  const created = await first.runAndReadAll(
    "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'sluicebox' AND table_name = 'task_runs'",
  );
  if (Number(created.getRows()[0]?.[0]) === 0) {
    await first.run('BEGIN');
    for (const statement of systemTables) await first.run(statement);
    await first.run('COMMIT');
  }
  first.closeSync();
  let version = 0;
  return {
    connect: () => instance.connect(),
    commitMutex: createMutex(),
    nextVersion: () => (version = Math.max(version + 1, nowMs() * 1000)),
    reachVersion: (used) => {
      version = Math.max(version, used);
    },
    close: async () => {
      const last = await instance.connect();
      await last.run('CHECKPOINT').catch(() => {});
      last.closeSync();
      instance.closeSync();
    },
  };
};
