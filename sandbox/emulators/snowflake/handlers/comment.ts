import { findObject, needObject } from '../catalog/names.ts';
import { invalidIdentifier } from '../errors.ts';
import { define, type Handler, scopeOf } from '../execution.ts';
import { executed } from './ddl-result.ts';
import { catalogKindOf } from './drop.ts';

/** COMMENT [IF EXISTS] ON an object or a column. */
export const comment: Handler<'comment'> = async (execution, statement) => {
  const scope = scopeOf(execution);
  if (statement.object === 'COLUMN') {
    const column = statement.name.parts.at(-1)?.name ?? '';
    const table = needObject(scope, 'table', { parts: statement.name.parts.slice(0, -1), at: statement.name.at });
    if (!table.columns.some(({ name }) => name === column)) throw invalidIdentifier(column);
    const columns = table.columns.map((each) =>
      each.name === column ? { ...each, comment: statement.comment } : each,
    );
    await define(execution, async (draft) => draft.put({ ...table, columns }));
    return executed();
  }
  const kind = catalogKindOf(statement.object, 'COMMENT ON');
  if (statement.ifExists && !findObject(scope, kind, statement.name)) return executed();
  const object = needObject(scope, kind, statement.name);
  await define(execution, async (draft) => draft.put({ ...object, comment: statement.comment }));
  return executed();
};
