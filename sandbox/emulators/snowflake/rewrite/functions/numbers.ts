import { arithmetic } from '../arithmetic.ts';
import { castTo, isTime } from '../casts.ts';
import { count, float, integer, number, text } from '../data-types.ts';
import { translate } from '../expression.ts';
import type { Context } from '../scope.ts';
import { exact, type Typed } from '../typed.ts';
import type { SqlType } from '../types.ts';
import { truncatedDate } from './dates.ts';
import { argument, type Call, type FunctionRule, rule, special } from './signature.ts';

const numeric = (call: Call, index: number, context: Context): Typed => {
  const value = translate(argument(call, index), context);
  return value.type.kind === 'number' || value.type.kind === 'float'
    ? exact(value)
    : castTo(value, value.type.kind === 'variant' ? float : number(38, 5), context.resolver);
};

/** The type of a number rounded to some digits: one digit more before the point, fewer behind it. */
const roundedType = (type: SqlType, scale: number): SqlType =>
  type.kind === 'number'
    ? number(
        Math.min(38, type.precision - type.scale + Math.max(0, Math.min(scale, type.scale)) + 1),
        Math.max(0, Math.min(scale, type.scale)),
      )
    : type;

/** ROUND, TRUNC, CEIL and FLOOR to digits behind (or, negative, before) the point; halves go away from zero. */
const rounding = (names: string, shape: (value: string, scale: string) => string): FunctionRule =>
  special(names, 1, 3, (call, context) => {
    const value = numeric(call, 0, context);
    const digits = call.arguments[1] ? translate(argument(call, 1), context) : undefined;
    const scale = digits === undefined ? 0 : typeof digits.constant === 'number' ? digits.constant : undefined;
    const scaleSql = digits ? `CAST(${digits.sql} AS INTEGER)` : '0';
    const type = scale === undefined ? value.type : roundedType(value.type, scale);
    return { sql: shape(value.sql, scaleSql), type, ...(type.kind === 'number' ? { loose: true } : {}) };
  });

const scaled = (duckdb: string) => (value: string, scale: string) =>
  scale === '0'
    ? `${duckdb}(${value})`
    : `(${duckdb}(${value} * CAST(power(10, ${scale}) AS DECIMAL(19,0))) / power(10, ${scale}))`;

const sameType = (values: readonly Typed[]): SqlType => values[0]?.type ?? integer;

const unary = (names: string, sql: (value: string) => string): FunctionRule =>
  rule(names, 'f', float, ([value]) => sql(value ?? ''));

const division = (name: string, whenZero: (value: Typed) => string): FunctionRule =>
  special(name, 2, 2, (call, context) => {
    const [left, right] = [numeric(call, 0, context), numeric(call, 1, context)];
    const quotient = arithmetic('/', left, right, context);
    return { sql: `CASE WHEN ${right.sql} = 0 THEN ${whenZero(left)} ELSE ${quotient.sql} END`, type: quotient.type };
  });

const truncatedNumber = rounding('TRUNC TRUNCATE', (value, scale) =>
  scale === '0' ? `trunc(${value})` : `sb_truncate(CAST(${value} AS VARCHAR), ${scale})`,
);

/** TRUNC(number [, digits]) or TRUNC(date, part) */
const truncation = special('TRUNC TRUNCATE', 1, 2, (call, context) => {
  const value = translate(argument(call, 0), context);
  return isTime(value.type)
    ? truncatedDate(value, argument(call, 1), context)
    : truncatedNumber.translate(call, context, '');
});

export const numbers: readonly FunctionRule[] = [
  rule('ABS', 'n', sameType, ([value]) => `abs(${value})`, true),
  rule('SIGN', 'n', number(1), ([value]) => `sign(${value})`, true),
  rounding('ROUND', (value, scale) => `round(${value}, ${scale})`),
  truncation,
  rounding('CEIL', scaled('ceil')),
  rounding('FLOOR', scaled('floor')),
  special('MOD', 2, 2, (call, context) =>
    arithmetic('%', numeric(call, 0, context), numeric(call, 1, context), context),
  ),
  division('DIV0', () => '0'),
  division('DIV0NULL', () => '0'),
  rule('POWER POW', 'ff', float, ([base, exponent]) => `power(${base}, ${exponent})`),
  unary('SQRT', (value) => `sqrt(${value})`),
  unary('CBRT', (value) => `cbrt(${value})`),
  unary('EXP', (value) => `exp(${value})`),
  unary('LN', (value) => `ln(${value})`),
  rule('LOG', 'ff', float, ([base, value]) => `(ln(${value}) / ln(${base}))`),
  unary('SQUARE', (value) => `(${value} * ${value})`),
  unary('SIN', (value) => `sin(${value})`),
  unary('COS', (value) => `cos(${value})`),
  unary('TAN', (value) => `tan(${value})`),
  unary('ASIN', (value) => `asin(${value})`),
  unary('ACOS', (value) => `acos(${value})`),
  unary('ATAN', (value) => `atan(${value})`),
  unary('SINH', (value) => `sinh(${value})`),
  unary('COSH', (value) => `cosh(${value})`),
  unary('TANH', (value) => `tanh(${value})`),
  unary('COT', (value) => `cot(${value})`),
  unary('DEGREES', (value) => `degrees(${value})`),
  unary('RADIANS', (value) => `radians(${value})`),
  rule('ATAN2', 'ff', float, ([y, x]) => `atan2(${y}, ${x})`),
  rule('PI', '', float, () => 'pi()'),
  rule('FACTORIAL', 'i', integer, ([value]) => `factorial(CAST(${value} AS INTEGER))`, true),
  rule('BITAND BIT_AND', 'ii', integer, ([a, b]) => `(${a} & ${b})`, true),
  rule('BITOR BIT_OR', 'ii', integer, ([a, b]) => `(${a} | ${b})`, true),
  rule('BITXOR BIT_XOR', 'ii', integer, ([a, b]) => `xor(${a}, ${b})`, true),
  rule('BITNOT BIT_NOT', 'i', integer, ([a]) => `(~${a})`, true),
  rule('BITSHIFTLEFT BIT_SHIFTLEFT', 'ii', integer, ([a, b]) => `(${a} << CAST(${b} AS INTEGER))`, true),
  rule('BITSHIFTRIGHT BIT_SHIFTRIGHT', 'ii', integer, ([a, b]) => `(${a} >> CAST(${b} AS INTEGER))`, true),
  rule(
    'HAVERSINE',
    'ffff',
    float,
    ([a, b, c, d]) =>
      `(2 * 6371 * asin(sqrt(power(sin(radians(${c} - ${a}) / 2), 2) + cos(radians(${a})) * cos(radians(${c})) * power(sin(radians(${d} - ${b}) / 2), 2))))`,
  ),
  rule(
    'WIDTH_BUCKET',
    'nnni',
    count,
    ([value, low, high, buckets]) =>
      `CASE WHEN ${value} < ${low} THEN 0 WHEN ${value} >= ${high} THEN ${buckets} + 1 ELSE CAST(floor((${value} - ${low}) * CAST(${buckets} AS DOUBLE) / (${high} - ${low})) AS BIGINT) + 1 END`,
    true,
  ),
  // Chance comes from DuckDB: the server seeds it per session with setseed.
  rule('RANDOM', '?i', number(19), () => 'CAST(floor((random() - 0.5) * 18446744073709551615) AS HUGEINT)', true),
  rule(
    'UNIFORM',
    'nnx',
    (values) => (values.slice(0, 2).some(({ type }) => type.kind === 'float') ? float : number(38, 0)),
    ([low, high], values) =>
      values.slice(0, 2).some(({ type }) => type.kind === 'float')
        ? `(${low} + random() * (${high} - ${low}))`
        : `CAST(${low} + floor(random() * (${high} - ${low} + 1)) AS DECIMAL(38,0))`,
  ),
  rule(
    'NORMAL',
    'ffx',
    float,
    ([mean, deviation]) => `(${mean} + ${deviation} * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))`,
  ),
  rule(
    'RANDSTR',
    'ix',
    text,
    ([length]) => `sb_random_text(${length}, CAST(floor(random() * 9007199254740991) AS BIGINT))`,
  ),
  rule('UUID_STRING', '', text, () => 'CAST(uuid() AS VARCHAR)'),
  rule('SEQ1 SEQ2 SEQ4 SEQ8', '?i', number(19), () => '(row_number() OVER () - 1)', true),
];
