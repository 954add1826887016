import { mysqlError } from '../../errors.ts';
import { arithmetic, arithmeticKind } from '../query/arithmetic.ts';
import { comparator } from '../query/compare.ts';
import { type Compiled, derive } from '../query/compiled.ts';
import type { Compiler } from '../query/compiler.ts';
import { commonType, converter } from '../query/expression.ts';
import { printExpression } from '../query/print.ts';
import { toDecimal, toInteger } from '../values/convert.ts';
import { type Decimal, decimal, rescale, truncateTo } from '../values/decimal.ts';
import { bigintType, type Datum, decimalType, doubleType, integerPartDigits } from '../values/sql-type.ts';
import { at, define, type FunctionDefinition, type FunctionList, integer, number, strict } from './function.ts';

const finite = (value: number): Datum => (Number.isFinite(value) ? value : null);

/** As `real`, but a result too large is error 1690. */
const realInRange = (name: string, count: number, compute: (...values: number[]) => number): FunctionDefinition =>
  define(count, count, (inputs, call, compiler) =>
    strict(
      doubleType,
      inputs,
      (values) => {
        const result = compute(...values.map((value, index) => number(value, at(inputs, index), compiler)));
        if (Math.abs(result) === Number.POSITIVE_INFINITY)
          throw mysqlError(
            'ER_DATA_OUT_OF_RANGE',
            'DOUBLE',
            `${name}(${call.arguments.map(printExpression).join(',')})`,
          );
        return finite(result);
      },
      { nullable: true, coercibility: 5 },
    ),
  );

const angle = (compute: (value: number) => number): FunctionDefinition =>
  define(1, 1, (inputs, _call, compiler) =>
    strict(doubleType, inputs, ([value]) => compute(number(value as Datum, at(inputs, 0), compiler)), {
      coercibility: 5,
    }),
  );

const logarithm = (compute: (value: number) => number): FunctionDefinition =>
  define(1, 1, (inputs, _call, compiler) =>
    strict(
      doubleType,
      inputs,
      ([value]) => {
        const operand = number(value as Datum, at(inputs, 0), compiler);
        return operand > 0 ? compute(operand) : noLogarithm(compiler);
      },
      { nullable: true, coercibility: 5 },
    ),
  );

const noLogarithm = ({ statement }: Compiler): null => {
  statement.warn(mysqlError('ER_INVALID_ARGUMENT_FOR_LOGARITHM'));
  return null;
};

/** A function of doubles; what is no number is NULL. */
const real = (count: number, compute: (...values: number[]) => number): FunctionDefinition =>
  define(count, count, (inputs, _call, compiler) =>
    strict(
      doubleType,
      inputs,
      (values) => finite(compute(...values.map((value, index) => number(value, at(inputs, index), compiler)))),
      { nullable: true, coercibility: 5 },
    ),
  );

const shiftOf = (value: number, places: number, change: (value: number) => number): number => {
  const scaled = Number(`${value}e${places}`);
  return Number.isFinite(scaled) ? Number(`${change(scaled)}e${-places}`) : value;
};

// Doubles round half to even in MySQL (rint).
const roundHalfEven = (value: number): number => {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};

const rounding = (
  compiler: Compiler,
  inputs: readonly Compiled[],
  exact: (value: Decimal, scale: number) => Decimal,
  approximate: (value: number) => number,
  keepsScale = false,
): Compiled => {
  const input = at(inputs, 0);
  const digits = inputs[1] ?? null;
  const { statement } = compiler;
  const kind = arithmeticKind(input.type);
  const fixedDigits =
    digits === null
      ? 0
      : digits.sources === 0 && !digits.outer && !digits.volatile
        ? Number(
            toInteger(
              digits.evaluate({ rows: [], outer: null, aggregates: [], windows: [] }),
              digits.type,
              statement,
            ) ?? 0n,
          )
        : null;
  if (kind === 'double')
    return strict(
      doubleType,
      inputs,
      ([value, places]) => {
        const count = digits ? Number(integer(places as Datum, digits, compiler)) : 0;
        return shiftOf(number(value as Datum, input, compiler), Math.max(-308, Math.min(308, count)), approximate);
      },
      { coercibility: 5 },
    );
  const scale =
    kind === 'integer'
      ? 0
      : Math.max(
          0,
          Math.min(
            30,
            fixedDigits === null
              ? input.type.decimals
              : Math.min(fixedDigits, digits ? (keepsScale ? input.type.decimals : 30) : 0),
          ),
        );
  const type =
    kind === 'integer'
      ? input.type.unsigned
        ? { ...bigintType, unsigned: true }
        : bigintType
      : scale === 0 && digits === null
        ? decimalType(integerPartDigits(input.type) + 1, 0)
        : decimalType(integerPartDigits(input.type) + 1 + scale, scale);
  return strict(
    type,
    inputs,
    ([value, places]) => {
      const count = digits ? Math.max(-65, Math.min(30, Number(integer(places as Datum, digits, compiler)))) : 0;
      const number = toDecimal(value as Datum, input.type, statement) as Decimal;
      const result =
        count < 0
          ? shiftNegative(number, -count, exact)
          : exact(number, Math.min(count, kind === 'integer' ? 0 : Math.min(number.scale, count)));
      return kind === 'integer' ? rescale(result, 0).unscaled : rescale(result, scale);
    },
    { coercibility: 5 },
  );
};

const shiftNegative = (value: Decimal, places: number, exact: (value: Decimal, scale: number) => Decimal): Decimal => {
  const shifted = exact({ unscaled: value.unscaled, scale: value.scale + places }, 0);
  return decimal(shifted.unscaled * 10n ** BigInt(places));
};

const wholeNumber = (change: (value: Decimal) => bigint, approximate: (value: number) => number): FunctionDefinition =>
  define(1, 1, (inputs, _call, compiler) => {
    const input = at(inputs, 0);
    if (arithmeticKind(input.type) === 'double')
      return strict(doubleType, inputs, ([value]) => approximate(number(value as Datum, input, compiler)), {
        coercibility: 5,
      });
    return strict(
      input.type.unsigned ? { ...bigintType, unsigned: true } : bigintType,
      inputs,
      ([value]) => change(toDecimal(value as Datum, input.type, compiler.statement) as Decimal),
      { coercibility: 5 },
    );
  });

const floorOf = (value: Decimal): bigint => {
  const whole = truncateTo(value, 0).unscaled;
  return value.unscaled < 0n && rescale(decimal(whole), value.scale).unscaled !== value.unscaled ? whole - 1n : whole;
};

/** LEAST and GREATEST. */
const extreme = (sign: 1 | -1): FunctionDefinition =>
  define(2, 1000, (inputs, call, compiler) => {
    const type = commonType(inputs, call.name.toLowerCase());
    const converters = inputs.map((input) => converter(input.type, type, compiler));
    const sample = { ...at(inputs, 0), type };
    const compare = comparator(sample, sample, call.name.toLowerCase(), compiler.statement);
    return strict(type, inputs, (values) =>
      values
        .map((value, index) => (converters[index] as (value: Datum) => Datum)(value))
        .reduce((best, value) => (compare(value, best) * sign > 0 ? value : best)),
    );
  });

export const numberFunctions: FunctionList = {
  ABS: define(1, 1, (inputs, _call, compiler) => {
    const input = at(inputs, 0);
    const kind = arithmeticKind(input.type);
    if (kind === 'double')
      return strict(doubleType, inputs, ([value]) => Math.abs(number(value as Datum, input, compiler)), {
        coercibility: 5,
      });
    if (kind === 'integer')
      return strict(
        input.type.unsigned ? { ...bigintType, unsigned: true } : bigintType,
        inputs,
        ([value]) => {
          const whole = integer(value as Datum, input, compiler);
          if (whole === -9223372036854775808n) throw mysqlError('ER_DATA_OUT_OF_RANGE', 'BIGINT', `abs(${whole})`);
          return whole < 0n ? -whole : whole;
        },
        { coercibility: 5 },
      );
    return strict(
      decimalType(integerPartDigits(input.type) + input.type.decimals, input.type.decimals),
      inputs,
      ([value]) => {
        const exact = toDecimal(value as Datum, input.type, compiler.statement) as Decimal;
        return exact.unscaled < 0n ? decimal(-exact.unscaled, exact.scale) : exact;
      },
      { coercibility: 5 },
    );
  }),
  SIGN: define(1, 1, (inputs, _call, compiler) =>
    strict(bigintType, inputs, ([value]) => BigInt(Math.sign(number(value as Datum, at(inputs, 0), compiler))), {
      coercibility: 5,
    }),
  ),
  CEILING: wholeNumber((value) => -floorOf(decimal(-value.unscaled, value.scale)), Math.ceil),
  FLOOR: wholeNumber(floorOf, Math.floor),
  ROUND: define(1, 2, (inputs, _call, compiler) => rounding(compiler, inputs, rescale, roundHalfEven)),
  TRUNCATE: define(2, 2, (inputs, _call, compiler) => rounding(compiler, inputs, truncateTo, Math.trunc, true)),
  MOD: define(2, 2, (inputs, _call, compiler) =>
    arithmetic('%', at(inputs, 0), at(inputs, 1), compiler.statement, () => 'mod'),
  ),
  POW: realInRange('pow', 2, (base, exponent) => base ** exponent),
  SQRT: real(1, (value) => (value < 0 ? Number.NaN : Math.sqrt(value))),
  EXP: realInRange('exp', 1, Math.exp),
  LN: logarithm(Math.log),
  LOG2: logarithm(Math.log2),
  LOG10: logarithm(Math.log10),
  LOG: define(1, 2, (inputs, _call, compiler) =>
    strict(
      doubleType,
      inputs,
      (values) => {
        const [first, second] = values.map((value, index) => number(value, at(inputs, index), compiler));
        if (first === undefined || first <= 0) return noLogarithm(compiler);
        if (second === undefined) return Math.log(first);
        return second <= 0 || first === 1 ? noLogarithm(compiler) : finite(Math.log(second) / Math.log(first));
      },
      { nullable: true, coercibility: 5 },
    ),
  ),
  PI: define(0, 0, () => strict({ ...doubleType, decimals: 6, length: 8 }, [], () => Math.PI, { coercibility: 5 })),
  SIN: real(1, Math.sin),
  COS: real(1, Math.cos),
  TAN: real(1, Math.tan),
  COT: realInRange('cot', 1, (value) => 1 / Math.tan(value)),
  ASIN: real(1, Math.asin),
  ACOS: real(1, Math.acos),
  ATAN2: real(2, Math.atan2),
  ATAN: define(1, 2, (inputs, _call, compiler) =>
    strict(
      doubleType,
      inputs,
      (values) => {
        const [first = 0, second] = values.map((value, index) => number(value, at(inputs, index), compiler));
        return second === undefined ? Math.atan(first) : Math.atan2(first, second);
      },
      { nullable: true, coercibility: 5 },
    ),
  ),
  DEGREES: angle((value) => (value * 180) / Math.PI),
  RADIANS: angle((value) => (value * Math.PI) / 180),
  RAND: define(0, 1, (inputs, _call, compiler) => {
    // With a seed: the server's own generator (my_rnd), so that RAND(1) is what it is there.
    let state: [number, number] | null = null;
    const limit = 0x3fffffff;
    return derive(
      doubleType,
      inputs,
      (frame) => {
        const input = inputs[0];
        if (!input) return Math.random();
        if (state === null) {
          const seed = Number(
            BigInt.asUintN(32, toInteger(input.evaluate(frame), input.type, compiler.statement) ?? 0n),
          );
          state = [(seed * 0x10001 + 55555555) % limit, (seed * 0x10000001) % limit];
        }
        state[0] = (state[0] * 3 + state[1]) % limit;
        state[1] = (state[0] + state[1] + 33) % limit;
        return state[0] / limit;
      },
      { volatile: true, nullable: false, coercibility: 5 },
    );
  }),
  BIT_COUNT: define(1, 1, (inputs, _call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([value]) =>
        BigInt(
          BigInt.asUintN(64, integer(value as Datum, at(inputs, 0), compiler))
            .toString(2)
            .replaceAll('0', '').length,
        ),
      { coercibility: 5 },
    ),
  ),
  LEAST: extreme(-1),
  GREATEST: extreme(1),
};

const alias = (name: string): FunctionDefinition => numberFunctions[name] as FunctionDefinition;
export const numberSynonyms: FunctionList = { CEIL: alias('CEILING'), POWER: alias('POW') };
