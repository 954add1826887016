import { mysqlError } from '../../errors.ts';
import { complain, type ValueContext } from '../context.ts';
import { toDecimal, toInteger, toNumber } from '../values/convert.ts';
import {
  addDecimals,
  type Decimal,
  divideDecimals,
  multiplyDecimals,
  negateDecimal,
  remainderOfDecimals,
  rescale,
  subtractDecimals,
} from '../values/decimal.ts';
import {
  bigintType,
  type Datum,
  decimalType,
  doubleType,
  integerPartDigits,
  kindOf,
  type SqlType,
  unsignedBigintType,
} from '../values/sql-type.ts';
import { type Compiled, derive } from './compiled.ts';

type NumberKind = 'integer' | 'decimal' | 'double';

/** What a value counts as in arithmetic: texts are DOUBLE, temporals whole or exact numbers. */
export const arithmeticKind = (type: SqlType): NumberKind => {
  const kind = kindOf(type);
  if (kind === 'integer' || kind === 'decimal' || kind === 'double') return kind;
  if (kind === 'date' || ((kind === 'datetime' || kind === 'time') && type.decimals === 0)) return 'integer';
  if (kind === 'datetime' || kind === 'time') return 'decimal';
  if (type.hexadecimal || kind === 'null') return 'integer';
  return 'double';
};

const scaleOf = (type: SqlType): number =>
  kindOf(type) === 'decimal' || kindOf(type) === 'datetime' || kindOf(type) === 'time'
    ? Math.min(30, type.decimals)
    : 0;

const precisionOf = (type: SqlType): number => integerPartDigits(type) + scaleOf(type);

const inRange = (value: bigint, unsigned: boolean, text: () => string): bigint => {
  if (
    unsigned
      ? value >= 0n && value <= 18446744073709551615n
      : value >= -9223372036854775808n && value <= 9223372036854775807n
  )
    return value;
  throw mysqlError('ER_DATA_OUT_OF_RANGE', unsigned ? 'BIGINT UNSIGNED' : 'BIGINT', text());
};

const finite = (value: number, text: () => string): number => {
  if (Number.isFinite(value)) return value;
  throw mysqlError('ER_DATA_OUT_OF_RANGE', 'DOUBLE', text());
};

type Operator = '+' | '-' | '*' | '/' | 'DIV' | '%';

const resultKind = (operator: Operator, left: SqlType, right: SqlType): NumberKind => {
  const [one, other] = [arithmeticKind(left), arithmeticKind(right)];
  if (operator === 'DIV') return 'integer';
  if (one === 'double' || other === 'double') return 'double';
  return operator === '/' || one === 'decimal' || other === 'decimal' ? 'decimal' : 'integer';
};

const resultType = (
  operator: Operator,
  kind: NumberKind,
  left: SqlType,
  right: SqlType,
  context: ValueContext,
): SqlType => {
  const unsigned = left.unsigned || right.unsigned;
  if (kind === 'double') return doubleType;
  if (kind === 'integer')
    return (
      operator === '-' && context.sqlMode.noUnsignedSubtraction
        ? false
        : operator === '%'
          ? left.unsigned
          : unsigned
    )
      ? unsignedBigintType
      : bigintType;
  const [one, other] = [scaleOf(left), scaleOf(right)];
  if (operator === '*') return decimalType(precisionOf(left) + precisionOf(right), one + other, unsigned);
  // div_precision_increment is 4.
  if (operator === '/')
    return decimalType(integerPartDigits(left) + other + Math.min(30, one + 4), Math.min(30, one + 4), unsigned);
  const scale = Math.max(one, other);
  return decimalType(
    Math.max(integerPartDigits(left), integerPartDigits(right)) + scale + (operator === '%' ? 0 : 1),
    scale,
    unsigned,
  );
};

const integerOperation = (operator: Operator, left: bigint, right: bigint): bigint | null => {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      return right === 0n ? null : operator === '%' ? left % right : left / right;
  }
};

const decimalOperation = (operator: Operator, left: Decimal, right: Decimal, scale: number): Decimal | null => {
  switch (operator) {
    case '+':
      return addDecimals(left, right);
    case '-':
      return subtractDecimals(left, right);
    case '*':
      return multiplyDecimals(left, right);
    case '%':
      return remainderOfDecimals(left, right);
    default:
      return divideDecimals(left, right, scale);
  }
};

const doubleOperation = (operator: Operator, left: number, right: number): number | null => {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      return right === 0 ? null : operator === '%' ? left % right : left / right;
  }
};

const divisionByZero = (context: ValueContext): null => {
  if (context.sqlMode.errorForDivisionByZero) complain(context, mysqlError('ER_DIVISION_BY_ZERO'));
  return null;
};

/** left operator right, typed and computed as MySQL does. `text` prints the expression for errors. */
export const arithmetic = (
  operator: Operator,
  left: Compiled,
  right: Compiled,
  context: ValueContext,
  text: () => string,
): Compiled => {
  const kind = resultKind(operator, left.type, right.type);
  const type = resultType(operator, kind, left.type, right.type, context);
  const divides = operator === '/' || operator === 'DIV' || operator === '%';
  const evaluateBoth = (combine: (one: Datum, other: Datum) => Datum) =>
    derive(
      type,
      [left, right],
      (frame) => {
        const one = left.evaluate(frame);
        if (one === null) return null;
        const other = right.evaluate(frame);
        return other === null ? null : combine(one, other);
      },
      { coercibility: 5, ...(divides ? { nullable: true } : {}) },
    );
  if (operator === 'DIV' && (arithmeticKind(left.type) !== 'integer' || arithmeticKind(right.type) !== 'integer'))
    return evaluateBoth((one, other) => {
      const quotient = divideDecimals(
        toDecimal(one, left.type, context) as Decimal,
        toDecimal(other, right.type, context) as Decimal,
        30,
      );
      return quotient === null ? divisionByZero(context) : inRange(quotient.unscaled / 10n ** 30n, type.unsigned, text);
    });
  if (kind === 'integer')
    return evaluateBoth((one, other) => {
      const result = integerOperation(
        operator,
        toInteger(one, left.type, context) as bigint,
        toInteger(other, right.type, context) as bigint,
      );
      return result === null ? divisionByZero(context) : inRange(result, type.unsigned, text);
    });
  if (kind === 'decimal')
    return evaluateBoth((one, other) => {
      const result = decimalOperation(
        operator,
        toDecimal(one, left.type, context) as Decimal,
        toDecimal(other, right.type, context) as Decimal,
        type.decimals,
      );
      if (result === null) return divisionByZero(context);
      return rescale(result, type.decimals);
    });
  return evaluateBoth((one, other) => {
    const result = doubleOperation(
      operator,
      toNumber(one, left.type, context) as number,
      toNumber(other, right.type, context) as number,
    );
    return result === null ? divisionByZero(context) : finite(result, text);
  });
};

export const negation = (operand: Compiled, context: ValueContext, text: () => string): Compiled => {
  const kind = arithmeticKind(operand.type);
  const type =
    kind === 'double'
      ? doubleType
      : kind === 'decimal'
        ? decimalType(precisionOf(operand.type), scaleOf(operand.type))
        : bigintType;
  return derive(
    type,
    [operand],
    (frame) => {
      const value = operand.evaluate(frame);
      if (value === null) return null;
      if (kind === 'double') return -(toNumber(value, operand.type, context) as number);
      if (kind === 'decimal') return negateDecimal(toDecimal(value, operand.type, context) as Decimal);
      return inRange(-(toInteger(value, operand.type, context) as bigint), false, text);
    },
    { coercibility: 5 },
  );
};

type BitOperator = '|' | '&' | '^' | '<<' | '>>';

/** Bit operators work on BIGINT UNSIGNED. */
export const bitOperation = (operator: BitOperator, left: Compiled, right: Compiled, context: ValueContext): Compiled =>
  derive(
    unsignedBigintType,
    [left, right],
    (frame) => {
      const [first, second] = [left.evaluate(frame), right.evaluate(frame)];
      if (first === null || second === null) return null;
      const one = BigInt.asUintN(64, toInteger(first, left.type, context) as bigint);
      const other = BigInt.asUintN(64, toInteger(second, right.type, context) as bigint);
      if (operator === '|') return one | other;
      if (operator === '&') return one & other;
      if (operator === '^') return one ^ other;
      if (other > 63n) return 0n;
      return operator === '<<' ? BigInt.asUintN(64, one << other) : one >> other;
    },
    { coercibility: 5 },
  );

export const invertedBits = (operand: Compiled, context: ValueContext): Compiled =>
  derive(
    unsignedBigintType,
    [operand],
    (frame) => {
      const value = operand.evaluate(frame);
      return value === null ? null : BigInt.asUintN(64, ~(toInteger(value, operand.type, context) as bigint));
    },
    { coercibility: 5 },
  );
