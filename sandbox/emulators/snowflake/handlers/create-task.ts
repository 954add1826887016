import { creationTarget, needObject } from '../catalog/names.ts';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import { define, type Handler, scopeOf, status } from '../execution.ts';
import { existsAlready } from './ddl-result.ts';
import { checkBody, taskProperties } from './task-properties.ts';

const invalid = (message: string): SnowflakeError => new SnowflakeError('091089', `SQL compilation error:\n${message}`);

/**
 * CREATE [OR REPLACE] TASK with one statement as its body: SCHEDULE (interval or cron), AFTER, FINALIZE, WHEN; triggered when it has neither
 * schedule nor predecessor. It is made suspended. Scripting blocks and procedures as bodies, integrations, CONFIG and clones are refused.
 */
export const createTask: Handler<'create-task'> = async (execution, statement) => {
  if (statement.clone) throw unsupportedFeature('CREATE TASK … CLONE');
  checkBody(statement.body);
  const scope = scopeOf(execution);
  const properties = taskProperties(execution, statement.options);
  const after = statement.after.map((name) => needObject(scope, 'task', name).id);
  if (properties.schedule !== undefined && after.length > 0) {
    throw invalid('Task with predecessors cannot have a schedule.');
  }
  const target = creationTarget(scope, 'task', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  await define(execution, async (draft) => {
    if (target.existing) draft.drop(target.existing);
    draft.put({
      kind: 'task',
      id: draft.newId(),
      name: target.name,
      parent: target.parent,
      createdMs: execution.engine.clock.nowMs(),
      comment: '',
      state: 'suspended',
      after,
      definition: statement.bodyText,
      allowOverlap: false,
      suspendAfterFailures: 10,
      autoRetryAttempts: 0,
      timeoutMs: 3_600_000,
      sessionParameters: {},
      ...(statement.whenText === undefined ? {} : { condition: statement.whenText }),
      ...properties,
    });
  });
  return status(`Task ${target.name} successfully created.`);
};
