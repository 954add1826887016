import type { Delete, Expression, Insert, Merge, Query, Update } from '../../wire/snowflake-sql/ast.ts';
import { translateChange as change } from './rewrite/changes.ts';
import { translateInsert as insertion } from './rewrite/insert.ts';
import { translateQuery as query } from './rewrite/query.ts';
import { translateExpression as expression } from './rewrite/translate-expression.ts';
import type { Resolver, SqlType, Translated, TranslatedChange, TranslatedInsert } from './rewrite/types.ts';

/** The door to the translation: Snowflake's statements for DuckDB's SQL. `text` is the statement's text, for places in errors. */
export const translateQuery = (statement: Query, resolver: Resolver, text: string): Translated =>
  query(statement, resolver, text);

export const translateInsert = (statement: Insert, resolver: Resolver, text: string): TranslatedInsert =>
  insertion(statement, resolver, text);

export const translateChange = (
  statement: Update | Delete | Merge,
  resolver: Resolver,
  text: string,
): TranslatedChange => change(statement, resolver, text);

/** A single value, cast to a type: the default of a column. */
export const translateExpression = (value: Expression, resolver: Resolver, text: string, type: SqlType): string =>
  expression(value, resolver, text, type).sql;
