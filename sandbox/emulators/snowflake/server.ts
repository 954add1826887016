import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RunningServer, ServerContext } from '../../core/server.ts';
import { loadCatalog } from './catalog/catalog.ts';
import { physicalChanges, physicalTable } from './catalog/objects.ts';
import type { Engine, SnowflakeOptions } from './engine.ts';
import { dropTemporaryTables } from './handlers/drop-contents.ts';
import { listen } from './http.ts';
import { createPipes } from './pipes/pipes.ts';
import { createQueries } from './queries.ts';
import { createSessions } from './sessions/sessions.ts';
import { createObjectStorage } from './stages/object-storage.ts';
import { createLocks } from './storage/locks.ts';
import { openStore } from './storage/store.ts';
import { createTransactions } from './storage/transaction.ts';
import { loadStreams } from './streams/streams.ts';
import { createTasks } from './tasks/tasks.ts';

export type { SnowflakeOptions } from './engine.ts';

const openEngine = async (context: ServerContext, options: SnowflakeOptions): Promise<Engine> => {
  const { dataDir, clock, emit } = context;
  const nowMs = (): number => clock.nowMs();
  const store = await openStore(dataDir, nowMs);
  const connection = await store.connect();
  const catalog = await loadCatalog(connection);
  const locks = createLocks(clock);

  const renumber = async (target: DuckDBConnection, table: number, from: number, to: number): Promise<void> => {
    const id = { id: table };
    await target.run(`UPDATE ${physicalTable(id)} SET "$version" = ${to} WHERE "$version" = ${from}`);
    const object = catalog.byId('table', table);
    if (!object || engine.streams.ofTable(table).length === 0) return;
    await target.run(`UPDATE ${physicalChanges(id)} SET "$change" = ${to} WHERE "$change" = ${from}`);
    await target.run(`UPDATE ${physicalChanges(id)} SET "$version" = ${to} WHERE "$version" = ${from}`);
  };
  const transactions = createTransactions({ store, locks, nowMs, renumber });
  const streams = await loadStreams({ store, catalog, locks, transactions }, connection);
  const engine = {
    options,
    dataDir,
    clock,
    emit,
    store,
    locks,
    transactions,
    catalog,
    sessions: createSessions(store, transactions, nowMs),
    queries: createQueries(dataDir, clock),
    storage: createObjectStorage(options, dataDir, nowMs),
    streams,
  } as Engine;
  // Pipes and tasks run statements, which see the whole engine.
  engine.pipes = createPipes(engine);
  engine.tasks = createTasks(engine);
  engine.sessions.onEnd((session) => dropTemporaryTables(engine, session.id));
  await dropTemporaryTables(engine, undefined);
  connection.closeSync();
  return engine;
};

/** What nobody asks for any more: Snowflake keeps a pipe's memory 14 days, a table's load history 64, a task's runs 7. */
const dayMs = 24 * 60 * 60 * 1000;
const forgetOldHistory = async ({ store, clock }: Engine): Promise<void> => {
  const before = (days: number): number => clock.nowMs() - days * dayMs;
  const connection = await store.connect();
  await connection.run(
    `DELETE FROM sluicebox.pipe_files WHERE remembered_ms < ${before(14)};
     DELETE FROM sluicebox.loads WHERE loaded_ms < ${before(64)};
     DELETE FROM sluicebox.task_runs WHERE scheduled_ms < ${before(7)}`,
  );
  connection.closeSync();
};

const shutDown = async (engine: Engine): Promise<void> => {
  await engine.pipes.stop();
  await engine.tasks.stop();
  await engine.sessions.endAll();
  engine.storage.close();
  await engine.store.close();
};

/** Starts the server: it listens while DuckDB is loaded, and the first requests wait for it. */
export const startSnowflake = async (context: ServerContext, options: SnowflakeOptions): Promise<RunningServer> => {
  mkdirSync(join(context.dataDir, 'stages'), { recursive: true });
  const opening = openEngine(context, options);
  const http = await listen(context.listeners, opening);
  let engine: Engine;
  try {
    engine = await opening;
  } catch (error) {
    await http.close();
    throw error;
  }
  await forgetOldHistory(engine);
  await engine.pipes.start();
  await engine.tasks.start();
  return {
    ports: http.ports,
    stop: async () => {
      await http.close();
      await shutDown(engine);
    },
  };
};
