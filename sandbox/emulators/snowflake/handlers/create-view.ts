import { creationTarget } from '../catalog/names.ts';
import { unsupportedFeature } from '../errors.ts';
import { define, type Handler, scopeOf, status } from '../execution.ts';
import { checkOptions, textOption } from '../options.ts';
import { createResolver, newUses, settledName } from '../resolver.ts';
import { translateQuery } from '../translate.ts';
import { existsAlready } from './ddl-result.ts';

/** CREATE [OR REPLACE] [SECURE] VIEW. The query is checked now and worked out anew at each use. Materialized and temporary views are refused. */
export const createView: Handler<'create-view'> = async (execution, given) => {
  const statement = { ...given, name: settledName(execution, given.name) };
  if (statement.materialized) throw unsupportedFeature('CREATE MATERIALIZED VIEW');
  if (statement.temporary) throw unsupportedFeature('CREATE TEMPORARY VIEW');
  if (statement.recursive) throw unsupportedFeature('CREATE RECURSIVE VIEW');
  checkOptions(statement.options, 'VIEW', ['COMMENT', 'COPY GRANTS', 'CHANGE_TRACKING'], ['CHANGE_TRACKING']);
  const target = creationTarget(scopeOf(execution), 'view', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  const { columns } = translateQuery(statement.query, createResolver(execution, newUses()), execution.text);
  const names = statement.columns?.map(({ name }) => name.name);
  await define(execution, async (draft) => {
    if (target.existing) draft.drop(target.existing);
    draft.put({
      kind: 'view',
      id: draft.newId(),
      name: target.name,
      parent: target.parent,
      createdMs: execution.engine.clock.nowMs(),
      comment: textOption(statement.options, 'COMMENT') ?? '',
      ...(names ? { columnNames: names } : {}),
      columns: columns.map(({ name, type }, index) => ({ name: names?.[index] ?? name, type })),
      queryText: statement.queryText,
      text: execution.text,
      secure: statement.secure,
    });
  });
  return status(`View ${target.name} successfully created.`);
};
