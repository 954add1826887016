import type { ObjectKind } from '../../../wire/snowflake-sql/ast.ts';
import { findObject, needObject, placeOf } from '../catalog/names.ts';
import type { CatalogKind, CatalogObject } from '../catalog/objects.ts';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import { define, defineOnTables, type Handler, scopeOf, status } from '../execution.ts';
import { settledName } from '../resolver.ts';
import { contentsOf, dropContents } from './drop-contents.ts';

/** The kinds of object that are here, by the words of DDL. */
export const catalogKinds: Readonly<Partial<Record<ObjectKind, CatalogKind>>> = {
  DATABASE: 'database',
  SCHEMA: 'schema',
  TABLE: 'table',
  VIEW: 'view',
  STAGE: 'stage',
  'FILE FORMAT': 'file-format',
  PIPE: 'pipe',
  STREAM: 'stream',
  TASK: 'task',
  SEQUENCE: 'sequence',
  WAREHOUSE: 'warehouse',
  INTEGRATION: 'integration',
  'STORAGE INTEGRATION': 'integration',
};

export const catalogKindOf = (object: ObjectKind | 'RESULT' | 'COLUMN', verb: string): CatalogKind => {
  const kind = catalogKinds[object as ObjectKind];
  if (!kind) throw unsupportedFeature(`${verb} ${object}`);
  return kind;
};

const tablesIn = (objects: readonly CatalogObject[]): number[] =>
  objects.filter(({ kind }) => kind === 'table').map(({ id }) => id);

/** DROP of every kind of object that there is; a database or schema goes with all that is in it. */
export const drop: Handler<'drop'> = async (execution, given) => {
  const { engine, session } = execution;
  const kind = catalogKindOf(given.object, 'DROP');
  const scope = scopeOf(execution);
  const name = settledName(execution, given.name);
  const own = name.parts.at(-1)?.name ?? '';
  if (given.ifExists && !exists()) {
    return status(`Drop statement executed successfully (${own} already dropped).`);
  }
  const object = needObject(scope, kind, name);
  const contents = [object, ...contentsOf(engine.catalog, object)];
  if (given.behavior === 'RESTRICT' && contents.length > 1) {
    throw new SnowflakeError('003001', `Cannot drop the ${kind} because dependencies exist`, '23001');
  }
  const tables = tablesIn(contents);
  const run =
    tables.length > 0
      ? (change: Parameters<typeof define>[1]) => defineOnTables(execution, tables, change)
      : (change: Parameters<typeof define>[1]) => define(execution, change);
  await run((draft, connection) => dropContents(engine, draft, connection, object));
  if (kind === 'database' && session.database === object.name) session.database = session.schema = undefined;
  if (kind === 'schema' && session.schema === object.name) session.schema = undefined;
  if (kind === 'warehouse' && session.warehouse === object.name) session.warehouse = undefined;
  return status(`${object.name} successfully dropped.`);

  function exists(): boolean {
    try {
      placeOf(scope, kind, name);
      return findObject(scope, kind, name) !== undefined;
    } catch (error) {
      if (error instanceof SnowflakeError && ['002003', '002043'].includes(error.code)) return false;
      throw error;
    }
  }
};
