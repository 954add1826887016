import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { CopyIntoTable } from '../../../wire/snowflake-sql/ast.ts';
import { parseStatement } from '../../../wire/snowflake-sql/parser.ts';
import { fullName, whereabouts } from '../catalog/names.ts';
import type { PipeObject } from '../catalog/objects.ts';
import { answerOf } from '../duckdb-errors.ts';
import { componentName, type Engine } from '../engine.ts';
import { type Execution, scopeOf } from '../execution.ts';
import { type FileOutcome, type LoadFile, loadFiles } from '../loads/load-files.ts';
import { recordLoads } from '../loads/load-history.ts';
import { type LoadPlan, loadPlan } from '../loads/load-plan.ts';
import { createSession, type Session } from '../sessions/session.ts';
import { StorageFailed, type StoredFile } from '../stages/object-storage.ts';
import { FileUnreadable, readItems } from '../stages/read-file.ts';
import type { ReadItem } from '../stages/records.ts';
import { type EventJournal, openEventJournal, type PipeEvent } from './event-journal.ts';
import { createPipeMemory, type PipeMemory } from './pipe-memory.ts';
import type { PipeState } from './pipe-status.ts';
import { createdObject } from './s3-event.ts';

/** Snowpipe: files that S3 tells of are loaded, each once by its name. */
export type Pipes = {
  /** Takes the Records of an S3 event; on return they are on disk. */
  receive(records: readonly unknown[]): void;
  /** Puts files into a pipe's queue, as ALTER PIPE … REFRESH does; answers with those that the pipe did not know. */
  enqueue(pipe: PipeObject, files: readonly StoredFile[]): Promise<StoredFile[]>;
  state(pipe: PipeObject): PipeState;
  plan(pipe: PipeObject): LoadPlan;
  start(): Promise<void>;
  stop(): Promise<void>;
};

const filesAtOnce = 64;
const bytesAtOnce = 4_000_000;
const readsAtOnce = 8;
/** Larger files are read as they are loaded, not beforehand. */
const readAheadBytes = 4_000_000;
const firstPauseMs = 50;
const longestPauseMs = 5_000;

type Worker = {
  pipeId: number;
  queue: PipeEvent[];
  session: Session;
  running: boolean;
  failures: number;
  state: PipeState;
  plan: { epoch: number; plan: LoadPlan } | undefined;
  memory: PipeMemory;
};

const freshState = (): PipeState => ({
  executionState: 'RUNNING',
  pendingFiles: 0,
  oldestPendingMs: undefined,
  lastIngestedMs: undefined,
  lastIngestedPath: undefined,
  lastReceivedMs: undefined,
  lastForwardedPath: undefined,
  error: undefined,
});

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const readAhead = async (items: AsyncIterable<ReadItem[]>): Promise<() => AsyncIterable<ReadItem[]>> => {
  const parts: ReadItem[][] = [];
  let failed: FileUnreadable | undefined;
  try {
    for await (const part of items) parts.push(part);
  } catch (error) {
    if (!(error instanceof FileUnreadable)) throw error;
    failed = error;
  }
  return async function* () {
    yield* parts;
    if (failed) throw failed;
  };
};

/** The records of a file that cannot be read: there are none, and it says why. */
const failing = (error: Error): AsyncIterable<ReadItem[]> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
});

export const createPipes = (engine: Engine): Pipes => {
  const { catalog, clock, storage, store } = engine;
  const workers = new Map<number, Worker>();
  const journal: EventJournal = openEventJournal(join(engine.dataDir, 'pipe-events.log'));
  // Read before anything is written behind a torn tail: requests come in while the pipes start.
  const left = journal.read();
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const workerOf = (pipe: PipeObject): Worker => {
    const existing = workers.get(pipe.id);
    if (existing) return existing;
    const { database, schema } = whereabouts(catalog, pipe);
    const worker: Worker = {
      pipeId: pipe.id,
      queue: [],
      session: createSession(store, { user: 'SYSTEM', database, schema, client: 'snowpipe' }, clock.nowMs()),
      running: false,
      failures: 0,
      state: freshState(),
      plan: undefined,
      memory: createPipeMemory(pipe.id, () => clock.nowMs()),
    };
    workers.set(pipe.id, worker);
    return worker;
  };

  const executionOf = (worker: Worker, pipe: PipeObject): Execution => ({
    engine,
    session: worker.session,
    queryId: engine.queries.newId(),
    text: pipe.definition,
    bindings: undefined,
    startedMs: clock.nowMs(),
    signal: stopping.signal,
    resultFolder: '',
    describeOnly: false,
  });

  const planOf = (worker: Worker, pipe: PipeObject): LoadPlan => {
    if (worker.plan?.epoch === catalog.epoch()) return worker.plan.plan;
    const copy = parseStatement(pipe.definition) as CopyIntoTable;
    const scope = scopeOf(executionOf(worker, pipe));
    const plan = loadPlan(engine, scope, 'SYSTEM', copy, { kind: 'skip-file', errors: 1, percent: false });
    worker.plan = { epoch: catalog.epoch(), plan };
    return plan;
  };

  const take = (worker: Worker): PipeEvent[] => {
    const taken: PipeEvent[] = [];
    const seen = new Set<string>();
    let bytes = 0;
    const readyMs = clock.nowMs() - (engine.options.timing?.pipeDelayMs ?? 0);
    for (const event of worker.queue) {
      if (event.receivedMs > readyMs) break;
      if (taken.length > 0 && (taken.length >= filesAtOnce || bytes + event.sizeBytes > bytesAtOnce)) break;
      taken.push(event);
      if (!seen.has(event.key)) bytes += event.sizeBytes;
      seen.add(event.key);
    }
    return taken;
  };

  const open = async (plan: LoadPlan, event: PipeEvent): Promise<LoadFile> => {
    const { location } = plan.place;
    const file: StoredFile = {
      key: event.key,
      sizeBytes: event.sizeBytes,
      etag: event.etag,
      modifiedMs: event.modifiedMs,
    };
    const items = () => readItems(storage.read(location, event.key), plan.format);
    if (event.sizeBytes > readAheadBytes) return { file, read: items };
    try {
      return { file, read: await readAhead(items()) };
    } catch (error) {
      if (!(error instanceof StorageFailed) || error.isTransient) throw error;
      // It is not there (any more), or may not be read: an error of this file alone.
      return {
        file,
        read: await readAhead(failing(new FileUnreadable(error.message))),
      };
    }
  };

  const openAll = async (plan: LoadPlan, events: readonly PipeEvent[]): Promise<LoadFile[]> => {
    const files: LoadFile[] = [];
    for (let from = 0; from < events.length; from += readsAtOnce) {
      files.push(...(await Promise.all(events.slice(from, from + readsAtOnce).map((event) => open(plan, event)))));
    }
    return files;
  };

  const record =
    (pipe: PipeObject, plan: LoadPlan, received: ReadonlyMap<string, number>) =>
    async (connection: DuckDBConnection, outcomes: readonly FileOutcome[]): Promise<void> => {
      const nowMs = clock.nowMs();
      const rows = outcomes.map(({ file, status }) => `(${pipe.id}, ${text(file.key)}, ${text(status)}, ${nowMs})`);
      await recordLoads(engine, connection, plan, outcomes, {
        pipeId: pipe.id,
        pipeName: fullName(catalog, pipe),
        receivedMs: (file) => received.get(file.key) ?? nowMs,
        alsoRun: `INSERT INTO sluicebox.pipe_files VALUES ${rows.join(', ')}`,
      });
    };

  const noteOutcomes = (worker: Worker, pipe: PipeObject, outcomes: readonly FileOutcome[]): void => {
    worker.state.lastIngestedMs = clock.nowMs();
    worker.state.lastIngestedPath = outcomes.at(-1)?.file.key ?? worker.state.lastIngestedPath;
    for (const { file, first, status } of outcomes) {
      if (status === 'LOADED') continue;
      const message = `pipe ${pipe.name}: ${status} ${file.key}: ${first?.message ?? ''}`;
      engine.emit({ component: componentName, kind: 'warning', message });
    }
  };

  const loadSome = async (worker: Worker, pipe: PipeObject): Promise<void> => {
    const events = take(worker);
    if (events.length === 0) {
      await clock.sleep(Math.max(1, engine.options.timing?.pipeDelayMs ?? 1), stopping.signal);
      return;
    }
    const plan = planOf(worker, pipe);
    const firstOfName = [...new Map(events.toReversed().map((event) => [event.key, event])).values()].reverse();
    // Most files are new: they are read while the memory is asked.
    const [known, opened] = await Promise.all([
      worker.memory.known(
        await worker.session.connection(),
        firstOfName.map(({ key }) => key),
      ),
      openAll(plan, firstOfName),
    ]);
    const fresh = firstOfName.filter(({ key }) => !known.has(key));
    if (fresh.length > 0) {
      const files = opened.filter(({ file }) => !known.has(file.key));
      const received = new Map(fresh.map(({ key, receivedMs }) => [key, receivedMs]));
      const outcomes = await loadFiles(executionOf(worker, pipe), plan, files, record(pipe, plan, received));
      worker.memory.add(outcomes.map(({ file }) => file.key));
      noteOutcomes(worker, pipe, outcomes);
    }
    worker.queue.splice(0, events.length);
  };

  const pause = (failures: number): number => Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 10));

  const onFailure = async (worker: Worker, pipe: PipeObject, error: unknown): Promise<void> => {
    const { answer, isBug } = answerOf(error);
    const isStorage = error instanceof StorageFailed;
    if (!isStorage) {
      worker.state.executionState = catalog.byId('table', pipe.tableId)
        ? 'STALLED_COMPILATION_ERROR'
        : 'STOPPED_MISSING_TABLE';
    }
    worker.state.error = answer.message;
    if (worker.failures === 0 || isBug) {
      engine.emit({ component: componentName, kind: 'warning', message: `pipe ${pipe.name} waits: ${answer.message}` });
    }
    worker.failures++;
    await clock.sleep(pause(worker.failures), stopping.signal);
  };

  const work = async (worker: Worker): Promise<void> => {
    while (worker.queue.length > 0 && !stopping.signal.aborted) {
      const pipe = catalog.byId('pipe', worker.pipeId);
      if (!pipe) {
        worker.queue = [];
        return;
      }
      if (pipe.paused) return;
      try {
        await loadSome(worker, pipe);
        worker.failures = 0;
        worker.state.executionState = 'RUNNING';
        worker.state.error = undefined;
      } catch (error) {
        if (stopping.signal.aborted) return;
        await onFailure(worker, pipe, error);
      }
    }
    if ([...workers.values()].every(({ queue }) => queue.length === 0)) journal.clear();
  };

  const wake = (worker: Worker): void => {
    if (worker.running || stopping.signal.aborted) return;
    worker.running = true;
    const done = work(worker)
      .catch((error: unknown) => {
        engine.emit({
          component: componentName,
          kind: 'failed',
          message: String(error instanceof Error ? error.stack : error),
        });
      })
      .then(() => {
        worker.running = false;
        running.delete(done);
        const pipe = catalog.byId('pipe', worker.pipeId);
        if (worker.queue.length > 0 && pipe && !pipe.paused) wake(worker);
      });
    running.add(done);
  };

  const add = (events: readonly PipeEvent[]): void => {
    for (const event of events) {
      const pipe = catalog.byId('pipe', event.pipeId);
      if (!pipe) continue;
      const worker = workerOf(pipe);
      worker.queue.push(event);
      worker.state.lastReceivedMs = event.receivedMs;
      worker.state.lastForwardedPath = event.key;
      wake(worker);
    }
  };

  const eventsFor = (record: unknown): PipeEvent[] => {
    const object = createdObject(record);
    if (!object) return [];
    const receivedMs = clock.nowMs();
    return catalog.all('pipe').flatMap((pipe): PipeEvent[] => {
      if (!pipe.autoIngest) return [];
      const plan = tryPlan(pipe);
      if (plan?.place.location.kind !== 's3' || plan.place.location.bucket !== object.bucket) return [];
      if (!object.key.startsWith(plan.place.location.prefix)) return [];
      if (plan.pattern !== undefined && !matchesPattern(plan, object.key)) return [];
      const { key, etag, sizeBytes, eventMs } = object;
      return [{ pipeId: pipe.id, key, etag, sizeBytes, modifiedMs: eventMs, receivedMs }];
    });
  };

  const tryPlan = (pipe: PipeObject): LoadPlan | undefined => {
    try {
      return planOf(workerOf(pipe), pipe);
    } catch {
      // The pipe's table or stage is gone: it cannot say which files are its own.
      return undefined;
    }
  };

  const matchesPattern = (plan: LoadPlan, key: string): boolean => {
    const expression = new RegExp(`^(?:${plan.pattern})$`);
    return expression.test(key.slice(plan.place.stageRoot.length)) || expression.test(key);
  };

  catalog.onChange((put, dropped) => {
    for (const { id } of dropped) {
      const worker = workers.get(id);
      if (!worker) continue;
      workers.delete(id);
      worker.queue = [];
      void worker.session.oneAtATime(() => worker.session.close());
    }
    // A pipe that was resumed goes on, and so does one whose table is there again.
    if (put.length > 0) for (const worker of workers.values()) if (worker.queue.length > 0) wake(worker);
  });

  const lastLoads = async (): Promise<void> => {
    const connection = await store.connect();
    const rows = await connection.runAndReadAll(
      'SELECT pipe, max(loaded_ms), arg_max(path, loaded_ms) FROM sluicebox.loads WHERE pipe IS NOT NULL GROUP BY pipe',
    );
    for (const [pipeId, loadedMs, path] of rows.getRows()) {
      const pipe = catalog.byId('pipe', Number(pipeId));
      if (!pipe) continue;
      const { state } = workerOf(pipe);
      state.lastIngestedMs = Number(loadedMs);
      state.lastIngestedPath = String(path);
    }
    connection.closeSync();
  };

  return {
    receive: (records) => {
      const events = records.flatMap(eventsFor);
      if (events.length === 0) return;
      journal.append(events);
      add(events);
    },
    enqueue: async (pipe, files) => {
      const worker = workerOf(pipe);
      const known = await worker.memory.known(
        await worker.session.connection(),
        files.map(({ key }) => key),
      );
      const fresh = files.filter(({ key }) => !known.has(key));
      const receivedMs = clock.nowMs();
      const events = fresh.map((file): PipeEvent => ({ pipeId: pipe.id, ...file, receivedMs }));
      if (events.length > 0) journal.append(events);
      add(events);
      return fresh;
    },
    state: (pipe) => {
      const worker = workers.get(pipe.id);
      const state = worker?.state ?? freshState();
      return {
        ...state,
        executionState: pipe.paused ? 'PAUSED' : state.executionState,
        pendingFiles: worker?.queue.length ?? 0,
        oldestPendingMs: worker?.queue[0]?.receivedMs,
      };
    },
    plan: (pipe) => planOf(workerOf(pipe), pipe),
    start: async () => {
      await lastLoads();
      add(left);
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(running);
      for (const { session } of workers.values()) await session.close();
    },
  };
};
