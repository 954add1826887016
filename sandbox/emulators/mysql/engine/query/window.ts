import type { FunctionCall, WindowFrameBound, WindowSpecification } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { aggregateNames, buildAggregate } from '../functions/aggregates.ts';
import { addInterval, intervalMicroseconds } from '../functions/date-arithmetic.ts';
import { toDatetime, toInteger, toNumber } from '../values/convert.ts';
import { keyPart } from '../values/key.ts';
import { type Datum, doubleType, isTemporal, type SqlType, unsignedBigintType } from '../values/sql-type.ts';
import { readDatetime, toEpochMicroseconds } from '../values/temporal.ts';
import { type Compiled, derive, emptyFrame, type Frame } from './compiled.ts';
import type { Compiler, WindowFunction } from './compiler.ts';
import { commonType, compileScalar, converter } from './expression.ts';
import { compareFrames, compileOrder, type SortKey } from './order.ts';

type Partition = {
  frames: Frame[] /** Places of the frames in the block's rows. */;
  places: number[];
  keys: string[][];
};

/** Computes a function over one sorted partition: a value per row. */
type Compute = (partition: Partition, order: readonly SortKey[]) => Datum[];

type Built = { type: SqlType; nullable: boolean; compute: Compute };
type Builder = (
  inputs: readonly Compiled[],
  call: FunctionCall,
  specification: WindowSpecification,
  compiler: Compiler,
) => Built;

const samePeers = (partition: Partition, one: number, other: number): boolean =>
  (partition.keys[one] as string[]).every((key, index) => key === (partition.keys[other] as string[])[index]);

const ranking =
  (rank: (partition: Partition) => Datum[], type: SqlType = unsignedBigintType): Builder =>
  () => ({ type, nullable: false, compute: rank });

const ranks = (partition: Partition, dense: boolean): number[] => {
  let current = 0;
  return partition.frames.map((_frame, index) => {
    if (index === 0 || !samePeers(partition, index, index - 1)) current = dense ? current + 1 : index + 1;
    return current;
  });
};

const constantInteger = (input: Compiled | undefined, compiler: Compiler, fallback: number): number =>
  input
    ? Number(toInteger(input.evaluate(emptyFrame()), input.type, compiler.statement) ?? BigInt(fallback))
    : fallback;

const shifted =
  (sign: 1 | -1): Builder =>
  (inputs, _call, _specification, compiler) => {
    const [value, distance, fallback] = inputs;
    if (!value) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', 'LAG');
    const offset = constantInteger(distance, compiler, 1) * sign;
    const type = fallback ? commonType([value, fallback], 'lag') : value.type;
    const [convert, convertFallback] = [
      converter(value.type, type, compiler),
      fallback ? converter(fallback.type, type, compiler) : null,
    ];
    return {
      type,
      nullable: true,
      compute: ({ frames }) =>
        frames.map((frame, index) => {
          const other = frames[index + offset];
          if (other) return convert(value.evaluate(other));
          return fallback && convertFallback ? convertFallback(fallback.evaluate(frame)) : null;
        }),
    };
  };

/** Of RANGE: the first or last row whose sort value lies within the distance of this row's. */
const byDistance = (
  bound: Extract<WindowFrameBound, { kind: 'preceding' | 'following' }>,
  index: number,
  partition: Partition,
  start: boolean,
  compiler: Compiler,
  order: readonly SortKey[],
): number => {
  const [key, ...more] = order;
  if (!key || more.length > 0) throw mysqlError('ER_WINDOW_RANGE_FRAME_ORDER_TYPE', '<unnamed window>');
  const { statement } = compiler;
  const { type } = key.expression;
  const temporal = isTemporal(type);
  if (temporal !== (bound.unit !== null)) throw mysqlError('ER_WINDOW_RANGE_FRAME_ORDER_TYPE', '<unnamed window>');
  const read = (frame: Frame): number | null => {
    const value = key.expression.evaluate(frame);
    if (value === null) return null;
    return temporal
      ? microsecondsOf(toDatetime(value, type, 6, statement)?.text ?? '')
      : toNumber(value, type, statement);
  };
  const values = partition.frames.map(read);
  const here = values[index] ?? null;
  const matches = (value: number | null): boolean => {
    if (here === null || value === null) return here === value;
    const backwards = (bound.kind === 'preceding') !== key.descending;
    const distance = compileScalar(bound.expression, compiler);
    const limit = temporal
      ? shiftedMoment(partition.frames[index] as Frame, key, distance, bound.unit ?? 'DAY', backwards, compiler)
      : here + (backwards ? -1 : 1) * (toNumber(distance.evaluate(emptyFrame()), distance.type, statement) ?? 0);
    return start !== key.descending ? value >= limit : value <= limit;
  };
  if (start) {
    const first = values.findIndex(matches);
    return first < 0 ? values.length : first;
  }
  return values.findLastIndex(matches);
};

const microsecondsOf = (text: string): number => Number(toEpochMicroseconds(readDatetime(text)));

const shiftedMoment = (
  frame: Frame,
  key: SortKey,
  distance: Compiled,
  unit: string,
  subtract: boolean,
  { statement }: Compiler,
): number => {
  const interval = intervalMicroseconds(distance, unit, subtract, statement).read(emptyFrame());
  const moment = toDatetime(key.expression.evaluate(frame), key.expression.type, 6, statement);
  const moved = interval && moment ? addInterval(moment.text, interval, 6) : null;
  return moved === null ? (subtract ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : microsecondsOf(moved);
};

const boundary = (
  bound: WindowFrameBound,
  index: number,
  partition: Partition,
  rows: boolean,
  start: boolean,
  compiler: Compiler,
  order: readonly SortKey[],
): number => {
  const last = partition.frames.length - 1;
  switch (bound.kind) {
    case 'unboundedPreceding':
      return 0;
    case 'unboundedFollowing':
      return last;
    case 'currentRow': {
      if (rows) return index;
      let at = index;
      const step = start ? -1 : 1;
      while (at + step >= 0 && at + step <= last && samePeers(partition, at + step, index)) at += step;
      return at;
    }
    default: {
      if (!rows) return byDistance(bound, index, partition, start, compiler, order);
      const distance = constantInteger(compileScalar(bound.expression, compiler), compiler, 0);
      return bound.kind === 'preceding' ? index - distance : index + distance;
    }
  }
};

/** The rows of each row's frame: from and to, both included; empty when from is behind to. */
const frameOf = (
  specification: WindowSpecification,
  compiler: Compiler,
): ((index: number, partition: Partition, order: readonly SortKey[]) => readonly [number, number]) => {
  const frame = specification.frame ?? {
    unit: 'RANGE' as const,
    start: { kind: 'unboundedPreceding' as const },
    end: specification.orderBy.length > 0 ? { kind: 'currentRow' as const } : { kind: 'unboundedFollowing' as const },
  };
  const rows = frame.unit === 'ROWS';
  return (index, partition, order) => [
    Math.max(0, boundary(frame.start, index, partition, rows, true, compiler, order)),
    Math.min(partition.frames.length - 1, boundary(frame.end, index, partition, rows, false, compiler, order)),
  ];
};

const picked =
  (pick: (from: number, to: number, compiler: Compiler, inputs: readonly Compiled[]) => number): Builder =>
  (inputs, _call, specification, compiler) => {
    const [value] = inputs;
    if (!value) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', 'FIRST_VALUE');
    const range = frameOf(specification, compiler);
    return {
      type: value.type,
      nullable: true,
      compute: (partition, order) =>
        partition.frames.map((_frame, index) => {
          const [from, to] = range(index, partition, order);
          const at = from > to ? -1 : pick(from, to, compiler, inputs);
          const frame = at >= from && at <= to ? partition.frames[at] : undefined;
          return frame ? value.evaluate(frame) : null;
        }),
    };
  };

const overAggregate: Builder = (_inputs, call, specification, compiler) => {
  const built = buildAggregate(call, compiler, true);
  const range = frameOf(specification, compiler);
  return {
    type: built.type,
    nullable: built.nullable,
    compute: (partition, order) => {
      // A frame that only grows keeps its accumulator.
      let accumulator = built.start();
      let last: readonly [number, number] = [0, -1];
      return partition.frames.map((_frame, index) => {
        const [from, to] = range(index, partition, order);
        if (from !== last[0] || to < last[1]) {
          accumulator = built.start();
          last = [from, from - 1];
        }
        for (let at = last[1] + 1; at <= to; at++) accumulator.add(partition.frames[at] as Frame);
        last = [from, Math.max(to, last[1])];
        return accumulator.result();
      });
    },
  };
};

const builders: Readonly<Record<string, Builder>> = {
  ROW_NUMBER: ranking(({ frames }) => frames.map((_frame, index) => BigInt(index + 1))),
  RANK: ranking((partition) => ranks(partition, false).map(BigInt)),
  DENSE_RANK: ranking((partition) => ranks(partition, true).map(BigInt)),
  PERCENT_RANK: ranking(
    (partition) =>
      ranks(partition, false).map((rank) =>
        partition.frames.length > 1 ? (rank - 1) / (partition.frames.length - 1) : 0,
      ),
    doubleType,
  ),
  CUME_DIST: ranking((partition) => {
    const { frames } = partition;
    return frames.map((_frame, index) => {
      let end = index;
      while (end + 1 < frames.length && samePeers(partition, end + 1, index)) end++;
      return (end + 1) / frames.length;
    });
  }, doubleType),
  NTILE: (inputs, _call, _specification, compiler) => {
    const groups = constantInteger(inputs[0], compiler, 1);
    return {
      type: unsignedBigintType,
      nullable: false,
      compute: ({ frames }) => {
        const size = Math.floor(frames.length / groups);
        const larger = frames.length % groups;
        return frames.map((_frame, index) =>
          BigInt(
            index < larger * (size + 1)
              ? Math.floor(index / (size + 1)) + 1
              : larger + Math.floor((index - larger * (size + 1)) / Math.max(1, size)) + 1,
          ),
        );
      },
    };
  },
  LAG: shifted(-1),
  LEAD: shifted(1),
  FIRST_VALUE: picked((from) => from),
  LAST_VALUE: picked((_from, to) => to),
  NTH_VALUE: picked((from, _to, compiler, inputs) => from + constantInteger(inputs[1], compiler, 1) - 1),
};

export const isWindowFunction = (name: string): boolean => name in builders;

const resolveSpecification = (call: FunctionCall, compiler: Compiler): WindowSpecification => {
  if (call.over === null) throw mysqlError('ER_WINDOW_INVALID_WINDOW_FUNC_USE', call.name.toLowerCase());
  const named = (name: string): WindowSpecification => {
    const found = compiler.namedWindows.get(name.toLowerCase());
    if (!found) throw mysqlError('ER_WINDOW_NO_SUCH_WINDOW', name);
    return found.base === null ? found : withBase(found);
  };
  const withBase = (specification: WindowSpecification): WindowSpecification => {
    if (specification.base === null) return specification;
    const base = named(specification.base);
    return {
      base: null,
      partitionBy: base.partitionBy,
      orderBy: specification.orderBy.length > 0 ? specification.orderBy : base.orderBy,
      frame: specification.frame ?? base.frame,
    };
  };
  return typeof call.over === 'string' ? named(call.over) : withBase(call.over);
};

/** A window function in a query block: its value is read from what was computed for the row. */
export const compileWindow = (call: FunctionCall, compiler: Compiler): Compiled => {
  const { windows } = compiler;
  if (!windows) throw mysqlError('ER_WINDOW_INVALID_WINDOW_FUNC_USE', call.name.toLowerCase());
  const specification = resolveSpecification(call, compiler);
  const inner: Compiler = { ...compiler, windows: null, aliasesFirst: false };
  const partitionBy = specification.partitionBy.map((item) => compileScalar(item, inner));
  const order = compileOrder(specification.orderBy, { ...inner, scope: { ...inner.scope, aliases: null } }, []);
  const isAggregate = aggregateNames.has(call.name);
  const builder = isAggregate ? overAggregate : builders[call.name];
  if (!builder) throw mysqlError('ER_WINDOW_INVALID_WINDOW_FUNC_USE', call.name.toLowerCase());
  const inputs = isAggregate ? [] : call.arguments.map((argument) => compileScalar(argument, inner));
  const built = builder(inputs, call, specification, inner);
  const compute = (frames: readonly Frame[]): Datum[] => {
    const partitions = new Map<string, Partition>();
    frames.forEach((frame, place) => {
      const key = partitionBy.map((item) => keyPart(item.evaluate(frame), item.type)).join('');
      const partition = partitions.get(key) ?? { frames: [], places: [], keys: [] };
      partitions.set(key, partition);
      partition.frames.push(frame);
      partition.places.push(place);
      partition.keys.push(order.map((item) => item.key(frame)));
    });
    const results: Datum[] = new Array(frames.length).fill(null);
    for (const partition of partitions.values()) {
      const sorted = partition.frames.map((_frame, index) => index);
      if (order.length > 0)
        sorted.sort(
          (one, other) =>
            compareFrames(partition.keys[one] as string[], partition.keys[other] as string[], order) || one - other,
        );
      const arranged: Partition = {
        frames: sorted.map((index) => partition.frames[index] as Frame),
        places: sorted.map((index) => partition.places[index] as number),
        keys: sorted.map((index) => partition.keys[index] as string[]),
      };
      built.compute(arranged, order).forEach((value, index) => {
        results[arranged.places[index] as number] = value;
      });
    }
    return results;
  };
  const window: WindowFunction = { call, specification, compute };
  const index = windows.push(window) - 1;
  return derive(built.type, [], (frame: Frame) => frame.windows[index] ?? null, {
    nullable: built.nullable,
    volatile: true,
    coercibility: 5,
  });
};
