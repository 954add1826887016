import { NotEmulated } from '../../../core/not-emulated.ts';
import type { Identifier, Join, Sample, TableReference } from '../../../wire/snowflake-sql/ast.ts';
import { comparable } from './comparison.ts';
import { ambiguousColumn, invalidIdentifier, unknownObject } from './errors.ts';
import { condition, translate } from './expression.ts';
import { translatePivot, translateUnpivot } from './pivot.ts';
import { type OutputColumn, translateSubquery, translateValues } from './query.ts';
import { type Context, freshName, type Source, type SourceColumn } from './scope.ts';
import { expansionOf, translateTableFunction } from './table-functions.ts';
import { quoteName } from './text.ts';
import type { Column, Relation } from './types.ts';

export type From = { sql: string; sources: readonly Source[] };

type Of<K extends TableReference['kind']> = Extract<TableReference, { kind: K }>;

/** A comma stands for a cross join; what is lateral sees the tables before it. */
export const translateFrom = (tables: readonly TableReference[], context: Context): From => {
  let all: From = { sql: '', sources: [] };
  for (const table of tables) {
    const expanded = all.sql ? expand(all, table, false, context) : undefined;
    if (expanded) all = expanded;
    else {
      const from = translateTable(table, context, all.sources);
      all = { sql: all.sql ? `${all.sql}, ${from.sql}` : from.sql, sources: [...all.sources, ...from.sources] };
    }
  }
  return all;
};

/**
 * FLATTEN after other tables: the rows before it, each with one element of its list, by an unnest in a SELECT. A lateral join would
 * say the same, but DuckDB gives its rows in another order than the elements have, and takes three times as long.
 */
const expand = (before: From, table: TableReference, keepEmpty: boolean, context: Context): From | undefined => {
  if (table.kind !== 'table-function') return undefined;
  const expansion = expansionOf(
    table,
    { ...context, scope: { sources: before.sources, parent: context.scope } },
    keepEmpty,
  );
  if (!expansion) return undefined;
  const name = quoteName(freshName(context));
  const kept: string[] = [];
  const keep = (sql: string): string => {
    kept.push(sql);
    return `c${kept.length}`;
  };
  const sources = before.sources.map(
    (source): Source => ({
      ...source,
      columns: source.columns.map((column) => ({ ...column, sql: `${name}.${keep(column.sql)}` })),
    }),
  );
  const items = kept.map((sql, index) => `${sql} AS c${index + 1}`);
  const columns = expansion.columns.map(
    (column, index): SourceColumn => ({
      name: table.columnAliases?.[index]?.name ?? column.name,
      type: column.type,
      sql: column.of(`${name}.r`),
    }),
  );
  const qualifier = table.alias ? [table.alias.name] : [];
  return {
    sql: `(SELECT ${[...items, `unnest(${expansion.list}) AS r`].join(', ')} FROM ${before.sql}) AS ${name}`,
    sources: [...sources, { qualifier, columns }],
  };
};

/** `before`: the tables that a lateral one sees. */
export const translateTable = (table: TableReference, context: Context, before: readonly Source[]): From => {
  switch (table.kind) {
    case 'table':
      return translateNamed(table, context);
    case 'derived': {
      const scope = { sources: before, parent: context.scope };
      const inner = translateSubquery(table.query, table.lateral ? { ...context, scope } : context);
      return named(
        { sql: `${table.lateral ? 'LATERAL ' : ''}(${inner.sql})`, columns: inner.columns },
        table,
        [],
        context,
        sampleSql(table.sample, context),
      );
    }
    case 'values-table': {
      const inner = translateValues(table.rows, context);
      return named({ sql: `(${inner.sql})`, columns: inner.columns }, table, [], context);
    }
    case 'table-function': {
      const scope = { sources: before, parent: context.scope };
      return named(translateTableFunction(table, { ...context, scope }), table, [], context);
    }
    case 'stage-table': {
      const relation = context.resolver.stage?.(table.stage, table.options);
      if (!relation) throw unknownObject(table.stage.name?.parts.map(({ name }) => name).join('.') ?? '~', 'Stage');
      return named(relation, table, [], context);
    }
    case 'join':
      return translateJoin(table, context, before);
    case 'pivot':
      return named(translatePivot(table, context), table, [], context);
    case 'unpivot':
      return named(translateUnpivot(table, context), table, [], context);
  }
};

const translateNamed = (table: Of<'table'>, context: Context): From => {
  const { name } = table;
  if (table.timeTravel) throw new NotEmulated('snowflake', `time travel (${table.timeTravel.direction})`);
  if (table.changes) throw new NotEmulated('snowflake', 'CHANGES');
  const parts = name.parts.map((part) => part.name);
  const cte = parts.length === 1 && !name.dynamic ? context.ctes.get(parts[0] ?? '') : undefined;
  return named(cte ?? relationOf(table.name, context), table, parts, context, sampleSql(table.sample, context));
};

export const relationOf = (name: Of<'table'>['name'], context: Context): Relation => {
  const relation = context.resolver.relation(name);
  if (!relation) throw unknownObject(name.parts.map((part) => part.name).join('.'));
  return relation;
};

const sampleSql = (sample: Sample | undefined, context: Context): string => {
  if (!sample) return '';
  const size = translate(sample.size, context).sql;
  const seed = sample.seed ? ` REPEATABLE (${translate(sample.seed, context).sql})` : '';
  return sample.rows
    ? ` TABLESAMPLE reservoir(${size} ROWS)${seed}`
    : ` TABLESAMPLE ${sample.method}(${size} PERCENT)${seed}`;
};

const named = (
  relation: { sql: string; columns: readonly (Column | OutputColumn)[] },
  { alias, columnAliases }: { alias?: Identifier; columnAliases?: readonly Identifier[] },
  parts: readonly string[],
  context: Context,
  suffix = '',
): From => {
  const name = quoteName(freshName(context));
  const columns = relation.columns.map((column, index): SourceColumn => {
    const { type, nullable } = column;
    const visible = columnAliases?.[index]?.name ?? column.name;
    const sql = `${name}.${quoteName(column.physical ?? column.name)}`;
    return {
      name: visible,
      type,
      sql,
      ...('hidden' in column && column.hidden ? { hidden: true } : {}),
      ...('isNull' in column && column.isNull ? { isNull: true } : {}),
      ...(nullable === undefined ? {} : { nullable }),
    };
  });
  return {
    sql: `${relation.sql} AS ${name}${suffix}`,
    sources: [{ qualifier: alias ? [alias.name] : parts, columns }],
  };
};

// ── Joins ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const translateJoin = (join: Join, context: Context, before: readonly Source[]): From => {
  const left = translateTable(join.left, context, before);
  const unconditional = !join.on || (join.on.kind === 'boolean' && join.on.value);
  if (
    before.length === 0 &&
    unconditional &&
    (join.type === 'CROSS' || join.type === 'INNER' || join.type === 'LEFT')
  ) {
    const expanded = expand(left, join.right, join.type === 'LEFT', context);
    if (expanded) return expanded;
  }
  const right = translateTable(join.right, context, [...before, ...left.sources]);
  const outer = nullableSides(join.type, left.sources, right.sources);
  const sources = [...outer.left, ...outer.right];
  const inside: Context = {
    ...context,
    scope: { sources: [...before, ...left.sources, ...right.sources], parent: context.scope },
  };
  if (join.type === 'ASOF') {
    const match = join.matchCondition ? condition(join.matchCondition, inside) : 'TRUE';
    const equal = join.using
      ? using(join.using, left, right, context).on
      : join.on
        ? condition(join.on, inside)
        : 'TRUE';
    return { sql: `${left.sql} ASOF LEFT JOIN ${right.sql} ON ${equal} AND ${match}`, sources };
  }
  const shared = join.natural ? sharedNames(left.sources, right.sources) : join.using;
  if (shared && shared.length > 0) {
    const { on } = using(shared, left, right, context);
    return {
      sql: `${left.sql} ${keyword(join)} ${right.sql} ON ${on}`,
      sources: merged(join.type, shared, outer.left, outer.right),
    };
  }
  if (!join.on && join.type !== 'CROSS' && join.type !== 'INNER') {
    // A lateral table needs no condition: LEFT JOIN LATERAL FLATTEN(…)
    return { sql: `${left.sql} ${keyword(join)} ${right.sql} ON TRUE`, sources };
  }
  if (!join.on) return { sql: `${left.sql} CROSS JOIN ${right.sql}`, sources };
  return { sql: `${left.sql} ${keyword(join)} ${right.sql} ON ${condition(join.on, inside)}`, sources };
};

const keyword = ({ type }: Join): string => (type === 'CROSS' ? 'CROSS JOIN' : `${type} JOIN`);

/** The side that an outer join may leave empty can hold NULLs whatever its table says. */
const nullableSides = (type: Join['type'], left: readonly Source[], right: readonly Source[]) => ({
  left: type === 'RIGHT' || type === 'FULL' ? left.map(allNullable) : left,
  right: type === 'LEFT' || type === 'FULL' || type === 'ASOF' ? right.map(allNullable) : right,
});

const allNullable = (source: Source): Source => ({
  ...source,
  columns: source.columns.map((column) => (column.nullable === false ? { ...column, nullable: true } : column)),
});

const visibleColumns = (sources: readonly Source[]): SourceColumn[] =>
  sources.flatMap((source) => source.columns.filter((column) => !column.hidden));

const sharedNames = (left: readonly Source[], right: readonly Source[]): Identifier[] => {
  const names = new Set(visibleColumns(right).map(({ name }) => name));
  return visibleColumns(left)
    .filter(({ name }) => names.has(name))
    .map(({ name }) => ({ name, quoted: true }));
};

const columnNamed = (sources: readonly Source[], { name }: Identifier): SourceColumn => {
  const [found, second] = sources.flatMap((source) => source.columns.filter((column) => column.name === name));
  if (!found) throw invalidIdentifier(name);
  if (second) throw ambiguousColumn(name);
  return found;
};

const using = (names: readonly Identifier[], left: From, right: From, context: Context): { on: string } => {
  const tests = names.map((name) => {
    const [a, b] = comparable(columnNamed(left.sources, name), columnNamed(right.sources, name), context);
    return `${a} = ${b}`;
  });
  return { on: tests.join(' AND ') };
};

/** A column of USING stands once: the left one's, or whichever side has it. */
const merged = (
  type: Join['type'],
  names: readonly Identifier[],
  left: readonly Source[],
  right: readonly Source[],
): Source[] => {
  const shared = new Set(names.map(({ name }) => name));
  const common = names.map((name): SourceColumn => {
    const [a, b] = [columnNamed(left, name), columnNamed(right, name)];
    const sql = type === 'RIGHT' ? b.sql : type === 'FULL' ? `coalesce(${a.sql}, ${b.sql})` : a.sql;
    return { name: name.name, type: a.type, sql };
  });
  const keep = (source: Source, wanted: boolean): Source => ({
    ...source,
    columns: source.columns.filter((column) => shared.has(column.name) === wanted),
  });
  const both = [...left, ...right];
  return [
    { qualifier: [], columns: common },
    ...both.map((source) => keep(source, false)),
    ...both.map((source): Source => ({ ...keep(source, true), qualifiedOnly: true })),
  ];
};
