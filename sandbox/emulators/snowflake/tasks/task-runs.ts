import type { DuckDBConnection } from '@duckdb/node-api';
import type { Clock } from '../../../core/clock.ts';
import { createMutex } from '../storage/mutex.ts';
import type { Store } from '../storage/store.ts';

/** A run of a task, as TASK_HISTORY shows it. */
export type TaskRun = {
  task: number;
  runId: number;
  graphRunId: number;
  name: string;
  database: string;
  schema: string;
  queryText: string;
  conditionText: string;
  queryId: string | undefined;
  state: 'SCHEDULED' | 'EXECUTING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLED';
  errorCode: string | undefined;
  errorMessage: string | undefined;
  scheduledMs: number;
  startedMs: number | undefined;
  completedMs: number | undefined;
  attempt: number;
  scheduledFrom: 'SCHEDULE' | 'EXECUTE TASK' | 'TRIGGER' | 'FINALIZER';
  rootTask: number;
};

export type TaskRuns = {
  /** Written soon, several runs at a time: tasks that follow one another within milliseconds do not wait for it. */
  write(run: TaskRun): void;
  flush(): Promise<void>;
  /** Runs that are not in the file yet. */
  waiting(): readonly TaskRun[];
};

const text = (value: string | undefined): string => (value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
const number = (value: number | undefined): string => (value === undefined ? 'NULL' : String(value));

const rowOf = (run: TaskRun): string =>
  `(${[
    run.task,
    run.runId,
    run.graphRunId,
    text(run.name),
    text(run.database),
    text(run.schema),
    text(run.queryText),
    text(run.conditionText),
    text(run.queryId),
    text(run.state),
    text(run.errorCode),
    text(run.errorMessage),
    run.scheduledMs,
    number(run.startedMs),
    number(run.completedMs),
    'NULL',
    run.attempt,
    text(run.scheduledFrom),
    run.rootTask,
  ].join(', ')})`;

const writePauseMs = 250;

export const createTaskRuns = (store: Store, clock: Clock): TaskRuns => {
  const waiting: TaskRun[] = [];
  const mutex = createMutex();
  let connection: Promise<DuckDBConnection> | undefined;
  const flush = (): Promise<void> =>
    mutex(async () => {
      if (waiting.length === 0) return;
      const runs = [...waiting];
      const target = await (connection ??= store.connect());
      await target.run(`INSERT INTO sluicebox.task_runs VALUES ${runs.map(rowOf).join(', ')}`);
      waiting.splice(0, runs.length);
    });
  return {
    write: (run) => {
      waiting.push(run);
      if (waiting.length === 1)
        void clock
          .sleep(writePauseMs)
          .then(flush)
          .catch(() => {});
    },
    flush,
    waiting: () => waiting,
  };
};
