import { NotEmulated } from '../../../core/not-emulated.ts';
import type {
  Expression,
  GroupBy,
  Identifier,
  OrderItem,
  Query,
  QueryBody,
  QueryStatement,
  Select,
} from '../../../wire/snowflake-sql/ast.ts';
import { castTo } from './casts.ts';
import { combinePaths } from './combined-paths.ts';
import { commonType } from './common-type.ts';
import { isSemiStructured, number, physicalType, text } from './data-types.ts';
import { invalidArgumentCount, unsupportedFeature } from './errors.ts';
import { condition, translate } from './expression.ts';
import { translateFrom } from './from.ts';
import { type Context, freshName, type Scope } from './scope.ts';
import { expandStar } from './star.ts';
import { quoteName } from './text.ts';
import { exact, type Typed } from './typed.ts';
import type { Relation, Resolver, SqlType, Translated } from './types.ts';

/** A result column; `physical` is its name in the SQL, unique among its neighbours without regard to case. */
export type OutputColumn = {
  name: string;
  type: SqlType;
  physical: string;
  nullable?: boolean;
  /** NULL in every row, so that a set operation gives it the type of the other side. */
  isNull?: true;
};
export type TranslatedQuery = { sql: string; columns: readonly OutputColumn[] };

/** A query as DuckDB's, at the top of a statement. `source` is the statement's text, for positions in errors. */
export const translateQuery = (statement: QueryStatement | Query, resolver: Resolver, source = ''): Translated => {
  const query = statement.kind === 'select' ? statement.query : statement;
  return translateSubquery(query, newContext(resolver, source));
};

export const newContext = (resolver: Resolver, source = ''): Context => ({
  resolver,
  text: source,
  scope: { sources: [] },
  ctes: new Map(),
  names: { used: 0 },
});

export const subquerySql = (query: Query, context: Context): string => translateSubquery(query, context).sql;

/** A query of one column and at most one row, as a value. */
export const scalarSubquery = (query: Query, context: Context): Typed => {
  const { sql, columns } = translateSubquery(query, context);
  const [column] = columns;
  if (!column || columns.length !== 1) throw unsupportedFeature('a scalar subquery of several columns');
  return { sql: `(${sql})`, type: column.type };
};

type Tail = Pick<Query, 'orderBy' | 'limit' | 'offset'>;

export const translateSubquery = (query: Query, outer: Context): TranslatedQuery => {
  const { context, prefix } = withCommonTables(query, outer);
  const { body } = query;
  const inner = body.kind === 'select' ? translateSelect(body, query, context) : translateOthers(body, query, context);
  return { ...inner, sql: prefix + inner.sql };
};

// ── Common table expressions ────────────────────────────────────────────────────────────────────────────────────────

const withCommonTables = (query: Query, outer: Context): { context: Context; prefix: string } => {
  if (!query.with) return { context: outer, prefix: '' };
  let context = outer;
  const definitions = query.with.ctes.map((cte) => {
    const name = quoteName(`${cte.name.name}${freshName(outer)}`);
    const own = recursiveParts(cte.query);
    const found = own ? tryRecursive(cte.name, cte.columns, own, name, context) : undefined;
    const { sql, relation } = found ?? plainCommonTable(cte.query, cte.columns, name, context);
    context = { ...context, ctes: new Map([...context.ctes, [cte.name.name, relation]]) };
    return `${name} AS (${sql})`;
  });
  return { context, prefix: `WITH RECURSIVE ${definitions.join(', ')} ` };
};

const renamed = (columns: readonly OutputColumn[], names: readonly Identifier[] | undefined): Relation['columns'] => {
  if (names && names.length !== columns.length) throw invalidArgumentCount('WITH', columns.length, names.length);
  return columns.map((column, index) => ({ ...column, name: names?.[index]?.name ?? column.name }));
};

type CommonTable = { sql: string; relation: Relation };

const plainCommonTable = (
  query: Query,
  names: readonly Identifier[] | undefined,
  sql: string,
  context: Context,
): CommonTable => {
  const inner = translateSubquery(query, context);
  return { sql: inner.sql, relation: { sql, columns: renamed(inner.columns, names) } };
};

type SetBody = Extract<QueryBody, { kind: 'set' }>;

const recursiveParts = (query: Query): SetBody | undefined =>
  query.body.kind === 'set' && query.body.operator === 'UNION' && !query.with ? query.body : undefined;

/** Does the second half of the union read the table that it defines? */
const mentions = (value: unknown, name: string): boolean => {
  if (Array.isArray(value)) return value.some((item) => mentions(item, name));
  if (typeof value !== 'object' || value === null) return false;
  if ('kind' in value && value.kind === 'table' && 'name' in value) {
    const { parts } = value.name as { parts: readonly Identifier[] };
    if (parts.length === 1 && parts[0]?.name === name) return true;
  }
  return Object.values(value).some((item) => mentions(item, name));
};

/** The recursion's columns have the anchor's types, made wide: 1, then n + 1, soon has more digits. */
const widened = (type: SqlType): SqlType =>
  type.kind === 'number' ? number(38, type.scale) : type.kind === 'text' ? text : type;

const tryRecursive = (
  name: Identifier,
  names: readonly Identifier[] | undefined,
  union: SetBody,
  sql: string,
  context: Context,
): CommonTable | undefined => {
  if (!mentions(union.right, name.name)) return undefined;
  const anchor = translateBody(union.left, context);
  const types = anchor.columns.map(({ type }) => widened(type));
  const columns = anchor.columns.map(({ isNull: _, ...column }, index) => ({
    ...column,
    type: types[index] as SqlType,
  }));
  const relation: Relation = { sql, columns: renamed(columns, names) };
  const inner: Context = { ...context, ctes: new Map([...context.ctes, [name.name, relation]]) };
  const step = translateBody(union.right, inner);
  const all = union.all ? 'UNION ALL' : 'UNION';
  return { sql: `${castColumns(anchor, columns, context)} ${all} ${castColumns(step, columns, context)}`, relation };
};

// ── Set operations, VALUES, queries in parentheses ──────────────────────────────────────────────────────────────────

const translateBody = (body: QueryBody, context: Context): TranslatedQuery => {
  switch (body.kind) {
    case 'select':
      return translateSelect(body, {}, context);
    case 'query': {
      const inner = translateSubquery(body, context);
      return { ...inner, sql: `(${inner.sql})` };
    }
    case 'values':
      return translateValues(body.rows, context);
    case 'set':
      return translateSet(body, context);
  }
};

const translateOthers = (body: Exclude<QueryBody, Select>, tail: Tail, context: Context): TranslatedQuery => {
  const inner = translateBody(body, context);
  if (!tail.orderBy && !tail.limit && !tail.offset) return inner;
  const name = freshName(context);
  const columns = inner.columns.map((column) => ({
    ...column,
    sql: `${quoteName(name)}.${quoteName(column.physical)}`,
  }));
  const scope: Scope = { sources: [{ qualifier: [], columns }], parent: context.scope };
  const order = orderBy(tail.orderBy, inner.columns, { ...context, scope }, columns);
  return {
    columns: inner.columns,
    sql: `SELECT * FROM (${inner.sql}) AS ${quoteName(name)}${order}${limits(tail, undefined, context)}`,
  };
};

const castColumns = (query: TranslatedQuery, columns: readonly OutputColumn[], context: Context): string => {
  if (query.columns.length !== columns.length)
    throw unsupportedFeature('a set operation of queries with unlike numbers of columns');
  const same = query.columns.every(
    ({ type }, index) => physicalType(type) === physicalType(columns[index]?.type ?? type),
  );
  if (same) return query.sql;
  const items = query.columns.map(({ physical, type }, index) => {
    const target = columns[index] as OutputColumn;
    return `${castTo({ sql: quoteName(physical), type }, target.type, context.resolver).sql} AS ${quoteName(target.physical)}`;
  });
  return `SELECT ${items.join(', ')} FROM (${query.sql})`;
};

const sharedType = (left: OutputColumn, right: OutputColumn): { type: SqlType; isNull?: true } => {
  const { isNull, ...known } = right;
  if (left.isNull) return isNull ? { type: left.type, isNull } : { type: known.type };
  return { type: isNull ? left.type : commonType(left.type, right.type) };
};

const translateSet = (body: SetBody, context: Context): TranslatedQuery => {
  if (body.byName) throw new NotEmulated('snowflake', 'UNION BY NAME');
  const left = translateBody(body.left, context);
  const right = translateBody(body.right, context);
  const columns = left.columns.map((column, index) => {
    const other = right.columns[index];
    if (!other) return column;
    const { isNull: _, ...rest } = column;
    return { ...rest, ...sharedType(column, other) };
  });
  // Snowflake has no EXCEPT ALL or INTERSECT ALL.
  if (body.all && body.operator !== 'UNION') throw unsupportedFeature(`${body.operator} ALL`);
  const operator = `${body.operator}${body.all ? ' ALL' : ''}`;
  return {
    columns,
    sql: `(${castColumns(left, columns, context)}) ${operator} (${castColumns(right, columns, context)})`,
  };
};

/** VALUES as a query: its columns are COLUMN1, COLUMN2, … */
export const translateValues = (rows: readonly (readonly Expression[])[], context: Context): TranslatedQuery => {
  const typed = rows.map((row) => row.map((value) => translate(value, context)));
  const [first = []] = typed;
  const columns = first.map((_, index): OutputColumn => {
    const types = typed
      .map((row) => row[index])
      .filter((value): value is Typed => value !== undefined && !value.isNull);
    const [head, ...rest] = types.map(({ type }) => type);
    return {
      name: `COLUMN${index + 1}`,
      physical: `COLUMN${index + 1}`,
      type: head ? rest.reduce(commonType, head) : text,
    };
  });
  const lines = typed.map((row) => {
    if (row.length !== columns.length) throw unsupportedFeature('VALUES with rows of unlike length');
    return `(${row.map((value, index) => castTo(value, columns[index]?.type ?? text, context.resolver).sql).join(', ')})`;
  });
  const names = columns.map(({ physical }) => quoteName(physical)).join(', ');
  return { columns, sql: `SELECT * FROM (VALUES ${lines.join(', ')}) AS ${quoteName(freshName(context))}(${names})` };
};

// ── SELECT ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Item = { name: string; value: Typed };

const translateSelect = (select: Select, tail: Tail, outer: Context): TranslatedQuery => {
  const from = translateFrom(select.from, outer);
  const context: Context = { ...outer, scope: { sources: from.sources, parent: outer.scope } };
  context.scope.alias = lateralAliases(select, context);
  const items = select.items.flatMap((item): Item[] => {
    if (item.expression.kind === 'star') return expandStar(item.expression, context);
    return [
      { name: item.alias?.name ?? defaultName(item.expression, item.text), value: translate(item.expression, context) },
    ];
  });
  const columns = outputColumns(items);
  const named = items.map(({ value }, index) => `${exact(value).sql} AS ${quoteName(columns[index]?.physical ?? '')}`);
  // DuckDB tells grouped expressions by their text: with GROUP BY the paths stay as they are.
  const plain = { items: named, from: from.sql };
  // The names of one source tell what belongs to it; a join's text may end like that of a table.
  const parts = select.groupBy ? plain : combinePaths(plain, from.sources.length === 1);
  const values = items.map(({ value }) => value);
  const sql = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${parts.items.join(', ')}`,
    parts.from && ` FROM ${parts.from}`,
    select.where && ` WHERE ${condition(select.where, context)}`,
    select.groupBy && ` GROUP BY ${groupBy(select.groupBy, columns, context)}`,
    select.having && ` HAVING ${condition(select.having, context)}`,
    select.qualify && ` QUALIFY ${condition(select.qualify, context)}`,
    orderBy(tail.orderBy, columns, context, values),
    limits(tail, select.top, outer),
  ];
  return { columns, sql: sql.filter(Boolean).join('') };
};

/** Other items of the SELECT by their aliases: `select a + 1 as b, b * 2`. A table's column of that name goes first (findColumn). */
const lateralAliases = (select: Select, context: Context): NonNullable<Scope['alias']> => {
  const byName = new Map<string, Expression>();
  for (const { alias, expression } of select.items)
    if (alias && !byName.has(alias.name)) byName.set(alias.name, expression);
  const known = new Map<string, Typed>();
  const underWay = new Set<string>();
  return (name) => {
    const expression = byName.get(name);
    if (!expression || underWay.has(name)) return undefined;
    const before = known.get(name);
    if (before) return before;
    underWay.add(name);
    const value = translate(expression, context);
    underWay.delete(name);
    known.set(name, value);
    return value;
  };
};

/** A column gives its name on; anything else is named by its text. */
export const defaultName = (expression: Expression, source: string): string => {
  if (expression.kind === 'column') return expression.parts.at(-1)?.name ?? source;
  if (expression.kind === 'position') return `$${expression.index}`;
  return source.toUpperCase();
};

/** DuckDB's names know no case, and a result may hold a name twice. */
export const outputColumns = (items: readonly Item[]): OutputColumn[] => {
  const used = new Set<string>();
  return items.map(({ name, value }) => {
    let physical = name;
    for (let copy = 1; used.has(physical.toLowerCase()); copy++) physical = `${name}:${copy}`;
    used.add(physical.toLowerCase());
    return {
      name,
      physical,
      type: value.type,
      ...(value.nullable === false ? { nullable: false } : {}),
      ...(value.isNull ? { isNull: true as const } : {}),
    };
  });
};

const ordinalOf = (expression: Expression, count: number): number | undefined => {
  if (expression.kind !== 'number' || !/^\d+$/.test(expression.text)) return undefined;
  const ordinal = Number(expression.text);
  if (ordinal < 1 || ordinal > count) throw unsupportedFeature(`position ${ordinal}, which is not in the select list`);
  return ordinal;
};

const isOwnColumn = (context: Context, name: string): boolean =>
  context.scope.sources.some((source) => source.columns.some((column) => column.name === name));

/** A position, an alias (by position, as DuckDB knows it by another name), or an expression. */
const groupExpression = (expression: Expression, columns: readonly OutputColumn[], context: Context): string => {
  const ordinal = ordinalOf(expression, columns.length);
  if (ordinal) return String(ordinal);
  if (expression.kind === 'column' && expression.parts.length === 1) {
    const name = expression.parts[0]?.name ?? '';
    const index = columns.findIndex((column) => column.name === name);
    if (index >= 0 && !isOwnColumn(context, name)) return String(index + 1);
  }
  return exact(translate(expression, context)).sql;
};

const groupBy = (clause: GroupBy, columns: readonly OutputColumn[], context: Context): string => {
  if (clause.kind === 'all') return 'ALL';
  const items = clause.items.map((item) => {
    if (item.kind === 'expression') return groupExpression(item.expression, columns, context);
    const sets = item.sets.map(
      (set) => `(${set.map((expression) => exact(translate(expression, context)).sql).join(', ')})`,
    );
    return `${item.kind} (${sets.join(', ')})`;
  });
  return items.join(', ');
};

/** NULLs come last going up and first going down. */
const direction = ({ descending, nulls }: Pick<OrderItem, 'descending' | 'nulls'>): string =>
  `${descending ? 'DESC' : 'ASC'} NULLS ${nulls ?? (descending ? 'FIRST' : 'LAST')}`;

/** Sort keys of one value. Numbers in VARIANTs sort as numbers, before texts. */
export const sortKeys = (value: Typed, order: Pick<OrderItem, 'descending' | 'nulls'>): string[] => {
  const { sql, type } = value;
  if (isSemiStructured(type)) {
    const inner = { descending: order.descending };
    return [
      `${sql} IS NULL ${direction(order).includes('NULLS FIRST') ? 'DESC' : 'ASC'}`,
      `TRY_CAST(${sql} AS DOUBLE) ${direction(inner)}`,
      `${sql} ${direction(inner)}`,
    ];
  }
  if (type.kind === 'timestamp_tz') return [`(${sql}).utc ${direction(order)}`];
  return [`${sql} ${direction(order)}`];
};

export const orderItems = (items: readonly OrderItem[], context: Context): string =>
  items.flatMap((item) => sortKeys(translate(item.expression, context), item)).join(', ');

const orderBy = (
  items: Query['orderBy'],
  columns: readonly OutputColumn[],
  context: Context,
  values: readonly Pick<Typed, 'sql' | 'type'>[],
): string => {
  if (!items || items.length === 0) return '';
  const list: readonly OrderItem[] =
    items === 'ALL'
      ? columns.map((_, index) => ({
          expression: { kind: 'number', text: String(index + 1), at: 0 },
          descending: false,
        }))
      : items;
  const keys = list.flatMap((item) => {
    const index = orderedColumn(item.expression, columns);
    const value = index === undefined ? translate(item.expression, context) : values[index];
    if (!value) throw new Error('an ordinal is within the select list');
    return index !== undefined && !isSemiStructured(value.type)
      ? [`${index + 1} ${direction(item)}`]
      : sortKeys(value, item);
  });
  return ` ORDER BY ${keys.join(', ')}`;
};

/** ORDER BY 1 and ORDER BY alias mean an item of the SELECT; an alias goes before a table's column. */
const orderedColumn = (expression: Expression, columns: readonly OutputColumn[]): number | undefined => {
  const ordinal = ordinalOf(expression, columns.length);
  if (ordinal) return ordinal - 1;
  if (expression.kind !== 'column' || expression.parts.length !== 1) return undefined;
  const index = columns.findIndex((column) => column.name === expression.parts[0]?.name);
  return index < 0 ? undefined : index;
};

/** LIMIT NULL is no limit. */
const limits = (tail: Tail, top: Expression | undefined, context: Context): string => {
  const limit = tail.limit ?? top;
  const parts = [
    limit && limit.kind !== 'null' && ` LIMIT ${translate(limit, context).sql}`,
    tail.offset && tail.offset.kind !== 'null' && ` OFFSET ${translate(tail.offset, context).sql}`,
  ];
  return parts.filter(Boolean).join('');
};
