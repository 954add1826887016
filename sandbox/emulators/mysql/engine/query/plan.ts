import { NotEmulated } from '../../../../core/not-emulated.ts';
import type {
  Expression,
  LockingClause,
  Query,
  QueryBody,
  SelectBlock,
  SelectItem,
  SetOperation,
} from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { aggregateNames } from '../functions/aggregates.ts';
import { columnFlag } from '../types.ts';
import { toInteger } from '../values/convert.ts';
import { bigintType, type Datum, kindOf, type Row } from '../values/sql-type.ts';
import { characterCount, cutCharacters } from '../values/store.ts';
import { systemVariableDatum } from '../variables/access.ts';
import { type Compiled, emptyFrame, type Frame } from './compiled.ts';
import {
  type Accumulator,
  type Aggregate,
  type Compiler,
  newCompiler,
  type PlannedQuery,
  type WindowFunction,
} from './compiler.ts';
import { columnOf, commonType, compileCondition, compileScalar, converter } from './expression.ts';
import { openFrom, queryColumns } from './from.ts';
import { checkGrouping } from './grouping.ts';
import { compareFrames, compileOrder, rowKey, type SortKey } from './order.ts';
import { printExpression } from './print.ts';
import {
  type CommonTableDefinition,
  findColumn,
  newScope,
  type Scope,
  type SourceColumn,
  sourceNamed,
} from './scope.ts';
import type { Statement } from './statement.ts';
import type { Locking } from './table-access.ts';

type Column = { name: string; expression: Compiled };

/** A query or part of one. `run` gives at most `maximum` rows. */
type Plan = { columns: Column[]; run(outer: Frame | null, maximum: number): Row[] };

/** What stands around a block: ORDER BY and LIMIT of a plain SELECT are its own. */
type Surroundings = {
  orderBy: Query['orderBy'];
  limit: { count: number; offset: number } | null;
  locking: readonly LockingClause[];
};

/** Makes a query runnable. Its scope's parent is the block around it, for correlated names. */
export const planQuery = (query: Query, statement: Statement, parent: Scope | null): PlannedQuery => {
  const scope = newScope(parent);
  declareCommonTables(query, scope);
  const plan = planWhole(query, scope, statement);
  return {
    columns: plan.columns,
    get correlated() {
      return scope.correlated;
    },
    run: (outer, maximum = Number.POSITIVE_INFINITY) => plan.run(outer, maximum),
  };
};

const declareCommonTables = (query: Query, scope: Scope): void => {
  for (const table of query.with?.tables ?? [])
    scope.commonTables.set(table.name.toLowerCase(), {
      name: table.name,
      columns: table.columns,
      query: table.query,
      recursive: query.with?.recursive === true,
      scope,
      working: null,
      result: null,
    });
};

const limitOf = (query: Query, statement: Statement): Surroundings['limit'] => {
  if (!query.limit) return null;
  const read = (expression: Expression | null): number => {
    if (!expression) return 0;
    const compiled = compileScalar(expression, newCompiler(statement, newScope(null), 'limit clause'));
    const value = compiled.evaluate(emptyFrame());
    // A parameter that is no whole number is refused, as the server refuses it; one that came as text is read.
    const whole =
      kindOf(compiled.type) === 'integer' ||
      (typeof value === 'number' ? Number.isInteger(value) : /^\s*\d+\s*$/.test(String(value)));
    if (value !== null && !whole) throw mysqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_execute');
    const number = toInteger(value, compiled.type, statement) ?? 0n;
    if (number < 0n) throw mysqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_execute');
    return Number(number);
  };
  return { count: read(query.limit.count), offset: read(query.limit.offset) };
};

const planWhole = (query: Query, scope: Scope, statement: Statement): Plan => {
  const limit = limitOf(query, statement);
  if (query.body.kind === 'select')
    return planBlock(query.body, scope, statement, { orderBy: query.orderBy, limit, locking: query.locking });
  const body = planBody(query.body, scope, statement);
  const outputScope = newScope(scope);
  outputScope.sources.push({
    index: 0,
    name: '',
    schema: '',
    columns: body.columns.map(asSourceColumn),
    table: null,
    rows: null,
    nullable: false,
  });
  const compiler = newCompiler(statement, outputScope, 'order clause');
  const selected = body.columns.map((_column, index) => columnOf(outputScope.sources[0] as never, index, 0, compiler));
  const order = compileOrder(query.orderBy, compiler, selected);
  return {
    columns: body.columns,
    run: (outer, maximum) => {
      const all = body.run(
        outer,
        order.length > 0 ? Number.POSITIVE_INFINITY : limit ? limit.count + limit.offset : maximum,
      );
      const sorted = order.length > 0 ? sortRows(all, order, outer) : all;
      const from = limit?.offset ?? 0;
      return sorted.slice(from, from + Math.min(limit?.count ?? Number.POSITIVE_INFINITY, maximum));
    },
  };
};

const asSourceColumn = ({ name, expression }: Column): SourceColumn => ({
  name,
  type: expression.type,
  nullable: expression.nullable,
  orgName: name,
  orgTable: '',
  flags: 0,
  hidden: false,
  noDefault: false,
});

const sortRows = (rows: readonly Row[], order: readonly SortKey[], outer: Frame | null): Row[] => {
  const keyed = rows.map((row) => {
    const frame: Frame = { rows: [row], outer, aggregates: [], windows: [] };
    return { row, keys: order.map((item) => item.key(frame)) };
  });
  return keyed.sort((one, other) => compareFrames(one.keys, other.keys, order)).map(({ row }) => row);
};

const planBody = (body: QueryBody, scope: Scope, statement: Statement): Plan => {
  if (body.kind === 'query') {
    const inner = newScope(scope.parent);
    for (const [name, table] of scope.commonTables) inner.commonTables.set(name, table);
    declareCommonTables(body, inner);
    const plan = planWhole(body, inner, statement);
    if (inner.correlated) scope.correlated = true;
    return plan;
  }
  if (body.kind === 'select') {
    const inner = newScope(scope.parent);
    for (const [name, table] of scope.commonTables) inner.commonTables.set(name, table);
    const plan = planBlock(body, inner, statement, { orderBy: [], limit: null, locking: [] });
    if (inner.correlated) scope.correlated = true;
    return plan;
  }
  if (body.kind === 'values') return planValues(body.rows, scope, statement);
  return planSetOperation(body, scope, statement);
};

const planValues = (rows: readonly Expression[][], scope: Scope, statement: Statement): Plan => {
  const compiler = newCompiler(statement, scope, 'field list');
  const compiled = rows.map((row) => row.map((item) => compileScalar(item, compiler)));
  const width = compiled[0]?.length ?? 0;
  if (compiled.some((row) => row.length !== width))
    throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', compiled.findIndex((row) => row.length !== width) + 1);
  const columns = Array.from({ length: width }, (_item, index): Column => {
    const items = compiled.map((row) => row[index] as Compiled);
    return {
      name: `column_${index}`,
      expression: {
        ...(items[0] as Compiled),
        type: commonType(items, 'values'),
        nullable: items.some((item) => item.nullable),
      },
    };
  });
  return {
    columns,
    run: (outer, maximum) =>
      compiled
        .slice(0, maximum)
        .map((row) =>
          row.map((item, index) =>
            converter(
              item.type,
              (columns[index] as Column).expression.type,
              compiler,
            )(item.evaluate(emptyFrame(outer))),
          ),
        ),
  };
};

const planSetOperation = (operation: SetOperation, scope: Scope, statement: Statement): Plan => {
  const left = planBody(operation.left, scope, statement);
  const right = planBody(operation.right, scope, statement);
  if (left.columns.length !== right.columns.length) throw mysqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
  const compiler = newCompiler(statement, scope, 'field list');
  const columns = left.columns.map((column, index): Column => {
    const sides = [column.expression, (right.columns[index] as Column).expression];
    const { origin: _origin, ...rest } = column.expression;
    return {
      name: column.name,
      expression: { ...rest, type: commonType(sides, 'UNION'), nullable: nullableIn(operation, sides) },
    };
  });
  const expressions = columns.map((column) => column.expression);
  const convert = (plan: Plan) => {
    const converters = plan.columns.map((column, index) =>
      converter(column.expression.type, (columns[index] as Column).expression.type, compiler),
    );
    return (outer: Frame | null): Row[] =>
      plan
        .run(outer, Number.POSITIVE_INFINITY)
        .map((row) =>
          row.map((value, index) => (value === null ? null : (converters[index] as (value: Datum) => Datum)(value))),
        );
  };
  const [rowsOfLeft, rowsOfRight] = [convert(left), convert(right)];
  const key = (row: Row) => rowKey(row, expressions);
  return {
    columns,
    run: (outer, maximum) => combine(operation, rowsOfLeft(outer), rowsOfRight(outer), key).slice(0, maximum),
  };
};

const nullableIn = ({ operator }: SetOperation, sides: readonly Compiled[]): boolean => {
  if (operator === 'EXCEPT') return sides[0]?.nullable === true;
  return operator === 'INTERSECT' ? sides.every((side) => side.nullable) : sides.some((side) => side.nullable);
};

const combine = (operation: SetOperation, left: Row[], right: Row[], key: (row: Row) => string): Row[] => {
  if (operation.operator === 'UNION') {
    if (operation.all) return [...left, ...right];
    return distinctRows([...left, ...right], key);
  }
  const counts = new Map<string, number>();
  for (const row of right) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
  const take = (row: Row): boolean => {
    const count = counts.get(key(row)) ?? 0;
    if (operation.all && count > 0) counts.set(key(row), count - 1);
    return count > 0;
  };
  const kept = left.filter((row) => take(row) === (operation.operator === 'INTERSECT'));
  return operation.all ? kept : distinctRows(kept, key);
};

const distinctRows = (rows: readonly Row[], key: (row: Row) => string): Row[] => {
  const seen = new Map<string, Row>();
  for (const row of rows) if (!seen.has(key(row))) seen.set(key(row), row);
  return [...seen.values()];
};

const expandItems = (items: readonly SelectItem[], compiler: Compiler): Column[] => {
  const { scope } = compiler;
  return items.flatMap((item): Column[] => {
    if (item.kind === 'expression') {
      const expression = compileScalar(item.expression, compiler);
      const name =
        item.alias ?? (item.expression.kind === 'column' ? namedAs(item.expression, scope) : columnName(item));
      return [{ name, expression }];
    }
    if (item.table !== null) {
      const source = sourceNamed(scope, item.schema, item.table);
      if (!source) throw mysqlError('ER_BAD_TABLE_ERROR', item.schema ? `${item.schema}.${item.table}` : item.table);
      return source.columns.flatMap((column, index) =>
        column.hidden ? [] : [{ name: column.name, expression: columnOf(source, index, 0, compiler) }],
      );
    }
    if (scope.sources.length === 0) throw mysqlError('ER_NO_TABLES_USED');
    // Columns that USING joined stand once, first.
    const merged = scope.merged.map((column): Column => ({ name: column.name, expression: column.expression }));
    const inMerged = (source: number, column: number) =>
      scope.merged.some(({ members }) => members.some(([one, other]) => one === source && other === column));
    return [
      ...merged,
      ...scope.sources.flatMap((source) =>
        source.columns.flatMap((column, index) =>
          column.hidden || inMerged(source.index, index)
            ? []
            : [{ name: column.name, expression: columnOf(source, index, 0, compiler) }],
        ),
      ),
    ];
  });
};

// Those that are no views over the dictionary.
const namedAsAsked = new Set([
  ...['COLLATIONS', 'ENGINES', 'PLUGINS', 'PROCESSLIST', 'PROFILING'],
  ...['USER_PRIVILEGES', 'SCHEMA_PRIVILEGES', 'TABLE_PRIVILEGES', 'COLUMN_PRIVILEGES'],
]);

// A column is named as the query writes it, one of information_schema as its view does.
const namedAs = ({ schema, table, name }: Extract<Expression, { kind: 'column' }>, scope: Scope): string => {
  if (!scope.sources.some((source) => source.schema.toLowerCase() === 'information_schema')) return name;
  const found = findColumn(scope, schema, table, name, 'field list');
  return found &&
    'source' in found &&
    found.source.schema.toLowerCase() === 'information_schema' &&
    !namedAsAsked.has(found.source.columns[0]?.orgTable ?? '')
    ? (found.source.columns[found.column]?.name ?? name)
    : name;
};

// An expression's column is named by its text; a lone string by its value.
const columnName = (item: Extract<SelectItem, { kind: 'expression' }>): string =>
  item.expression.kind === 'literal' && item.expression.type === 'string'
    ? item.expression.value.trimStart()
    : item.text;

const lockingFor = (clauses: readonly LockingClause[], statement: Statement): ((name: string) => Locking | null) => {
  const serializable = statement.session.transaction?.isolation === 'SERIALIZABLE' && statement.read.kind === 'current';
  return (name) => {
    const clause = clauses.find(({ tables }) => tables.length === 0 || tables.includes(name));
    if (clause) return { mode: clause.mode === 'update' ? 'exclusive' : 'shared', wait: clause.wait };
    return serializable ? { mode: 'shared', wait: 'wait' } : null;
  };
};

// In HAVING an alias comes before a column of the same name, unless that column is in GROUP BY.
const aliasesInHaving = (
  { groupBy }: SelectBlock,
  scope: Scope,
  aliases: Map<string, Compiled>,
): Map<string, Compiled> => {
  const left = new Map(aliases);
  for (const item of groupBy) {
    if (item.kind !== 'column' || item.schema !== null || item.table !== null) continue;
    if (findColumn(scope, null, null, item.name, 'group statement')) left.delete(item.name.toLowerCase());
  }
  return left;
};

const planBlock = (block: SelectBlock, scope: Scope, statement: Statement, around: Surroundings): Plan => {
  const base = newCompiler(statement, scope, 'field list');
  const bindWhere = openFrom(block.from, base, lockingFor(around.locking, statement));
  const from = bindWhere(block.where);
  const aggregates: Aggregate[] = [];
  const windows: WindowFunction[] = [];
  const namedWindows = new Map(
    block.windows.map(({ name, specification }) => [name.toLowerCase(), specification] as const),
  );
  const listCompiler: Compiler = {
    ...base,
    aggregates,
    windows,
    namedWindows,
    rolledUp: block.rollup ? block.groupBy.map(printExpression) : null,
  };
  const expanded = expandItems(block.items, listCompiler);
  const columns = expanded.map((column) => throughTable(column, block.rollup, windows.length > 0));
  const aliases = new Map<string, Compiled>();
  for (const { name, expression } of columns)
    if (!aliases.has(name.toLowerCase())) aliases.set(name.toLowerCase(), expression);
  scope.aliases = aliases;
  const groupBy = compileGroupBy(block, { ...base, clause: 'group statement' }, columns);
  scope.aliases = aliasesInHaving(block, scope, aliases);
  const having = block.having
    ? compileCondition(block.having, { ...listCompiler, clause: 'having clause', windows: null, aliasesFirst: true })
    : null;
  if (block.having) checkHaving(block.having, block, scope);
  scope.aliases = aliases;
  const order = compileOrder(
    around.orderBy,
    { ...listCompiler, clause: 'order clause' },
    columns.map((column) => column.expression),
  );
  const grouped = block.groupBy.length > 0 || aggregates.length > 0;
  if (grouped) checkGrouping(block, columns, around.orderBy, scope, statement);
  const collect = grouped ? groupRows : plainRows;
  const { limit } = around;
  const expressions = columns.map((column) => column.expression);
  const simple = !grouped && order.length === 0 && windows.length === 0 && !block.distinct;
  return {
    columns,
    run: (outer, maximum) => {
      const wanted = limit ? Math.min(maximum, limit.count) : maximum;
      const skip = limit?.offset ?? 0;
      if (simple)
        return runSimple(
          from,
          outer,
          expressions,
          having,
          skip,
          block.calculateFoundRows ? Number.POSITIVE_INFINITY : wanted,
          wanted,
          statement,
          block.calculateFoundRows,
        );
      let frames = block.rollup
        ? rolledUpRows(from, outer, groupBy, aggregates, rolledUpPlaces(block, scope))
        : collect(from, outer, groupBy, aggregates, scope);
      if (having) frames = frames.filter((frame) => having.holds(frame));
      if (windows.length > 0) {
        const computed = windows.map((window) => window.compute(frames));
        frames.forEach((frame, index) => {
          frame.windows = computed.map((values) => values[index] as Datum);
        });
      }
      let rows = frames.map((frame) => ({
        row: expressions.map((expression) => expression.evaluate(frame)),
        keys: order.map((item) => item.key(frame)),
      }));
      if (block.distinct) {
        const seen = new Set<string>();
        rows = rows.filter(({ row }) => {
          const key = rowKey(row, expressions);
          if (seen.has(key)) return false;
          seen.add(key);
          return true;
        });
      }
      if (order.length > 0) rows.sort((one, other) => compareFrames(one.keys, other.keys, order));
      if (block.calculateFoundRows) statement.session.foundRows = BigInt(rows.length);
      return rows.slice(skip, skip + wanted).map(({ row }) => row);
    },
  };
};

// Rows that go through a temporary table lose what the table's keys say of their columns; those of ROLLUP may be NULL.
const throughTable = (column: Column, rollup: boolean, windows: boolean): Column => {
  const { origin, ...rest } = column.expression;
  if (rest.sources === 0) return column;
  if (rollup) return { ...column, expression: { ...rest, nullable: true } };
  if (!windows || !origin) return column;
  const keys = columnFlag.PRIMARY_KEY | columnFlag.UNIQUE_KEY | columnFlag.MULTIPLE_KEY | columnFlag.AUTO_INCREMENT;
  const flags = origin.flags & ~(keys | columnFlag.NO_DEFAULT_VALUE);
  return { ...column, expression: { ...rest, origin: { ...origin, flags } } };
};

const runSimple = (
  from: ReturnType<ReturnType<typeof openFrom>>,
  outer: Frame | null,
  expressions: readonly Compiled[],
  having: { holds(frame: Frame): boolean } | null,
  skip: number,
  maximum: number,
  wanted: number,
  statement: Statement,
  calculate: boolean,
): Row[] => {
  const rows: Row[] = [];
  let seen = 0;
  if (maximum <= 0) return rows;
  from.run(emptyFrame(outer), (frame) => {
    if (having && !having.holds(frame)) return true;
    if (seen++ < skip) return true;
    if (rows.length < wanted) {
      const row: Datum[] = new Array(expressions.length);
      for (let index = 0; index < expressions.length; index++)
        row[index] = (expressions[index] as Compiled).evaluate(frame);
      rows.push(row);
    }
    return rows.length < maximum || calculate;
  });
  if (calculate) statement.session.foundRows = BigInt(seen);
  return rows;
};

/** HAVING sees what was selected and what is grouped by; other columns only inside of aggregates. */
const checkHaving = (having: Expression, block: SelectBlock, scope: Scope): void => {
  const visible = new Set([
    ...block.items.flatMap((item) =>
      item.kind === 'expression' && item.expression.kind === 'column' ? [item.expression.name.toLowerCase()] : [],
    ),
    ...block.groupBy.flatMap((item) => (item.kind === 'column' ? [item.name.toLowerCase()] : [])),
    ...(scope.aliases?.keys() ?? []),
  ]);
  if (block.items.some((item) => item.kind === 'star')) return;
  for (const column of columnsOutsideAggregates(having)) {
    if (visible.has(column.name.toLowerCase())) continue;
    if (findColumn(scope, column.schema, column.table, column.name, 'having clause'))
      throw mysqlError(
        'ER_BAD_FIELD_ERROR',
        column.table === null ? column.name : `${column.table}.${column.name}`,
        'having clause',
      );
  }
};

const columnsOutsideAggregates = (node: unknown): Extract<Expression, { kind: 'column' }>[] => {
  if (Array.isArray(node)) return node.flatMap(columnsOutsideAggregates);
  if (typeof node !== 'object' || node === null) return [];
  const { kind, name } = node as { kind?: string; name?: string };
  if (kind === 'column') return [node as Extract<Expression, { kind: 'column' }>];
  if (kind === 'subquery' || kind === 'exists' || kind === 'inQuery' || kind === 'quantified') return [];
  if (kind === 'call' && aggregateNames.has(name ?? '')) return [];
  return Object.values(node).flatMap(columnsOutsideAggregates);
};

/** GROUP BY: a column before an alias of that name, a whole number an item of the select list. */
const compileGroupBy = (block: SelectBlock, compiler: Compiler, columns: readonly Column[]): Compiled[] =>
  block.groupBy.map((expression) => {
    if (expression.kind === 'literal' && expression.type === 'integer') {
      const column = columns[Number(expression.value) - 1];
      if (!column) throw mysqlError('ER_BAD_FIELD_ERROR', String(expression.value), 'group statement');
      return column.expression;
    }
    if (
      expression.kind === 'column' &&
      expression.table === null &&
      !findColumn(compiler.scope, null, null, expression.name, 'group statement')
    ) {
      const alias = compiler.scope.aliases?.get(expression.name.toLowerCase());
      if (alias) return alias;
    }
    return compileScalar(expression, compiler);
  });

type Collect = (
  from: ReturnType<ReturnType<typeof openFrom>>,
  outer: Frame | null,
  groupBy: readonly Compiled[],
  aggregates: readonly Aggregate[],
  scope: Scope,
) => Frame[];

const snapshot = (frame: Frame): Frame => ({ rows: [...frame.rows], outer: frame.outer, aggregates: [], windows: [] });

const plainRows: Collect = (from, outer) => {
  const frames: Frame[] = [];
  from.run(emptyFrame(outer), (frame) => {
    frames.push(snapshot(frame));
    return true;
  });
  return frames;
};

const groupRows: Collect = (from, outer, groupBy, aggregates, scope) => {
  type Group = { frame: Frame; accumulators: Accumulator[] };
  const groups = new Map<string, Group>();
  const newGroup = (frame: Frame): Group => ({ frame, accumulators: aggregates.map((aggregate) => aggregate.start()) });
  from.run(emptyFrame(outer), (frame) => {
    const key = rowKey(
      groupBy.map((expression) => expression.evaluate(frame)),
      groupBy,
    );
    let group = groups.get(key);
    if (!group) {
      group = newGroup(snapshot(frame));
      groups.set(key, group);
    }
    for (const accumulator of group.accumulators) accumulator.add(frame);
    return true;
  });
  // Without GROUP BY there is one group, even of no rows.
  if (groupBy.length === 0 && groups.size === 0) {
    const frame = emptyFrame(outer);
    frame.rows = scope.sources.map(() => null);
    groups.set('', newGroup(frame));
  }
  return [...groups.values()].map(({ frame, accumulators }) => {
    frame.aggregates = accumulators.map((accumulator) => accumulator.result());
    return frame;
  });
};

type Place = { source: number; column: number };

/** Where the columns of GROUP BY … WITH ROLLUP stand, to be NULL in the rows that are added. */
const rolledUpPlaces = (block: SelectBlock, scope: Scope): Place[] =>
  block.groupBy.map((expression) => {
    const found =
      expression.kind === 'column'
        ? findColumn(scope, expression.schema, expression.table, expression.name, 'group statement')
        : null;
    if (!found || !('source' in found)) throw new NotEmulated('mysql', 'WITH ROLLUP over expressions');
    return { source: found.source.index, column: found.column };
  });

/** Groups in their order, each followed by the sums over it: one for each prefix of the GROUP BY items. */
const rolledUpRows = (
  from: ReturnType<ReturnType<typeof openFrom>>,
  outer: Frame | null,
  groupBy: readonly Compiled[],
  aggregates: readonly Aggregate[],
  places: readonly Place[],
): Frame[] => {
  type Group = { frame: Frame; keys: string[]; kept: number; accumulators: Accumulator[] };
  const groups = new Map<string, Group>();
  from.run(emptyFrame(outer), (frame) => {
    const keys = groupBy.map((expression) => rowKey([expression.evaluate(frame)], [expression]));
    for (let kept = groupBy.length; kept >= 0; kept--) {
      const id = `${kept}:${keys.slice(0, kept).join('')}`;
      let group = groups.get(id);
      if (!group) {
        const accumulators = aggregates.map((aggregate) => aggregate.start());
        group = { frame: withoutRest(snapshot(frame), places, kept), keys: keys.slice(0, kept), kept, accumulators };
        groups.set(id, group);
      }
      for (const accumulator of group.accumulators) accumulator.add(frame);
    }
    return true;
  });
  const ordered = [...groups.values()].sort((one, other) => {
    for (let index = 0; index < Math.min(one.kept, other.kept); index++)
      if (one.keys[index] !== other.keys[index])
        return (one.keys[index] as string) < (other.keys[index] as string) ? -1 : 1;
    return other.kept - one.kept;
  });
  return ordered.map(({ frame, accumulators }) => {
    frame.aggregates = accumulators.map((accumulator) => accumulator.result());
    return frame;
  });
};

const withoutRest = (frame: Frame, places: readonly Place[], kept: number): Frame => {
  for (const { source, column } of places.slice(kept)) {
    const row = frame.rows[source];
    if (row) frame.rows[source] = row.with(column, null);
  }
  return { ...frame, kept };
};

/** Rows of a planned query as a source's; computed once unless they depend on the block around. */
export const materialise = (planned: PlannedQuery): ((outer: Frame | null) => readonly Row[]) => {
  let known: readonly Row[] | null = null;
  return (outer) => {
    if (planned.correlated) return planned.run(outer);
    known ??= planned.run(null);
    return known;
  };
};

/** Columns and rows of a CTE. A recursive one starts from its first part and feeds each round's rows to the rest. */
export const planCommonTable = (
  table: CommonTableDefinition,
  statement: Statement,
): { columns: readonly SourceColumn[]; rows: (outer: Frame | null) => readonly Row[] } => {
  if (table.working) {
    const { working } = table;
    return { columns: working.columns, rows: () => table.working?.rows ?? working.rows };
  }
  if (table.result) {
    const { result } = table;
    return { columns: result.columns, rows: () => result.rows() };
  }
  const { body } = table.query;
  if (table.recursive && body.kind === 'set' && body.operator === 'UNION' && mentions(body.right, table.name))
    return planRecursive(table, body, statement);
  // Inside itself a plain CTE's name means what it meant before.
  const outer = table.scope
    ? { ...table.scope, commonTables: new Map([...table.scope.commonTables].filter(([, other]) => other !== table)) }
    : null;
  const planned = planQuery(
    table.query,
    statement,
    outer ? { ...newScope(outer.parent), commonTables: outer.commonTables } : null,
  );
  const columns = queryColumns(planned, table.columns, table.name);
  const rows = materialise(planned);
  table.result = { columns, rows: () => rows(null) };
  return { columns, rows };
};

const mentions = (body: QueryBody, name: string): boolean =>
  JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    .toLowerCase()
    .includes(`"name":${JSON.stringify(name.toLowerCase())}`);

// The first part's columns say how wide the texts of all rounds may be.
const fitted = (value: Datum, { name, type }: SourceColumn, row: number, statement: Statement): Datum => {
  if (type.base !== 'varchar' || typeof value !== 'string' || characterCount(value) <= type.length) return value;
  const error = mysqlError('ER_DATA_TOO_LONG', name, row);
  if (statement.sqlMode.strict) throw error;
  statement.warn(error);
  return cutCharacters(value, type.length);
};

const planRecursive = (
  table: CommonTableDefinition,
  body: SetOperation,
  statement: Statement,
): { columns: readonly SourceColumn[]; rows: () => readonly Row[] } => {
  const scope = newScope(table.scope?.parent ?? null);
  for (const [name, other] of table.scope?.commonTables ?? []) scope.commonTables.set(name, other);
  const first = planBody(body.left, scope, statement);
  const columns = queryColumns(first, table.columns, table.name).map((column) => ({
    ...column,
    nullable: true,
    type: column.type.base === 'int' && column.orgTable === '' ? bigintType : column.type,
  }));
  const expressions = first.columns.map((column) => column.expression);
  const compute = (): readonly Row[] => {
    const limit = Number(
      systemVariableDatum(statement.server, statement.session, null, 'cte_max_recursion_depth').value,
    );
    const seen = new Set<string>();
    const fresh = (rows: readonly Row[]): Row[] =>
      body.all
        ? [...rows]
        : rows.filter((row) => {
            const key = rowKey(row, expressions);
            if (seen.has(key)) return false;
            seen.add(key);
            return true;
          });
    let round = fresh(first.run(null, Number.POSITIVE_INFINITY));
    const all = [...round];
    for (let iteration = 1; round.length > 0; iteration++) {
      if (iteration > limit + 1) throw mysqlError('ER_CTE_MAX_RECURSION_DEPTH', limit + 1);
      table.working = { columns, rows: round };
      const next = planBody(body.right, scope, statement);
      const converters = next.columns.map((column, index) =>
        converter(column.expression.type, (expressions[index] as Compiled).type, { statement }),
      );
      round = fresh(
        next.run(null, Number.POSITIVE_INFINITY).map((row, number) =>
          row.map((value, index) => {
            if (value === null) return null;
            const converted = (converters[index] as (value: Datum) => Datum)(value);
            return fitted(converted, columns[index] as SourceColumn, number + 1, statement);
          }),
        ),
      );
      all.push(...round);
    }
    table.working = null;
    return all;
  };
  let known: readonly Row[] | null = null;
  const rows = (): readonly Row[] => {
    known ??= compute();
    return known;
  };
  table.result = { columns, rows };
  return { columns, rows };
};
