import { creationTarget } from '../catalog/names.ts';
import { unsupportedFeature } from '../errors.ts';
import { define, type Execution, type StatementOf, scopeOf, status } from '../execution.ts';
import { textOption } from '../options.ts';
import type { Outcome } from '../queries.ts';
import { fileFormatOf } from '../stages/file-format.ts';
import { existsAlready } from './ddl-result.ts';

/** CREATE FILE FORMAT of type CSV or JSON; the other types are refused by name. */
export const createFileFormat = async (
  execution: Execution,
  statement: StatementOf<'create-object'>,
): Promise<Outcome> => {
  if (statement.temporary) throw unsupportedFeature('CREATE TEMPORARY FILE FORMAT');
  const { COMMENT: _comment, ...options } = statement.options;
  const { type } = fileFormatOf(options);
  const target = creationTarget(scopeOf(execution), 'file-format', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  await define(execution, async (draft) => {
    if (target.existing) draft.drop(target.existing);
    draft.put({
      kind: 'file-format',
      id: draft.newId(),
      name: target.name,
      parent: target.parent,
      createdMs: execution.engine.clock.nowMs(),
      comment: textOption(statement.options, 'COMMENT') ?? '',
      type,
      options,
    });
  });
  return status(`File format ${target.name} successfully created.`);
};
