import { fullName, whereabouts } from '../catalog/names.ts';
import type { TaskObject } from '../catalog/objects.ts';
import { componentName, type Engine } from '../engine.ts';
import type { Execution } from '../execution.ts';
import type { Query } from '../queries.ts';
import { runQuery } from '../run-query.ts';
import { checkedParameter, type Parameters } from '../sessions/parameters.ts';
import { createSession, type Session } from '../sessions/session.ts';
import { conditionHolds, conditionStreams } from './condition.ts';
import { nextRunMs, parseSchedule, type Schedule } from './schedule.ts';
import { createTaskRuns, type TaskRun } from './task-runs.ts';

export type Tasks = {
  /** EXECUTE TASK: a run of the graph now, whether the task is started or not. */
  execute(task: TaskObject): void;
  /** Runs that are going on or were just completed, for TASK_HISTORY. */
  current(): readonly TaskRun[];
  /** The next time a scheduled task runs. */
  nextMs(task: TaskObject): number | undefined;
  /** All history is in the file. */
  flushHistory(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

const defaultTriggerIntervalMs = 20;
/** After failures in a row a triggered task waits longer and longer: it has data still, and would fail again at once. */
const longestPauseMs = 10_000;

type Runner = {
  session: Session;
  running: Promise<void> | undefined;
  /** Data came while it ran, or while it waited for its turn. */
  again: boolean;
  lastStartMs: number;
  failures: number;
  timer: AbortController | undefined;
  nextMs: number | undefined;
};

type RunResult = 'succeeded' | 'failed' | 'skipped';

export const createTasks = (engine: Engine): Tasks => {
  const { catalog, clock, store, transactions } = engine;
  const runners = new Map<number, Runner>();
  const runs = createTaskRuns(store, clock);
  const current = new Set<TaskRun>();
  const stopping = new AbortController();
  const graphs = new Set<Promise<void>>();
  const intervalMs = engine.options.timing?.triggerIntervalMs ?? defaultTriggerIntervalMs;

  const parametersOf = (task: TaskObject): Parameters =>
    new Map(Object.entries(task.sessionParameters).map(([name, value]) => [name, checkedParameter(name, value)]));

  const runnerOf = (task: TaskObject): Runner => {
    const existing = runners.get(task.id);
    if (existing) return existing;
    const { database, schema } = whereabouts(catalog, task);
    const start = {
      user: 'SYSTEM',
      database,
      schema,
      warehouse: task.warehouse,
      parameters: parametersOf(task),
      client: 'task',
    };
    const runner: Runner = {
      session: createSession(store, start, clock.nowMs()),
      running: undefined,
      again: false,
      lastStartMs: 0,
      failures: 0,
      timer: undefined,
      nextMs: undefined,
    };
    runners.set(task.id, runner);
    return runner;
  };

  const executionOf = (task: TaskObject, runner: Runner): Execution => ({
    engine,
    session: runner.session,
    queryId: engine.queries.newId(),
    text: task.condition ?? '',
    bindings: undefined,
    startedMs: clock.nowMs(),
    signal: stopping.signal,
    resultFolder: '',
    describeOnly: false,
  });

  const holds = async (task: TaskObject, runner: Runner): Promise<boolean> => {
    if (task.condition === undefined) return true;
    try {
      return await runner.session.oneAtATime(() => conditionHolds(executionOf(task, runner), task.condition as string));
    } catch (error) {
      engine.emit({ component: componentName, kind: 'warning', message: `task ${task.name}: WHEN: ${String(error)}` });
      return false;
    }
  };

  const newRun = (task: TaskObject, from: TaskRun['scheduledFrom'], graphRunId: number, root: TaskObject): TaskRun => {
    const { database, schema } = whereabouts(catalog, task);
    return {
      task: task.id,
      runId: clock.nowMs(),
      graphRunId,
      name: task.name,
      database,
      schema,
      queryText: task.definition,
      conditionText: task.condition ?? '',
      queryId: undefined,
      state: 'SCHEDULED',
      errorCode: undefined,
      errorMessage: undefined,
      scheduledMs: clock.nowMs(),
      startedMs: undefined,
      completedMs: undefined,
      attempt: 1,
      scheduledFrom: from,
      rootTask: root.id,
    };
  };

  const complete = (run: TaskRun, state: TaskRun['state'], query?: Query): void => {
    run.state = state;
    run.completedMs = clock.nowMs();
    run.errorCode = query?.error?.code;
    run.errorMessage = query?.error?.message;
    current.delete(run);
    runs.write(run);
  };

  const suspend = async (task: TaskObject, reason: string): Promise<void> => {
    const connection = await store.connect();
    await catalog.change(connection, async (draft) => {
      const now = catalog.byId('task', task.id);
      if (now) draft.put({ ...now, state: 'suspended', lastSuspendedMs: clock.nowMs(), lastSuspendedReason: reason });
    });
    connection.closeSync();
    engine.emit({ component: componentName, kind: 'warning', message: `task ${task.name} suspended: ${reason}` });
  };

  const onRunEnd = async (task: TaskObject, runner: Runner, query: Query): Promise<void> => {
    if (!query.error) {
      runner.failures = 0;
      return;
    }
    runner.failures++;
    engine.emit({
      component: componentName,
      kind: 'warning',
      message: `task ${fullName(catalog, task)} failed: ${query.error.message}`,
    });
    if (task.suspendAfterFailures > 0 && runner.failures >= task.suspendAfterFailures) {
      await suspend(task, 'SUSPENDED_DUE_TO_ERRORS');
      runner.failures = 0;
    }
  };

  const runBody = async (task: TaskObject, runner: Runner, run: TaskRun, attemptsLeft: number): Promise<RunResult> => {
    current.add(run);
    run.state = 'EXECUTING';
    run.startedMs = clock.nowMs();
    runner.lastStartMs = run.startedMs;
    const query = runQuery(engine, runner.session, { text: task.definition });
    run.queryId = query.id;
    const late = new AbortController();
    void clock.sleep(Math.min(task.timeoutMs, 2 ** 31 - 1), late.signal).then(() => {
      if (!late.signal.aborted) query.abort.abort();
    });
    await query.ended;
    late.abort();
    complete(run, query.error ? 'FAILED' : 'SUCCEEDED', query);
    if (query.error && attemptsLeft > 0 && !stopping.signal.aborted) {
      const next = {
        ...newRun(task, run.scheduledFrom, run.graphRunId, task),
        rootTask: run.rootTask,
        attempt: run.attempt + 1,
      };
      return runBody(task, runner, next, attemptsLeft - 1);
    }
    await onRunEnd(task, runner, query);
    return query.error ? 'failed' : 'succeeded';
  };

  const runTask = async (
    task: TaskObject,
    from: TaskRun['scheduledFrom'],
    graphRunId: number,
    root: TaskObject,
  ): Promise<RunResult> => {
    const runner = runnerOf(task);
    const run = newRun(task, from, graphRunId, root);
    if (from !== 'TRIGGER' && !(await holds(task, runner))) {
      run.errorCode = '0040003';
      run.errorMessage = 'Conditional expression for task evaluated to false.';
      run.state = 'SKIPPED';
      run.completedMs = clock.nowMs();
      runs.write(run);
      return 'skipped';
    }
    return runBody(task, runner, run, root.autoRetryAttempts);
  };

  const childrenOf = (task: TaskObject): TaskObject[] =>
    catalog.all('task').filter((child) => child.after.includes(task.id) && child.state === 'started');

  /** Runs a root and whatever comes after it, each task once its predecessors have succeeded; last of all the finalizer. */
  const runGraph = async (root: TaskObject, from: TaskRun['scheduledFrom']): Promise<RunResult> => {
    const graphRunId = store.nextVersion();
    const results = new Map<number, RunResult>();
    const first = await runTask(root, from, graphRunId, root);
    results.set(root.id, first);
    let frontier = first === 'succeeded' ? childrenOf(root) : [];
    while (frontier.length > 0 && !stopping.signal.aborted) {
      const ready = frontier.filter((task) => {
        const predecessors = task.after.filter((id) => catalog.byId('task', id)?.state === 'started' || id === root.id);
        return !results.has(task.id) && predecessors.every((id) => results.get(id) === 'succeeded');
      });
      if (ready.length === 0) break;
      await Promise.all(ready.map(async (task) => results.set(task.id, await runTask(task, from, graphRunId, root))));
      frontier = ready.filter((task) => results.get(task.id) === 'succeeded').flatMap(childrenOf);
    }
    const finalizer = catalog.all('task').find((task) => task.finalizes === root.id && task.state === 'started');
    if (finalizer && first !== 'skipped') await runTask(finalizer, 'FINALIZER', graphRunId, root);
    return first;
  };

  const track = (graph: Promise<unknown>): void => {
    const done = graph
      .catch((error: unknown) => {
        engine.emit({
          component: componentName,
          kind: 'failed',
          message: String(error instanceof Error ? error.stack : error),
        });
      })
      .then(() => void graphs.delete(done));
    graphs.add(done);
  };

  const isTriggered = (task: TaskObject): boolean =>
    task.schedule === undefined &&
    task.after.length === 0 &&
    task.finalizes === undefined &&
    task.condition !== undefined;

  const pauseMs = (runner: Runner): number => {
    const wait =
      runner.failures === 0 ? intervalMs : Math.min(longestPauseMs, Math.max(intervalMs, 20) * 2 ** runner.failures);
    return Math.max(0, runner.lastStartMs + wait - clock.nowMs());
  };

  /** One run after the other for as long as there is data. */
  const runWhileData = async (taskId: number, runner: Runner): Promise<void> => {
    while (runner.again && !stopping.signal.aborted) {
      runner.again = false;
      const wait = pauseMs(runner);
      if (wait > 0) await clock.sleep(wait, stopping.signal);
      const task = catalog.byId('task', taskId);
      if (task?.state !== 'started' || !isTriggered(task) || stopping.signal.aborted) return;
      if (!(await holds(task, runner))) continue;
      const result = await runGraph(task, 'TRIGGER');
      // What a failed run left unread, or what came meanwhile, is looked for again.
      runner.again ||= result === 'failed' || (await holds(task, runner));
    }
  };

  const trigger = (task: TaskObject): void => {
    const runner = runnerOf(task);
    runner.again = true;
    if (runner.running) return;
    const running = runWhileData(task.id, runner).finally(() => {
      runner.running = undefined;
      const now = catalog.byId('task', task.id);
      if (runner.again && now?.state === 'started' && !stopping.signal.aborted) trigger(now);
    });
    runner.running = running;
    track(running);
  };

  const streamsOf = (task: TaskObject): readonly number[] => {
    try {
      return conditionStreams(executionOf(task, runnerOf(task)), task.condition as string).map(({ id }) => id);
    } catch {
      return [];
    }
  };
  const cachedStreams = new Map<number, { epoch: number; streams: readonly number[] }>();
  const watchedStreams = (task: TaskObject): readonly number[] => {
    const cached = cachedStreams.get(task.id);
    if (cached?.epoch === catalog.epoch()) return cached.streams;
    const streams = streamsOf(task);
    cachedStreams.set(task.id, { epoch: catalog.epoch(), streams });
    return streams;
  };

  transactions.onCommit((tables) => {
    if (tables.size === 0 || stopping.signal.aborted) return;
    for (const task of catalog.all('task')) {
      if (task.state !== 'started' || !isTriggered(task)) continue;
      const watches = watchedStreams(task).some((id) => {
        const stream = catalog.byId('stream', id);
        return stream !== undefined && tables.has(stream.tableId);
      });
      if (watches) trigger(task);
    }
  });

  const runOnSchedule = async (
    taskId: number,
    schedule: Schedule,
    startMs: number,
    signal: AbortSignal,
  ): Promise<void> => {
    const runner = runners.get(taskId);
    while (!signal.aborted && !stopping.signal.aborted && runner) {
      const dueMs = nextRunMs(schedule, startMs, clock.nowMs());
      runner.nextMs = dueMs;
      while (clock.nowMs() < dueMs && !signal.aborted) {
        await clock.sleep(Math.min(dueMs - clock.nowMs(), 60 * 60_000), signal);
      }
      const task = catalog.byId('task', taskId);
      if (signal.aborted || !task || task.state !== 'started') return;
      // A run that lasts longer than the interval is followed by the next one that is due, not by those it covered.
      await runGraph(task, 'SCHEDULE');
    }
  };

  const follow = (task: TaskObject): void => {
    const runner = runnerOf(task);
    runner.timer?.abort();
    runner.timer = undefined;
    runner.nextMs = undefined;
    runner.session.warehouse = task.warehouse;
    runner.session.parameters = parametersOf(task);
    if (task.state !== 'started') return;
    if (isTriggered(task)) {
      trigger(task);
      return;
    }
    if (task.schedule === undefined) return;
    runner.timer = new AbortController();
    track(runOnSchedule(task.id, parseSchedule(task.schedule), clock.nowMs(), runner.timer.signal));
  };

  catalog.onChange((put, dropped) => {
    for (const object of dropped) {
      const runner = runners.get(object.id);
      if (object.kind !== 'task' || !runner) continue;
      runner.timer?.abort();
      runners.delete(object.id);
      void (runner.running ?? Promise.resolve()).then(() => runner.session.close());
    }
    for (const object of put) if (object.kind === 'task' && !stopping.signal.aborted) follow(object);
  });

  return {
    execute: (task) => track(runGraph(task, 'EXECUTE TASK')),
    current: () => [...current, ...runs.waiting()],
    nextMs: (task) => runners.get(task.id)?.nextMs,
    flushHistory: runs.flush,
    start: async () => {
      for (const task of catalog.all('task')) follow(task);
      const message = `triggered tasks run at most every ${intervalMs} ms here; Snowflake lets 10 to 30 s pass`;
      engine.emit({ component: componentName, kind: 'info', message });
    },
    stop: async () => {
      stopping.abort();
      for (const runner of runners.values()) runner.timer?.abort();
      await Promise.allSettled(graphs);
      await runs.flush();
      for (const { session } of runners.values()) await session.close();
    },
  };
};
