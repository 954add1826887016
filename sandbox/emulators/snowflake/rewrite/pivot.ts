import { NotEmulated } from '../../../core/not-emulated.ts';
import type { Expression, TableReference } from '../../../wire/snowflake-sql/ast.ts';
import { castTo } from './casts.ts';
import { commonType } from './common-type.ts';
import { compare } from './comparison.ts';
import { text } from './data-types.ts';
import { invalidIdentifier, unsupportedFeature } from './errors.ts';
import { translate } from './expression.ts';
import { translateTable } from './from.ts';
import { type OutputColumn, outputColumns } from './query.ts';
import { type Context, freshName, type SourceColumn } from './scope.ts';
import { quoteName, quoteText } from './text.ts';
import { exact } from './typed.ts';

type Of<K extends TableReference['kind']> = Extract<TableReference, { kind: K }>;
type Result = { sql: string; columns: readonly OutputColumn[] };

/** The name Snowflake gives a column of PIVOT: the value as a literal, 'JAN' with its quotes. */
const pivotName = (value: Expression): string =>
  value.kind === 'string' ? `'${value.value}'` : value.kind === 'number' ? value.text : 'NULL';

/** PIVOT (sum(x) FOR c IN (v, …)): a group by all columns but x and c, with one filtered aggregate for each value. */
export const translatePivot = ({ source, aggregate, column, values }: Of<'pivot'>, context: Context): Result => {
  if (values.kind !== 'list') throw new NotEmulated('snowflake', 'PIVOT with ANY or a subquery');
  const argument = aggregate.kind === 'function' ? aggregate.arguments[0]?.value : undefined;
  if (aggregate.kind !== 'function' || argument?.kind !== 'column')
    throw unsupportedFeature('PIVOT with an aggregate of no column');
  const from = translateTable(source, context, []);
  const inner: Context = { ...context, scope: { sources: from.sources, parent: context.scope } };
  const pivoted = translate({ kind: 'column', parts: [column], at: aggregate.at }, inner);
  const summed = argument.parts.at(-1)?.name;
  const all = from.sources.flatMap((each) => each.columns.filter(({ hidden }) => !hidden));
  const keys = all.filter(({ name }) => name !== column.name && name !== summed);
  const aggregates = values.items.map(({ value, alias }) => {
    const test = compare('=', pivoted, translate(value, inner), inner);
    const filtered: Expression = { kind: 'column', parts: [{ name: `${summed}`, quoted: true }], at: aggregate.at };
    const typed = translate(filtered, inner);
    const scope = {
      sources: [
        {
          qualifier: [],
          columns: [{ name: `${summed}`, type: typed.type, sql: `CASE WHEN ${test} THEN ${typed.sql} END` }],
        },
      ],
    };
    return { name: alias?.name ?? pivotName(value), value: exact(translate(aggregate, { ...inner, scope })) };
  });
  const items = [...keys.map(({ name, sql, type }) => ({ name, value: { sql, type } })), ...aggregates];
  const columns = outputColumns(items);
  const list = items.map(({ value }, index) => `${value.sql} AS ${quoteName(columns[index]?.physical ?? '')}`);
  return {
    columns,
    sql: `(SELECT ${list.join(', ')} FROM ${from.sql} GROUP BY ${keys.length > 0 ? keys.map(({ sql }) => sql).join(', ') : '()'})`,
  };
};

/** UNPIVOT (value FOR name IN (a, b)): a row for each of the columns; NULLs are left out unless INCLUDE NULLS. */
export const translateUnpivot = (
  { source, value, name, columns, includeNulls }: Of<'unpivot'>,
  context: Context,
): Result => {
  const from = translateTable(source, context, []);
  const all = from.sources.flatMap((each) => each.columns.filter(({ hidden }) => !hidden));
  const folded = columns.map((column) => {
    const found = all.find((each) => each.name === column.name.name);
    if (!found) throw invalidIdentifier(column.name.name);
    return { column: found, label: column.alias?.name ?? column.name.name };
  });
  const type = folded.map(({ column }) => column.type).reduce(commonType);
  const kept = all.filter((column) => !folded.some((each) => each.column === column));
  const items = [
    ...kept.map((column: SourceColumn) => ({ name: column.name, value: { sql: column.sql, type: column.type } })),
    { name: name.name, value: { sql: '', type: text } },
    { name: value.name, value: { sql: '', type } },
  ];
  const output = outputColumns(items);
  const [nameColumn, valueColumn] = output.slice(-2);
  const pairs = folded.map(
    ({ column, label }) => `{'n': ${quoteText(label)}, 'v': ${castTo(column, type, context.resolver).sql}}`,
  );
  const pair = quoteName(freshName(context));
  const list = [
    ...kept.map((column, index) => `${column.sql} AS ${quoteName(output[index]?.physical ?? '')}`),
    `${pair}.u.n AS ${quoteName(nameColumn?.physical ?? '')}`,
    `${pair}.u.v AS ${quoteName(valueColumn?.physical ?? '')}`,
  ];
  const where = includeNulls ? '' : ` WHERE ${pair}.u.v IS NOT NULL`;
  return {
    columns: output,
    sql: `(SELECT ${list.join(', ')} FROM ${from.sql}, LATERAL (SELECT unnest([${pairs.join(', ')}]) AS u) AS ${pair}${where})`,
  };
};
