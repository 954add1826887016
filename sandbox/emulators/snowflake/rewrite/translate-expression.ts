import type { Expression } from '../../../wire/snowflake-sql/ast.ts';
import { castTo } from './casts.ts';
import { condition, translate } from './expression.ts';
import { newContext } from './query.ts';
import { exact } from './typed.ts';
import type { Column, Resolver, SqlType } from './types.ts';

/** An expression that reads no table, as DuckDB SQL: a column's default (cast to `type`), the value of SET, an argument of CALL. */
export const translateExpression = (
  expression: Expression,
  resolver: Resolver,
  source = '',
  type?: SqlType,
): { sql: string; type: SqlType } => {
  const context = newContext(resolver, source);
  const value = translate(expression, context);
  return type ? castTo(value, type, resolver) : exact(value);
};

/** A condition, as DuckDB SQL: a task's WHEN. */
export const translateCondition = (expression: Expression, resolver: Resolver, source = ''): string =>
  condition(expression, newContext(resolver, source));

/** An expression over the columns of one relation that FROM names `name`: ALTER TABLE … SET DATA TYPE, COPY's PARTITION BY. */
export const translateOver = (
  expression: Expression,
  columns: readonly Column[],
  name: string,
  resolver: Resolver,
  source = '',
): { sql: string; type: SqlType } => {
  const context = newContext(resolver, source);
  const own = columns.map((column) => ({
    name: column.name,
    type: column.type,
    sql: `${name}."${(column.physical ?? column.name).replaceAll('"', '""')}"`,
  }));
  return exact(translate(expression, { ...context, scope: { sources: [{ qualifier: [], columns: own }] } }));
};
