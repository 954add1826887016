import { NotEmulated } from '../../../../core/not-emulated.ts';
import type {
  Assignment,
  DeleteStatement,
  Expression,
  InsertStatement,
  Query,
  TableReference,
  UpdateStatement,
} from '../../../../wire/mysql-sql/ast.ts';
import { MysqlError, mysqlError } from '../../errors.ts';
import { requireTablePrivilege } from '../privileges.ts';
import { type Compiled, emptyFrame, type Frame } from '../query/compiled.ts';
import { type Compiler, newCompiler } from '../query/compiler.ts';
import { compileScalar } from '../query/expression.ts';
import { openFrom, recordOf, tableColumns } from '../query/from.ts';
import { compareFrames, compileOrder } from '../query/order.ts';
import { planQuery } from '../query/plan.ts';
import { findColumn, newScope, type Scope, type Source } from '../query/scope.ts';
import type { Statement } from '../query/statement.ts';
import { findDatabase, isSystemSchema } from '../storage/catalog.ts';
import { lockRow } from '../storage/locks.ts';
import { type CheckSchema, type ColumnSchema, columnIndex } from '../storage/schema.ts';
import { currentRow, type TableData, type TableRecord } from '../storage/table-data.ts';
import {
  type Duplicate,
  deleteRow,
  duplicateError,
  findDuplicate,
  insertRow,
  updateRow,
  type WriteContext,
} from '../storage/writes.ts';
import { assertWritable } from '../transactions.ts';
import { toInteger } from '../values/convert.ts';
import {
  bigintType,
  type Datum,
  datetimeType,
  integerRange,
  kindOf,
  nullType,
  type Row,
  stringType,
} from '../values/sql-type.ts';
import { storeValue } from '../values/store.ts';
import { formatDatetime } from '../values/temporal.ts';
import { utcToLocal } from '../values/time-zone.ts';
import { sessionValue } from '../variables/access.ts';

/** What a statement that writes tells its client. */
export type WriteResult = {
  affectedRows: bigint;
  insertId: bigint;
  info: string /** Rows matched, for CLIENT_FOUND_ROWS. */;
  matched: bigint;
};

export const writeContext = ({ session, server }: Statement): WriteContext => {
  if (!session.transaction) throw new Error('a write outside of a transaction');
  return {
    transaction: session.transaction,
    catalog: server.catalog,
    foreignKeyChecks: sessionValue(server, session, 'foreign_key_checks') === 'ON',
    uniqueChecks: true,
  };
};

/** The stored table that a name means in this session. */
export const targetTable = (
  statement: Statement,
  name: { schema: string | null; name: string },
  privilege: string,
): TableData => {
  const schema = name.schema ?? statement.session.database;
  if (schema === null) throw mysqlError('ER_NO_DB_ERROR');
  requireTablePrivilege(statement, privilege, schema, name.name);
  if (isSystemSchema(schema))
    throw mysqlError(
      'ER_DBACCESS_DENIED_ERROR',
      statement.session.account.user,
      statement.session.account.host,
      schema,
    );
  const database = findDatabase(statement.server.catalog, schema);
  if (database.views.has(name.name)) throw new NotEmulated('mysql', 'writing through a view');
  const table = database.tables.get(name.name);
  if (!table) throw mysqlError('ER_NO_SUCH_TABLE', `${schema}.${name.name}`);
  return table;
};

const localNow = (statement: Statement, digits: number): string =>
  formatDatetime(utcToLocal(statement.nowMicroseconds, statement.timeZone), digits);

const storedNow = (column: ColumnSchema, statement: Statement): Datum =>
  storeValue(localNow(statement, column.type.decimals), datetimeType(column.type.decimals), column, 1, statement);

/** What a column takes when an INSERT does not name it. Without strict mode, a column without default takes its type's zero. */
const implicitValue = (column: ColumnSchema, statement: Statement): Datum => {
  if (column.nullable) return null;
  if (column.autoIncrement) return 0n;
  if (column.type.base === 'enum') return column.type.values[0] ?? '';
  const error = mysqlError('ER_NO_DEFAULT_FOR_FIELD', column.name);
  if (statement.strictWrite) throw error;
  // Told once a statement, however many rows it has.
  if (!statement.session.warnings.some((known) => known.error.message === error.message)) statement.warn(error);
  return zeroOf(column, statement);
};

/** The value that stands for nothing in a NOT NULL column. */
const zeroOf = (column: ColumnSchema, statement: Statement): Datum => {
  const quiet = { ...statement, strictWrite: false, warn: () => undefined };
  const kind = kindOf(column.type);
  if (kind === 'json') return 'null';
  if (kind === 'string' || kind === 'binary') return storeValue('', stringType(0), column, 1, quiet);
  if (kind === 'date' || kind === 'datetime')
    return column.type.base === 'date'
      ? '0000-00-00'
      : formatDatetime(
          { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, microsecond: 0 },
          column.type.decimals,
        );
  return storeValue(0n, bigintType, column, 1, quiet);
};

type Filler = (row: Datum[]) => Datum;

/** Fills a column that is not given; made when it is first wanted. */
const defaultFillers = (
  table: TableData,
  statement: Statement,
  scope: Scope,
): ((index: number, row: Datum[]) => Datum) => {
  const fillers: (Filler | undefined)[] = [];
  return (index, row) => {
    let filler = fillers[index];
    if (!filler) {
      const column = table.schema.columns[index];
      if (!column) throw new Error(`${table.schema.name} has no column ${index}`);
      filler = defaultFiller(column, statement, scope);
      fillers[index] = filler;
    }
    return filler(row);
  };
};

const defaultFiller = (column: ColumnSchema, statement: Statement, scope: Scope): Filler => {
  const { default: value } = column;
  switch (value.kind) {
    case 'value': {
      // A TIMESTAMP's default was written in some time zone and is kept as it was written.
      if (column.type.base === 'timestamp' && value.value !== null) {
        const stored = storeValue(value.value, datetimeType(column.type.decimals), column, 1, statement);
        return () => stored;
      }
      return () => value.value;
    }
    case 'now': {
      const stored = storedNow(column, statement);
      return () => stored;
    }
    case 'expression': {
      const compiled = compileScalar(value.expression, newCompiler(statement, scope, 'default clause'));
      return (row) =>
        storeValue(compiled.evaluate({ ...emptyFrame(), rows: [row] }), compiled.type, column, 1, statement);
    }
    default:
      return () => implicitValue(column, statement);
  }
};

const sourceOf = (table: TableData, name: string, index: number): Source => ({
  index,
  name,
  schema: table.schema.schema,
  columns: tableColumns(table),
  table,
  rows: null,
  nullable: false,
});

type Check = { check: CheckSchema; holds: (row: Row) => boolean };

const checksOf = (table: TableData, statement: Statement): Check[] => {
  if (table.schema.checks.length === 0) return [];
  const scope = newScope(null);
  scope.sources.push(sourceOf(table, table.schema.name, 0));
  return table.schema.checks
    .filter((check) => check.enforced)
    .map((check) => {
      const compiled = compileScalar(check.expression, newCompiler(statement, scope, 'check constraint'));
      return {
        check,
        holds: (row) => {
          const value = compiled.evaluate({ ...emptyFrame(), rows: [row] });
          return value === null || toInteger(value, compiled.type, statement) !== 0n;
        },
      };
    });
};

const enforceChecks = (checks: readonly Check[], row: Row): void => {
  for (const { check, holds } of checks) if (!holds(row)) throw mysqlError('ER_CHECK_CONSTRAINT_VIOLATED', check.name);
};

/** NULL into NOT NULL: an error, but the type's zero where MySQL goes on (several rows, or IGNORE, without strict mode). */
const checkNull = (value: Datum, column: ColumnSchema, statement: Statement, single: boolean): Datum => {
  if (value !== null || column.nullable) return value;
  const error = mysqlError('ER_BAD_NULL_ERROR', column.name);
  if (statement.strictWrite || single) throw error;
  statement.warn(error);
  return zeroOf(column, statement);
};

/** Numbers that a statement has taken for its rows: `count` at once when it knows how many, else 1, 2, 4, … (innodb_autoinc_lock_mode 2). */
type Numbers = { next: bigint; end: bigint; taken: number; count: number };

const takeNumber = (table: TableData, column: ColumnSchema, numbers: Numbers): bigint => {
  const [, highest] = integerRange(column.type);
  const limited = kindOf(column.type) === 'integer';
  if (numbers.next >= numbers.end) {
    const size = numbers.taken === 0 && numbers.count > 0 ? numbers.count : Math.min(65_535, 2 ** numbers.taken);
    numbers.taken++;
    numbers.next = table.autoIncrement;
    numbers.end = table.autoIncrement + BigInt(size);
    table.autoIncrement = numbers.end;
    if (limited && table.autoIncrement > highest + 1n) table.autoIncrement = highest + 1n;
  }
  const number = numbers.next++;
  if (!limited || number < highest) return number;
  // A full column gives its last number again, which is a duplicate; only BIGINT UNSIGNED says that it is full.
  if (highest === 18446744073709551615n) throw mysqlError('ER_AUTOINC_READ_FAILED');
  return highest;
};

/** The AUTO_INCREMENT column gives and takes numbers here. */
const nextNumber = (
  table: TableData,
  column: ColumnSchema,
  value: Datum,
  statement: Statement,
  numbers: Numbers,
): { value: Datum; generated: boolean } => {
  const automatic =
    value === null ||
    (value === 0n && !statement.sqlMode.noAutoValueOnZero) ||
    (value === 0 && !statement.sqlMode.noAutoValueOnZero);
  if (!automatic) {
    const given = typeof value === 'bigint' ? value : BigInt(Math.trunc(value as number));
    if (given >= table.autoIncrement) table.autoIncrement = given + 1n;
    if (given >= numbers.next) numbers.next = given + 1n;
    return { value, generated: false };
  }
  const next = takeNumber(table, column, numbers);
  return { value: kindOf(column.type) === 'double' ? Number(next) : next, generated: true };
};

const ignorable = new Set([1048, 1062, 1364, 1451, 1452, 3819, 1264, 1265, 1366, 1406, 1292]);

/** INSERT IGNORE: what is wrong with a row is a warning, and the row is left out. */
const ignoring = (statement: Statement, ignore: boolean, attempt: () => void): boolean => {
  if (!ignore) {
    attempt();
    return true;
  }
  const { transaction } = statement.session;
  if (!transaction) throw new Error('a write outside of a transaction');
  try {
    attempt();
    return true;
  } catch (error) {
    if (!(error instanceof MysqlError) || !ignorable.has(error.errno)) throw error;
    statement.warn(error);
    return false;
  }
};

type InsertColumn = { index: number; column: ColumnSchema };

const namedColumns = (table: TableData, names: readonly string[] | null): InsertColumn[] => {
  const { columns } = table.schema;
  if (names === null || names.length === 0) {
    const all = columns.map((column, index) => ({ index, column }));
    return names === null ? all.filter(({ column }) => !column.invisible) : [];
  }
  const seen = new Set<number>();
  return names.map((name) => {
    const index = columnIndex(table.schema, name);
    const column = columns[index];
    if (!column) throw mysqlError('ER_BAD_FIELD_ERROR', name, 'field list');
    if (seen.has(index)) throw mysqlError('ER_FIELD_SPECIFIED_TWICE', name);
    seen.add(index);
    return { index, column };
  });
};

/** Rows to insert, each with the types its values come in; null stands for DEFAULT. */
type SourceRow = readonly ({ value: Datum; type: Compiled['type'] } | null)[];

const rowsOfSource = (
  statement: Statement,
  insert: InsertStatement,
  columns: readonly InsertColumn[],
  table: TableData,
): { rows: Iterable<(row: Datum[]) => SourceRow>; count: number } => {
  if (insert.source.kind === 'query') {
    const planned = planQuery(insert.source.query, statement, null);
    if (planned.columns.length !== columns.length) throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', 1);
    const types = planned.columns.map((column) => column.expression.type);
    const found = planned.run(null);
    return {
      count: found.length,
      rows: found.map((row) => () => row.map((value, index) => ({ value, type: types[index] ?? nullType }))),
    };
  }
  const scope = newScope(null);
  const target = sourceOf(table, insert.table.name, 0);
  scope.sources.push(target);
  const compiler: Compiler = { ...newCompiler(statement, scope, 'field list'), target };
  const { rows } = insert.source;
  rows.forEach((row, index) => {
    if (row.length !== columns.length) throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', index + 1);
  });
  return {
    count: rows.length,
    rows: rows.map((row) => {
      const compiled = row.map((expression) =>
        expression.kind === 'default' && expression.column === null ? null : compileScalar(expression, compiler),
      );
      // Earlier columns of the same row can be read: INSERT INTO t (a, b) VALUES (1, a + 1).
      return (current: Datum[]): SourceRow =>
        compiled.map((item) => item && { value: item.evaluate({ ...emptyFrame(), rows: [current] }), type: item.type });
    }),
  };
};

/** INSERT and REPLACE. */
export const executeInsert = (statement: Statement, insert: InsertStatement): WriteResult => {
  const table = targetTable(statement, insert.table, 'INSERT');
  if (insert.replace) requireTablePrivilege(statement, 'DELETE', table.schema.schema, table.schema.name);
  if (insert.onDuplicate) requireTablePrivilege(statement, 'UPDATE', table.schema.schema, table.schema.name);
  assertWritable(statement, table);
  const context = writeContext(statement);
  const writing: Statement = insert.ignore ? { ...statement, strictWrite: false } : statement;
  const columns = namedColumns(table, insert.columns);
  const effective = insert.columns !== null && insert.columns.length === 0 ? [] : columns;
  const { rows, count } = rowsOfSource(writing, insert, effective, table);
  const scope = newScope(null);
  scope.sources.push(sourceOf(table, table.schema.name, 0));
  const fillers = defaultFillers(table, writing, scope);
  const checks = checksOf(table, writing);
  const onDuplicate = insert.onDuplicate ? compileOnDuplicate(writing, table, insert, insert.onDuplicate) : null;
  const auto = table.schema.columns.findIndex((column) => column.autoIncrement);
  const single = count === 1 && insert.source.kind === 'values';
  const given = new Set(effective.map(({ index }) => index));
  const numbers: Numbers = { next: 0n, end: 0n, taken: 0, count: insert.source.kind === 'values' ? count : 0 };
  const result = { affected: 0n, firstId: 0n, lastId: 0n, duplicates: 0n, matched: 0n };
  let number = 0;
  for (const read of rows) {
    number++;
    const done = ignoring(writing, insert.ignore, () => {
      const row = buildRow(writing, table, effective, given, read, fillers, number, single && !insert.ignore);
      insertOne(writing, context, table, row, {
        ...{ auto, numbers, checks, onDuplicate, replace: insert.replace, result },
      });
    });
    if (!done) result.duplicates++;
  }
  const { session } = statement;
  if (result.firstId !== 0n) session.lastInsertId = result.firstId;
  const warnings = session.warnings.length;
  const info = single ? '' : `Records: ${count}  Duplicates: ${result.duplicates}  Warnings: ${warnings}`;
  return {
    affectedRows: result.affected,
    insertId: result.firstId !== 0n ? result.firstId : result.lastId,
    info,
    matched: result.matched,
  };
};

const buildRow = (
  statement: Statement,
  table: TableData,
  columns: readonly InsertColumn[],
  given: ReadonlySet<number>,
  read: (row: Datum[]) => SourceRow,
  fillers: ReturnType<typeof defaultFillers>,
  number: number,
  single: boolean,
): Datum[] => {
  const { schema } = table;
  const row: Datum[] = new Array(schema.columns.length).fill(null);
  schema.columns.forEach((column, index) => {
    // Columns that stay unnamed first, so that expressions can read them; expressions of defaults last.
    if (!given.has(index) && column.default.kind !== 'expression')
      row[index] = column.autoIncrement ? null : fillers(index, row);
  });
  const values = read(row);
  columns.forEach(({ index, column }, place) => {
    const item = values[place];
    if (!item) {
      row[index] = column.autoIncrement ? null : fillers(index, row);
      return;
    }
    const to = kindOf(column.type) === 'json' ? { ...column, table: schema.name } : column;
    const stored = storeValue(item.value, item.type, to, number, statement);
    row[index] = column.autoIncrement ? stored : checkNull(stored, column, statement, single);
  });
  schema.columns.forEach((column, index) => {
    if (!given.has(index) && column.default.kind === 'expression') row[index] = fillers(index, row);
  });
  return row;
};

type InsertSettings = {
  auto: number;
  numbers: Numbers;
  checks: readonly Check[];
  onDuplicate: ((existing: Row, inserted: Row) => Row) | null;
  replace: boolean;
  result: { affected: bigint; firstId: bigint; lastId: bigint; duplicates: bigint; matched: bigint };
};

const insertOne = (
  statement: Statement,
  context: WriteContext,
  table: TableData,
  row: Datum[],
  settings: InsertSettings,
): void => {
  const { auto, result } = settings;
  let generated = false;
  if (auto >= 0) {
    const number = nextNumber(
      table,
      table.schema.columns[auto] as ColumnSchema,
      row[auto] as Datum,
      statement,
      settings.numbers,
    );
    row[auto] = number.value;
    generated = number.generated;
  }
  enforceChecks(settings.checks, row);
  for (;;) {
    const duplicate = findDuplicate(
      context,
      table,
      row,
      null,
      settings.replace || settings.onDuplicate ? 'exclusive' : 'shared',
    );
    if (!duplicate) break;
    if (settings.onDuplicate) {
      updateDuplicate(context, table, duplicate, row, settings);
      return;
    }
    if (!settings.replace) throw duplicateError(table, duplicate, row);
    if (replaceInPlace(statement, context, table, duplicate, row, settings)) return;
  }
  insertRow(context, table, row);
  result.affected++;
  if (auto < 0) return;
  const id = integerOf(row[auto] as Datum);
  if (generated && result.firstId === 0n) result.firstId = id;
  result.lastId = id;
};

const integerOf = (value: Datum): bigint => (typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value))));

const sameRow = (one: Row, other: Row): boolean => one.every((value, index) => sameValue(value, other[index] as Datum));

const sameValue = (one: Datum, other: Datum): boolean => {
  if (one === other) return true;
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  if (typeof one === 'object' && typeof other === 'object' && one && other && 'unscaled' in one && 'unscaled' in other)
    return one.unscaled === other.unscaled && one.scale === other.scale;
  return false;
};

const updateDuplicate = (
  context: WriteContext,
  table: TableData,
  duplicate: Duplicate,
  row: Row,
  settings: InsertSettings,
): void => {
  const after = (settings.onDuplicate as (existing: Row, inserted: Row) => Row)(duplicate.row, row);
  settings.result.duplicates++;
  settings.result.matched++;
  const { auto, result } = settings;
  if (sameRow(duplicate.row, after)) return;
  if (auto >= 0) result.lastId = integerOf(duplicate.row[auto] as Datum);
  enforceChecks(settings.checks, after);
  lockRow(duplicate.record, table.schema.name, context.transaction, 'exclusive');
  updateRow(context, table, duplicate.record, duplicate.row, after);
  result.affected += 2n;
};

/**
 * REPLACE on a row with the same key. As the server does: an update in place when the key is the last unique one and no other table
 * refers to this one, else a delete, after which the search goes on.
 */
const replaceInPlace = (
  statement: Statement,
  context: WriteContext,
  table: TableData,
  duplicate: Duplicate,
  row: Row,
  settings: InsertSettings,
): boolean => {
  const unique = table.schema.indexes.filter((index) => index.unique);
  const last = unique.at(-1) === duplicate.index;
  const referenced = [...statement.server.catalog.databases.values()].some((database) =>
    [...database.tables.values()].some((other) =>
      other.schema.foreignKeys.some(
        (key) => key.parentSchema === table.schema.schema && key.parentTable === table.schema.name,
      ),
    ),
  );
  settings.result.duplicates++;
  if (last && !referenced) {
    if (!sameRow(duplicate.row, row)) {
      updateRow(context, table, duplicate.record, duplicate.row, row);
      settings.result.affected += 2n;
    } else settings.result.affected += 1n;
    if (settings.auto >= 0) settings.result.lastId = integerOf(row[settings.auto] as Datum);
    return true;
  }
  deleteRow(context, table, duplicate.record, duplicate.row);
  settings.result.affected++;
  return false;
};

const compileOnDuplicate = (
  statement: Statement,
  table: TableData,
  insert: InsertStatement,
  assignments: readonly Assignment[],
): ((existing: Row, inserted: Row) => Row) => {
  const scope = newScope(null);
  const target = sourceOf(table, insert.table.name, 0);
  const inserted: Source = { ...sourceOf(table, insert.alias?.name ?? '\u0000inserted', 1), schema: '' };
  scope.sources.push(target);
  // The alias of the new row is a name like a table's; without one only VALUES(c) reaches it.
  const aliased = insert.alias
    ? {
        ...inserted,
        columns: inserted.columns.map((column, index) => ({
          ...column,
          name: insert.alias?.columns[index] ?? column.name,
        })),
      }
    : null;
  if (aliased) scope.sources.push(aliased);
  const compiler: Compiler = { ...newCompiler(statement, scope, 'field list'), inserted, target };
  // An unqualified name is the existing row's column.
  const plain: Compiler = aliased
    ? {
        ...compiler,
        scope: {
          ...scope,
          merged: target.columns.map((column, index) => ({
            name: column.name,
            expression: firstSource(target, index, compiler),
            members: [],
          })),
        },
      }
    : compiler;
  const compiled = assignments.map(({ column, value }) => {
    const index = columnIndex(table.schema, column.name);
    const definition = table.schema.columns[index];
    if (!definition) throw mysqlError('ER_BAD_FIELD_ERROR', column.name, 'field list');
    return { index, definition, value: isDefault(value) ? null : compileScalar(value, plain) };
  });
  const fillers = defaultFillers(table, statement, scope);
  const touch = touchedColumns(table, new Set(compiled.map(({ index }) => index)), statement);
  return (existing, row) => {
    const after = [...existing];
    for (const { index, definition, value } of compiled) {
      if (!value) {
        after[index] = fillers(index, after);
        continue;
      }
      const frame: Frame = { ...emptyFrame(), rows: [after, row] };
      after[index] = checkNull(
        storeValue(value.evaluate(frame), value.type, definition, 1, statement),
        definition,
        statement,
        false,
      );
    }
    if (!sameRow(existing, after)) for (const { index, stored } of touch) after[index] = stored;
    return after;
  };
};

const firstSource = (source: Source, column: number, compiler: Compiler): Compiled =>
  compileScalar(
    { kind: 'column', schema: null, table: source.name, name: source.columns[column]?.name ?? '' },
    compiler,
  );

const isDefault = (expression: Expression): boolean => expression.kind === 'default' && expression.column === null;

/** Columns with ON UPDATE CURRENT_TIMESTAMP that the statement does not set itself. */
const touchedColumns = (
  table: TableData,
  assigned: ReadonlySet<number>,
  statement: Statement,
): { index: number; stored: Datum }[] =>
  table.schema.columns.flatMap((column, index) =>
    column.onUpdateNow && !assigned.has(index) ? [{ index, stored: storedNow(column, statement) }] : [],
  );

type Target = { source: Source; table: TableData };

/** Tables named in a FROM, so that those written to can be locked as they are read. */
const tablesIn = (
  reference: TableReference,
): { name: string; reference: Extract<TableReference, { kind: 'table' }> }[] => {
  if (reference.kind === 'table') return [{ name: reference.alias ?? reference.name.name, reference }];
  return reference.kind === 'join' ? [...tablesIn(reference.left), ...tablesIn(reference.right)] : [];
};

/** Finds the rows that a write works on, locks them, and puts them in order. */
const findRows = (
  statement: Statement,
  compiler: Compiler,
  clauses: {
    from: TableReference;
    where: Expression | null;
    orderBy: UpdateStatement['orderBy'];
    limit: Query['limit'];
  },
  written: (name: string) => boolean,
  privilege: 'UPDATE' | 'DELETE',
): { targets: () => Target[]; run: (each: (frame: Frame) => void) => void } => {
  const bind = openFrom(clauses.from, compiler, (name) =>
    written(name) ? { mode: 'exclusive', wait: 'wait', privilege } : null,
  );
  const planned = bind(clauses.where);
  const order = compileOrder(clauses.orderBy, { ...compiler, clause: 'order clause' }, []);
  const limit = clauses.limit
    ? Number(
        toInteger(compileScalar(clauses.limit.count, compiler).evaluate(emptyFrame()), bigintType, statement) ?? 0n,
      )
    : Number.POSITIVE_INFINITY;
  return {
    targets: () => compiler.scope.sources.flatMap((source) => (source.table ? [{ source, table: source.table }] : [])),
    run: (each) => {
      const frames: Frame[] = [];
      if (limit <= 0) return;
      planned.run(emptyFrame(), (frame) => {
        frames.push({ ...frame, rows: [...frame.rows] });
        return order.length > 0 || frames.length < limit;
      });
      if (order.length > 0) {
        const keyed = frames.map((frame) => ({ frame, keys: order.map((item) => item.key(frame)) }));
        keyed.sort((one, other) => compareFrames(one.keys, other.keys, order));
        for (const { frame } of keyed.slice(0, limit)) each(frame);
        return;
      }
      for (const frame of frames) each(frame);
    },
  };
};

const withCommonTables = (scope: Scope, clause: Query['with']): void => {
  for (const table of clause?.tables ?? [])
    scope.commonTables.set(table.name.toLowerCase(), {
      name: table.name,
      columns: table.columns,
      query: table.query,
      recursive: clause?.recursive === true,
      scope,
      working: null,
      result: null,
    });
};

/** A table that is written to cannot be read by a subquery of the same statement, unless a derived table stands between (error 1093). */
const refuseReadOfTarget = (
  parts: unknown,
  target: { schema: string | null; name: string },
  database: string | null,
): void => {
  const schemaOf = (name: { schema: string | null }) => name.schema ?? database;
  const visit = (node: unknown, inQuery: boolean): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item, inQuery);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { kind, name } = node as { kind?: string; name?: { schema: string | null; name: string } };
    if (kind === 'derived') return;
    if (
      kind === 'table' &&
      inQuery &&
      typeof name === 'object' &&
      name.name === target.name &&
      schemaOf(name) === schemaOf(target)
    )
      throw mysqlError('ER_UPDATE_TABLE_USED', target.name);
    for (const value of Object.values(node)) visit(value, inQuery || kind === 'select');
  };
  visit(parts, false);
};

/** sql_safe_updates: without LIMIT, the WHERE has to name a column with a key. */
const refuseUnsafe = (
  statement: Statement,
  table: TableData,
  clauses: { where: Expression | null; limit: Query['limit'] },
): void => {
  if (sessionValue(statement.server, statement.session, 'sql_safe_updates') !== 'ON' || clauses.limit) return;
  const keyed = new Set(
    table.schema.indexes.map((index) => table.schema.columns[index.parts[0]?.column ?? -1]?.name.toLowerCase()),
  );
  const names = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.some(names);
    if (typeof node !== 'object' || node === null) return false;
    const { kind, name } = node as { kind?: string; name?: string };
    return kind === 'column' ? keyed.has(name?.toLowerCase()) : Object.values(node).some(names);
  };
  if (!names(clauses.where)) throw mysqlError('ER_UPDATE_WITHOUT_KEY_IN_SAFE_MODE');
};

export const executeUpdate = (statement: Statement, update: UpdateStatement): WriteResult => {
  const writing: Statement = update.ignore ? { ...statement, strictWrite: false } : statement;
  const scope = newScope(null);
  withCommonTables(scope, update.with);
  const compiler = newCompiler(writing, scope, 'field list');
  const names = new Set(
    update.assignments.flatMap(({ column }) =>
      column.table === null
        ? tablesIn(update.from).map(({ name }) => name.toLowerCase())
        : [column.table.toLowerCase()],
    ),
  );
  const found = findRows(writing, compiler, update, (name) => names.has(name.toLowerCase()), 'UPDATE');
  const perSource = new Map<Source, { index: number; column: ColumnSchema; value: Compiled | null }[]>();
  for (const { column, value } of update.assignments) {
    const place = findColumn(scope, column.schema, column.table, column.name, 'field list');
    if (!place)
      throw mysqlError(
        'ER_BAD_FIELD_ERROR',
        column.table === null ? column.name : `${column.table}.${column.name}`,
        'field list',
      );
    if (!('source' in place) || !place.source.table)
      throw mysqlError('ER_NON_UPDATABLE_TABLE', 'source' in place ? place.source.name : column.name, 'UPDATE');
    const { source } = place;
    const definition = place.source.table.schema.columns[place.column] as ColumnSchema;
    const list = perSource.get(source) ?? [];
    list.push({
      index: place.column,
      column: definition,
      value: isDefault(value) ? null : compileScalar(value, { ...compiler, target: source }),
    });
    perSource.set(source, list);
  }
  for (const { table } of [...perSource.keys()] as { table: TableData }[]) {
    refuseReadOfTarget([update.where, update.assignments], table.schema, statement.session.database);
    refuseUnsafe(statement, table, update);
    requireTablePrivilege(statement, 'UPDATE', table.schema.schema, table.schema.name);
    assertWritable(statement, table);
  }
  const context = writeContext(statement);
  const plans = [...perSource].map(([source, assignments]) => {
    const table = source.table as TableData;
    return {
      source,
      table,
      assignments,
      checks: checksOf(table, writing),
      fillers: defaultFillers(table, writing, scope),
      touch: touchedColumns(table, new Set(assignments.map(({ index }) => index)), writing),
      done: new Set<TableRecord>(),
    };
  });
  let matched = 0n;
  let changed = 0n;
  found.run((frame) => {
    for (const plan of plans) {
      const read = frame.rows[plan.source.index];
      const record = read ? recordOf(read) : undefined;
      if (!read || !record || plan.done.has(record)) continue;
      const before = currentRow(record, context.transaction);
      if (!before) continue;
      plan.done.add(record);
      matched++;
      const row = Number(matched);
      const after = [...before];
      const evaluated: Frame = { ...frame, rows: [...frame.rows] };
      evaluated.rows[plan.source.index] = after;
      for (const { index, column, value } of plan.assignments) {
        const stored = value
          ? storeValue(value.evaluate(evaluated), value.type, column, row, writing)
          : plan.fillers(index, after);
        after[index] = checkNull(stored, column, writing, false);
      }
      if (sameRow(before, after)) continue;
      for (const { index, stored } of plan.touch) after[index] = stored;
      const done = ignoring(writing, update.ignore, () => {
        enforceChecks(plan.checks, after);
        updateRow(context, plan.table, record, before, after);
      });
      if (done) changed++;
    }
  });
  return {
    affectedRows: changed,
    insertId: 0n,
    info: `Rows matched: ${matched}  Changed: ${changed}  Warnings: ${statement.session.warnings.length}`,
    matched,
  };
};

export const executeDelete = (statement: Statement, remove: DeleteStatement): WriteResult => {
  const scope = newScope(null);
  withCommonTables(scope, remove.with);
  const compiler = newCompiler(statement, scope, 'where clause');
  const known = tablesIn(remove.from);
  const targets = remove.targets?.map((target) => {
    const match = known.find(
      ({ name, reference }) =>
        name.toLowerCase() === target.name.toLowerCase() &&
        (target.schema === null || reference.name.schema === target.schema || reference.name.schema === null),
    );
    if (!match) throw mysqlError('ER_UNKNOWN_TABLE', target.name, 'MULTI DELETE');
    return match.name.toLowerCase();
  });
  const written = new Set(targets ?? known.map(({ name }) => name.toLowerCase()));
  // Without targets of its own the name is that of the one table, whose rights come before its existence.
  if (!targets && remove.from.kind === 'table') targetTable(statement, remove.from.name, 'DELETE');
  const found = findRows(statement, compiler, remove, (name) => written.has(name.toLowerCase()), 'DELETE');
  const sources = found.targets().filter(({ source }) => written.has(source.name.toLowerCase()));
  for (const { table } of sources) {
    refuseReadOfTarget(remove.where, table.schema, statement.session.database);
    refuseUnsafe(statement, table, remove);
    requireTablePrivilege(statement, 'DELETE', table.schema.schema, table.schema.name);
    assertWritable(statement, table);
  }
  const context = writeContext(statement);
  let deleted = 0n;
  found.run((frame) => {
    for (const { source, table } of sources) {
      const read = frame.rows[source.index];
      const record = read ? recordOf(read) : undefined;
      const before = record ? currentRow(record, context.transaction) : null;
      if (!record || !before) continue;
      const done = ignoring(statement, remove.ignore, () => deleteRow(context, table, record, before));
      if (done) deleted++;
    }
  });
  return { affectedRows: deleted, insertId: 0n, info: '', matched: deleted };
};
