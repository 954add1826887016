import type { Expression } from '../../../wire/snowflake-sql/ast.ts';
import { castTo, instantOf } from './casts.ts';
import { commonType } from './common-type.ts';
import { boolean, isSemiStructured } from './data-types.ts';
import { unsupportedFeature } from './errors.ts';
import { translate } from './expression.ts';
import { translateSubquery } from './query.ts';
import type { Context } from './scope.ts';
import { quoteName } from './text.ts';
import type { Typed } from './typed.ts';
import type { SqlType } from './types.ts';

/** Beside a VARIANT the other side's type decides; two VARIANTs are compared as they stand. */
const comparisonType = (left: Typed, right: Typed): SqlType => {
  if (left.isNull) return right.type;
  if (right.isNull) return left.type;
  const [a, b] = [isSemiStructured(left.type), isSemiStructured(right.type)];
  if (a !== b) {
    const other = a ? right.type : left.type;
    return other.kind === 'number' ? { kind: 'float' } : other;
  }
  return commonType(left.type, right.type);
};

/** Both sides as one type, fit to be compared by DuckDB. TIMESTAMP_TZ compares by its instant. */
export const comparable = (left: Typed, right: Typed, context: Context): [string, string] => {
  if (left.type.kind === 'number' && right.type.kind === 'number') return [left.sql, right.sql];
  const type = comparisonType(left, right);
  return [comparableAs(left, type, context), comparableAs(right, type, context)];
};

const comparableAs = (value: Typed, type: SqlType, context: Context): string => {
  if (type.kind === 'timestamp_tz' && !value.isNull) {
    const time = value.type.kind === 'text' ? castTo(value, type, context.resolver) : value;
    return instantOf(time, context.resolver);
  }
  return castTo(value, type, context.resolver).sql;
};

export const compare = (operator: string, left: Typed, right: Typed, context: Context): string => {
  const [a, b] = comparable(left, right, context);
  return `(${a} ${operator} ${b})`;
};

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

const negate = (sql: string, negated: boolean): Typed => ({ sql: negated ? `(NOT ${sql})` : sql, type: boolean });

export const translateIsDistinct = ({ left, right, negated }: Of<'is-distinct'>, context: Context): Typed => ({
  sql: compare(
    negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM',
    translate(left, context),
    translate(right, context),
    context,
  ),
  type: boolean,
});

export const translateBetween = ({ operand, low, high, negated }: Of<'between'>, context: Context): Typed => {
  const value = translate(operand, context);
  const from = compare('>=', value, translate(low, context), context);
  const to = compare('<=', value, translate(high, context), context);
  return negate(`(${from} AND ${to})`, negated);
};

const rowEquals = (left: Expression, right: Expression, context: Context): string => {
  if (left.kind === 'row' && right.kind === 'row' && left.items.length === right.items.length) {
    return `(${left.items.map((item, index) => rowEquals(item, right.items[index] as Expression, context)).join(' AND ')})`;
  }
  return compare('=', translate(left, context), translate(right, context), context);
};

export const translateIn = ({ operand, list, negated }: Of<'in'>, context: Context): Typed => {
  if (operand.kind === 'row')
    return negate(`(${list.map((item) => rowEquals(operand, item, context)).join(' OR ')})`, negated);
  const value = translate(operand, context);
  const items = list.map((item) => translate(item, context));
  const type = items.reduce<Typed>((sum, item) => ({ sql: '', type: comparisonType(sum, item) }), value).type;
  if (value.type.kind === 'number' && items.every((item) => item.type.kind === 'number')) {
    return negate(`(${value.sql} IN (${items.map(({ sql }) => sql).join(', ')}))`, negated);
  }
  const sqls = items.map((item) => comparableAs(item, type, context));
  return negate(`(${comparableAs(value, type, context)} IN (${sqls.join(', ')}))`, negated);
};

export const translateInQuery = ({ operand, query, negated }: Of<'in-query'>, context: Context): Typed => {
  const inner = translateSubquery(query, context);
  const operands = operand.kind === 'row' ? operand.items : [operand];
  if (operands.length !== inner.columns.length) throw unsupportedFeature('IN with another number of columns');
  const pairs = operands.map((item, index) => {
    const column = inner.columns[index];
    if (!column) throw new Error('as many columns as operands');
    const { type, physical } = column;
    return comparable(translate(item, context), { sql: quoteName(physical), type }, context);
  });
  const left = pairs.map(([sql]) => sql).join(', ');
  const right = pairs.map(([, sql]) => sql).join(', ');
  const sql =
    operands.length === 1
      ? `(${left} IN (SELECT ${right} FROM (${inner.sql})))`
      : `((${left}) IN (SELECT (${right}) FROM (${inner.sql})))`;
  return negate(sql, negated);
};

export const translateQuantified = (
  { operator, left, quantifier, query }: Of<'quantified'>,
  context: Context,
): Typed => {
  const inner = translateSubquery(query, context);
  const [column] = inner.columns;
  if (!column || inner.columns.length !== 1) throw unsupportedFeature(`${quantifier} with several columns`);
  const [a, b] = comparable(translate(left, context), { sql: quoteName(column.physical), type: column.type }, context);
  return { sql: `(${a} ${operator} ${quantifier} (SELECT ${b} FROM (${inner.sql})))`, type: boolean };
};
