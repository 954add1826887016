import { mysqlError } from '../errors.ts';
import type { Statement } from './query/statement.ts';
import type { Server, SessionState } from './server-state.ts';
import { releaseLocks } from './storage/locks.ts';
import { dropIfEmpty, popVersion, purgeRecord, type TableData } from './storage/table-data.ts';
import { mayCommit, releaseUsed, useTable } from './storage/table-locks.ts';
import { type Isolation, newTransaction, type ReadView, settled, type Transaction } from './storage/transaction.ts';
import { sessionValue } from './variables/access.ts';

export const isolationOf = (server: Server, session: SessionState): Isolation =>
  (session.nextIsolation ?? sessionValue(server, session, 'transaction_isolation') ?? 'REPEATABLE-READ') as Isolation;

/** The session's transaction; begun if there is none. */
export const ensureTransaction = (server: Server, session: SessionState, readOnly?: boolean): Transaction => {
  if (session.transaction) return session.transaction;
  const only = readOnly ?? session.nextReadOnly ?? sessionValue(server, session, 'transaction_read_only') === 'ON';
  const transaction = newTransaction(
    server.nextTransactionId++,
    session.id,
    isolationOf(server, session),
    only,
    server.clock.nowMs(),
  );
  session.transaction = transaction;
  session.nextIsolation = null;
  session.nextReadOnly = null;
  server.openTransactions.add(transaction);
  return transaction;
};

/** The snapshot that consistent reads of the transaction use. */
export const viewOf = (server: Server, transaction: Transaction | null): ReadView => {
  if (transaction?.view) return transaction.view;
  const view: ReadView = { sequence: server.sequence, own: transaction };
  if (transaction && (transaction.isolation === 'REPEATABLE-READ' || transaction.isolation === 'SERIALIZABLE')) {
    transaction.view = view;
    server.views.add(view);
  }
  return view;
};

const oldestSequence = (server: Server): number => {
  let oldest = server.sequence;
  for (const view of server.views) if (view.sequence < oldest) oldest = view.sequence;
  return oldest;
};

const purge = (
  server: Server,
  changed: readonly { table: TableData; record: Transaction['undo'][number]['record'] }[],
): void => {
  const oldest = oldestSequence(server);
  const later: Server['history'] = [];
  for (const entry of changed) {
    purgeRecord(entry.table, entry.record, oldest);
    const { head } = entry.record;
    if (head && (head.older !== null || head.row === null || head.transaction !== settled))
      later.push({ table: entry.table, record: entry.record });
  }
  server.history.push(...later);
};

const closeView = (server: Server, transaction: Transaction): void => {
  if (!transaction.view) return;
  server.views.delete(transaction.view);
  transaction.view = null;
  if (server.history.length === 0) return;
  const { history } = server;
  server.history = [];
  purge(server, history);
};

const finish = (server: Server, session: SessionState, transaction: Transaction): void => {
  const held = [...transaction.locks];
  releaseLocks(transaction);
  for (const lock of held) dropIfEmpty(lock.record);
  session.transaction = null;
  session.explicitTransaction = false;
  server.openTransactions.delete(transaction);
  releaseUsed(server.tableLocks, session.id);
};

/** Makes the transaction's changes durable and visible. */
export const commit = (server: Server, session: SessionState): void => {
  const { transaction } = session;
  if (!transaction) return;
  const statements = transaction.statements.filter((changes) => changes.length > 0);
  if (statements.length > 0) {
    mayCommit(server.tableLocks, session.id);
    server.binlog.appendRows(session, statements);
  }
  const { undo } = transaction;
  transaction.commitSequence = undo.length > 0 ? ++server.sequence : server.sequence;
  transaction.undo = [];
  closeView(server, transaction);
  purge(server, undo);
  finish(server, session, transaction);
  server.binlog.afterCommit();
};

const undoTo = (transaction: Transaction, length: number): void => {
  while (transaction.undo.length > length) {
    const { table, record, version } = transaction.undo.pop() as Transaction['undo'][number];
    popVersion(table, record, version);
  }
};

export const rollback = (server: Server, session: SessionState): void => {
  const { transaction } = session;
  if (!transaction) return;
  undoTo(transaction, 0);
  // No reader may take what is left of it for open.
  transaction.commitSequence = server.sequence;
  closeView(server, transaction);
  finish(server, session, transaction);
};

/** Where a statement begins, so that its changes alone can be taken back. */
export const beginStatement = (transaction: Transaction): (() => void) => {
  const undo = transaction.undo.length;
  const statements = transaction.statements.length;
  transaction.statements.push([]);
  return () => {
    undoTo(transaction, undo);
    transaction.statements.length = statements;
  };
};

export const setSavepoint = (transaction: Transaction, name: string): void => {
  transaction.savepoints = transaction.savepoints.filter(
    (savepoint) => savepoint.name.toLowerCase() !== name.toLowerCase(),
  );
  transaction.savepoints.push({ name, undo: transaction.undo.length, statements: transaction.statements.length });
};

const findSavepoint = (transaction: Transaction | null, name: string): number => {
  const index =
    transaction?.savepoints.findIndex((savepoint) => savepoint.name.toLowerCase() === name.toLowerCase()) ?? -1;
  if (index < 0) throw mysqlError('ER_SAVEPOINT_DOES_NOT_EXIST', name);
  return index;
};

export const rollbackTo = (transaction: Transaction | null, name: string): void => {
  const index = findSavepoint(transaction, name);
  if (!transaction) return;
  const savepoint = transaction.savepoints[index] as Transaction['savepoints'][number];
  undoTo(transaction, savepoint.undo);
  transaction.statements.length = savepoint.statements;
  transaction.savepoints.length = index + 1;
};

export const releaseSavepoint = (transaction: Transaction | null, name: string): void => {
  const index = findSavepoint(transaction, name);
  if (transaction) transaction.savepoints.length = index;
};

const tableKey = (table: TableData): string => `${table.schema.schema}.${table.schema.name}`;

const checkLockedTables = (session: SessionState, table: TableData, alias: string, write: boolean): void => {
  if (!session.lockedTables) return;
  const mode =
    session.lockedTables.get(`${table.schema.schema}.${alias}`) ??
    (alias === table.schema.name ? undefined : session.lockedTables.get(`${table.schema.schema}.${alias}`));
  if (mode === undefined) throw mysqlError('ER_TABLE_NOT_LOCKED', alias);
  if (write && !mode) throw mysqlError('ER_TABLE_NOT_LOCKED_FOR_WRITE', alias);
};

/** May this statement read the table now? Waits for LOCK TABLES of others, and checks that its snapshot still fits the definition. */
export const assertReadable = (statement: Statement, table: TableData, alias: string): void => {
  const { server, session } = statement;
  checkLockedTables(session, table, alias, false);
  useTable(server.tableLocks, session.id, tableKey(table), 'read', session.transaction !== null);
  if (statement.read.kind === 'view' && table.definedAtSequence > statement.read.view.sequence)
    throw mysqlError('ER_TABLE_DEF_CHANGED');
};

export const assertWritable = (statement: Statement, table: TableData): void => {
  const { server, session } = statement;
  checkLockedTables(session, table, table.schema.name, true);
  if (session.transaction?.readOnly) throw mysqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
  if (server.tableLocks.globalReaders.has(session.id)) throw mysqlError('ER_CANT_UPDATE_WITH_READLOCK');
  useTable(server.tableLocks, session.id, tableKey(table), 'write', true);
};
