import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { Expression, TableReference } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { informationSchemaTable } from '../information-schema/tables.ts';
import { requireTablePrivilege } from '../privileges.ts';
import { findDatabase, isSystemSchema } from '../storage/catalog.ts';
import type { TableSchema } from '../storage/schema.ts';
import type { TableData, TableRecord } from '../storage/table-data.ts';
import { assertReadable } from '../transactions.ts';
import { columnFlag } from '../types.ts';
import { keyPart } from '../values/key.ts';
import { type Datum, kindOf, type Row } from '../values/sql-type.ts';
import type { Compiled, Frame } from './compiled.ts';
import { type Compiler, newCompiler, type PlannedQuery } from './compiler.ts';
import { columnOf, compareValues, compileCondition, compileScalar } from './expression.ts';
import { materialise, planCommonTable, planQuery } from './plan.ts';
import { findColumn, findCommonTable, newScope, type Scope, type Source, type SourceColumn } from './scope.ts';
import type { Statement } from './statement.ts';
import { candidateRecords, chooseAccess, type Locking, lockRecord, type Restriction, readRow } from './table-access.ts';

/** The FROM clause ready to run: calls back for each combination of rows, until that says false. */
export type PlannedFrom = { run(frame: Frame, each: (frame: Frame) => boolean): boolean };

type Condition = { readonly expression: Expression; readonly compiled: Compiled; holds(frame: Frame): boolean };

type Node =
  | { kind: 'source'; source: Source; locking: Locking | null }
  | { kind: 'join'; left: Node; right: Node; outer: boolean; conditions: Condition[] };

const knownColumns = new WeakMap<TableSchema, readonly SourceColumn[]>();

/** Columns of a stored table, as a source has them. */
export const tableColumns = (table: TableData): readonly SourceColumn[] => {
  let columns = knownColumns.get(table.schema);
  if (!columns) {
    columns = describeColumns(table);
    knownColumns.set(table.schema, columns);
  }
  return columns;
};

const describeColumns = (table: TableData): SourceColumn[] =>
  table.schema.columns.map((column, index) => {
    let flags = 0;
    if (!column.nullable) flags |= columnFlag.NOT_NULL;
    if (column.autoIncrement) flags |= columnFlag.AUTO_INCREMENT;
    if (column.type.base === 'timestamp' && column.default.kind === 'now') flags |= columnFlag.TIMESTAMP;
    if (column.onUpdateNow) flags |= columnFlag.ON_UPDATE_NOW;
    const noDefault = !column.nullable && column.default.kind === 'none' && !column.autoIncrement;
    if (noDefault) flags |= columnFlag.NO_DEFAULT_VALUE;
    // Without a primary key the first unique one without NULLs stands for it.
    const { indexes, columns } = table.schema;
    const primary =
      indexes.find((key) => key.primary) ??
      indexes.find((key) => key.unique && key.parts.every((part) => columns[part.column]?.nullable === false));
    for (const key of indexes) {
      if (key === primary && key.parts.some((part) => part.column === index)) flags |= columnFlag.PRIMARY_KEY;
      else if (key.parts[0]?.column === index)
        flags |= key.unique && key.parts.length === 1 ? columnFlag.UNIQUE_KEY : columnFlag.MULTIPLE_KEY;
    }
    return {
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      orgName: column.name,
      orgTable: table.schema.name,
      flags,
      hidden: column.invisible,
      noDefault,
    };
  });

export const queryColumns = (
  query: Pick<PlannedQuery, 'columns'>,
  names: readonly string[],
  alias: string,
  isView = false,
): SourceColumn[] => {
  if (names.length > 0 && names.length !== query.columns.length) throw mysqlError('ER_VIEW_WRONG_LIST');
  const seen = new Set<string>();
  return query.columns.map(({ name, expression }, index) => {
    const given = names[index] ?? name;
    if (seen.has(given.toLowerCase())) throw mysqlError('ER_DUP_FIELDNAME', given);
    seen.add(given.toLowerCase());
    const { origin } = expression;
    return {
      name: given,
      // A number of few digits is kept as INT.
      type:
        !origin && expression.type.base === 'bigint' && expression.type.length < 10
          ? { ...expression.type, base: 'int' }
          : expression.type,
      nullable: expression.nullable,
      ...(isView && origin ? {} : { orgSchema: origin?.schema ?? '' }),
      orgName: isView ? given : (origin?.orgName ?? given),
      orgTable: isView ? alias : (origin?.orgTable ?? ''),
      flags: origin ? (isView ? origin.flags & ~columnFlag.NO_DEFAULT_VALUE : origin.flags & columnFlag.NOT_NULL) : 0,
      hidden: false,
      noDefault: false,
    };
  });
};

const addSource = (scope: Scope, source: Omit<Source, 'index' | 'nullable'>): Source => {
  if (scope.sources.length >= 31) throw mysqlError('ER_TOO_MANY_TABLES', 31);
  if (scope.sources.some((other) => other.name === source.name && other.schema === source.schema))
    throw mysqlError('ER_NONUNIQ_TABLE', source.name);
  const added: Source = { ...source, index: scope.sources.length, nullable: false };
  scope.sources.push(added);
  return added;
};

/** The source that a table name means: a CTE, a system table, a view or a stored table. */
export const openSource = (
  reference: Extract<TableReference, { kind: 'table' }>,
  scope: Scope,
  statement: Statement,
  privilege = 'SELECT',
): Source => {
  const { name, alias } = reference;
  const { session, server } = statement;
  const common = name.schema === null ? findCommonTable(scope, name.name) : null;
  if (common) {
    const { columns, rows } = planCommonTable(common, statement);
    return addSource(scope, { name: alias ?? name.name, schema: '', columns, table: null, rows });
  }
  const schema = name.schema ?? session.database;
  if (schema === null) throw mysqlError('ER_NO_DB_ERROR');
  if (isSystemSchema(schema)) {
    const { columns, rows } = informationSchemaTable(schema.toLowerCase(), name.name, statement);
    return addSource(scope, { name: alias ?? name.name, schema, columns, table: null, rows: () => rows() });
  }
  const database = findDatabase(server.catalog, schema);
  const view = database.views.get(name.name);
  if (view) {
    requireTablePrivilege(statement, 'SELECT', schema, name.name);
    const inner = { ...statement, session: { ...session, database: view.defaultSchema } };
    const planned = planQuery(view.query, inner, null);
    return addSource(scope, {
      name: alias ?? name.name,
      schema,
      columns: queryColumns(planned, view.columns, name.name, true),
      table: null,
      rows: materialise(planned),
    });
  }
  requireTablePrivilege(statement, privilege, schema, name.name);
  const table = database.tables.get(name.name);
  if (!table) {
    throw mysqlError('ER_NO_SUCH_TABLE', `${schema}.${name.name}`);
  }
  for (const hint of reference.hints)
    for (const index of hint.indexes)
      if (!table.schema.indexes.some((candidate) => candidate.name.toLowerCase() === index.toLowerCase()))
        throw mysqlError('ER_KEY_DOES_NOT_EXITS', index, name.name);
  assertReadable(statement, table, alias ?? name.name);
  return addSource(scope, { name: alias ?? name.name, schema, columns: tableColumns(table), table, rows: null });
};

const setNullable = (node: Node): void => {
  if (node.kind === 'source') node.source.nullable = true;
  else {
    setNullable(node.left);
    setNullable(node.right);
  }
};

const sourcesOf = (node: Node): Source[] =>
  node.kind === 'source' ? [node.source] : [...sourcesOf(node.left), ...sourcesOf(node.right)];

const conjuncts = (expression: Expression): Expression[] =>
  expression.kind === 'binary' && expression.operator === 'AND'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];

const conditionsOf = (expression: Expression, compiler: Compiler): Condition[] =>
  conjuncts(expression).map((part) => ({ expression: part, ...compileCondition(part, compiler) }));

/** A scope that sees only some of the sources: what an ON clause may name. */
const narrowed = (scope: Scope, sources: readonly Source[]): Scope => {
  const inner = scope;
  return {
    ...inner,
    sources: [...sources],
    get correlated() {
      return inner.correlated;
    },
    set correlated(value: boolean) {
      inner.correlated = value;
    },
  };
};

const mergeColumns = (
  scope: Scope,
  names: readonly string[],
  left: Node,
  right: Node,
  rightJoin: boolean,
  compiler: Compiler,
): Condition[] => {
  const conditions: Condition[] = [];
  const [leftScope, rightScope] = [
    narrowed(scope, sourcesOf(left)),
    { ...narrowed(scope, sourcesOf(right)), merged: [] },
  ];
  for (const name of names) {
    const leftColumn: Expression = { kind: 'column', schema: null, table: null, name };
    const one = compileScalar(leftColumn, { ...compiler, scope: leftScope, clause: 'from clause' });
    const found = findColumn(rightScope, null, null, name, 'from clause');
    if (!found || 'expression' in found) throw mysqlError('ER_BAD_FIELD_ERROR', name, 'from clause');
    const other = columnOf(found.source, found.column, 0, compiler);
    const equal = compareColumns(one, other, compiler);
    const [leftFound] = [findColumn(leftScope, null, null, name, 'from clause')];
    const members = [
      ...(leftFound && 'members' in leftFound
        ? leftFound.members
        : leftFound
          ? [[leftFound.source.index, leftFound.column] as const]
          : []),
      [found.source.index, found.column] as const,
    ];
    const previous = scope.merged.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    if (previous >= 0) scope.merged.splice(previous, 1);
    scope.merged.push({ name, expression: rightJoin ? other : one, members });
    conditions.push({
      expression: { kind: 'binary', operator: '=', left: leftColumn, right: leftColumn },
      compiled: equal,
      holds: (frame) => equal.evaluate(frame) === 1n,
    });
  }
  return conditions;
};

const compareColumns = (left: Compiled, right: Compiled, compiler: Compiler): Compiled =>
  compareValues('=', left, right, compiler);

const commonNames = (left: Node, right: Node): string[] => {
  const rightNames = new Set(
    sourcesOf(right).flatMap((source) => source.columns.map((column) => column.name.toLowerCase())),
  );
  const names = sourcesOf(left).flatMap((source) =>
    source.columns
      .filter((column) => !column.hidden && rightNames.has(column.name.toLowerCase()))
      .map((column) => column.name),
  );
  return [...new Set(names)];
};

const build = (
  reference: TableReference,
  scope: Scope,
  compiler: Compiler,
  lockingOf: (name: string) => Locking | null,
): Node => {
  const { statement } = compiler;
  if (reference.kind === 'table') {
    const source = openSource(
      reference,
      scope,
      statement,
      lockingOf(reference.alias ?? reference.name.name)?.privilege,
    );
    return { kind: 'source', source, locking: source.table ? lockingOf(source.name) : null };
  }
  if (reference.kind === 'derived') {
    if (reference.alias === '') throw mysqlError('ER_DERIVED_MUST_HAVE_ALIAS');
    if (reference.lateral) throw new NotEmulated('mysql', 'LATERAL');
    // A derived table sees the blocks around this one, not its neighbours.
    const planned = planQuery(reference.query, statement, {
      ...newScope(scope.parent),
      commonTables: scope.commonTables,
    });
    const columns = queryColumns(planned, reference.columns, reference.alias);
    return {
      kind: 'source',
      source: addSource(scope, { name: reference.alias, schema: '', columns, table: null, rows: materialise(planned) }),
      locking: null,
    };
  }
  const written = [
    build(reference.left, scope, compiler, lockingOf),
    build(reference.right, scope, compiler, lockingOf),
  ] as const;
  // A RIGHT JOIN is a LEFT JOIN the other way round; its columns keep their order.
  const [left, right] = reference.type === 'right' ? [written[1], written[0]] : written;
  const outer = reference.type !== 'inner';
  const names = reference.natural ? commonNames(written[0], written[1]) : reference.using;
  const conditions = names
    ? mergeColumns(scope, names, written[0], written[1], reference.type === 'right', compiler)
    : [];
  if (outer) setNullable(right);
  if (reference.on) {
    const inner = narrowed(scope, [...sourcesOf(left), ...sourcesOf(right)]);
    conditions.push(...conditionsOf(reference.on, { ...compiler, scope: inner, clause: 'on clause' }));
  }
  return { kind: 'join', left, right, outer, conditions };
};

const bit = (source: Source): number => 2 ** source.index;
const has = (mask: number, flag: number): boolean => Math.floor(mask / flag) % 2 === 1;

const mirrored: Readonly<Record<string, Restriction['operator']>> = {
  '=': '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** What a condition says of a column of that source, given sources that are read before it. */
const restrictionsOf = (
  condition: Condition,
  source: Source,
  compiler: Compiler,
  isKnown: (compiled: Compiled) => boolean,
): Restriction[] => {
  const { expression } = condition;
  const columnIn = (candidate: Expression): number | null => {
    if (candidate.kind !== 'column') return null;
    const found = findColumn(compiler.scope, candidate.schema, candidate.table, candidate.name, compiler.clause);
    return found && 'source' in found && found.source === source ? found.column : null;
  };
  const value = (candidate: Expression): Compiled | null => {
    const compiled = compileScalar(candidate, compiler);
    return isKnown(compiled) ? compiled : null;
  };
  if (expression.kind === 'binary') {
    const operator = mirrored[expression.operator] ? (expression.operator as Restriction['operator']) : null;
    if (operator === null) return [];
    const left = columnIn(expression.left);
    if (left !== null) {
      const other = expression.right.kind === 'row' ? null : value(expression.right);
      if (other) return [{ column: left, operator, values: [other] }];
    }
    const right = columnIn(expression.right);
    if (right !== null) {
      const other = expression.left.kind === 'row' ? null : value(expression.left);
      if (other) return [{ column: right, operator: mirrored[operator] as Restriction['operator'], values: [other] }];
    }
    return [];
  }
  if (expression.kind === 'between' && !expression.negated) {
    const column = columnIn(expression.operand);
    const [low, high] = column === null ? [null, null] : [value(expression.low), value(expression.high)];
    if (column === null || !low || !high) return [];
    return [
      { column, operator: '>=', values: [low] },
      { column, operator: '<=', values: [high] },
    ];
  }
  if (expression.kind === 'in' && !expression.negated) {
    const column = columnIn(expression.operand);
    if (column === null || expression.items.some((item) => item.kind === 'row')) return [];
    const values = expression.items.map(value);
    return values.every((item) => item !== null) ? [{ column, operator: 'in', values: values as Compiled[] }] : [];
  }
  return [];
};

type Step = (frame: Frame, next: (frame: Frame) => boolean) => boolean;

/** Builds the loop over one source, with the conditions that can be tested once its row is there. */
const sourceStep = (
  node: Extract<Node, { kind: 'source' }>,
  known: number,
  conditions: readonly Condition[],
  compiler: Compiler,
): Step => {
  const { source, locking } = node;
  const { statement } = compiler;
  const isKnown = (compiled: Compiled): boolean => {
    if (compiled.volatile) return false;
    for (const other of compiler.scope.sources)
      if (has(compiled.sources, bit(other)) && !has(known, bit(other))) return false;
    return compiled.sources < 2 ** 31 - 1 || compiler.scope.sources.length === 0;
  };
  const { table, index } = source;
  const test = (frame: Frame): boolean => conditions.every((condition) => condition.holds(frame));
  if (!table) return derivedStep(source, conditions, isKnown, compiler, test);
  const path = chooseAccess(
    table,
    conditions.flatMap((condition) => restrictionsOf(condition, source, compiler, isKnown)),
  );
  // A correlated lookup by nothing but a scan, inside a join, is better served by a hash of the rows.
  if (path.index === null && known !== 0 && locking === null) {
    const hashed = hashStep(source, () => allRows(table, statement), conditions, isKnown, compiler, test);
    if (hashed) return hashed;
  }
  return (frame, next) => {
    for (const record of candidateRecords(table, path, frame, statement)) {
      const row = readRow(record, statement.read);
      if (!row) continue;
      frame.rows[index] = row;
      if (!test(frame)) continue;
      if (locking) {
        if (!lockRecord(table, record, locking, statement)) continue;
        const locked = statement.session.transaction
          ? readRow(record, { kind: 'current', transaction: statement.session.transaction })
          : row;
        if (!locked) continue;
        frame.rows[index] = locked;
        if (locked !== row && !test(frame)) continue;
      }
      if (locking) records.set(frame.rows[index] as Row, record);
      if (!next(frame)) return false;
    }
    frame.rows[index] = null;
    return true;
  };
};

// Rows that a write found, back to their records. Rows are never shared between records.
const records = new WeakMap<Row, TableRecord>();
export const recordOf = (row: Row): TableRecord | undefined => records.get(row);

const allRows = (table: TableData, statement: Statement): Row[] => {
  const rows: Row[] = [];
  for (const record of candidateRecords(
    table,
    { index: null, equal: [], range: [] },
    { rows: [], outer: null, aggregates: [], windows: [] },
    statement,
  )) {
    const row = readRow(record, statement.read);
    if (row) rows.push(row);
  }
  return rows;
};

const derivedStep = (
  source: Source,
  conditions: readonly Condition[],
  isKnown: (compiled: Compiled) => boolean,
  compiler: Compiler,
  test: (frame: Frame) => boolean,
): Step => {
  const { index } = source;
  const hashed = hashStep(source, () => source.rows?.(null) ?? [], conditions, isKnown, compiler, test);
  if (hashed) return hashed;
  return (frame, next) => {
    for (const row of source.rows?.(frame.outer) ?? []) {
      frame.rows[index] = row;
      if (test(frame) && !next(frame)) return false;
    }
    frame.rows[index] = null;
    return true;
  };
};

/** A join by equal values: the rows of this side in a map by key, made once. */
const hashStep = (
  source: Source,
  rows: () => readonly Row[],
  conditions: readonly Condition[],
  isKnown: (compiled: Compiled) => boolean,
  compiler: Compiler,
  test: (frame: Frame) => boolean,
): Step | null => {
  if (source.rows && compiler.scope.parent) return null;
  const keys = conditions
    .flatMap((condition) =>
      restrictionsOf(condition, source, compiler, (compiled) => isKnown(compiled) && compiled.sources !== 0),
    )
    .filter((restriction) => {
      const column = source.columns[restriction.column];
      const [value] = restriction.values;
      if (restriction.operator !== '=' || !column || !value) return false;
      const kind = kindOf(column.type);
      return (
        kind === kindOf(value.type) &&
        (kind === 'integer' ||
          (kind === 'string' &&
            column.type.collation === value.type.collation &&
            column.type.base !== 'enum' &&
            value.type.base !== 'enum'))
      );
    });
  if (keys.length === 0) return null;
  const { index } = source;
  let map: Map<string, Row[]> | null = null;
  return (frame, next) => {
    if (map === null) {
      map = new Map();
      for (const row of rows()) {
        const parts = keys.map((key) => row[key.column] as Datum);
        if (parts.includes(null)) continue;
        const key = parts
          .map((part, place) =>
            keyPart(part, (source.columns[(keys[place] as Restriction).column] as SourceColumn).type),
          )
          .join('');
        const list = map.get(key);
        if (list) list.push(row);
        else map.set(key, [row]);
      }
    }
    const parts = keys.map((key) => (key.values[0] as Compiled).evaluate(frame));
    if (parts.includes(null)) return true;
    const key = parts
      .map((part, place) => keyPart(part, (source.columns[(keys[place] as Restriction).column] as SourceColumn).type))
      .join('');
    for (const row of map.get(key) ?? []) {
      frame.rows[index] = row;
      if (test(frame) && !next(frame)) return false;
    }
    frame.rows[index] = null;
    return true;
  };
};

const covers = (known: number, compiled: Compiled, sources: readonly Source[]): boolean => {
  if (compiled.sources >= 2 ** 31 - 1) return sources.every((source) => has(known, bit(source)));
  return sources.every((source) => !has(compiled.sources, bit(source)) || has(known, bit(source)));
};

/** The loops of a node. `waiting` are conditions of WHERE that hold for the result; each is tested as soon as its rows are there. */
const step = (node: Node, known: number, waiting: Condition[], compiler: Compiler): { run: Step; known: number } => {
  const { sources } = compiler.scope;
  const take = (mask: number): Condition[] => {
    const ready = waiting.filter((condition) => covers(mask, condition.compiled, sources));
    for (const condition of ready) waiting.splice(waiting.indexOf(condition), 1);
    return ready;
  };
  if (node.kind === 'source') {
    const after = known + bit(node.source);
    return { run: sourceStep(node, known, take(after), compiler), known: after };
  }
  if (!node.outer) {
    waiting.push(...node.conditions);
    const left = step(node.left, known, waiting, compiler);
    const right = step(node.right, left.known, waiting, compiler);
    return { known: right.known, run: (frame, next) => left.run(frame, (joined) => right.run(joined, next)) };
  }
  const left = step(node.left, known, waiting, compiler);
  const onlyOn = [...node.conditions];
  const right = step(node.right, left.known, onlyOn, compiler);
  // Conditions of ON that name only the left side are tested here.
  const rest = onlyOn;
  const after = take(right.known);
  const inner = sourcesOf(node.right);
  return {
    known: right.known,
    run: (frame, next) =>
      left.run(frame, (joined) => {
        let matched = false;
        let go = true;
        if (rest.every((condition) => condition.holds(joined)))
          go = right.run(joined, (row) => {
            matched = true;
            return after.every((condition) => condition.holds(row)) ? next(row) : true;
          });
        if (!go) return false;
        if (matched) return true;
        for (const source of inner) joined.rows[source.index] = null;
        return after.every((condition) => condition.holds(joined)) ? next(joined) : true;
      }),
  };
};

/** Opens the tables of a FROM clause into the scope. Conditions come later, when the select list is known: see `plan`. */
export const openFrom = (
  reference: TableReference | null,
  compiler: Compiler,
  lockingOf: (name: string) => Locking | null,
): ((where: Expression | null) => PlannedFrom) => {
  const { scope } = compiler;
  const node = reference ? build(reference, scope, compiler, lockingOf) : null;
  return (where) => {
    const whereCompiler = { ...newCompiler(compiler.statement, scope, 'where clause'), inserted: compiler.inserted };
    const waiting = where ? conditionsOf(where, whereCompiler) : [];
    if (!node)
      return { run: (frame, each) => (waiting.every((condition) => condition.holds(frame)) ? each(frame) : true) };
    // What depends on no row is tested once.
    const fixed = waiting.filter((condition) => condition.compiled.sources === 0 && !condition.compiled.volatile);
    for (const condition of fixed) waiting.splice(waiting.indexOf(condition), 1);
    const { run } = step(node, 0, waiting, whereCompiler);
    const late = waiting;
    return {
      run: (frame, each) => {
        if (!fixed.every((condition) => condition.holds(frame))) return true;
        return run(frame, (joined) => (late.every((condition) => condition.holds(joined)) ? each(joined) : true));
      },
    };
  };
};
