import type { Argument, Expression, TableReference } from '../../../wire/snowflake-sql/ast.ts';
import { asText, asVariant } from './casts.ts';
import { integer, text, variant } from './data-types.ts';
import { invalidArgumentCount, unknownFunction, unsupportedFeature } from './errors.ts';
import { translate } from './expression.ts';
import type { OutputColumn } from './query.ts';
import type { Context } from './scope.ts';
import { quoteName, quoteText } from './text.ts';
import type { Constant, Relation, SqlType } from './types.ts';

type Call = Extract<TableReference, { kind: 'table-function' }>;
type Result = Relation | { sql: string; columns: readonly OutputColumn[] };

export const translateTableFunction = (call: Call, context: Context): Result => {
  const name = call.name.map((part) => part.name).join('.');
  const expansion = expansionOf(call, context, false);
  if (expansion) return lateral(expansion);
  return name === 'GENERATOR' ? generator(call, context) : fromResolver(name, call, context);
};

const named = (call: Call, name: string, position: number): Expression | undefined =>
  call.arguments.find((argument) => argument.name === name)?.value ??
  call.arguments.filter((argument) => argument.name === undefined)[position]?.value;

const wordOf = (expression: Expression | undefined, context: Context, otherwise: string): string => {
  if (!expression) return otherwise;
  const { constant } = translate(expression, context);
  return String(constant ?? otherwise);
};

/** A table function that turns each row before it into several: a DuckDB list, and what each element `r` gives. */
export type Expansion = { list: string; columns: readonly (OutputColumn & { of: (element: string) => string })[] };

/** The expansion that a table function is, or undefined if it makes its rows from nothing. `keepEmpty`: as OUTER => TRUE. */
export const expansionOf = (call: Call, context: Context, keepEmpty: boolean): Expansion | undefined => {
  const name = call.name.map((part) => part.name).join('.');
  if (name === 'FLATTEN') return flatten(call, context, keepEmpty);
  return name === 'SPLIT_TO_TABLE' || name === 'STRTOK_SPLIT_TO_TABLE' ? splitToTable(name, call, context) : undefined;
};

const lateral = ({ list, columns }: Expansion): Result => {
  const items = columns.map(({ physical, of }) => `${of('r')} AS ${quoteName(physical)}`);
  return { columns, sql: `LATERAL (SELECT ${items.join(', ')} FROM (SELECT unnest(${list}) AS r))` };
};

const expansionColumn = (
  name: string,
  type: SqlType,
  of: (element: string) => string,
): Expansion['columns'][number] => ({
  name,
  physical: name,
  type,
  of,
});

/**
 * FLATTEN(INPUT => v, PATH => 'a.b', OUTER => false, RECURSIVE => false, MODE => 'BOTH'): a row for each element of an array or
 * each value of an object, in the order of keys. SEQ tells rows of different inputs apart; it is not the same number as Snowflake's.
 */
const flatten = (call: Call, context: Context, keepEmpty: boolean): Expansion => {
  const input = named(call, 'INPUT', 0);
  if (!input) throw invalidArgumentCount('FLATTEN', 1, 0);
  const value = asVariant(translate(input, context), context.resolver).sql;
  const path = quoteText(wordOf(named(call, 'PATH', 1), context, ''));
  const flag = (name: string, position: number) => wordOf(named(call, name, position), context, 'false') === 'true';
  const mode = wordOf(named(call, 'MODE', 4), context, 'BOTH').toUpperCase();
  if (!['BOTH', 'OBJECT', 'ARRAY'].includes(mode)) throw unsupportedFeature(`FLATTEN with MODE => '${mode}'`);
  const options = [mode, keepEmpty || flag('OUTER', 2) ? 'OUTER' : '', flag('RECURSIVE', 3) ? 'RECURSIVE' : '']
    .join(' ')
    .trim();
  const json = (key: string) => (r: string) => `CAST(json_extract(${r}, '$.${key}') AS VARCHAR)`;
  const word = (key: string) => (r: string) => `json_extract_string(${r}, '$.${key}')`;
  const digits = (key: string) => (r: string) => `CAST(json_extract_string(${r}, '$.${key}') AS DECIMAL(38,0))`;
  return {
    list: `json_extract(sb_flatten(${value}, ${path}, ${quoteText(options)}), '$[*]')`,
    columns: [
      expansionColumn('SEQ', integer, digits('s')),
      expansionColumn('KEY', text, word('k')),
      expansionColumn('PATH', text, word('p')),
      expansionColumn('INDEX', integer, digits('i')),
      expansionColumn('VALUE', variant, json('v')),
      expansionColumn('THIS', variant, json('t')),
    ],
  };
};

/** GENERATOR(ROWCOUNT => n): n rows without columns. Without ROWCOUNT it would run for TIMELIMIT seconds: refused. */
const generator = (call: Call, context: Context): Result => {
  const rows = named(call, 'ROWCOUNT', 0);
  if (!rows) throw unsupportedFeature('GENERATOR without ROWCOUNT');
  return { sql: `(SELECT i AS "$i" FROM range(CAST(${translate(rows, context).sql} AS BIGINT)) AS g(i))`, columns: [] };
};

const splitToTable = (name: string, call: Call, context: Context): Expansion => {
  const [subject, separator] = call.arguments.map(
    ({ value }) => asText(translate(value, context), context.resolver).sql,
  );
  if (subject === undefined) throw invalidArgumentCount(name, 2, call.arguments.length);
  const parts =
    name === 'SPLIT_TO_TABLE'
      ? `string_split(${subject}, ${separator ?? "''"})`
      : `from_json(sb_strtok_to_array(${subject}, ${separator ?? "' '"}), '["VARCHAR"]')`;
  return {
    list: `list_transform(${parts}, lambda v, i: {'v': v, 'i': i})`,
    columns: [
      expansionColumn('SEQ', integer, () => 'CAST(1 AS DECIMAL(38,0))'),
      expansionColumn('INDEX', integer, (r) => `CAST((${r}).i AS DECIMAL(38,0))`),
      expansionColumn('VALUE', text, (r) => `(${r}).v`),
    ],
  };
};

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

/** A constant as it is, a point in time that the clock gives as ISO text; anything else is NULL to the resolver. */
const argumentConstant = ({ value }: Argument, context: Context): Constant => {
  const moment = momentOf(value, context);
  return moment === undefined ? (translate(value, context).constant ?? null) : new Date(moment).toISOString();
};

const shifts: Readonly<Record<string, number>> = {
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
};

/** CURRENT_TIMESTAMP() and what DATEADD, TO_TIMESTAMP_… and casts make of it, in ms. */
const momentOf = (expression: Expression, context: Context): number | undefined => {
  if (expression.kind === 'cast' && /^(TIMESTAMP|DATETIME|DATE)/.test(expression.type.name))
    return momentOf(expression.operand, context) ?? textMoment(expression.operand);
  if (expression.kind !== 'function') return undefined;
  const name = expression.name.at(-1)?.name ?? '';
  if (name === 'CURRENT_TIMESTAMP' || name === 'SYSDATE' || name === 'GETDATE')
    return Number(context.resolver.now / 1000n);
  const [first, second, third] = expression.arguments.map(({ value }) => value);
  if (/^TO_TIMESTAMP/.test(name) && first) return momentOf(first, context) ?? textMoment(first);
  if (name !== 'DATEADD' && name !== 'TIMESTAMPADD') return undefined;
  if (!first || !second || !third) return undefined;
  const word =
    first.kind === 'column' ? first.parts[0]?.name : first.kind === 'string' ? first.value.toUpperCase() : undefined;
  const shift = shifts[(word ?? '').replace(/S$/, '')];
  const amount = translate(second, context).constant;
  const base = momentOf(third, context);
  return shift === undefined || typeof amount !== 'number' || base === undefined ? undefined : base + amount * shift;
};

const textMoment = (expression: Expression): number | undefined => {
  if (expression.kind !== 'string') return undefined;
  const moment = Date.parse(
    /[zZ]|[+-]\d\d:?\d\d$/.test(expression.value)
      ? expression.value
      : `${expression.value.trim().replace(' ', 'T')}${expression.value.includes(':') ? 'Z' : ''}`,
  );
  return Number.isNaN(moment) ? undefined : moment;
};
