import { array, boolean, count, text } from '../data-types.ts';
import { type FunctionRule, rule } from './signature.ts';

const integerOr = (sql: string | undefined, otherwise: number): string => sql ?? String(otherwise);

/** Snowflake's regular expressions are run by JavaScript's, which know the same notation for all that is usual, and \\ needs its double in SQL. */
export const regularExpressions: readonly FunctionRule[] = [
  rule(
    'REGEXP_LIKE RLIKE',
    'tt?t',
    boolean,
    ([value, pattern, flags = "''"]) => `sb_regexp_like(${value}, ${pattern}, ${flags})`,
  ),
  rule(
    'REGEXP_COUNT',
    'tt?it',
    count,
    ([value, pattern, position, flags = "''"]) =>
      `sb_regexp_count(${value}, ${pattern}, ${integerOr(position, 1)}, ${flags})`,
    true,
  ),
  rule(
    'REGEXP_SUBSTR',
    'tt?iiti',
    text,
    ([value, pattern, position, occurrence, flags = "''", group = '-1']) =>
      `sb_regexp_substr(${value}, ${pattern}, ${integerOr(position, 1)}, ${integerOr(occurrence, 1)}, ${flags}, ${group})`,
  ),
  rule(
    'REGEXP_SUBSTR_ALL REGEXP_EXTRACT_ALL',
    'tt?iiti',
    array,
    ([value, pattern, position, occurrence, flags = "''", group = '-1']) =>
      `sb_regexp_substr_all(${value}, ${pattern}, ${integerOr(position, 1)}, ${integerOr(occurrence, 1)}, ${flags}, ${group})`,
  ),
  rule(
    'REGEXP_INSTR',
    'tt?iiiti',
    count,
    ([value, pattern, position, occurrence, option, flags = "''", group = '-1']) =>
      `sb_regexp_instr(${value}, ${pattern}, ${integerOr(position, 1)}, ${integerOr(occurrence, 1)}, ${integerOr(option, 0)}, ${flags}, ${group})`,
    true,
  ),
  rule(
    'REGEXP_REPLACE',
    'tt?tiit',
    text,
    ([value, pattern, replacement = "''", position, occurrence, flags = "''"]) =>
      `sb_regexp_replace(${value}, ${pattern}, ${replacement}, ${integerOr(position, 1)}, ${integerOr(occurrence, 0)}, ${flags})`,
  ),
];
