import type { Expression } from '../../../../wire/snowflake-sql/ast.ts';
import { asVariant, castTo } from '../casts.ts';
import { array, boolean, count, number, text, variant } from '../data-types.ts';
import { unsupportedFeature } from '../errors.ts';
import { translate } from '../expression.ts';
import { type Context, freshName } from '../scope.ts';
import { quoteName } from '../text.ts';
import type { Typed } from '../typed.ts';
import { argument, type FunctionRule, rule, special } from './signature.ts';

const variantsOf = (values: readonly Typed[], context: Context): string =>
  values.map((value) => asVariant(value, context.resolver).sql).join(', ');

/** ARRAY_CONSTRUCT keeps NULLs, which print as `undefined`: here they are JSON's null. The _COMPACT form drops them. */
const construct = special('ARRAY_CONSTRUCT', 0, 10_000, (call, context) => {
  const values = call.arguments.map(({ value }) => translate(value, context));
  if (values.length === 0) return { sql: `'[]'`, type: array };
  return { sql: `sb_array([${variantsOf(values, context)}], true)`, type: array };
});

const constructCompact = special('ARRAY_CONSTRUCT_COMPACT', 0, 10_000, (call, context) => {
  const values = call.arguments.map(({ value }) => translate(value, context));
  if (values.length === 0) return { sql: `'[]'`, type: array };
  return { sql: `sb_array([${variantsOf(values, context)}], false)`, type: array };
});

/** ARRAY_TO_STRING(a, separator): elements without quotes, NULLs as nothing. */
const arrayToString = rule(
  'ARRAY_TO_STRING',
  'at',
  text,
  ([value, separator]) => `sb_array_to_string(${value}, ${separator})`,
);

type Lambda = Extract<Expression, { kind: 'lambda' }>;

const lambdaOf = (expression: Expression, parameters: number): Lambda => {
  if (expression.kind !== 'lambda' || expression.parameters.length !== parameters) {
    throw unsupportedFeature(
      `a higher-order function without a lambda of ${parameters} parameter${parameters > 1 ? 's' : ''}`,
    );
  }
  return expression;
};

/** The lambda's body with its parameters as names of DuckDB's lambda, each a VARIANT. */
const bodyOf = (lambda: Lambda, context: Context): { names: string[]; body: Typed } => {
  const names = lambda.parameters.map(() => quoteName(freshName(context)));
  const parameters = new Map(
    lambda.parameters.map((parameter, index) => [parameter.name, { sql: names[index] ?? '', type: variant }] as const),
  );
  return {
    names,
    body: translate(lambda.body, { ...context, scope: { sources: [], parameters, parent: context.scope } }),
  };
};

const elements = (value: Typed): string => `[CAST(e AS VARCHAR) for e in json_extract(${value.sql}, '$[*]')]`;

const filter = special('FILTER', 2, 2, (call, context) => {
  const value = translate(argument(call, 0), context);
  const { names, body } = bodyOf(lambdaOf(argument(call, 1), 1), context);
  return {
    sql: `sb_array(list_filter(${elements(value)}, lambda ${names[0]}: ${castTo(body, boolean, context.resolver).sql}), true)`,
    type: array,
  };
});

const transform = special('TRANSFORM', 2, 2, (call, context) => {
  const value = translate(argument(call, 0), context);
  const { names, body } = bodyOf(lambdaOf(argument(call, 1), 1), context);
  return {
    sql: `sb_array(list_transform(${elements(value)}, lambda ${names[0]}: ${asVariant(body, context.resolver).sql}), true)`,
    type: array,
  };
});

const reduce = special('REDUCE', 3, 3, (call, context) => {
  const [value, initial] = [translate(argument(call, 0), context), translate(argument(call, 1), context)];
  const { names, body } = bodyOf(lambdaOf(argument(call, 2), 2), context);
  const list = `list_prepend(${asVariant(initial, context.resolver).sql}, ${elements(value)})`;
  return {
    sql: `list_reduce(${list}, lambda ${names[0]}, ${names[1]}: ${asVariant(body, context.resolver).sql})`,
    type: variant,
  };
});

export const arrays: readonly FunctionRule[] = [
  construct,
  constructCompact,
  arrayToString,
  filter,
  transform,
  reduce,
  rule(
    'ARRAY_SIZE',
    'v',
    number(9),
    ([value]) => `CASE WHEN json_type(${value}) = 'ARRAY' THEN json_array_length(${value}) END`,
    true,
  ),
  rule('ARRAY_APPEND', 'av', array, ([value, item]) => `sb_array_concat(${value}, sb_array([${item}], true))`),
  rule('ARRAY_PREPEND', 'av', array, ([value, item]) => `sb_array_concat(sb_array([${item}], true), ${value})`),
  rule('ARRAY_CAT', 'aa', array, ([a, b]) => `sb_array_concat(${a}, ${b})`),
  rule('ARRAY_COMPACT', 'a', array, ([value]) => `sb_array_compact(${value})`),
  rule(
    'ARRAY_CONTAINS',
    'va',
    boolean,
    ([item, value]) => `(sb_array_position(${item}, ${value}) IS NOT NULL AND ${value} IS NOT NULL)`,
  ),
  rule('ARRAY_POSITION', 'va', count, ([item, value]) => `sb_array_position(${item}, ${value})`, true),
  rule('ARRAY_INSERT', 'aiv', array, ([value, position, item]) => `sb_array_insert(${value}, ${position}, ${item})`),
  rule('ARRAY_REMOVE', 'av', array, ([value, item]) => `sb_array_remove(${value}, ${item})`),
  rule('ARRAY_REMOVE_AT', 'ai', array, ([value, position]) => `sb_array_remove_at(${value}, ${position})`),
  rule('ARRAY_DISTINCT', 'a', array, ([value]) => `sb_array_distinct(${value})`),
  rule('ARRAY_INTERSECTION', 'aa', array, ([a, b]) => `sb_array_intersection(${a}, ${b})`),
  rule('ARRAY_EXCEPT', 'aa', array, ([a, b]) => `sb_array_except(${a}, ${b})`),
  rule('ARRAYS_OVERLAP', 'aa', boolean, ([a, b]) => `(json_array_length(sb_array_intersection(${a}, ${b})) > 0)`),
  rule('ARRAY_SLICE', 'aii', array, ([value, from, to]) => `sb_array_slice(${value}, ${from}, ${to})`),
  rule(
    'ARRAY_SORT',
    'a?bb',
    array,
    ([value, ascending = 'true', nullsFirst]) =>
      `sb_array_sort(${value}, ${ascending}, ${nullsFirst ?? `NOT ${ascending}`})`,
  ),
  rule('ARRAY_REVERSE', 'a', array, ([value]) => `sb_array_reverse(${value})`),
  rule('ARRAY_FLATTEN', 'a', array, ([value]) => `sb_array_flatten(${value})`),
  rule('ARRAY_MIN', 'a', variant, ([value]) => `sb_array_extreme(${value}, -1)`),
  rule('ARRAY_MAX', 'a', variant, ([value]) => `sb_array_extreme(${value}, 1)`),
  rule(
    'ARRAY_GENERATE_RANGE',
    'ii?i',
    array,
    ([from, to, step = '1']) => `CAST(to_json(range(${from}, ${to}, ${step})) AS VARCHAR)`,
  ),
  special('ARRAYS_TO_OBJECT', 2, 2, (call, context) => {
    const [keys, values] = [0, 1].map(
      (index) => castTo(translate(argument(call, index), context), array, context.resolver).sql,
    );
    return { sql: `sb_arrays_to_object(${keys}, ${values})`, type: { kind: 'object' } };
  }),
];
