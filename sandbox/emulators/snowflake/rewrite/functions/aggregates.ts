import { quotient } from '../arithmetic.ts';
import { asText, asVariant, castTo } from '../casts.ts';
import { array, boolean, count, float, integer, isSemiStructured, number, object, text } from '../data-types.ts';
import { unsupportedFeature } from '../errors.ts';
import { translate } from '../expression.ts';
import { orderItems } from '../query.ts';
import { type Context, sourcesOf } from '../scope.ts';
import { exact, type Typed } from '../typed.ts';
import type { SqlType } from '../types.ts';
import { argument, type Call, type FunctionRule } from './signature.ts';

const aggregate = (
  names: string,
  least: number,
  most: number,
  translateCall: FunctionRule['translate'],
): FunctionRule => ({
  names: names.split(' '),
  least,
  most,
  windowed: true,
  translate: translateCall,
});

const value = (call: Call, index: number, context: Context): Typed => translate(argument(call, index), context);
const distinct = (call: Call): string => (call.distinct ? 'DISTINCT ' : '');

const numeric = (call: Call, index: number, context: Context): Typed => {
  const found = value(call, index, context);
  if (found.type.kind === 'number' || found.type.kind === 'float') return exact(found);
  return castTo(
    found,
    isSemiStructured(found.type) ? float : number(38, found.type.kind === 'text' ? 5 : 0),
    context.resolver,
  );
};

/** COUNT(*), COUNT(x), COUNT(DISTINCT x, y): rows in which no argument is NULL. */
const counting = aggregate('COUNT', 1, 10_000, (call, context, over) => {
  const [first] = call.arguments;
  if (first?.value.kind === 'star') return { sql: `count(*)${over}`, type: count, loose: true, nullable: false };
  const values = call.arguments.map(({ value: each }) => translate(each, context).sql);
  const all =
    values.length === 1
      ? values[0]
      : `CASE WHEN ${values.map((sql) => `${sql} IS NULL`).join(' OR ')} THEN NULL ELSE (${values.join(', ')}) END`;
  return { sql: `count(${distinct(call)}${all})${over}`, type: count, loose: true, nullable: false };
});

const sum = aggregate('SUM', 1, 1, (call, context, over) => {
  const each = numeric(call, 0, context);
  const type: SqlType = each.type.kind === 'number' ? number(38, each.type.scale) : float;
  return { sql: `sum(${distinct(call)}${each.sql})${over}`, type };
});

/** AVG of a NUMBER has six decimals more, as a division has. */
const average = aggregate('AVG', 1, 1, (call, context, over) => {
  const each = numeric(call, 0, context);
  if (each.type.kind !== 'number') return { sql: `avg(${distinct(call)}${each.sql})${over}`, type: float };
  const total: Typed = { sql: `sum(${distinct(call)}${each.sql})${over}`, type: number(38, each.type.scale) };
  const rows: Typed = { sql: `nullif(count(${distinct(call)}${each.sql})${over}, 0)`, type: count };
  return { ...quotient(total, rows), type: number(38, Math.max(each.type.scale, Math.min(each.type.scale + 6, 12))) };
});

/** MIN and MAX of a VARIANT compare its values as JSON text. */
const extreme = (name: 'MIN' | 'MAX'): FunctionRule =>
  aggregate(name, 1, 1, (call, context, over) => {
    const each = exact(value(call, 0, context));
    return { sql: `${name.toLowerCase()}(${each.sql})${over}`, type: each.type };
  });

const extremeBy = (name: 'MIN_BY' | 'MAX_BY'): FunctionRule =>
  aggregate(name, 2, 3, (call, context, over) => {
    const [each, by] = [exact(value(call, 0, context)), value(call, 1, context)];
    const few = call.arguments[2] ? value(call, 2, context) : undefined;
    const duckdb = name === 'MIN_BY' ? 'arg_min' : 'arg_max';
    if (!few) return { sql: `${duckdb}(${each.sql}, ${by.sql})${over}`, type: each.type };
    return {
      sql: `sb_array(${duckdb}(${asVariant(each, context.resolver).sql}, ${by.sql}, CAST(${few.sql} AS BIGINT))${over}, true)`,
      type: array,
    };
  });

const floating = (names: string, duckdb: string): FunctionRule =>
  aggregate(names, 1, 1, (call, context, over) => {
    const each = castTo(numeric(call, 0, context), float, context.resolver);
    return { sql: `${duckdb}(${distinct(call)}${each.sql})${over}`, type: float };
  });

const pairwise = (names: string, duckdb: string): FunctionRule =>
  aggregate(names, 2, 2, (call, context, over) => {
    const [a, b] = [0, 1].map((index) => castTo(numeric(call, index, context), float, context.resolver).sql);
    return { sql: `${duckdb}(${a}, ${b})${over}`, type: float };
  });

const logical = (name: string, duckdb: string): FunctionRule =>
  aggregate(name, 1, 1, (call, context, over) => ({
    sql: `${duckdb}(${castTo(value(call, 0, context), boolean, context.resolver).sql})${over}`,
    type: boolean,
  }));

const bitwise = (names: string, duckdb: string): FunctionRule =>
  aggregate(names, 1, 1, (call, context, over) => ({
    sql: `${duckdb}(CAST(${numeric(call, 0, context).sql} AS BIGINT))${over}`,
    type: integer,
    loose: true,
  }));

const withinGroup = (call: Call, context: Context): string =>
  call.withinGroup ? ` ORDER BY ${orderItems(call.withinGroup, context)}` : '';

/** LISTAGG(x, separator) WITHIN GROUP (ORDER BY …): '' of no rows, NULLs passed over. */
const listagg = aggregate('LISTAGG STRING_AGG', 1, 2, (call, context, over) => {
  const each = asText(value(call, 0, context), context.resolver).sql;
  const separator = call.arguments[1] ? asText(value(call, 1, context), context.resolver).sql : "''";
  return {
    sql: `coalesce(string_agg(${distinct(call)}${each}, ${separator}${withinGroup(call, context)})${over}, '')`,
    type: text,
  };
});

/** ARRAY_AGG passes over NULLs; of no rows it is []. */
const arrayAgg = aggregate('ARRAY_AGG ARRAYAGG', 1, 1, (call, context, over) => {
  const each = value(call, 0, context);
  const item = asVariant(each, context.resolver).sql;
  const filter = ` FILTER (WHERE ${each.sql} IS NOT NULL)`;
  return {
    sql: `coalesce(sb_array(list(${distinct(call)}${item}${withinGroup(call, context)})${filter}${over}, true), '[]')`,
    type: array,
  };
});

const arrayUniqueAgg = aggregate('ARRAY_UNIQUE_AGG', 1, 1, (call, context, over) => {
  const each = value(call, 0, context);
  return {
    sql: `coalesce(sb_array(list(DISTINCT ${asVariant(each, context.resolver).sql}) FILTER (WHERE ${each.sql} IS NOT NULL)${over}, true), '[]')`,
    type: array,
  };
});

/** OBJECT_AGG(key, value) passes over pairs with a NULL. */
const objectAgg = aggregate('OBJECT_AGG OBJECTAGG', 2, 2, (call, context, over) => {
  const key = asText(value(call, 0, context), context.resolver).sql;
  const item = asVariant(value(call, 1, context), context.resolver).sql;
  const list = (sql: string) => `list(${sql}) FILTER (WHERE ${key} IS NOT NULL AND ${item} IS NOT NULL)${over}`;
  return { sql: `coalesce(sb_object(${list(key)}, ${list(item)}, false), '{}')`, type: object };
});

/** HASH_AGG of any columns or *: a number that is the same for the same rows in any order; not the number that Snowflake gives. */
const hashAgg = aggregate('HASH_AGG', 1, 10_000, (call, context, over) => {
  const values = call.arguments.flatMap(({ value: each }) =>
    each.kind === 'star'
      ? sourcesOf(context, each.qualifier, call.at).flatMap((source) =>
          source.columns.filter(({ hidden }) => !hidden).map(({ sql }) => sql),
        )
      : [translate(each, context).sql],
  );
  return {
    sql: `CAST(coalesce(sum(CAST(hash(${values.join(', ')}) // 4294967296 AS HUGEINT))${over}, 0) % 9223372036854775807 AS DECIMAL(19,0))`,
    type: number(19),
  };
});

const countIf = aggregate('COUNT_IF', 1, 1, (call, context, over) => ({
  sql: `count(CASE WHEN ${castTo(value(call, 0, context), boolean, context.resolver).sql} THEN 1 END)${over}`,
  type: count,
  loose: true,
}));

/** A number with three decimals more, as MEDIAN and PERCENTILE_CONT interpolate. */
const interpolated = (each: Typed, context: Context): Typed =>
  each.type.kind === 'number' ? castTo(each, number(38, Math.min(37, each.type.scale + 3)), context.resolver) : each;

/** PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x) */
const percentile = (name: string, duckdb: 'quantile_cont' | 'quantile_disc'): FunctionRule =>
  aggregate(name, 1, 1, (call, context, over) => {
    const [order] = call.withinGroup ?? [];
    if (!order) throw unsupportedFeature(`${name} without WITHIN GROUP`);
    const sorted = exact(translate(order.expression, context));
    const each = duckdb === 'quantile_cont' ? interpolated(sorted, context) : sorted;
    const share = value(call, 0, context).sql;
    return { sql: `${duckdb}(${each.sql}, ${order.descending ? `1 - ${share}` : share})${over}`, type: each.type };
  });

const median = aggregate('MEDIAN', 1, 1, (call, context, over) => {
  const each = interpolated(numeric(call, 0, context), context);
  return { sql: `median(${each.sql})${over}`, type: each.type };
});

const grouping = aggregate('GROUPING GROUPING_ID', 1, 60, (call, context) => ({
  sql: `grouping(${call.arguments.map(({ value: each }) => exact(translate(each, context)).sql).join(', ')})`,
  type: integer,
  loose: true,
}));

const anyValue = aggregate('ANY_VALUE', 1, 1, (call, context, over) => {
  const each = exact(value(call, 0, context));
  return { sql: `any_value(${each.sql})${over}`, type: each.type };
});

const mode = aggregate('MODE', 1, 1, (call, context, over) => {
  const each = exact(value(call, 0, context));
  return { sql: `mode(${each.sql})${over}`, type: each.type };
});

export const aggregates: readonly FunctionRule[] = [
  counting,
  hashAgg,
  countIf,
  sum,
  average,
  extreme('MIN'),
  extreme('MAX'),
  extremeBy('MIN_BY'),
  extremeBy('MAX_BY'),
  anyValue,
  mode,
  median,
  percentile('PERCENTILE_CONT', 'quantile_cont'),
  percentile('PERCENTILE_DISC', 'quantile_disc'),
  aggregate('APPROX_PERCENTILE', 2, 2, (call, context, over) => ({
    sql: `approx_quantile(${castTo(numeric(call, 0, context), float, context.resolver).sql}, ${value(call, 1, context).sql})${over}`,
    type: float,
  })),
  aggregate('APPROX_COUNT_DISTINCT HLL', 1, 1, (call, context, over) => ({
    sql: `approx_count_distinct(${value(call, 0, context).sql})${over}`,
    type: count,
    loose: true,
  })),
  listagg,
  arrayAgg,
  arrayUniqueAgg,
  objectAgg,
  logical('BOOLAND_AGG', 'bool_and'),
  logical('BOOLOR_AGG', 'bool_or'),
  aggregate('BOOLXOR_AGG', 1, 1, (call, context, over) => ({
    sql: `(count(CASE WHEN ${castTo(value(call, 0, context), boolean, context.resolver).sql} THEN 1 END)${over} = 1)`,
    type: boolean,
  })),
  bitwise('BITAND_AGG BIT_AND_AGG', 'bit_and'),
  bitwise('BITOR_AGG BIT_OR_AGG', 'bit_or'),
  bitwise('BITXOR_AGG BIT_XOR_AGG', 'bit_xor'),
  floating('STDDEV STDDEV_SAMP', 'stddev_samp'),
  floating('STDDEV_POP', 'stddev_pop'),
  floating('VARIANCE VAR_SAMP VARIANCE_SAMP', 'var_samp'),
  floating('VAR_POP VARIANCE_POP', 'var_pop'),
  floating('KURTOSIS', 'kurtosis'),
  floating('SKEW', 'skewness'),
  pairwise('CORR', 'corr'),
  pairwise('COVAR_SAMP', 'covar_samp'),
  pairwise('COVAR_POP', 'covar_pop'),
  pairwise('REGR_SLOPE', 'regr_slope'),
  pairwise('REGR_INTERCEPT', 'regr_intercept'),
  pairwise('REGR_R2', 'regr_r2'),
  pairwise('REGR_COUNT', 'regr_count'),
  grouping,
];
