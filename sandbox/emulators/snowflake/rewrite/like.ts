import type { Expression, Like } from '../../../wire/snowflake-sql/ast.ts';
import { asText } from './casts.ts';
import { boolean } from './data-types.ts';
import { translate } from './expression.ts';
import type { Context } from './scope.ts';
import type { Typed } from './typed.ts';

/** LIKE, ILIKE and RLIKE, with ANY or ALL of several patterns. RLIKE matches the whole text. Without ESCAPE nothing escapes. */
export const translateLike = (expression: Like & { at: number }, context: Context): Typed => {
  const operand = asText(translate(expression.operand, context), context.resolver).sql;
  const matches = expression.patterns.map((pattern) => match(expression, operand, pattern, context));
  const sql = `(${matches.join(expression.quantifier === 'ALL' ? ' AND ' : ' OR ')})`;
  return { sql: expression.negated ? `(NOT ${sql})` : sql, type: boolean };
};

const match = (like: Like, operand: string, patternExpression: Expression, context: Context): string => {
  const pattern = asText(translate(patternExpression, context), context.resolver).sql;
  if (like.operator === 'RLIKE') return `sb_regexp_like(${operand}, ${pattern}, '')`;
  const escaped = like.escape ? ` ESCAPE ${asText(translate(like.escape, context), context.resolver).sql}` : '';
  return `${operand} ${like.operator} ${pattern}${escaped}`;
};
