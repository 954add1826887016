import type { FunctionCall } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { arithmeticKind } from '../query/arithmetic.ts';
import { comparator } from '../query/compare.ts';
import { type Compiled, derive, type Frame } from '../query/compiled.ts';
import type { Accumulator, Aggregate, Compiler } from '../query/compiler.ts';
import { compileScalar } from '../query/expression.ts';
import { compareFrames, compileOrder } from '../query/order.ts';
import { toDecimal, toInteger, toJson, toNumber, toText } from '../values/convert.ts';
import { addDecimals, type Decimal, decimal, divideDecimals, rescale } from '../values/decimal.ts';
import { formatJson, type Json, jsonObject } from '../values/json.ts';
import { keyPart } from '../values/key.ts';
import {
  bigintType,
  type Datum,
  decimalType,
  doubleType,
  integerPartDigits,
  jsonType,
  kindOf,
  type SqlType,
  stringType,
  unsignedBigintType,
} from '../values/sql-type.ts';
import { systemVariableDatum } from '../variables/access.ts';

type Built = { type: SqlType; nullable: boolean; start: () => Accumulator };
type Builder = (inputs: readonly Compiled[], call: FunctionCall, compiler: Compiler) => Built;

const first = (inputs: readonly Compiled[]): Compiled => {
  const input = inputs[0];
  if (!input) throw new Error('an aggregate without argument');
  return input;
};

const sumType = (input: Compiled): SqlType => {
  const kind = arithmeticKind(input.type);
  if (kind === 'double') return doubleType;
  const decimals = kind === 'decimal' ? Math.min(30, input.type.decimals) : 0;
  return decimalType(integerPartDigits(input.type) + 22 + decimals, decimals);
};

const count: Builder = (inputs, call) => ({
  type: bigintType,
  nullable: false,
  start: () => {
    let total = 0n;
    return {
      add: (frame) => {
        if (call.star || inputs.every((input) => input.evaluate(frame) !== null)) total++;
      },
      result: () => total,
    };
  },
});

const sum: Builder = (inputs, _call, compiler) => {
  const input = first(inputs);
  const type = sumType(input);
  const { statement } = compiler;
  if (type === doubleType)
    return {
      type,
      nullable: true,
      start: () => {
        let total: number | null = null;
        return {
          add: (frame) => {
            const value = toNumber(input.evaluate(frame), input.type, statement);
            if (value !== null) total = (total ?? 0) + value;
          },
          result: () => total,
        };
      },
    };
  return {
    type,
    nullable: true,
    start: () => {
      let total: Decimal | null = null;
      return {
        add: (frame) => {
          const value = toDecimal(input.evaluate(frame), input.type, statement);
          if (value !== null) total = total === null ? value : addDecimals(total, value);
        },
        result: () => (total === null ? null : rescale(total, type.decimals)),
      };
    },
  };
};

const average: Builder = (inputs, _call, compiler) => {
  const input = first(inputs);
  const { statement } = compiler;
  const double = sumType(input) === doubleType;
  const decimals = double ? 31 : Math.min(30, (arithmeticKind(input.type) === 'decimal' ? input.type.decimals : 0) + 4);
  const type = double ? doubleType : decimalType(integerPartDigits(input.type) + decimals, decimals);
  return {
    type,
    nullable: true,
    start: () => {
      let exact = decimal(0n);
      let approximate = 0;
      let rows = 0n;
      return {
        add: (frame) => {
          const value = input.evaluate(frame);
          if (value === null) return;
          rows++;
          if (double) approximate += toNumber(value, input.type, statement) ?? 0;
          else exact = addDecimals(exact, toDecimal(value, input.type, statement) as Decimal);
        },
        result: () =>
          rows === 0n ? null : double ? approximate / Number(rows) : divideDecimals(exact, decimal(rows), decimals),
      };
    },
  };
};

const extreme =
  (sign: 1 | -1): Builder =>
  (inputs, call, compiler) => {
    const input = first(inputs);
    // The extremes of an ENUM are those of its texts.
    const compared =
      input.type.base === 'enum' || input.type.base === 'set'
        ? { ...input, type: stringType(input.type.length, input.type.collation) }
        : input;
    const compare = comparator(compared, compared, call.name.toLowerCase(), compiler.statement);
    return {
      type: compared === input ? input.type : { ...compared.type, base: 'char' },
      nullable: true,
      start: () => {
        let best: Datum = null;
        return {
          add: (frame) => {
            const value = input.evaluate(frame);
            if (value !== null && (best === null || compare(value, best) * sign > 0)) best = value;
          },
          result: () => best,
        };
      },
    };
  };

const bits =
  (start: bigint, combine: (left: bigint, right: bigint) => bigint): Builder =>
  (inputs, _call, compiler) => ({
    type: unsignedBigintType,
    nullable: false,
    start: () => {
      let total = start;
      return {
        add: (frame) => {
          const value = toInteger(first(inputs).evaluate(frame), first(inputs).type, compiler.statement);
          if (value !== null) total = combine(total, BigInt.asUintN(64, value));
        },
        result: () => total,
      };
    },
  });

/** Variance by Welford's recurrence, as the server computes it. */
const variance =
  (sample: boolean, root: boolean): Builder =>
  (inputs, _call, compiler) => ({
    type: doubleType,
    nullable: true,
    start: () => {
      let rows = 0;
      let mean = 0;
      let squares = 0;
      return {
        add: (frame) => {
          const value = toNumber(first(inputs).evaluate(frame), first(inputs).type, compiler.statement);
          if (value === null) return;
          rows++;
          const delta = value - mean;
          mean += delta / rows;
          squares += delta * (value - mean);
        },
        result: () => {
          if (rows === 0 || (sample && rows === 1)) return null;
          const result = squares / (sample ? rows - 1 : rows);
          return root ? Math.sqrt(result) : result;
        },
      };
    },
  });

const anyValue: Builder = (inputs) => ({
  type: first(inputs).type,
  nullable: true,
  start: () => {
    let value: Datum = null;
    let seen = false;
    return {
      add: (frame) => {
        if (!seen) value = first(inputs).evaluate(frame);
        seen = true;
      },
      result: () => value,
    };
  },
});

const groupConcat: Builder = (inputs, call, compiler) => {
  const order = compileOrder(call.orderBy, compiler, inputs);
  const separator = call.separator ?? ',';
  const { statement } = compiler;
  const limit = Number(systemVariableDatum(statement.server, statement.session, null, 'group_concat_max_len').value);
  return {
    // Said to be a LONGTEXT, whatever group_concat_max_len is.
    type: stringType(
      Math.max(limit, 4_194_304),
      first(inputs).type.collation.charset === 'binary' ? stringType(0).collation : first(inputs).type.collation,
    ),
    nullable: true,
    start: () => {
      const parts: { text: string; keys: string[] }[] = [];
      return {
        add: (frame) => {
          const texts = inputs.map((input) => toText(input.evaluate(frame), input.type));
          if (texts.some((text) => text === null)) return;
          parts.push({ text: texts.join(''), keys: order.map((item) => item.key(frame)) });
        },
        result: () => {
          if (parts.length === 0) return null;
          if (order.length > 0) parts.sort((one, other) => compareFrames(one.keys, other.keys, order));
          const joined = parts.map((part) => part.text).join(separator);
          if (Buffer.byteLength(joined) <= limit) return joined;
          statement.warn(mysqlError('ER_CUT_VALUE_GROUP_CONCAT', parts.length));
          return Buffer.from(joined, 'utf8')
            .subarray(0, limit)
            .toString('utf8')
            .replace(/\ufffd+$/, '');
        },
      };
    },
  };
};

const jsonArray: Builder = (inputs) => ({
  type: jsonType,
  nullable: true,
  start: () => {
    const items: Json[] = [];
    return {
      add: (frame) => void items.push(toJson(first(inputs).evaluate(frame), first(inputs).type)),
      result: () => (items.length === 0 ? null : formatJson(items)),
    };
  },
});

const jsonEntries: Builder = (inputs) => ({
  type: jsonType,
  nullable: true,
  start: () => {
    const entries: [string, Json][] = [];
    const [key, value] = inputs as [Compiled, Compiled];
    return {
      add: (frame) => {
        const name = toText(key.evaluate(frame), key.type);
        if (name === null) throw mysqlError('ER_JSON_DOCUMENT_NULL_KEY');
        entries.push([name, toJson(value.evaluate(frame), value.type)]);
      },
      result: () => (entries.length === 0 ? null : formatJson(jsonObject(entries))),
    };
  },
});

const allOnes = 18446744073709551615n;

const builders: Readonly<Record<string, Builder>> = {
  COUNT: count,
  SUM: sum,
  AVG: average,
  MIN: extreme(-1),
  MAX: extreme(1),
  BIT_AND: bits(allOnes, (left, right) => left & right),
  BIT_OR: bits(0n, (left, right) => left | right),
  BIT_XOR: bits(0n, (left, right) => left ^ right),
  STD: variance(false, true),
  STDDEV: variance(false, true),
  STDDEV_POP: variance(false, true),
  STDDEV_SAMP: variance(true, true),
  VARIANCE: variance(false, false),
  VAR_POP: variance(false, false),
  VAR_SAMP: variance(true, false),
  ANY_VALUE: anyValue,
  GROUP_CONCAT: groupConcat,
  JSON_ARRAYAGG: jsonArray,
  JSON_OBJECTAGG: jsonEntries,
};

export const aggregateNames: ReadonlySet<string> = new Set(Object.keys(builders));

/** Lets only the first of equal values through. */
const distinct =
  (inner: () => Accumulator, inputs: readonly Compiled[]): (() => Accumulator) =>
  () => {
    const accumulator = inner();
    const seen = new Set<string>();
    return {
      add: (frame) => {
        const key = inputs.map((input) => keyPart(input.evaluate(frame), input.type)).join('');
        if (seen.has(key)) return;
        seen.add(key);
        accumulator.add(frame);
      },
      result: () => accumulator.result(),
    };
  };

/** An aggregate's type and accumulator, for GROUP BY and for OVER alike. */
export const buildAggregate = (call: FunctionCall, compiler: Compiler, overGroups = false): Built => {
  const builder = builders[call.name];
  if (!builder) throw new Error(`${call.name} is no aggregate`);
  // Over a window the rows are the block's groups, whose own aggregates are known by then.
  const inner = { ...compiler, aggregates: overGroups ? compiler.aggregates : null, aliasesFirst: false };
  const inputs = call.arguments.map((argument) => compileScalar(argument, inner));
  const built = builder(inputs, call, inner);
  return call.distinct && call.name !== 'MIN' && call.name !== 'MAX'
    ? { ...built, start: distinct(built.start, inputs) }
    : built;
};

/** An aggregate in a query block: its value is read from the group's row of results. */
export const compileAggregate = (call: FunctionCall, compiler: Compiler): Compiled => {
  const { aggregates } = compiler;
  if (!aggregates) throw mysqlError('ER_INVALID_GROUP_FUNC_USE');
  const built = buildAggregate(call, compiler);
  const aggregate: Aggregate = { start: built.start };
  const index = aggregates.push(aggregate) - 1;
  return derive(built.type, [], (frame: Frame) => frame.aggregates[index] ?? null, {
    nullable: built.nullable,
    volatile: true,
    coercibility: kindOf(built.type) === 'string' ? 2 : 5,
  });
};
