import { fullName, needObject } from '../catalog/names.ts';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import { commitOpenTransaction, type Handler, scopeOf, status } from '../execution.ts';

/** EXECUTE TASK: one run of the task's graph, in the background. RETRY LAST is refused by name. */
export const executeTask: Handler<'execute-task'> = async (execution, statement) => {
  if (statement.retryLast) throw unsupportedFeature('EXECUTE TASK … RETRY LAST');
  const { engine } = execution;
  const task = needObject(scopeOf(execution), 'task', statement.task);
  if (task.after.length > 0) {
    throw new SnowflakeError(
      '091093',
      `SQL compilation error:\nCannot execute task ${task.name}: only a root task can be executed.`,
      '22000',
    );
  }
  await commitOpenTransaction(execution);
  engine.tasks.execute(task);
  return status(`Task ${fullName(engine.catalog, task)} is scheduled to run immediately.`);
};
