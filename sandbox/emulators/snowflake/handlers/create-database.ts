import { creationTarget } from '../catalog/names.ts';
import { unsupportedFeature } from '../errors.ts';
import { define, type Execution, type StatementOf, scopeOf, status } from '../execution.ts';
import { checkOptions, numberOption, textOption } from '../options.ts';
import type { Outcome } from '../queries.ts';
import { existsAlready } from './ddl-result.ts';
import { dropContents } from './drop-contents.ts';

type Create = StatementOf<'create-object'>;

const taken = ['COMMENT', 'DATA_RETENTION_TIME_IN_DAYS', 'MAX_DATA_EXTENSION_TIME_IN_DAYS'];

/** CREATE DATABASE: with a schema PUBLIC in it, and it becomes the session's. Clones are refused. */
export const createDatabase = async (execution: Execution, statement: Create): Promise<Outcome> => {
  if (statement.clone) throw unsupportedFeature('CREATE DATABASE … CLONE');
  checkOptions(statement.options, 'DATABASE', taken);
  const { session, engine } = execution;
  const target = creationTarget(scopeOf(execution), 'database', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  await define(execution, async (draft, connection) => {
    if (target.existing) await dropContents(engine, draft, connection, target.existing);
    const base = {
      createdMs: engine.clock.nowMs(),
      transient: statement.transient,
      retentionDays: numberOption(statement.options, 'DATA_RETENTION_TIME_IN_DAYS') ?? 1,
    };
    const id = draft.newId();
    const comment = textOption(statement.options, 'COMMENT') ?? '';
    draft.put({ ...base, kind: 'database', id, name: target.name, parent: 0, comment });
    draft.put({ ...base, kind: 'schema', id: draft.newId(), name: 'PUBLIC', parent: id, comment: '' });
  });
  session.database = target.name;
  session.schema = 'PUBLIC';
  return status(`Database ${target.name} successfully created.`);
};

/** CREATE SCHEMA: it becomes the session's, and so does its database. Clones are refused. */
export const createSchema = async (execution: Execution, statement: Create): Promise<Outcome> => {
  if (statement.clone) throw unsupportedFeature('CREATE SCHEMA … CLONE');
  checkOptions(statement.options, 'SCHEMA', [...taken, 'WITH MANAGED ACCESS']);
  const { session, engine } = execution;
  const target = creationTarget(scopeOf(execution), 'schema', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  await define(execution, async (draft, connection) => {
    if (target.existing) await dropContents(engine, draft, connection, target.existing);
    draft.put({
      kind: 'schema',
      id: draft.newId(),
      name: target.name,
      parent: target.parent,
      createdMs: engine.clock.nowMs(),
      comment: textOption(statement.options, 'COMMENT') ?? '',
      transient: statement.transient,
      retentionDays: numberOption(statement.options, 'DATA_RETENTION_TIME_IN_DAYS') ?? 1,
    });
  });
  session.database = engine.catalog.byId('database', target.parent)?.name;
  session.schema = target.name;
  return status(`Schema ${target.name} successfully created.`);
};
