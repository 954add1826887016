import { NotEmulated } from '../../../core/not-emulated.ts';
import type { Statement as Parsed, ParsedStatement, Query } from '../../../wire/mysql-sql/ast.ts';
import {
  hasNext,
  nextStatement,
  openScript,
  type ParserOptions,
  parseStatement,
} from '../../../wire/mysql-sql/parse.ts';
import { SqlNotEmulated, SqlSyntaxError } from '../../../wire/mysql-sql/syntax-error.ts';
import { MysqlError, mysqlError } from '../errors.ts';
import { readSqlMode } from './context.ts';
import { changeDatabase, executeStatement, type Outcome, runsInTransaction } from './execute/statement.ts';
import { likePattern } from './functions/patterns.ts';
import { requireGlobalPrivilege } from './privileges.ts';
import type { Compiled } from './query/compiled.ts';
import { tableColumns } from './query/from.ts';
import { planQuery } from './query/plan.ts';
import { type Pauses, type Statement, StatementPaused } from './query/statement.ts';
import { columnsOf, resultValue } from './results.ts';
import type { Server, SessionState } from './server-state.ts';
import { findDatabase } from './storage/catalog.ts';
import { enqueue, isStillBlocked, RowLocked, wouldDeadlock } from './storage/locks.ts';
import { releaseLocked, TableLocked, waitForTable } from './storage/table-locks.ts';
import { beginStatement, commit, ensureTransaction, rollback, viewOf } from './transactions.ts';
import {
  type Column,
  type Parameter,
  type PreparedStatement,
  type Result,
  type Session,
  type SessionOptions,
  statusFlag,
  type Value,
} from './types.ts';
import { collationById, utf8mb3, utf8mb4 } from './values/collation.ts';
import type { SqlType } from './values/sql-type.ts';
import { findTimeZone, utc } from './values/time-zone.ts';
import { globalValue, sessionValue, systemVariableDatum } from './variables/access.ts';
import { findVariable } from './variables/definitions.ts';

const maximumSqlBytes = 67_108_864;

const newState = (server: Server, options: SessionOptions): SessionState => {
  const account = server.accounts.accounts.get(`${options.account.user}@${options.account.host.toLowerCase()}`);
  if (!account) throw mysqlError('ER_ACCESS_DENIED_ERROR', options.user, options.host, 'YES');
  return {
    id: options.connectionId,
    options,
    account,
    database: null,
    variables: initialVariables(server, options),
    userVariables: new Map(),
    sqlMode: readSqlMode(globalValue(server, 'sql_mode') ?? ''),
    timeZone: findTimeZone(globalValue(server, 'time_zone') ?? 'SYSTEM') ?? utc,
    autocommit: globalValue(server, 'autocommit') === 'ON',
    transaction: null,
    explicitTransaction: false,
    nextIsolation: null,
    nextReadOnly: null,
    warnings: [],
    lastInsertId: 0n,
    rowCount: -1n,
    foundRows: 0n,
    prepared: new Map(),
    lockedTables: null,
    userLocks: new Map(),
    resultsCollation: collationById(options.charset)?.id ?? utf8mb4.id,
    changes: [],
    multiStatements: options.multiStatements,
    killed: null,
    interrupt: null,
    command: 'Sleep',
    commandSinceMs: server.clock.nowMs(),
    state: '',
    info: null,
    closed: false,
  };
};

/** The client's collation sets the three character sets of the session, as SET NAMES would. */
const initialVariables = (server: Server, options: SessionOptions): Map<string, string | null> => {
  const collation = collationById(options.charset);
  const variables = new Map<string, string | null>();
  const modes = globalValue(server, 'sql_mode') ?? '';
  for (const name of ['transaction_isolation', 'transaction_read_only', 'sql_mode', 'time_zone', 'autocommit'])
    variables.set(name, globalValue(server, name));
  if (options.ignoreSpace && !modes.includes('IGNORE_SPACE'))
    variables.set('sql_mode', findVariable('sql_mode')?.check?.(`IGNORE_SPACE,${modes}`) ?? modes);
  if (!collation || collation.charset === 'binary') return variables;
  variables.set('character_set_client', collation.charset);
  variables.set('character_set_results', collation.charset);
  variables.set('character_set_connection', collation.charset);
  variables.set('collation_connection', collation.name);
  return variables;
};

const parserOptions = (state: SessionState, bytes: boolean): ParserOptions => ({
  ansiQuotes: state.sqlMode.ansiQuotes,
  noBackslashEscapes: state.sqlMode.noBackslashEscapes,
  pipesAsConcat: state.sqlMode.pipesAsConcat,
  bytes,
});

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that are no utf8 are read one a character; string literals in them stay bytes. */
const decode = (sql: string | Uint8Array): { text: string; bytes: boolean } => {
  if (typeof sql === 'string') return { text: sql, bytes: false };
  if (sql.length > maximumSqlBytes) throw mysqlError('ER_NET_PACKET_TOO_LARGE');
  try {
    return { text: strictUtf8.decode(sql), bytes: false };
  } catch {
    return { text: Buffer.from(sql.buffer, sql.byteOffset, sql.byteLength).toString('latin1'), bytes: true };
  }
};

/** What the client is told of any failure: our own words for the parser's, refusals by name. */
const toClientError = (server: Server, error: unknown): unknown => {
  if (error instanceof SqlSyntaxError)
    return mysqlError(
      'ER_PARSE_ERROR',
      'You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use',
      error.near,
      error.line,
    );
  if (error instanceof SqlNotEmulated || error instanceof NotEmulated) {
    server.emit({ component: 'mysql', kind: 'not-emulated', message: `${error.what} is not emulated` });
    return mysqlError('ER_NOT_SUPPORTED_YET', error.what);
  }
  if (error instanceof RangeError && /call stack/i.test(error.message)) return mysqlError('ER_STACK_OVERRUN');
  return error;
};

const statusOf = (state: SessionState): number =>
  (state.transaction && (state.explicitTransaction || !state.autocommit) ? statusFlag.IN_TRANSACTION : 0) |
  (state.autocommit ? statusFlag.AUTOCOMMIT : 0) |
  (state.sqlMode.noBackslashEscapes ? statusFlag.NO_BACKSLASH_ESCAPES : 0) |
  (state.transaction?.readOnly && state.explicitTransaction ? statusFlag.IN_READ_ONLY_TRANSACTION : 0);

const startOf = (server: Server, state: SessionState): bigint => {
  const fixed = state.variables.get('timestamp');
  if (fixed !== undefined && fixed !== null) return BigInt(Math.round(Number(fixed) * 1_000_000));
  return BigInt(Math.round(server.clock.nowMs() * 1000));
};

const isWrite = (parsed: Parsed): boolean => ['insert', 'update', 'delete'].includes(parsed.kind);

/** How a statement reads: writes and locking reads see the newest rows, others a snapshot. */
const readMode = (server: Server, state: SessionState, parsed: Parsed, locking: boolean): Statement['read'] => {
  const { transaction } = state;
  const serializable = transaction?.isolation === 'SERIALIZABLE' && (state.explicitTransaction || !state.autocommit);
  if (transaction && (isWrite(parsed) || locking || serializable)) return { kind: 'current', transaction };
  if ((transaction?.isolation ?? sessionValue(server, state, 'transaction_isolation')) === 'READ-UNCOMMITTED')
    return { kind: 'uncommitted' };
  return { kind: 'view', view: viewOf(server, transaction) };
};

const newStatement = (
  server: Server,
  state: SessionState,
  parsed: Parsed,
  parameters: readonly Parameter[] | null,
  locking: boolean,
  assigned: Statement['assigned'],
  nowMicroseconds: bigint,
  pauses: Pauses,
): Statement => ({
  server,
  session: state,
  parameters,
  read: readMode(server, state, parsed, locking),
  sqlMode: state.sqlMode,
  timeZone: state.timeZone,
  nowMicroseconds,
  pauses,
  strictWrite: isWrite(parsed) && state.sqlMode.strict,
  warn: (error, level = 'Warning') => {
    if (level === 'Note' && sessionValue(server, state, 'sql_notes') !== 'ON') return;
    if (state.warnings.length < Number(sessionValue(server, state, 'max_error_count')))
      state.warnings.push({ level, error });
  },
  assigned,
});

const killedError = (state: SessionState): MysqlError =>
  state.killed === 'connection' ? mysqlError('ER_SESSION_WAS_KILLED') : mysqlError('ER_QUERY_INTERRUPTED');

/** Waits until `start` says so, the time is over, or the session is killed. */
const waitFor = async (
  server: Server,
  state: SessionState,
  seconds: number,
  what: string,
  start: (granted: () => void) => () => void,
): Promise<'granted' | 'timeout' | 'killed'> => {
  const abort = new AbortController();
  state.state = what;
  try {
    return await new Promise((resolve) => {
      let done = false;
      const end = (how: 'granted' | 'timeout' | 'killed') => {
        if (done) return;
        done = true;
        leave();
        abort.abort();
        resolve(how);
      };
      const leave = start(() => end('granted'));
      state.interrupt = () => end('killed');
      void server.clock.sleep(Math.min(seconds * 1000, 2_147_000_000), abort.signal).then(() => end('timeout'));
    });
  } finally {
    state.interrupt = null;
    state.state = 'executing';
  }
};

/** SHOW WARNINGS and SELECT @@warning_count tell of the statement before. */
const asksForWarnings = (ast: Parsed): boolean => {
  if (ast.kind === 'show') return ['WARNINGS', 'ERRORS', 'COUNT WARNINGS', 'COUNT ERRORS'].includes(ast.what);
  return (
    ast.kind === 'query' &&
    ast.body.kind === 'select' &&
    ast.body.from === null &&
    ast.body.items.every(
      (item) =>
        item.kind === 'expression' &&
        item.expression.kind === 'systemVariable' &&
        /^(warning|error)_count$/i.test(item.expression.name),
    )
  );
};

/** Runs one statement to its end: waits where it must, takes its changes back where it fails, commits where it stands alone. */
const runStatement = async (
  server: Server,
  state: SessionState,
  parsed: ParsedStatement,
  parameters: readonly Parameter[] | null,
): Promise<Outcome> => {
  const { statement: ast } = parsed;
  const locking = parsed.locksRows;
  const assigned: Statement['assigned'] = new Map();
  const startMicroseconds = startOf(server, state);
  const pauses: Pauses = { taken: 0, met: 0 };
  const transactional = runsInTransaction(ast);
  // Alone in its transaction: decided once, for after a wait the transaction is there already.
  const implicit = transactional && state.transaction === null && state.autocommit && !state.explicitTransaction;
  for (;;) {
    if (state.killed) throw killedError(state);
    if (!asksForWarnings(ast))
      state.warnings = parsed.deprecated.map(({ errno, text }) => ({
        level: 'Warning' as const,
        error: new MysqlError(errno, 'HY000', text),
      }));
    if (transactional && (isWrite(ast) || locking || !state.autocommit || state.explicitTransaction))
      ensureTransaction(server, state);
    const undo = transactional && state.transaction ? beginStatement(state.transaction) : null;
    try {
      const outcome = executeStatement(
        newStatement(server, state, ast, parameters, locking, assigned, startMicroseconds, pauses),
        parsed,
      );
      if (implicit && state.transaction) commit(server, state);
      return outcome;
    } catch (error) {
      if (state.transaction) undo?.();
      if (!(error instanceof RowLocked) && !(error instanceof TableLocked) && !(error instanceof StatementPaused)) {
        if (implicit && state.transaction) rollback(server, state);
        throw error;
      }
      for (const [name, value] of assigned) {
        if (value === undefined) state.userVariables.delete(name);
        else state.userVariables.set(name, value);
      }
      pauses.met = 0;
      if (error instanceof StatementPaused) await pause(server, state, error, implicit, pauses);
      else await wait(server, state, error, implicit);
    }
  }
};

const pause = async (
  server: Server,
  state: SessionState,
  { seconds }: StatementPaused,
  implicit: boolean,
  pauses: Pauses,
): Promise<void> => {
  const how = await waitFor(server, state, seconds, 'User sleep', () => () => undefined);
  pauses.taken++;
  if (how !== 'killed') return;
  if (implicit && state.transaction) rollback(server, state);
  throw killedError(state);
};

const wait = async (
  server: Server,
  state: SessionState,
  blocked: RowLocked | TableLocked,
  implicit: boolean,
): Promise<void> => {
  const { transaction } = state;
  const giveUp = (error: MysqlError, whole: boolean): never => {
    // A lock wait that times out takes the statement back; a deadlock the whole transaction.
    if ((implicit || whole) && state.transaction) rollback(server, state);
    throw error;
  };
  if (blocked instanceof TableLocked) {
    const seconds = Number(sessionValue(server, state, 'lock_wait_timeout'));
    const how = await waitFor(server, state, seconds, blocked.state, (granted) =>
      waitForTable(server.tableLocks, blocked, granted),
    );
    if (how === 'killed') giveUp(killedError(state), false);
    if (how === 'timeout') giveUp(mysqlError('ER_LOCK_WAIT_TIMEOUT'), false);
    return;
  }
  if (!transaction) throw new Error('a row lock without a transaction');
  if (!isStillBlocked(blocked, transaction)) return;
  if (wouldDeadlock(blocked, transaction)) giveUp(mysqlError('ER_LOCK_DEADLOCK'), true);
  const seconds = Number(sessionValue(server, state, 'innodb_lock_wait_timeout'));
  const how = await waitFor(server, state, seconds, 'updating', (granted) => enqueue(blocked, transaction, granted));
  if (how === 'killed') giveUp(killedError(state), false);
  if (how === 'timeout') giveUp(mysqlError('ER_LOCK_WAIT_TIMEOUT'), false);
};

const toResult = (state: SessionState, outcome: Outcome, more: boolean): Result => {
  const status = statusOf(state) | (more ? statusFlag.MORE_RESULTS : 0);
  const changes = state.changes;
  state.changes = [];
  if (outcome.kind === 'ok') {
    return {
      kind: 'ok',
      affectedRows: outcome.affectedRows,
      insertId: outcome.insertId,
      warnings: state.warnings.length,
      info: outcome.info,
      status,
      changes,
    };
  }
  const columns = columnsOf(outcome.columns, state.resultsCollation);
  const rows = outcome.rows.map((row) =>
    row.map((value, index): Value => resultValue(value, typeAt(outcome.columns, index))),
  );
  return { kind: 'rows', columns, rows, warnings: state.warnings.length, status };
};

const typeAt = (columns: readonly { expression: Compiled }[], index: number): SqlType => {
  const column = columns[index];
  if (!column) throw new Error(`a row has a value for column ${index} that the result does not have`);
  return column.expression.type;
};

const remember = (state: SessionState, outcome: Outcome): void => {
  if (outcome.kind === 'ok') state.rowCount = outcome.affectedRows;
  else {
    state.rowCount = -1n;
    if (!outcome.keepsFoundRows) state.foundRows = BigInt(outcome.rows.length);
  }
};

const unpreparable = new Set(['prepare', 'executePrepared', 'deallocate', 'lockTables', 'unlockTables', 'explain']);

/** Runs a parsed statement and tells what came of it; EXECUTE is the statement that was prepared. */
const run = async (
  server: Server,
  state: SessionState,
  parsed: ParsedStatement,
  parameters: readonly Parameter[] | null,
): Promise<Outcome> => {
  const { statement: ast } = parsed;
  if (ast.kind === 'executePrepared') {
    state.warnings = [];
    const prepared = state.prepared.get(ast.name);
    if (!prepared) throw mysqlError('ER_UNKNOWN_STMT_HANDLER', ast.name, 'EXECUTE');
    if (prepared.parameterCount !== ast.variables.length) throw mysqlError('ER_WRONG_ARGUMENTS', 'EXECUTE');
    return run(
      server,
      state,
      prepared,
      ast.variables.map((name) => parameterOf(state, name)),
    );
  }
  const outcome = await runStatement(server, state, parsed, parameters);
  if (parsed.statement.kind === 'show' && asksForWarnings(parsed.statement)) {
    // Tells of the statement before, and counts as none.
    state.rowCount = -1n;
    return outcome;
  }
  if (asksForWarnings(parsed.statement)) state.warnings = [];
  remember(state, outcome);
  return outcome;
};

const parameterOf = (state: SessionState, name: string): Parameter => {
  const variable = state.userVariables.get(name);
  if (!variable || variable.value === null) return { type: 6, unsigned: false, value: null };
  const [column] = columnsOf(
    [
      {
        name,
        expression: {
          type: variable.type,
          nullable: true,
          coercibility: 2,
          sources: 0,
          outer: false,
          volatile: false,
          evaluate: () => null,
        },
      },
    ],
    null,
  );
  return {
    type: column?.type ?? 253,
    unsigned: variable.type.unsigned,
    value: resultValue(variable.value, variable.type),
  };
};

const withCommand = async <T>(
  server: Server,
  state: SessionState,
  command: string,
  info: string,
  work: () => Promise<T>,
): Promise<T> => {
  state.command = command;
  state.commandSinceMs = server.clock.nowMs();
  state.state = 'executing';
  state.info = info;
  server.questions++;
  try {
    return await work();
  } catch (error) {
    const told = toClientError(server, error);
    // What was wrong before belongs to another statement; one that could not be read is one as well.
    if (error instanceof SqlSyntaxError || error instanceof SqlNotEmulated) state.warnings = [];
    if (told instanceof MysqlError) {
      state.rowCount = -1n;
      // SHOW WARNINGS and SHOW ERRORS tell the error that ended a statement too.
      state.warnings.push({ level: 'Error', error: told });
    }
    if (state.killed === 'query') state.killed = null;
    throw told;
  } finally {
    state.command = 'Sleep';
    state.commandSinceMs = server.clock.nowMs();
    state.state = '';
    state.info = null;
  }
};

/** Columns that a prepared query will have, its parameters unknown yet. */
const preparedColumns = (server: Server, state: SessionState, parsed: ParsedStatement): readonly Column[] => {
  const { statement: ast } = parsed;
  if (ast.kind === 'query' && ast.into === null) {
    const planned = planQuery(
      withoutLimit(ast),
      newStatement(server, state, ast, null, false, new Map(), startOf(server, state), { taken: 0, met: 0 }),
      null,
    );
    return columnsOf(planned.columns, state.resultsCollation);
  }
  if (ast.kind === 'show' || ast.kind === 'describe') {
    const outcome = executeStatement(
      newStatement(server, state, ast, null, false, new Map(), startOf(server, state), { taken: 0, met: 0 }),
      parsed,
    );
    return outcome.kind === 'rows' ? columnsOf(outcome.columns, state.resultsCollation) : [];
  }
  return [];
};

// LIMIT ? has no value yet.
const withoutLimit = (query: Query): Query => ({ ...query, limit: null });

const reset = (server: Server, state: SessionState): void => {
  rollback(server, state);
  releaseLocked(server.tableLocks, state.id);
  state.lockedTables = null;
  state.userLocks.clear();
};

/** A client's session. */
export const newSession = (server: Server, options: SessionOptions): Session => {
  const state = newState(server, options);
  const use = (database: string): void => {
    changeDatabase({ server, session: state }, database);
    state.changes = [];
  };
  if (options.database !== null) use(options.database);
  server.sessions.set(state.id, state);

  async function* execute(sql: string | Uint8Array): AsyncGenerator<Result, void, void> {
    const { text, bytes } = decode(sql);
    const script = await withCommand(server, state, 'Query', text, async () =>
      openScript(text, parserOptions(state, bytes)),
    );
    if (!hasNext(script)) throw toClientError(server, mysqlError('ER_EMPTY_QUERY'));
    for (let first = true; hasNext(script); first = false) {
      const result = await withCommand(server, state, 'Query', text, async () => {
        const start = script.tokens[script.position]?.start ?? 0;
        if (!first && !state.multiStatements) throw new SqlSyntaxError(text, start);
        const parsed = nextStatement(script);
        if (parsed.parameterCount > 0) throw new SqlSyntaxError(text, text.indexOf('?', start));
        const more = hasNext(script);
        if (more && !state.multiStatements)
          throw new SqlSyntaxError(text, script.tokens[script.position]?.start ?? text.length);
        return toResult(state, await run(server, state, parsed, null), more);
      });
      yield result;
    }
  }

  const prepare = (sql: string | Uint8Array): Promise<PreparedStatement> =>
    withCommand(server, state, 'Prepare', '', async () => {
      const { text, bytes } = decode(sql);
      if (text.trim() === '') throw mysqlError('ER_EMPTY_QUERY');
      const parsed = parseStatement(text, parserOptions(state, bytes));
      if (unpreparable.has(parsed.statement.kind)) throw mysqlError('ER_UNSUPPORTED_PS');
      if (parsed.parameterCount > 65_535) throw mysqlError('ER_PS_MANY_PARAM');
      const columns = preparedColumns(server, state, parsed);
      return {
        parameterCount: parsed.parameterCount,
        columns,
        execute: (parameters) =>
          withCommand(server, state, 'Execute', text, async () => {
            if (parameters.length !== parsed.parameterCount)
              throw mysqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_execute');
            return toResult(state, await run(server, state, parsed, parameters), false);
          }),
        close: () => undefined,
      };
    });

  return {
    connectionId: state.id,
    get currentDatabase() {
      return state.database;
    },
    get status() {
      return statusOf(state);
    },
    execute,
    prepare,
    use,
    listFields: (table, wildcard) => {
      if (state.database === null) throw mysqlError('ER_NO_DB_ERROR');
      const found = findDatabase(server.catalog, state.database).tables.get(table);
      if (!found) throw mysqlError('ER_NO_SUCH_TABLE', `${state.database}.${table}`);
      const matches = wildcard === '' ? () => true : likePattern(wildcard, '\\', utf8mb3);
      const columns = tableColumns(found).filter((column) => matches(column.name));
      return columnsOf(
        columns.map((column) => ({
          name: column.name,
          expression: {
            type: column.type,
            nullable: column.nullable,
            coercibility: 2,
            sources: 0,
            outer: false,
            volatile: false,
            evaluate: () => null,
            origin: {
              schema: state.database ?? '',
              table,
              orgTable: table,
              orgName: column.orgName,
              flags: column.flags,
              noDefault: column.noDefault,
            },
          },
        })),
        state.resultsCollation,
      );
    },
    setMultiStatements: (on) => {
      state.multiStatements = on;
    },
    reset: () => {
      reset(server, state);
      const fresh = newState(server, options);
      const { database, multiStatements } = state;
      Object.assign(state, fresh, { database, multiStatements });
    },
    systemVariable: (name) => {
      const { value, type } = systemVariableDatum(server, state, null, name);
      return resultValue(value, type);
    },
    requirePrivilege: (privilege) => requireGlobalPrivilege({ session: state }, privilege.toUpperCase()),
    describe: (command, what) => {
      state.command = command;
      state.state = what;
      state.commandSinceMs = server.clock.nowMs();
    },
    close: () => {
      if (state.closed) return;
      state.closed = true;
      state.killed = 'connection';
      state.interrupt?.();
      reset(server, state);
      server.sessions.delete(state.id);
    },
  };
};
