import type { Expression } from '../../../wire/snowflake-sql/ast.ts';
import { asText, castTo, isTime } from './casts.ts';
import { compare } from './comparison.ts';
import { boolean, date, float, isSemiStructured, number, text, typeName } from './data-types.ts';
import { incompatibleTypes } from './errors.ts';
import { condition, translate } from './expression.ts';
import { addInterval } from './functions/dates.ts';
import { type Context, placeOf } from './scope.ts';
import { exact, nullOf, type Typed } from './typed.ts';
import type { SqlType } from './types.ts';

type Binary = Extract<Expression, { kind: 'binary' }>;

export const translateBinary = (expression: Binary, context: Context): Typed => {
  const { operator } = expression;
  if (operator === 'AND' || operator === 'OR') return logical(expression, context);
  if (operator === '+' || operator === '-') {
    const shifted = translateInterval(expression, context);
    if (shifted) return shifted;
  }
  const left = translate(expression.left, context);
  const right = translate(expression.right, context);
  switch (operator) {
    case '||':
      return concatenate(left, right, context);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, left, right, context, expression.at);
    default:
      return { sql: compare(operator, left, right, context), type: boolean };
  }
};

/** A long chain of ANDs is one flat list. */
const logical = ({ operator, left, right }: Binary, context: Context): Typed => {
  const operands = [right];
  let rest = left;
  while (rest.kind === 'binary' && rest.operator === operator) {
    operands.unshift(rest.right);
    rest = rest.left;
  }
  operands.unshift(rest);
  return { sql: `(${operands.map((operand) => condition(operand, context)).join(` ${operator} `)})`, type: boolean };
};

const translateInterval = ({ operator, left, right }: Binary, context: Context): Typed | undefined => {
  if (right.kind === 'interval')
    return addInterval(translate(left, context), right.value, operator === '-' ? -1 : 1, context);
  if (left.kind === 'interval' && operator === '+')
    return addInterval(translate(right, context), left.value, 1, context);
  return undefined;
};

/** || of a NULL is NULL. */
export const concatenate = (left: Typed, right: Typed, context: Context): Typed => {
  if (left.type.kind === 'binary' && right.type.kind === 'binary')
    return { sql: `(${left.sql} || ${right.sql})`, type: left.type };
  return { sql: `(${asText(left, context.resolver).sql} || ${asText(right, context.resolver).sql})`, type: text };
};

export const translateNegation = (operator: '-' | '+', operand: Typed, context: Context): Typed => {
  if (operand.isNull) return operand;
  const value = asNumeric(operand, context);
  if (operator === '+') return value;
  const constant = typeof value.constant === 'number' ? { constant: -value.constant } : {};
  return { sql: `(-${value.sql})`, type: value.type, ...(value.loose ? { loose: true } : {}), ...constant };
};

/** Text in arithmetic is NUMBER(18,5), a VARIANT a FLOAT. */
const asNumeric = (value: Typed, context: Context): Typed => {
  if (value.type.kind === 'number' || value.type.kind === 'float') return value;
  if (value.isNull) return nullOf(number(1));
  if (value.type.kind === 'text') return castTo(value, number(18, 5), context.resolver);
  if (isSemiStructured(value.type)) return castTo(value, float, context.resolver);
  if (value.type.kind === 'boolean') return castTo(value, number(1), context.resolver);
  return value;
};

type Operator = '+' | '-' | '*' | '/' | '%';

export const arithmetic = (
  operator: Operator,
  leftValue: Typed,
  rightValue: Typed,
  context: Context,
  at = 0,
): Typed => {
  const dated = dateArithmetic(operator, leftValue, rightValue, context);
  if (dated) return dated;
  const left = asNumeric(leftValue, context);
  const right = asNumeric(rightValue, context);
  if (left.type.kind === 'number' && right.type.kind === 'number') return decimal(operator, exact(left), exact(right));
  if ([left, right].every(({ type }) => type.kind === 'number' || type.kind === 'float'))
    return floating(operator, left, right, context);
  throw incompatibleTypes(operator, typeName(left.type), typeName(right.type), placeOf(context, at));
};

/** DATE + days, DATE - days, DATE - DATE in days. */
const dateArithmetic = (operator: Operator, left: Typed, right: Typed, context: Context): Typed | undefined => {
  const numeric = (value: Typed) => value.type.kind === 'number' || value.type.kind === 'float';
  const days = (value: Typed) => `CAST(${value.sql} AS INTEGER)`;
  if (left.type.kind === 'date' && numeric(right) && (operator === '+' || operator === '-')) {
    return { sql: `(${left.sql} ${operator} ${days(right)})`, type: date };
  }
  if (operator === '+' && numeric(left) && right.type.kind === 'date')
    return { sql: `(${right.sql} + ${days(left)})`, type: date };
  if (operator !== '-' || left.type.kind !== 'date') return undefined;
  if (right.type.kind === 'text') return dateArithmetic(operator, left, castTo(right, date, context.resolver), context);
  return isTime(right.type)
    ? { sql: `(${left.sql} - ${castTo(right, date, context.resolver).sql})`, type: number(9), loose: true }
    : undefined;
};

const divisionByZero = `error('[100051|22012] Division by zero')`;

const floating = (operator: Operator, left: Typed, right: Typed, context: Context): Typed => {
  const a = castTo(left, float, context.resolver).sql;
  const b = castTo(right, float, context.resolver).sql;
  if (operator === '/' || operator === '%')
    return { sql: `CASE WHEN ${b} = 0 THEN ${divisionByZero} ELSE ${a} ${operator} ${b} END`, type: float };
  return { sql: `(${a} ${operator} ${b})`, type: float };
};

type Decimal = Typed & { type: Extract<SqlType, { kind: 'number' }> };

const decimal = (operator: Operator, leftValue: Typed, rightValue: Typed): Typed => {
  const [left, right] = [leftValue as Decimal, rightValue as Decimal];
  switch (operator) {
    case '+':
    case '-':
      return sum(operator, left, right);
    case '*':
      return product(left, right);
    case '/':
      return quotient(left, right);
    case '%': {
      const scale = Math.max(left.type.scale, right.type.scale);
      const leading = Math.min(left.type.precision - left.type.scale, right.type.precision - right.type.scale);
      const type = number(Math.min(38, Math.max(1, leading + scale)), scale);
      return {
        sql: `CASE WHEN ${right.sql} = 0 THEN ${divisionByZero} ELSE ${left.sql} % ${right.sql} END`,
        type,
        loose: true,
      };
    }
  }
};

const sum = (operator: '+' | '-', left: Decimal, right: Decimal): Typed => {
  const scale = Math.max(left.type.scale, right.type.scale);
  const leading = Math.max(left.type.precision - left.type.scale, right.type.precision - right.type.scale) + 1;
  return {
    sql: `(${left.sql} ${operator} ${right.sql})`,
    type: number(Math.min(38, leading + scale), scale),
    loose: true,
  };
};

/** Snowflake's product keeps at most 12 decimals, or as many as the wider operand has. */
const product = (left: Decimal, right: Decimal): Typed => {
  const full = left.type.scale + right.type.scale;
  const scale = Math.min(full, Math.max(left.type.scale, right.type.scale, 12));
  const leading = left.type.precision - left.type.scale + right.type.precision - right.type.scale;
  const type = number(Math.min(38, leading + scale), scale);
  if (full <= 37) return { sql: `(${left.sql} * ${right.sql})`, type, loose: true };
  return {
    sql: `CAST(sb_multiply(CAST(${left.sql} AS VARCHAR), CAST(${right.sql} AS VARCHAR), ${scale}) AS DECIMAL(${type.precision},${scale}))`,
    type,
  };
};

/** A quotient has six decimals more than the dividend, up to twelve, rounded half away from zero. */
export const quotient = (leftValue: Typed, rightValue: Typed): Typed => {
  const [left, right] = [leftValue as Decimal, rightValue as Decimal];
  const scale = Math.max(left.type.scale, Math.min(left.type.scale + 6, 12));
  const leading = left.type.precision - left.type.scale + right.type.scale;
  const type = number(Math.min(38, leading + scale), scale);
  const sql = `CAST(sb_divide(CAST(${left.sql} AS VARCHAR), CAST(${right.sql} AS VARCHAR), ${scale}) AS DECIMAL(${type.precision},${scale}))`;
  return { sql, type };
};
