import type { CopyIntoTable, Expression, Identifier, Insert, Query } from '../../../wire/snowflake-sql/ast.ts';
import { canCast, castTo } from './casts.ts';
import { isSemiStructured, physicalType, typeName } from './data-types.ts';
import { expressionTypeMismatch, insertColumnMismatch, invalidIdentifier } from './errors.ts';
import { translate } from './expression.ts';
import { relationOf } from './from.ts';
import { newContext, type OutputColumn, type TranslatedQuery, translateSubquery } from './query.ts';
import { type Context, freshName } from './scope.ts';
import { quoteName } from './text.ts';
import type { Typed } from './typed.ts';
import type { Column, Relation, Resolver, TranslatedInsert } from './types.ts';

/** INSERT … SELECT, INSERT … VALUES and the SELECT of a COPY, as the rows that are added. */
export const translateInsert = (statement: Insert, resolver: Resolver, source = ''): TranslatedInsert => {
  const context = newContext(resolver, source);
  const target = relationOf(statement.table, context);
  const rows = insertedRows(statement.columns, statement.source, target, context);
  return { target, table: statement.table, overwrite: statement.overwrite, select: rows };
};

/** COPY INTO t (columns) FROM (SELECT … FROM @stage): the resolver's `stage` gives the file's rows. */
export const translateCopyQuery = (
  statement: CopyIntoTable & { from: Query },
  resolver: Resolver,
  source = '',
): TranslatedInsert => {
  const context = newContext(resolver, source);
  const target = relationOf(statement.table, context);
  return {
    target,
    table: statement.table,
    overwrite: false,
    select: insertedRows(statement.columns, statement.from, target, context),
  };
};

export const targetColumns = (target: Relation, names: readonly Identifier[] | undefined): Column[] => {
  const visible = target.columns.filter((column) => !column.hidden);
  if (!names) return visible;
  return names.map(({ name }) => {
    const column = visible.find((each) => each.name === name);
    if (!column) throw invalidIdentifier(name);
    return column;
  });
};

const insertedRows = (
  names: readonly Identifier[] | undefined,
  source: Query,
  target: Relation,
  context: Context,
): string => {
  const columns = targetColumns(target, names);
  const values = source.body.kind === 'values' && !source.with ? source.body.rows : undefined;
  if (values) return valuesRows(values, columns, target, context);
  const query = translateSubquery(source, context);
  if (query.columns.length !== columns.length) throw insertColumnMismatch(query.columns.length, columns.length);
  return fullRows(query, columns, target, context);
};

/** A query's columns in the places of the named ones; all other columns take their defaults. */
const fullRows = (query: TranslatedQuery, columns: readonly Column[], target: Relation, context: Context): string => {
  const name = quoteName(freshName(context));
  const items = target.columns
    .filter((column) => !column.hidden)
    .map((column) => {
      const index = columns.indexOf(column);
      const given = query.columns[index];
      const value = given ? stored(columnOf(given, name), column, context) : defaultOf(column);
      return `${value} AS ${quoteName(column.physical ?? column.name)}`;
    });
  return `SELECT ${items.join(', ')} FROM (${query.sql}) AS ${name}`;
};

const columnOf = ({ physical, type, isNull }: OutputColumn, name: string): Typed => ({
  sql: `${name}.${quoteName(physical)}`,
  type,
  ...(isNull ? { isNull } : {}),
});

const isDefault = (expression: Expression): boolean =>
  expression.kind === 'column' &&
  expression.parts.length === 1 &&
  expression.parts[0]?.name === 'DEFAULT' &&
  !expression.parts[0].quoted;

/** VALUES may say DEFAULT; each value is cast by itself. */
const valuesRows = (
  rows: readonly (readonly Expression[])[],
  columns: readonly Column[],
  target: Relation,
  context: Context,
): string => {
  const visible = target.columns.filter((column) => !column.hidden);
  const lines = rows.map((row) => {
    if (row.length !== columns.length) throw insertColumnMismatch(row.length, columns.length);
    const cells = visible.map((column) => {
      const given = row[columns.indexOf(column)];
      return given && !isDefault(given) ? stored(translate(given, context), column, context) : defaultOf(column);
    });
    return `(${cells.join(', ')})`;
  });
  const names = visible.map((column) => quoteName(column.physical ?? column.name)).join(', ');
  return `SELECT * FROM (VALUES ${lines.join(', ')}) AS ${quoteName(freshName(context))}(${names})`;
};

export const defaultOf = (column: Column): string => column.defaultSql ?? `CAST(NULL AS ${physicalType(column.type)})`;

/** What Snowflake does not cast unasked when it stores: VARIANT and its kind take no other type, BOOLEAN goes to no number. */
const isRefused = (value: Typed, type: Column['type']): boolean => {
  if (value.isNull) return false;
  if (isSemiStructured(type)) return !isSemiStructured(value.type);
  if (value.type.kind === 'boolean' && type.kind !== 'boolean' && type.kind !== 'text') return true;
  return !canCast(value.type, type);
};

/** A value as a column takes it: a text too long is an error, not cut. */
export const stored = (value: Typed, column: Column, context: Context): string => {
  const { type } = column;
  if (isRefused(value, type)) throw expressionTypeMismatch(column.name, typeName(value.type), typeName(type));
  if (type.kind === 'text' && type.length !== undefined && type.length < 16_777_216 && !value.isNull) {
    const fits = value.type.kind === 'text' && value.type.length !== undefined && value.type.length <= type.length;
    const { sql } = castTo(value, { kind: 'text' }, context.resolver);
    return fits
      ? sql
      : `CASE WHEN length(${sql}) > ${type.length} THEN error('[100078|22000] String ''' || ${sql} || ''' is too long and would be truncated') ELSE ${sql} END`;
  }
  return castTo(value, type, context.resolver).sql;
};
