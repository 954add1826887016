import { asText, asVariant, castTo } from '../casts.ts';
import { boolean, isSemiStructured, object, text, variant } from '../data-types.ts';
import { unsupportedFeature } from '../errors.ts';
import { translate } from '../expression.ts';
import { getIndex } from '../paths.ts';
import type { Context } from '../scope.ts';
import { sourcesOf } from '../scope.ts';
import { quoteText } from '../text.ts';
import type { Typed } from '../typed.ts';
import { argument, type Call, type FunctionRule, rule, special } from './signature.ts';

/** PARSE_JSON: keys sorted, repeated keys refused; NULL and a blank text give NULL. */
const parseJson = rule('PARSE_JSON', 'x?t', variant, (_, [value], context) =>
  value ? `sb_parse_json(${asText(value, context.resolver).sql})` : 'NULL',
);
const tryParseJson = rule('TRY_PARSE_JSON', 'x?t', variant, (_, [value], context) =>
  value ? `sb_try_parse_json(${asText(value, context.resolver).sql})` : 'NULL',
);

const pairs = (call: Call, context: Context): { key: string; value: Typed }[] => {
  const [first] = call.arguments;
  if (first?.value.kind === 'star') {
    return sourcesOf(context, first.value.qualifier, call.at).flatMap((source) =>
      source.columns
        .filter(({ hidden }) => !hidden)
        .map((column) => ({ key: quoteText(column.name), value: { sql: column.sql, type: column.type } })),
    );
  }
  if (call.arguments.length % 2 === 1) throw unsupportedFeature('OBJECT_CONSTRUCT with a key that has no value');
  const values = call.arguments.map(({ value }) => translate(value, context));
  return values.flatMap((value, index) => {
    const key = values[index - 1];
    return index % 2 === 1 && key ? [{ key: asText(key, context.resolver).sql, value }] : [];
  });
};

/** OBJECT_CONSTRUCT leaves out keys whose value is NULL; the _KEEP_NULL form makes them JSON's null. A NULL key drops its pair. */
const construct = (name: string, keepNull: boolean): FunctionRule =>
  special(name, 0, 10_000, (call, context) => {
    const list = pairs(call, context);
    if (list.length === 0) return { sql: `'{}'`, type: object };
    const keys = list.map(({ key }) => key).join(', ');
    const values = list.map(({ value }) => asVariant(value, context.resolver).sql).join(', ');
    return { sql: `sb_object([${keys}], [${values}], ${keepNull})`, type: object };
  });

const get = special('GET', 2, 2, (call, context) => {
  const value = asVariant(translate(argument(call, 0), context), context.resolver);
  return getIndex(value, translate(argument(call, 1), context), context);
});

const typeTest = (names: string, types: string): FunctionRule =>
  rule(
    names,
    'v',
    boolean,
    ([value]) =>
      `(sb_typeof(${value}) IN (${types
        .split(' ')
        .map((type) => `'${type}'`)
        .join(', ')}))`,
  );

/** AS_INTEGER(v) and its like: the value if it is of that type, else NULL. */
const asType = (
  names: string,
  types: string,
  result: 'text' | 'number' | 'float' | 'boolean' | 'object' | 'array',
): FunctionRule =>
  special(names, 1, 3, (call, context) => {
    const value = asVariant(translate(argument(call, 0), context), context.resolver);
    const list = types
      .split(' ')
      .map((type) => `'${type}'`)
      .join(', ');
    const guarded: Typed = {
      sql: `CASE WHEN sb_typeof(${value.sql}) IN (${list}) THEN ${value.sql} END`,
      type: variant,
    };
    const target =
      result === 'number'
        ? ({ kind: 'number', precision: 38, scale: numberOf(call, 2, context) } as const)
        : ({ kind: result } as const);
    return castTo(guarded, target, context.resolver);
  });

const numberOf = (call: Call, index: number, context: Context): number => {
  const value = call.arguments[index]?.value;
  const constant = value && translate(value, context).constant;
  return typeof constant === 'number' ? constant : 0;
};

export const variants: readonly FunctionRule[] = [
  parseJson,
  tryParseJson,
  rule('CHECK_JSON', 't', text, ([value]) => `sb_check_json(${value})`),
  rule('TO_JSON', 'v', text, ([value]) => value ?? ''),
  construct('OBJECT_CONSTRUCT', false),
  construct('OBJECT_CONSTRUCT_KEEP_NULL', true),
  get,
  rule('GET_PATH', 'vt', variant, ([value, path]) => `sb_get_path(${value}, ${path})`),
  rule('GET_IGNORE_CASE', 'vt', variant, ([value, key]) => `sb_get_ignore_case(${value}, ${key})`),
  rule('TYPEOF', 'v', text, ([value]) => `sb_typeof(${value})`),
  rule('IS_NULL_VALUE', 'v', boolean, ([value]) => `(${value} = 'null')`),
  rule('STRIP_NULL_VALUE', 'v', variant, ([value]) => `nullif(${value}, 'null')`),
  typeTest('IS_ARRAY', 'ARRAY'),
  typeTest('IS_OBJECT', 'OBJECT'),
  typeTest('IS_BOOLEAN', 'BOOLEAN'),
  typeTest('IS_VARCHAR IS_CHAR', 'VARCHAR'),
  typeTest('IS_INTEGER', 'INTEGER'),
  typeTest('IS_DECIMAL', 'INTEGER DECIMAL'),
  typeTest('IS_DOUBLE IS_REAL', 'INTEGER DECIMAL DOUBLE'),
  asType('AS_VARCHAR AS_CHAR', 'VARCHAR', 'text'),
  asType('AS_INTEGER', 'INTEGER', 'number'),
  asType('AS_DECIMAL AS_NUMBER', 'INTEGER DECIMAL', 'number'),
  asType('AS_DOUBLE AS_REAL', 'INTEGER DECIMAL DOUBLE', 'float'),
  asType('AS_BOOLEAN', 'BOOLEAN', 'boolean'),
  asType('AS_OBJECT', 'OBJECT', 'object'),
  asType('AS_ARRAY', 'ARRAY', 'array'),
  rule('OBJECT_KEYS', 'v', { kind: 'array' }, ([value]) => `sb_object_keys(${value})`),
  special('OBJECT_INSERT', 3, 4, (call, context) => {
    const [target, key, value, update] = call.arguments.map(({ value: each }) => translate(each, context));
    if (!target || !key || !value) throw new Error('OBJECT_INSERT has three arguments');
    const item = asVariant(value, context.resolver).sql;
    const flag = update ? castTo(update, boolean, context.resolver).sql : 'false';
    return {
      sql: `sb_object_insert(${castTo(target, object, context.resolver).sql}, ${asText(key, context.resolver).sql}, ${item}, ${flag})`,
      type: object,
    };
  }),
  rule('OBJECT_DELETE', 'vt*', object, ([value, ...keys]) => `sb_object_pick(${value}, [${keys.join(', ')}], false)`),
  special('OBJECT_PICK', 2, 10_000, (call, context) => {
    const [target, ...keys] = call.arguments.map(({ value }) => translate(value, context));
    if (!target) throw new Error('OBJECT_PICK has arguments');
    const [first] = keys;
    const list =
      first && isSemiStructured(first.type)
        ? `json_extract_string(${first.sql}, '$[*]')`
        : `[${keys.map((key) => asText(key, context.resolver).sql).join(', ')}]`;
    return { sql: `sb_object_pick(${asVariant(target, context.resolver).sql}, ${list}, true)`, type: object };
  }),
];
