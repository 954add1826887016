import type { Expression } from '../../../wire/snowflake-sql/ast.ts';
import { castTo } from './casts.ts';
import { translate } from './expression.ts';
import { newContext } from './query.ts';
import { exact } from './typed.ts';
import type { Resolver, SqlType } from './types.ts';

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
