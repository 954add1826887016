import { castTo } from '../casts.ts';
import { commonTypeOf } from '../common-type.ts';
import { compare } from '../comparison.ts';
import { boolean, float, isSemiStructured, number } from '../data-types.ts';
import { condition, translate, unified } from '../expression.ts';
import type { Context } from '../scope.ts';
import { exact, type Typed } from '../typed.ts';
import { argument, type Call, type FunctionRule, rule, special } from './signature.ts';

const values = (call: Call, context: Context, from = 0): Typed[] =>
  call.arguments.slice(from).map(({ value }) => translate(value, context));

/** IFF(condition, a, b) */
const iff = special('IFF IF', 3, 3, (call, context) => {
  const { sqls, type } = unified(values(call, context, 1), context);
  return { sql: `CASE WHEN ${condition(argument(call, 0), context)} THEN ${sqls[0]} ELSE ${sqls[1]} END`, type };
});

const coalesce = special('COALESCE NVL IFNULL', 1, 10_000, (call, context) => {
  const { sqls, type } = unified(values(call, context), context);
  return { sql: `coalesce(${sqls.join(', ')})`, type };
});

/** NVL2(x, if not null, if null) */
const nvl2 = special('NVL2', 3, 3, (call, context) => {
  const { sqls, type } = unified(values(call, context, 1), context);
  return {
    sql: `CASE WHEN ${translate(argument(call, 0), context).sql} IS NOT NULL THEN ${sqls[0]} ELSE ${sqls[1]} END`,
    type,
  };
});

const nullif = special('NULLIF', 2, 2, (call, context) => {
  const [left, right] = values(call, context) as [Typed, Typed];
  return {
    sql: `CASE WHEN ${compare('=', left, right, context)} THEN NULL ELSE ${exact(left).sql} END`,
    type: left.type,
  };
});

/** DECODE(x, a, result, b, result, …, otherwise): NULL equals NULL. */
const decode = special('DECODE', 3, 10_000, (call, context) => {
  const [subject, ...rest] = values(call, context) as [Typed, ...Typed[]];
  const searches = rest.filter((_, index) => index % 2 === 0 && index + 1 < rest.length);
  const results = rest.filter((_, index) => index % 2 === 1);
  const otherwise = rest.length % 2 === 1 ? rest.slice(-1) : [];
  const { sqls, type } = unified([...results, ...otherwise], context);
  const branches = searches.map(
    (search, index) => `WHEN ${compare('IS NOT DISTINCT FROM', subject, search, context)} THEN ${sqls[index]}`,
  );
  return { sql: `CASE ${branches.join(' ')}${otherwise.length > 0 ? ` ELSE ${sqls.at(-1)}` : ''} END`, type };
});

const zeroifnull = special('ZEROIFNULL', 1, 1, (call, context) => {
  const value = numeric(translate(argument(call, 0), context), context);
  return { sql: `coalesce(${value.sql}, 0)`, type: value.type };
});

const nullifzero = special('NULLIFZERO', 1, 1, (call, context) => {
  const value = numeric(translate(argument(call, 0), context), context);
  return { sql: `nullif(${value.sql}, 0)`, type: value.type };
});

const numeric = (value: Typed, context: Context): Typed =>
  value.isNull
    ? castTo(value, number(1), context.resolver)
    : value.type.kind === 'number' || value.type.kind === 'float'
      ? exact(value)
      : castTo(value, isSemiStructured(value.type) ? float : number(38, 5), context.resolver);

/** GREATEST and LEAST are NULL if an argument is; the _IGNORE_NULLS forms pass over NULLs. */
const extreme = (name: string, ignoring: boolean, duckdb: string): FunctionRule =>
  special(name, 1, 10_000, (call, context) => {
    const all = values(call, context);
    const type = commonTypeOf(all);
    const sqls = all.map((value) => castTo(value, type, context.resolver).sql);
    const sql = `${duckdb}(${sqls.join(', ')})`;
    return {
      sql: ignoring ? sql : `CASE WHEN ${sqls.map((each) => `${each} IS NULL`).join(' OR ')} THEN NULL ELSE ${sql} END`,
      type,
    };
  });

const equalNull = special('EQUAL_NULL', 2, 2, (call, context) => {
  const [left, right] = values(call, context) as [Typed, Typed];
  return { sql: compare('IS NOT DISTINCT FROM', left, right, context), type: boolean };
});

export const conditionals: readonly FunctionRule[] = [
  iff,
  coalesce,
  nvl2,
  nullif,
  decode,
  zeroifnull,
  nullifzero,
  extreme('GREATEST', false, 'greatest'),
  extreme('LEAST', false, 'least'),
  extreme('GREATEST_IGNORE_NULLS', true, 'greatest'),
  extreme('LEAST_IGNORE_NULLS', true, 'least'),
  equalNull,
  rule('BOOLAND', 'bb', boolean, ([a, b]) => `(${a} AND ${b})`),
  rule('BOOLOR', 'bb', boolean, ([a, b]) => `(${a} OR ${b})`),
  rule('BOOLNOT', 'b', boolean, ([a]) => `(NOT ${a})`),
  rule('BOOLXOR', 'bb', boolean, ([a, b]) => `(${a} <> ${b})`),
];
