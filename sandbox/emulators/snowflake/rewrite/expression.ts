import { NotEmulated } from '../../../core/not-emulated.ts';
import type { Expression } from '../../../wire/snowflake-sql/ast.ts';
import { translateBinary, translateNegation } from './arithmetic.ts';
import { castTo } from './casts.ts';
import { commonTypeOf } from './common-type.ts';
import {
  translateBetween,
  translateIn,
  translateInQuery,
  translateIsDistinct,
  translateQuantified,
} from './comparison.ts';
import { boolean, number, sqlTypeOf, text } from './data-types.ts';
import { invalidIdentifier, unsetVariable, unsupportedFeature } from './errors.ts';
import { translateCall } from './functions/call.ts';
import { translateLike } from './like.ts';
import { translatePath } from './paths.ts';
import { scalarSubquery, subquerySql } from './query.ts';
import { type Context, findColumn, placeOf, resolvePosition } from './scope.ts';
import { quoteText } from './text.ts';
import { nullOf, type Typed, textConstant } from './typed.ts';
import type { TypedValue } from './types.ts';

export const translate = (expression: Expression, context: Context): Typed => {
  switch (expression.kind) {
    case 'string':
      return textConstant(expression.value);
    case 'number':
      return numberLiteral(expression.text);
    case 'boolean':
      return { sql: String(expression.value), type: boolean, constant: expression.value };
    case 'null':
      return nullOf(text);
    case 'column':
      return translateColumn(expression, context);
    case 'position':
      return resolvePosition(context, expression.index, expression.qualifier, expression.at);
    case 'variable':
      return translateVariable(expression, context);
    case 'bind':
      return translateBind(expression.name, context);
    case 'path':
      return translatePath(expression, context);
    case 'cast':
      return castTo(
        translate(expression.operand, context),
        sqlTypeOf(expression.type),
        context.resolver,
        expression.try,
      );
    case 'unary':
      return expression.operator === 'NOT'
        ? { sql: `(NOT ${condition(expression.operand, context)})`, type: boolean }
        : translateNegation(expression.operator, translate(expression.operand, context), context);
    case 'binary':
      return translateBinary(expression, context);
    case 'is-null':
      return {
        sql: `(${translate(expression.operand, context).sql} IS ${expression.negated ? 'NOT ' : ''}NULL)`,
        type: boolean,
      };
    case 'is-boolean': {
      const { operand, negated, value } = expression;
      return {
        sql: `(${condition(operand, context)} IS ${negated ? 'NOT ' : ''}${value ? 'TRUE' : 'FALSE'})`,
        type: boolean,
      };
    }
    case 'is-distinct':
      return translateIsDistinct(expression, context);
    case 'between':
      return translateBetween(expression, context);
    case 'in':
      return translateIn(expression, context);
    case 'in-query':
      return translateInQuery(expression, context);
    case 'like':
      return translateLike(expression, context);
    case 'quantified':
      return translateQuantified(expression, context);
    case 'exists':
      return { sql: `EXISTS (${subquerySql(expression.query, context)})`, type: boolean };
    case 'subquery':
      return scalarSubquery(expression.query, context);
    case 'case':
      return translateCase(expression, context);
    case 'function':
      return translateCall(expression, context);
    case 'object':
      return translateCall(objectConstruct(expression), context);
    case 'array':
      return translateCall(arrayConstruct(expression), context);
    case 'collate':
      throw new NotEmulated('snowflake', `COLLATE '${expression.collation}'`);
    case 'star':
      throw unsupportedFeature('* outside of a select list');
    case 'interval':
      throw unsupportedFeature(`INTERVAL '${expression.value}' outside of an addition`);
    case 'row':
      throw unsupportedFeature('a row outside of IN');
    case 'lambda':
      throw unsupportedFeature('a lambda outside of FILTER, TRANSFORM and REDUCE');
    case 'table':
      throw unsupportedFeature('TABLE(…) as an argument of this function');
  }
};

const call = (name: string, args: readonly Expression[], at: number): Extract<Expression, { kind: 'function' }> => ({
  kind: 'function',
  name: [{ name, quoted: false }],
  arguments: args.map((value) => ({ value })),
  at,
});

const objectConstruct = ({ entries, at }: Extract<Expression, { kind: 'object' }>) =>
  call(
    'OBJECT_CONSTRUCT',
    entries.flatMap(({ key, value }): Expression[] => [{ kind: 'string', value: key, at }, value]),
    at,
  );

const arrayConstruct = ({ items, at }: Extract<Expression, { kind: 'array' }>) => call('ARRAY_CONSTRUCT', items, at);

/** 12.30 is NUMBER(4,2); 1e3 is 1000; what 38 digits cannot hold is a FLOAT. */
export const numberLiteral = (digits: string): Typed => {
  const [mantissa = '', exponent = '0'] = digits.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const all = whole + fraction;
  const pointAt = whole.length + shift;
  if (all.length + Math.abs(shift) > 76) return { sql: `CAST('${digits}' AS DOUBLE)`, type: { kind: 'float' } };
  const padded = pointAt <= 0 ? '0'.repeat(1 - pointAt) + all : all.padEnd(pointAt, '0');
  const point = Math.max(pointAt, 1);
  const integral = padded.slice(0, point).replace(/^0+(?=\d)/, '');
  const decimals = padded.slice(point);
  const precision = (integral === '0' ? 0 : integral.length) + decimals.length;
  if (precision > 38) return { sql: `CAST('${digits}' AS DOUBLE)`, type: { kind: 'float' } };
  const sql = decimals ? `${integral}.${decimals}` : integral;
  const type = number(Math.max(1, precision), decimals.length);
  const constant = decimals || integral.length > 15 ? sql : Number(sql);
  return decimals
    ? { sql: `CAST(${sql} AS DECIMAL(${Math.max(1, precision)},${decimals.length}))`, type, constant }
    : { sql, type, loose: true, constant };
};

/** DATE, YEAR and such words are parts of time where a function asks for one; it reads them itself. */
const translateColumn = (expression: Extract<Expression, { kind: 'column' }>, context: Context): Typed => {
  const found = findColumn(context, expression.parts, expression.at);
  if (found) return found;
  const last = expression.parts.at(-1);
  if (expression.parts.length > 1 && last && last.name === 'NEXTVAL') {
    const sql = context.resolver.nextValue?.({ parts: expression.parts.slice(0, -1), at: expression.at });
    if (sql) return { sql, type: number(38), loose: true };
  }
  const name = expression.parts.map(({ name: part, quoted }) => (quoted ? `"${part}"` : part)).join('.');
  throw invalidIdentifier(name, placeOf(context, expression.at));
};

/** A value that the session knows, written into the query as a literal of its type. */
export const literalOf = ({ type, value }: TypedValue, context: Context): Typed => {
  if (value === null) return nullOf(type);
  if (type.kind === 'number') {
    const literal = castTo(numberLiteral(value.replace(/^-/, '')), type, context.resolver);
    return value.startsWith('-')
      ? { ...literal, sql: `(-${literal.sql})`, constant: value }
      : { ...literal, constant: value };
  }
  if (type.kind === 'text') return textConstant(value);
  if (type.kind === 'boolean') return { sql: value === 'true' ? 'true' : 'false', type, constant: value === 'true' };
  if (type.kind === 'variant' || type.kind === 'object' || type.kind === 'array')
    return { sql: quoteText(value), type };
  return castTo(textConstant(value), type, context.resolver);
};

const translateVariable = ({ name }: Extract<Expression, { kind: 'variable' }>, context: Context): Typed => {
  const value = context.resolver.variable?.(name);
  if (!value) throw unsetVariable(name);
  return literalOf(value, context);
};

const translateBind = (name: string, context: Context): Typed => {
  const value = context.resolver.bind?.(name);
  if (!value) throw unsupportedFeature(`bind variable :${name} that is not set`);
  return literalOf(value, context);
};

/** As a condition: numbers and texts turn into booleans. */
export const condition = (expression: Expression, context: Context): string =>
  castTo(translate(expression, context), boolean, context.resolver).sql;

/** Branches of CASE and its like, brought to one type. */
export const unified = (values: readonly Typed[], context: Context): { sqls: string[]; type: Typed['type'] } => {
  const type = commonTypeOf(values);
  return { type, sqls: values.map((value) => castTo(value, type, context.resolver).sql) };
};

const translateCase = (expression: Extract<Expression, { kind: 'case' }>, context: Context): Typed => {
  const results = expression.branches.map(({ result }) => translate(result, context));
  if (expression.otherwise) results.push(translate(expression.otherwise, context));
  const { sqls, type } = unified(results, context);
  const branches = expression.branches.map(({ when }, index) => {
    const test = expression.operand
      ? translateBinary({ kind: 'binary', operator: '=', left: expression.operand, right: when, at: when.at }, context)
          .sql
      : condition(when, context);
    return `WHEN ${test} THEN ${sqls[index]}`;
  });
  const otherwise = expression.otherwise ? ` ELSE ${sqls.at(-1)}` : '';
  return { sql: `CASE ${branches.join(' ')}${otherwise} END`, type };
};
