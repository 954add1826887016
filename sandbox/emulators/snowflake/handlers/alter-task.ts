import type { Draft } from '../catalog/catalog.ts';
import { findObject, needObject } from '../catalog/names.ts';
import type { TaskObject } from '../catalog/objects.ts';
import { SnowflakeError } from '../errors.ts';
import { define, type Execution, type Handler, type StatementOf, scopeOf } from '../execution.ts';
import { executed } from './ddl-result.ts';
import { checkBody, taskProperties } from './task-properties.ts';

type Action = StatementOf<'alter-task'>['action'];

const unsettable: Readonly<Record<string, Partial<TaskObject>>> = {
  COMMENT: { comment: '' },
  SUSPEND_TASK_AFTER_NUM_FAILURES: { suspendAfterFailures: 10 },
  TASK_AUTO_RETRY_ATTEMPTS: { autoRetryAttempts: 0 },
  USER_TASK_TIMEOUT_MS: { timeoutMs: 3_600_000 },
  ALLOW_OVERLAPPING_EXECUTION: { allowOverlap: false },
};

const without = <Key extends keyof TaskObject>(task: TaskObject, ...keys: Key[]): TaskObject => {
  const copy = { ...task };
  for (const key of keys) delete copy[key];
  return copy;
};

const unsetOne = (task: TaskObject, name: string): TaskObject => {
  if (name === 'SCHEDULE') return without(task, 'schedule');
  if (name === 'WAREHOUSE') return without(task, 'warehouse');
  if (name === 'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS') return without(task, 'minimumTriggerSeconds');
  const change = unsettable[name];
  if (change) return { ...task, ...change };
  const { [name]: gone, ...sessionParameters } = task.sessionParameters;
  if (gone === undefined)
    throw new SnowflakeError('002140', `SQL compilation error:\ninvalid parameter '${name}'`, '42601');
  return { ...task, sessionParameters };
};

const checkRunnable = (task: TaskObject): void => {
  const hasStart =
    task.schedule !== undefined ||
    task.after.length > 0 ||
    task.finalizes !== undefined ||
    task.condition !== undefined;
  if (hasStart) return;
  throw new SnowflakeError(
    '091090',
    `SQL compilation error:\nCannot resume task ${task.name}: it has neither a schedule, nor a predecessor, nor a condition on a stream.`,
    '22000',
  );
};

const changed = (execution: Execution, task: TaskObject, action: Action): TaskObject => {
  const scope = scopeOf(execution);
  switch (action.kind) {
    case 'resume':
      checkRunnable(task);
      return { ...task, state: 'started', committedMs: execution.engine.clock.nowMs() };
    case 'suspend':
      return {
        ...task,
        state: 'suspended',
        lastSuspendedMs: execution.engine.clock.nowMs(),
        lastSuspendedReason: 'USER_SUSPENDED',
      };
    case 'add-after': {
      const ids = action.tasks.map((name) => needObject(scope, 'task', name).id);
      return { ...task, after: [...new Set([...task.after, ...ids])] };
    }
    case 'remove-after': {
      const ids = action.tasks.map((name) => needObject(scope, 'task', name).id);
      return { ...task, after: task.after.filter((id) => !ids.includes(id)) };
    }
    case 'set':
      return { ...task, ...taskProperties(execution, action.options) };
    case 'unset':
      return action.names.reduce(unsetOne, task);
    case 'modify-as':
      checkBody(action.body);
      return { ...task, definition: action.bodyText };
    case 'modify-when':
      return { ...task, condition: action.whenText };
    case 'remove-when':
      return without(task, 'condition');
  }
};

/** Everything after a root, however far. */
export const descendants = (execution: Execution, root: TaskObject): TaskObject[] => {
  const all = execution.engine.catalog.all('task');
  const found = new Map<number, TaskObject>();
  const visit = (task: TaskObject): void => {
    for (const child of all) {
      const follows = child.after.includes(task.id) || child.finalizes === task.id;
      if (follows && !found.has(child.id)) {
        found.set(child.id, child);
        visit(child);
      }
    }
  };
  visit(root);
  return [...found.values()];
};

/** ALTER TASK … RESUME, SUSPEND, ADD AFTER, REMOVE AFTER, SET, UNSET, MODIFY AS, MODIFY WHEN, REMOVE WHEN. */
export const alterTask: Handler<'alter-task'> = async (execution, statement) => {
  const scope = scopeOf(execution);
  if (statement.ifExists && !findObject(scope, 'task', statement.name)) return executed();
  await define(execution, async (draft: Draft) => {
    draft.put(changed(execution, needObject(scope, 'task', statement.name), statement.action));
  });
  return executed();
};
