import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { Expression, SetItem } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { readSqlMode, type SqlMode } from '../context.ts';
import { requireGlobalPrivilege } from '../privileges.ts';
import { emptyFrame } from '../query/compiled.ts';
import { newCompiler } from '../query/compiler.ts';
import { assignUserVariable, compileScalar } from '../query/expression.ts';
import { newScope } from '../query/scope.ts';
import type { Statement } from '../query/statement.ts';
import { commit } from '../transactions.ts';
import { defaultCollation, findCharset, findCollation } from '../values/collation.ts';
import { toText } from '../values/convert.ts';
import { globalValue, sessionValue } from '../variables/access.ts';
import { findVariable, type VariableDefinition } from '../variables/definitions.ts';

const evaluate = (statement: Statement, expression: Expression) => {
  const compiled = compileScalar(expression, newCompiler(statement, newScope(null), 'field list'));
  return { value: compiled.evaluate(emptyFrame()), type: compiled.type };
};

/** Sets a session variable and what hangs on it. */
export const setSessionVariable = (
  statement: Pick<Statement, 'server' | 'session'>,
  definition: VariableDefinition,
  value: string | null,
): void => {
  const { server, session } = statement;
  if (definition.name === 'autocommit') {
    const on = value === 'ON';
    // Turning it on ends the transaction that is open.
    if (on && !session.autocommit) commit(server, session);
    session.autocommit = on;
  }
  session.variables.set(definition.name, value);
  definition.apply?.(session, value);
  const tracked = (sessionValue(server, session, 'session_track_system_variables') ?? '')
    .split(',')
    .map((name) => name.trim());
  if (tracked.includes('*') || tracked.includes(definition.name))
    session.changes.push({ kind: 'system-variable', name: definition.name, value: value ?? '' });
};

const textOf = (statement: Statement, expression: Expression): string | null => {
  const { value, type } = evaluate(statement, expression);
  return toText(value, type);
};

const setSystem = (statement: Statement, item: Extract<SetItem, { kind: 'system' }>): void => {
  const { server, session } = statement;
  const definition = findVariable(item.name);
  if (!definition) throw mysqlError('ER_UNKNOWN_SYSTEM_VARIABLE', item.name);
  const global = item.scope === 'GLOBAL' || item.scope === 'PERSIST';
  if (item.scope === 'PERSIST') throw new NotEmulated('mysql', 'SET PERSIST');
  if (definition.readOnly) throw mysqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', definition.name, 'read only');
  if (!global && definition.scope === 'global') throw mysqlError('ER_GLOBAL_VARIABLE', definition.name);
  if (global && definition.scope === 'session') throw mysqlError('ER_LOCAL_VARIABLE', definition.name);
  const isDefault = item.value.kind === 'default' && !('column' in item.value);
  if (global) {
    requireGlobalPrivilege(statement, 'SUPER', 'SYSTEM_VARIABLES_ADMIN');
    const value = isDefault ? definition.value : check(definition, textOf(statement, item.value as Expression));
    server.globals.set(definition.name, value);
    return;
  }
  if (isDefault && definition.name === 'timestamp') {
    session.variables.delete('timestamp');
    return;
  }
  const value = isDefault
    ? globalValue(server, definition.name)
    : limited(statement, definition, check(definition, textOf(statement, item.value as Expression)));
  if (definition.name === 'sql_mode') warnOfMixedModes(statement, session.sqlMode, readSqlMode(value ?? ''));
  if (definition.name === 'timestamp' && Number(value) === 0) {
    session.variables.delete('timestamp');
    return;
  }
  if (definition.name === 'transaction_isolation' && item.scope === null && session.transaction)
    throw mysqlError('ER_CANT_CHANGE_TX_CHARACTERISTICS');
  setSessionVariable(statement, definition, value);
};

/** A number below a variable's least is raised to it, with a warning. */
const limited = (statement: Statement, definition: VariableDefinition, value: string | null): string | null => {
  if (definition.type !== 'integer' || definition.signed || value === null || !value.startsWith('-')) return value;
  statement.warn(mysqlError('ER_TRUNCATED_WRONG_VALUE', definition.name, value));
  return leastOne.has(definition.name) ? '1' : '0';
};
const leastOne = new Set([
  ...['wait_timeout', 'interactive_timeout', 'net_read_timeout', 'net_write_timeout', 'innodb_lock_wait_timeout'],
  ...['lock_wait_timeout', 'auto_increment_increment', 'auto_increment_offset'],
]);

// NO_ZERO_DATE, NO_ZERO_IN_DATE and ERROR_FOR_DIVISION_BY_ZERO belong to strict mode, all or none (check_sub_modes_of_strict_mode).
const warnOfMixedModes = (statement: Statement, before: SqlMode, after: SqlMode): void => {
  if (before.text === after.text) return;
  const parts = [after.noZeroDate, after.noZeroInDate, after.errorForDivisionByZero];
  if (after.strict ? parts.every(Boolean) : !parts.some(Boolean)) return;
  statement.warn(mysqlError('ER_SQL_MODE_MERGED_WITH_STRICT_MODE'));
};

const check = (definition: VariableDefinition, value: string | null): string | null =>
  definition.check ? definition.check(value) : value;

const setNames = (
  statement: Statement,
  charset: string | null,
  collation: string | null,
  connection: boolean,
): void => {
  const { server, session } = statement;
  const name = charset ?? globalValue(server, 'character_set_client') ?? 'utf8mb4';
  const found = findCharset(name);
  if (!found) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', name);
  const chosen = collation === null ? defaultCollation(found.name) : findCollation(collation);
  if (!chosen) throw mysqlError('ER_UNKNOWN_COLLATION', collation ?? '');
  if (chosen.charset !== found.name) throw mysqlError('ER_COLLATION_CHARSET_MISMATCH', chosen.name, found.name);
  const set = (variable: string, value: string) => {
    const definition = findVariable(variable);
    if (definition) setSessionVariable(statement, definition, value);
  };
  set('character_set_client', found.name);
  set('character_set_results', found.name);
  // SET CHARACTER SET takes the database's for the connection.
  if (collation !== null) session.resultsCollation = chosen.id;
  if (connection) set('collation_connection', chosen.name);
  else set('collation_connection', sessionValue(server, session, 'collation_database') ?? chosen.name);
};

/** SET …: all of its items, or none. Passwords are not set here. */
export const executeSet = (statement: Statement, items: readonly SetItem[]): void => {
  const { server, session } = statement;
  const before = {
    variables: new Map(session.variables),
    users: new Map(session.userVariables),
    globals: new Map(server.globals),
    sqlMode: session.sqlMode,
    timeZone: session.timeZone,
    lastInsertId: session.lastInsertId,
    resultsCollation: session.resultsCollation,
  };
  try {
    for (const item of items) executeItem(statement, item);
  } catch (error) {
    session.variables = before.variables;
    session.userVariables = before.users;
    session.sqlMode = before.sqlMode;
    session.timeZone = before.timeZone;
    session.lastInsertId = before.lastInsertId;
    session.resultsCollation = before.resultsCollation;
    server.globals.clear();
    for (const [name, value] of before.globals) server.globals.set(name, value);
    throw error;
  }
};

const executeItem = (statement: Statement, item: SetItem): void => {
  switch (item.kind) {
    case 'user': {
      const { value, type } = evaluate(statement, item.value);
      assignUserVariable({ statement }, item.name, value, type);
      return;
    }
    case 'system':
      setSystem(statement, item);
      return;
    case 'names':
      setNames(statement, item.charset, item.collation, true);
      return;
    case 'characterSet':
      setNames(statement, item.charset, null, false);
      return;
    case 'transaction':
      setTransaction(statement, item);
      return;
    default:
      throw new Error('SET PASSWORD is a change of accounts');
  }
};

const setTransaction = (statement: Statement, item: Extract<SetItem, { kind: 'transaction' }>): void => {
  const { server, session } = statement;
  const values: [string, string][] = [];
  if (item.isolation !== null) values.push(['transaction_isolation', item.isolation]);
  if (item.readOnly !== null) values.push(['transaction_read_only', item.readOnly ? 'ON' : 'OFF']);
  if (item.scope === null) {
    if (session.transaction) throw mysqlError('ER_CANT_CHANGE_TX_CHARACTERISTICS');
    if (item.isolation !== null) session.nextIsolation = item.isolation;
    if (item.readOnly !== null) session.nextReadOnly = item.readOnly;
    return;
  }
  if (item.scope === 'GLOBAL') {
    requireGlobalPrivilege(statement, 'SUPER', 'SYSTEM_VARIABLES_ADMIN');
    for (const [name, value] of values) server.globals.set(name, value);
    return;
  }
  for (const [name, value] of values) session.variables.set(name, value);
};
