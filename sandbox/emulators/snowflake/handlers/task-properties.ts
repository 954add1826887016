import type { Options, Statement } from '../../../wire/snowflake-sql/ast.ts';
import { nameFromText } from '../../../wire/snowflake-sql/names.ts';
import { findObject, nameText, needObject } from '../catalog/names.ts';
import type { TaskObject } from '../catalog/objects.ts';
import { doesNotExist, SnowflakeError, unsupportedFeature } from '../errors.ts';
import { type Execution, scopeOf } from '../execution.ts';
import { booleanOption, checkOptions, nameOption, numberOption, optionText, textOption } from '../options.ts';
import { isParameter } from '../sessions/parameters.ts';
import { parseSchedule } from '../tasks/schedule.ts';

export type TaskProperties = Partial<Omit<TaskObject, 'kind' | 'id' | 'name' | 'parent' | 'createdMs'>>;

const own = [
  'WAREHOUSE',
  'SCHEDULE',
  'CONFIG',
  'ALLOW_OVERLAPPING_EXECUTION',
  'USER_TASK_TIMEOUT_MS',
  'SUSPEND_TASK_AFTER_NUM_FAILURES',
  'TASK_AUTO_RETRY_ATTEMPTS',
  'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS',
  'COMMENT',
  'FINALIZE',
  'USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE',
  'SERVERLESS_TASK_MIN_STATEMENT_SIZE',
  'SERVERLESS_TASK_MAX_STATEMENT_SIZE',
  'TARGET_COMPLETION_INTERVAL',
  'LOG_LEVEL',
];
const notEmulated = ['ERROR_INTEGRATION', 'SUCCESS_INTEGRATION', 'EXECUTE AS USER', 'CONFIG'];

const sessionParametersOf = (options: Options): Record<string, string> => {
  const given = Object.entries(options).filter(([name]) => !own.includes(name) && isParameter(name));
  return Object.fromEntries(given.map(([name, value]) => [name, optionText(value)]));
};

const warehouseOf = (execution: Execution, options: Options): string | undefined => {
  const value = options['WAREHOUSE'];
  if (!value) return undefined;
  const given = nameOption(value);
  const name = typeof given === 'string' ? nameFromText(given) : given;
  const warehouse = name && findObject(scopeOf(execution), 'warehouse', name);
  if (!warehouse) throw doesNotExist('Warehouse', name ? nameText(name) : '');
  return warehouse.name;
};

const finalizedTask = (execution: Execution, options: Options): number | undefined => {
  const value = options['FINALIZE'];
  const given = value ? nameOption(value) : undefined;
  if (given === undefined) return undefined;
  return needObject(scopeOf(execution), 'task', typeof given === 'string' ? nameFromText(given) : given).id;
};

const defined = <T extends Record<string, unknown>>(values: T): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

/** What the options of CREATE TASK and ALTER TASK … SET say. */
export const taskProperties = (execution: Execution, options: Options): TaskProperties => {
  const parameters = Object.keys(options).filter((name) => isParameter(name));
  checkOptions(options, 'TASK', [...own, ...parameters], notEmulated);
  const schedule = textOption(options, 'SCHEDULE');
  if (schedule !== undefined) parseSchedule(schedule);
  const minimum = numberOption(options, 'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS');
  if (minimum !== undefined && (minimum < 10 || minimum > 604_800)) {
    throw new SnowflakeError(
      '001008',
      `SQL compilation error:\ninvalid value [${minimum}] for parameter 'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS'`,
    );
  }
  const sessionParameters = sessionParametersOf(options);
  return defined({
    warehouse: warehouseOf(execution, options),
    schedule,
    finalizes: finalizedTask(execution, options),
    comment: textOption(options, 'COMMENT'),
    allowOverlap: booleanOption(options, 'ALLOW_OVERLAPPING_EXECUTION'),
    timeoutMs: numberOption(options, 'USER_TASK_TIMEOUT_MS'),
    suspendAfterFailures: numberOption(options, 'SUSPEND_TASK_AFTER_NUM_FAILURES'),
    autoRetryAttempts: numberOption(options, 'TASK_AUTO_RETRY_ATTEMPTS'),
    minimumTriggerSeconds: minimum,
    sessionParameters: Object.keys(sessionParameters).length > 0 ? sessionParameters : undefined,
  }) as TaskProperties;
};

const bodies: ReadonlySet<Statement['kind']> = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'copy-into-table',
  'create-table',
  'create-view',
  'drop',
  'alter-table',
  'alter-pipe',
  'alter-task',
  'execute-task',
  'remove',
  'alter-session',
  'set',
]);

/** A body that could never run is refused when the task is made, not at each run. */
export const checkBody = (body: Statement | undefined): void => {
  if (!body || bodies.has(body.kind)) return;
  throw unsupportedFeature(
    body.kind === 'script' ? 'Snowflake Scripting as a task body' : `${body.kind.toUpperCase()} as a task body`,
  );
};
