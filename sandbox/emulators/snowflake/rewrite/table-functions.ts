import type { Argument, Expression, TableReference } from '../../../wire/snowflake-sql/ast.ts';
import { asText, asVariant } from './casts.ts';
import { integer, text, variant } from './data-types.ts';
import { invalidArgumentCount, unknownFunction, unsupportedFeature } from './errors.ts';
import { translate } from './expression.ts';
import type { OutputColumn } from './query.ts';
import type { Context } from './scope.ts';
import { quoteText } from './text.ts';
import type { Typed } from './typed.ts';
import type { Constant, Relation, SqlType } from './types.ts';

type Call = Extract<TableReference, { kind: 'table-function' }>;
type Result = Relation | { sql: string; columns: readonly OutputColumn[] };

export const translateTableFunction = (call: Call, context: Context): Result => {
  const name = call.name.map((part) => part.name).join('.');
  switch (name) {
    case 'FLATTEN':
      return flatten(call, context);
    case 'GENERATOR':
      return generator(call, context);
    case 'SPLIT_TO_TABLE':
    case 'STRTOK_SPLIT_TO_TABLE':
      return splitToTable(name, call, context);
    default:
      return fromResolver(name, call, context);
  }
};

const named = (call: Call, name: string, position: number): Expression | undefined =>
  call.arguments.find((argument) => argument.name === name)?.value ??
  call.arguments.filter((argument) => argument.name === undefined)[position]?.value;

const columnsOf = (types: Readonly<Record<string, SqlType>>): OutputColumn[] =>
  Object.entries(types).map(([name, type]) => ({ name, physical: name, type }));

const wordOf = (expression: Expression | undefined, context: Context, otherwise: string): string => {
  if (!expression) return otherwise;
  const { constant } = translate(expression, context);
  return String(constant ?? otherwise);
};

/**
 * FLATTEN(INPUT => v, PATH => 'a.b', OUTER => false, RECURSIVE => false, MODE => 'BOTH'): a row for each element of an array or
 * each value of an object, in the order of keys. SEQ tells rows of different inputs apart; it is not the same number as Snowflake's.
 */
const flatten = (call: Call, context: Context): Result => {
  const input = named(call, 'INPUT', 0);
  if (!input) throw invalidArgumentCount('FLATTEN', 1, 0);
  const value = asVariant(translate(input, context), context.resolver).sql;
  const path = quoteText(wordOf(named(call, 'PATH', 1), context, ''));
  const flag = (name: string, position: number) => wordOf(named(call, name, position), context, 'false') === 'true';
  const mode = wordOf(named(call, 'MODE', 4), context, 'BOTH').toUpperCase();
  if (!['BOTH', 'OBJECT', 'ARRAY'].includes(mode)) throw unsupportedFeature(`FLATTEN with MODE => '${mode}'`);
  const options = quoteText(
    [mode, flag('OUTER', 2) ? 'OUTER' : '', flag('RECURSIVE', 3) ? 'RECURSIVE' : ''].join(' ').trim(),
  );
  const rows = `json_extract(sb_flatten(${value}, ${path}, ${options}), '$[*]')`;
  const field = (key: string) => `CAST(json_extract(r, '$.${key}') AS VARCHAR)`;
  const word = (key: string) => `json_extract_string(r, '$.${key}')`;
  const sql = `LATERAL (SELECT CAST(${word('s')} AS DECIMAL(38,0)) AS "SEQ", ${word('k')} AS "KEY", ${word('p')} AS "PATH", CAST(${word('i')} AS DECIMAL(38,0)) AS "INDEX", ${field('v')} AS "VALUE", ${field('t')} AS "THIS" FROM (SELECT unnest(${rows}) AS r))`;
  return {
    sql,
    columns: columnsOf({ SEQ: integer, KEY: text, PATH: text, INDEX: integer, VALUE: variant, THIS: variant }),
  };
};

/** GENERATOR(ROWCOUNT => n): n rows without columns. Without ROWCOUNT it would run for TIMELIMIT seconds: refused. */
const generator = (call: Call, context: Context): Result => {
  const rows = named(call, 'ROWCOUNT', 0);
  if (!rows) throw unsupportedFeature('GENERATOR without ROWCOUNT');
  return { sql: `(SELECT i AS "$i" FROM range(CAST(${translate(rows, context).sql} AS BIGINT)) AS g(i))`, columns: [] };
};

const splitToTable = (name: string, call: Call, context: Context): Result => {
  const [subject, separator] = call.arguments.map(
    ({ value }) => asText(translate(value, context), context.resolver).sql,
  );
  if (subject === undefined) throw invalidArgumentCount(name, 2, call.arguments.length);
  const parts =
    name === 'SPLIT_TO_TABLE'
      ? `string_split(${subject}, ${separator ?? "''"})`
      : `list_filter(regexp_split_to_array(${subject}, '[' || regexp_escape(${separator ?? "' '"}) || ']'), lambda s: s <> '')`;
  const sql = `LATERAL (SELECT CAST(1 AS DECIMAL(38,0)) AS "SEQ", CAST(i AS DECIMAL(38,0)) AS "INDEX", v AS "VALUE" FROM (SELECT unnest(p) AS v, generate_subscripts(p, 1) AS i FROM (SELECT ${parts} AS p)))`;
  return { sql, columns: columnsOf({ SEQ: integer, INDEX: integer, VALUE: text }) };
};

/** Arguments that are constants; anything else is NULL to the resolver, except what it can compute by itself: now() and dates from it. */
const constantOf = (value: Typed): Constant => value.constant ?? null;

const fromResolver = (name: string, call: Call, context: Context): Result => {
  const positional: Constant[] = [];
  const byName: Record<string, Constant> = {};
  for (const argument of call.arguments) {
    const value = argumentConstant(argument, context);
    if (argument.name) byName[argument.name] = value;
    else positional.push(value);
  }
  const relation = context.resolver.tableFunction?.(name, positional, byName);
  if (!relation) throw unknownFunction(name);
  return relation;
};

const argumentConstant = ({ value }: Argument, context: Context): Constant => constantOf(translate(value, context));
