import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { Statement as Parsed, ParsedStatement, Query } from '../../../../wire/mysql-sql/ast.ts';
import { parseStatement } from '../../../../wire/mysql-sql/parse.ts';
import { mysqlError } from '../../errors.ts';
import {
  deniedSchema,
  hasGlobalPrivilege,
  mayUseSchema,
  requireGlobalPrivilege,
  requireTablePrivilege,
} from '../privileges.ts';
import { type Compiled, constant, emptyFrame } from '../query/compiled.ts';
import { newCompiler } from '../query/compiler.ts';
import { assignUserVariable, compileScalar } from '../query/expression.ts';
import { planQuery } from '../query/plan.ts';
import { newScope } from '../query/scope.ts';
import type { Statement } from '../query/statement.ts';
import { findDatabase, isSystemSchema, requireTable } from '../storage/catalog.ts';
import { lockGlobally, lockTable, releaseLocked } from '../storage/table-locks.ts';
import {
  commit,
  ensureTransaction,
  releaseSavepoint,
  rollback,
  rollbackTo,
  setSavepoint,
  viewOf,
} from '../transactions.ts';
import { toDatetime, toInteger, toText } from '../values/convert.ts';
import { type Row, stringType } from '../values/sql-type.ts';
import { readDatetime } from '../values/temporal.ts';
import { localToUtc } from '../values/time-zone.ts';
import { sessionValue } from '../variables/access.ts';
import { alterUser, createUser, dropUser, grant, renameUser, revoke, setPassword } from './account-changes.ts';
import { executeDelete, executeInsert, executeUpdate, type WriteResult } from './data.ts';
import {
  alterDatabase,
  alterTable,
  createDatabase,
  createTable,
  createView,
  type DefinitionChange,
  dropDatabase,
  dropTables,
  dropViews,
  renameTables,
  resolveName,
  truncateTable,
} from './definitions.ts';
import { explainQuery } from './explain.ts';
import { executeSet } from './settings.ts';
import { describeTable, executeShow, type Listing } from './show.ts';

/** What came of a statement. */
export type Outcome =
  | {
      kind: 'rows';
      columns: readonly { name: string; expression: Compiled }[];
      rows: readonly Row[] /** FOUND_ROWS() was set by SQL_CALC_FOUND_ROWS. */;
      keepsFoundRows?: boolean;
    }
  | { kind: 'ok'; affectedRows: bigint; insertId: bigint; info: string };

const done: Outcome = { kind: 'ok', affectedRows: 0n, insertId: 0n, info: '' };

const listed = (list: Listing): Outcome => ({ kind: 'rows', ...list });

/** Statements that belong to a transaction; the others are one of their own, or none. */
export const runsInTransaction = (parsed: Parsed): boolean =>
  ['query', 'insert', 'update', 'delete', 'do', 'show', 'describe', 'explain'].includes(parsed.kind);

const written = (statement: Statement, result: WriteResult): Outcome => ({
  kind: 'ok',
  affectedRows:
    statement.session.options.foundRows && result.matched > result.affectedRows ? result.matched : result.affectedRows,
  insertId: result.insertId,
  info: result.info,
});

/** A definition's change: ends the transaction, is logged, then made. */
const define = (statement: Statement, text: string, prepare: () => DefinitionChange & { logged?: string }): Outcome => {
  const { server, session } = statement;
  commit(server, session);
  const change = prepare();
  if (change.written) {
    server.binlog.appendStatement(session, change.logged ?? text, change.database);
    change.apply();
    server.sequence++;
    server.binlog.afterCommit();
  }
  return { kind: 'ok', affectedRows: change.affectedRows, insertId: 0n, info: change.info };
};

const executeQuery = (statement: Statement, query: Query): Outcome => {
  const planned = planQuery(query, statement, null);
  const limit = sessionValue(statement.server, statement.session, 'sql_select_limit');
  const maximum = query.limit === null && limit !== '18446744073709551615' ? Number(limit) : undefined;
  const rows = maximum === undefined ? planned.run(null) : planned.run(null, maximum);
  if (query.into === null)
    return {
      kind: 'rows',
      columns: planned.columns,
      rows,
      keepsFoundRows: query.body.kind === 'select' && query.body.calculateFoundRows,
    };
  if (query.into.length !== planned.columns.length) throw mysqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
  if (rows.length > 1) throw mysqlError('ER_TOO_MANY_ROWS');
  if (rows.length === 0) statement.warn(mysqlError('ER_SP_FETCH_NO_DATA'));
  query.into.forEach((name, index) => {
    const [row] = rows;
    const type = planned.columns[index]?.expression.type;
    if (row && type) assignUserVariable({ statement }, name, row[index] ?? null, type);
  });
  return { kind: 'ok', affectedRows: BigInt(rows.length), insertId: 0n, info: '' };
};

const scalar = (statement: Statement, expression: Parameters<typeof compileScalar>[0]) => {
  const compiled = compileScalar(expression, newCompiler(statement, newScope(null), 'field list'));
  return { value: compiled.evaluate(emptyFrame()), type: compiled.type };
};

/** USE and COM_INIT_DB. */
export const changeDatabase = (statement: Pick<Statement, 'server' | 'session'>, name: string): Outcome => {
  const { session, server } = statement;
  if (!mayUseSchema(statement, name)) throw deniedSchema(statement, name);
  if (!isSystemSchema(name)) findDatabase(server.catalog, name);
  session.database = name;
  const collation = server.catalog.databases.get(name)?.collation;
  if (collation) {
    session.variables.set('character_set_database', collation.charset);
    session.variables.set('collation_database', collation.name);
  }
  session.changes.push({ kind: 'schema', name });
  return done;
};

const begin = (statement: Statement, parsed: Extract<Parsed, { kind: 'begin' }>): Outcome => {
  const { server, session } = statement;
  commit(server, session);
  // "Beginning a transaction does not release a global read lock": a backup's snapshot begins under it.
  // https://dev.mysql.com/doc/refman/8.4/en/commit.html
  unlockTables(statement, true);
  const transaction = ensureTransaction(server, session, parsed.readOnly ?? undefined);
  session.explicitTransaction = true;
  if (parsed.consistentSnapshot) viewOf(server, transaction);
  return done;
};

const complete = (statement: Statement, parsed: { chain: boolean; release: boolean }, end: () => void): Outcome => {
  const { server, session } = statement;
  const type = sessionValue(server, session, 'completion_type');
  const isolation = session.transaction?.isolation ?? null;
  end();
  if (parsed.release || type === 'RELEASE') throw new NotEmulated('mysql', 'COMMIT RELEASE');
  if (parsed.chain || type === 'CHAIN') {
    if (isolation) session.nextIsolation = isolation;
    ensureTransaction(server, session);
    session.explicitTransaction = true;
  }
  return done;
};

const lockTables = (statement: Statement, parsed: Extract<Parsed, { kind: 'lockTables' }>): Outcome => {
  const { server, session } = statement;
  commit(server, session);
  unlockTables(statement, true);
  const wanted = parsed.tables.map(({ name, alias, write }) => {
    const resolved = resolveName(statement, name);
    requireTablePrivilege(statement, 'LOCK TABLES', resolved.schema, resolved.name);
    requireTablePrivilege(statement, 'SELECT', resolved.schema, resolved.name);
    if (!isSystemSchema(resolved.schema) && !findDatabase(server.catalog, resolved.schema).views.has(resolved.name))
      requireTable(server.catalog, resolved.schema, resolved.name);
    return { key: `${resolved.schema}.${resolved.name}`, alias: `${resolved.schema}.${alias ?? resolved.name}`, write };
  });
  for (const { key, write } of wanted) lockTable(server.tableLocks, session.id, key, write ? 'write' : 'read');
  session.lockedTables = new Map(wanted.map(({ alias, write }) => [alias, write]));
  return done;
};

/** UNLOCK TABLES commits when tables were locked by LOCK TABLES; a global read lock goes without. */
const unlockTables = (statement: Statement, implicit: boolean): Outcome => {
  const { server, session } = statement;
  if (session.lockedTables) {
    if (!implicit) commit(server, session);
    session.lockedTables = null;
  }
  releaseLocked(server.tableLocks, session.id, implicit);
  return done;
};

const flush = (statement: Statement, parsed: Extract<Parsed, { kind: 'flush' }>): Outcome => {
  const { server, session } = statement;
  requireGlobalPrivilege(
    statement,
    'RELOAD',
    ...(parsed.what === 'TABLES' || parsed.what === 'READ LOCK'
      ? ['FLUSH_TABLES']
      : parsed.what === 'PRIVILEGES'
        ? ['FLUSH_PRIVILEGES']
        : parsed.what === 'STATUS'
          ? ['FLUSH_STATUS']
          : []),
  );
  if (parsed.what === 'READ LOCK') {
    // It commits nothing of others, but the session's own transaction.
    commit(server, session);
    if (parsed.tables.length === 0) lockGlobally(server.tableLocks, session.id);
    else
      return lockTables(statement, {
        kind: 'lockTables',
        tables: parsed.tables.map((name) => ({ name, alias: null, write: false })),
      });
    return done;
  }
  if (parsed.what === 'LOGS') {
    commit(server, session);
    server.binlog.rotate();
  }
  // Tables have no cache to flush, privileges are never stale, and status counters go on.
  return done;
};

const purge = (statement: Statement, parsed: Extract<Parsed, { kind: 'purgeLogs' }>): Outcome => {
  requireGlobalPrivilege(statement, 'SUPER', 'BINLOG_ADMIN');
  const { server } = statement;
  if (parsed.to !== null) {
    server.binlog.purgeTo(parsed.to);
    return done;
  }
  const { value, type } = scalar(statement, parsed.before as NonNullable<typeof parsed.before>);
  const moment = toDatetime(value, type, 6, statement);
  if (!moment) throw mysqlError('ER_WRONG_ARGUMENTS', 'PURGE LOGS BEFORE');
  const beforeMs = Number(localToUtc(readDatetime(moment.text), statement.timeZone) / 1000n);
  const keep = server.binlog.files().find(({ name }) => server.binlog.modifiedMs(name) >= beforeMs);
  const last = server.binlog.files().at(-1);
  if (keep ?? last) server.binlog.purgeTo((keep ?? last)?.name ?? '');
  return done;
};

const kill = (statement: Statement, parsed: Extract<Parsed, { kind: 'kill' }>): Outcome => {
  const { value, type } = scalar(statement, parsed.id);
  const id = Number(toInteger(value, type, statement) ?? 0n);
  const target = statement.server.sessions.get(id);
  if (!target) throw mysqlError('ER_NO_SUCH_THREAD', id);
  const { session } = statement;
  if (
    target.account !== session.account &&
    !hasGlobalPrivilege(statement, 'SUPER') &&
    !hasGlobalPrivilege(statement, 'CONNECTION_ADMIN')
  )
    throw mysqlError('ER_KILL_DENIED_ERROR', id);
  if (target === session) throw parsed.query ? mysqlError('ER_QUERY_INTERRUPTED') : killSelf(statement);
  // An idle session has no query to end.
  if (parsed.query && target.command === 'Sleep') return done;
  target.killed = parsed.query ? 'query' : 'connection';
  target.interrupt?.();
  if (!parsed.query) target.options.onKilled();
  return done;
};

const killSelf = (statement: Statement) => {
  statement.session.killed = 'connection';
  statement.session.options.onKilled();
  return mysqlError('ER_QUERY_INTERRUPTED');
};

const prepare = (statement: Statement, parsed: Extract<Parsed, { kind: 'prepare' }>): Outcome => {
  const { session } = statement;
  session.prepared.delete(parsed.name);
  const { value, type } = scalar(statement, parsed.source);
  const text = toText(value, type) ?? 'NULL';
  const { ansiQuotes, noBackslashEscapes, pipesAsConcat } = session.sqlMode;
  const inner = parseStatement(text, { ansiQuotes, noBackslashEscapes, pipesAsConcat });
  if (['prepare', 'executePrepared', 'deallocate', 'lockTables', 'unlockTables'].includes(inner.statement.kind))
    throw mysqlError('ER_UNSUPPORTED_PS');
  // A query that cannot be planned is not prepared.
  if (inner.statement.kind === 'query' && inner.statement.into === null)
    planQuery({ ...inner.statement, limit: null }, statement, null);
  session.prepared.set(parsed.name, inner);
  return { ...done, info: 'Statement prepared' };
};

const maintain = (statement: Statement, parsed: Extract<Parsed, { kind: 'maintain' }>): Outcome => {
  const { server, session } = statement;
  commit(server, session);
  const operation = parsed.operation.toLowerCase();
  const rows = parsed.tables.map((name): Row[] => {
    const resolved = resolveName(statement, name);
    requireTablePrivilege(statement, 'SELECT', resolved.schema, resolved.name);
    const full = `${resolved.schema}.${resolved.name}`;
    if (!server.catalog.databases.get(resolved.schema)?.tables.has(resolved.name))
      return [
        [full, operation, 'Error', `Table '${full}' doesn't exist`],
        [full, operation, 'status', 'Operation failed'],
      ];
    // There are no statistics, no fragments and no pages that could be damaged.
    if (parsed.operation === 'OPTIMIZE')
      return [
        [full, operation, 'note', 'Table does not support optimize, doing recreate + analyze instead'],
        [full, operation, 'status', 'OK'],
      ];
    return [[full, operation, 'status', 'OK']];
  });
  const column = (name: string, length: number) => ({ name, expression: constant('', stringType(length)) });
  return {
    kind: 'rows',
    columns: [column('Table', 128), column('Op', 10), column('Msg_type', 10), column('Msg_text', 98_304)],
    rows: rows.flat(),
  };
};

const set = (statement: Statement, parsed: Extract<Parsed, { kind: 'set' }>, text: string): Outcome => {
  const passwords = parsed.items.filter((item) => item.kind === 'password');
  const [first] = passwords;
  if (first?.kind === 'password') {
    if (parsed.items.length > 1) throw new NotEmulated('mysql', 'SET PASSWORD beside other settings');
    return define(statement, text, () => setPassword(statement, first.account, first.password));
  }
  executeSet(statement, parsed.items);
  return done;
};

type Executors = {
  readonly [K in Parsed['kind']]: (statement: Statement, parsed: Extract<Parsed, { kind: K }>, text: string) => Outcome;
};

const refuse = (what: string): never => {
  throw new NotEmulated('mysql', what);
};

/** The one list of statements. */
const executors: Executors = {
  query: executeQuery,
  insert: (statement, parsed) => written(statement, executeInsert(statement, parsed)),
  update: (statement, parsed) => written(statement, executeUpdate(statement, parsed)),
  delete: (statement, parsed) => written(statement, executeDelete(statement, parsed)),
  createTable: (statement, parsed, text) => define(statement, text, () => createTable(statement, parsed)),
  alterTable: (statement, parsed, text) =>
    define(statement, text, () => alterTable(statement, parsed.table, parsed.actions)),
  dropTable: (statement, parsed, text) => define(statement, text, () => dropTables(statement, parsed)),
  truncate: (statement, parsed, text) => define(statement, text, () => truncateTable(statement, parsed.table)),
  renameTable: (statement, parsed, text) => define(statement, text, () => renameTables(statement, parsed.pairs)),
  createIndex: (statement, parsed, text) =>
    define(statement, text, () =>
      alterTable(statement, parsed.table, [{ kind: 'add', element: { kind: 'key', index: parsed.index } }], 'INDEX'),
    ),
  dropIndex: (statement, parsed, text) =>
    define(statement, text, () =>
      alterTable(statement, parsed.table, [{ kind: 'dropIndex', name: parsed.name }], 'INDEX'),
    ),
  createDatabase: (statement, parsed, text) => define(statement, text, () => createDatabase(statement, parsed)),
  alterDatabase: (statement, parsed, text) => define(statement, text, () => alterDatabase(statement, parsed)),
  dropDatabase: (statement, parsed, text) => define(statement, text, () => dropDatabase(statement, parsed)),
  createView: (statement, parsed, text) => define(statement, text, () => createView(statement, parsed)),
  dropView: (statement, parsed, text) => define(statement, text, () => dropViews(statement, parsed)),
  createUser: (statement, parsed, text) => define(statement, text, () => createUser(statement, parsed)),
  alterUser: (statement, parsed, text) => define(statement, text, () => alterUser(statement, parsed)),
  dropUser: (statement, parsed, text) => define(statement, text, () => dropUser(statement, parsed)),
  renameUser: (statement, parsed, text) => define(statement, text, () => renameUser(statement, parsed)),
  grant: (statement, parsed, text) => define(statement, text, () => grant(statement, parsed)),
  revoke: (statement, parsed, text) => define(statement, text, () => revoke(statement, parsed)),
  use: (statement, parsed) => changeDatabase(statement, parsed.database),
  set,
  show: (statement, parsed) => listed(executeShow(statement, parsed)),
  describe: (statement, parsed) => listed(describeTable(statement, parsed.table, parsed.column)),
  explain: (statement, parsed) => listed(explainQuery(statement, parsed)),
  begin,
  commit: (statement, parsed) => complete(statement, parsed, () => commit(statement.server, statement.session)),
  rollback: (statement, parsed) => complete(statement, parsed, () => rollback(statement.server, statement.session)),
  savepoint: (statement, parsed) => {
    const { server, session } = statement;
    // Outside of a transaction a savepoint is gone at once.
    if (session.explicitTransaction || !session.autocommit)
      setSavepoint(ensureTransaction(server, session), parsed.name);
    return done;
  },
  rollbackTo: (statement, parsed) => {
    rollbackTo(statement.session.transaction, parsed.name);
    return done;
  },
  releaseSavepoint: (statement, parsed) => {
    releaseSavepoint(statement.session.transaction, parsed.name);
    return done;
  },
  lockTables,
  unlockTables: (statement) => unlockTables(statement, false),
  flush,
  purgeLogs: purge,
  resetLogs: () => refuse('RESET BINARY LOGS AND GTIDS'),
  kill,
  call: (statement, { name }) => {
    const schema = name.schema ?? statement.session.database;
    if (schema === null) throw mysqlError('ER_NO_DB_ERROR');
    throw mysqlError('ER_SP_DOES_NOT_EXIST', 'PROCEDURE', `${schema}.${name.name}`);
  },
  prepare,
  executePrepared: () => refuse('EXECUTE inside of a prepared statement'),
  deallocate: (statement, parsed) => {
    if (!statement.session.prepared.delete(parsed.name))
      throw mysqlError('ER_UNKNOWN_STMT_HANDLER', parsed.name, 'DEALLOCATE PREPARE');
    return done;
  },
  do: (statement, parsed) => {
    for (const expression of parsed.expressions) scalar(statement, expression);
    return done;
  },
  maintain,
};

/** Runs a statement once. Throws RowLocked or TableLocked where it has to wait; the caller runs it again then. */
export const executeStatement = (statement: Statement, { statement: parsed, text }: ParsedStatement): Outcome =>
  (executors[parsed.kind] as (statement: Statement, parsed: Parsed, text: string) => Outcome)(statement, parsed, text);
