import type { DuckDBConnection } from '@duckdb/node-api';
import type { Statement } from '../../wire/snowflake-sql/ast.ts';
import type { Draft } from './catalog/catalog.ts';
import type { NameScope } from './catalog/names.ts';
import type { Engine } from './engine.ts';
import type { Outcome } from './queries.ts';
import type { Uses } from './resolver.ts';
import { type Result, type Row, smallResult } from './results/result.ts';
import { type ResultColumn, textColumn } from './results/rowtype.ts';
import type { Bindings } from './sessions/bindings.ts';
import { parameterValue } from './sessions/parameters.ts';
import type { Session } from './sessions/session.ts';
import { statementTypes } from './statement-types.ts';
import type { LockRequest } from './storage/locks.ts';
import { type RedoStep, streamLock, type Transaction, tableLock } from './storage/transaction.ts';

/** One statement on its way: what a handler works with. */
export type Execution = {
  engine: Engine;
  session: Session;
  queryId: string;
  /** The text that the statement's offsets count in. */
  text: string;
  bindings: Bindings | undefined;
  startedMs: number;
  signal: AbortSignal;
  resultFolder: string;
  /** What shapes the result is asked for, and not to run. */
  describeOnly: boolean;
};

export type StatementOf<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;
export type Handler<Kind extends Statement['kind']> = (
  execution: Execution,
  statement: StatementOf<Kind>,
) => Promise<Outcome>;

export const scopeOf = ({ engine, session, text }: Execution): NameScope => ({
  catalog: engine.catalog,
  sessionId: session.id,
  database: session.database,
  schema: session.schema,
  command: /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SELECT',
});

export const table = (statementTypeId: number, columns: readonly ResultColumn[], rows: readonly Row[]): Outcome => ({
  statementTypeId,
  result: smallResult(columns, rows),
});

/** The one row that DDL answers with. */
export const status = (message: string, statementTypeId: number = statementTypes.ddl): Outcome =>
  table(statementTypeId, [textColumn('status')], [[message]]);

export const outcome = (statementTypeId: number, result: Result): Outcome => ({ statementTypeId, result });

const lockTimeoutMs = (session: Session): number => Number(parameterValue(session.parameters, 'LOCK_TIMEOUT')) * 1000;

/** DDL ends an open transaction by committing it, as in Snowflake. */
export const commitOpenTransaction = async ({ engine, session }: Execution): Promise<void> => {
  const { transaction } = session;
  if (!transaction) return;
  session.transaction = undefined;
  await engine.transactions.commit(transaction, await session.connection());
};

/** Runs DDL: `change` may run DuckDB statements on the connection; they and the catalog's changes are committed together. */
export const define = async <T>(
  execution: Execution,
  change: (draft: Draft, connection: DuckDBConnection) => Promise<T>,
): Promise<T> => {
  await commitOpenTransaction(execution);
  const connection = await execution.session.connection();
  return execution.engine.catalog.change(connection, (draft) => change(draft, connection));
};

/** DDL on a table that is there: it waits until no transaction uses the table. */
export const defineOnTables = async <T>(
  execution: Execution,
  tables: readonly number[],
  change: (draft: Draft, connection: DuckDBConnection) => Promise<T>,
): Promise<T> => {
  await commitOpenTransaction(execution);
  const owner = {};
  const requests = tables.map((id): LockRequest => ({ key: tableLock(id), mode: 'schema' }));
  await execution.engine.locks.acquire(owner, requests, lockTimeoutMs(execution.session), execution.signal);
  try {
    return await define(execution, change);
  } finally {
    execution.engine.locks.releaseAll(owner);
  }
};

const begin = ({ engine, session }: Execution): { transaction: Transaction; ownsIt: boolean } => {
  if (session.transaction) return { transaction: session.transaction, ownsIt: false };
  if (parameterValue(session.parameters, 'AUTOCOMMIT') === false) {
    session.transaction = engine.transactions.begin(true);
    return { transaction: session.transaction, ownsIt: false };
  }
  return { transaction: engine.transactions.begin(false), ownsIt: true };
};

const prepareStreams = async (
  { engine }: Execution,
  uses: Uses,
  transaction: Transaction,
  connection: DuckDBConnection,
): Promise<void> => {
  for (const stream of uses.streams) await engine.streams.prepare(stream, transaction, connection);
};

export type Writing = { connection: DuckDBConnection; transaction: Transaction };

/** The connection as a statement sees it inside BEGIN … COMMIT: what it changes is noted, to be done again after another one's failure. */
const notingConnection = (connection: DuckDBConnection, steps: RedoStep[]): DuckDBConnection => {
  const noting = Object.create(connection) as DuckDBConnection;
  noting.run = async (sql, parameters, types) => {
    const result = await connection.run(sql, parameters, types);
    steps.push({ sql, parameters });
    return result;
  };
  return noting;
};

const isConflict = (error: unknown): boolean =>
  error instanceof Error && /Conflict on|write-write conflict|Transaction conflict/i.test(error.message);

/** Runs the statement in the user's open transaction. When it fails, the transaction is as it was before it. */
const writeInside = async <T>(
  { engine }: Execution,
  { connection, transaction }: Writing,
  action: (writing: Writing) => Promise<T>,
): Promise<T> => {
  for (let isSecond = false; ; isSecond = true) {
    const steps: RedoStep[] = [];
    try {
      const result = await action({ connection: notingConnection(connection, steps), transaction });
      transaction.redo.push(...steps);
      return result;
    } catch (error) {
      await engine.transactions.restore(transaction, connection);
      // The restored transaction sees what the other one committed, and holds the lock: now it goes through.
      if (isSecond || !isConflict(error)) throw error;
    }
  }
};

/**
 * Runs DML. `uses` are the streams it reads: they advance when the transaction commits. Outside BEGIN … COMMIT the statement is a
 * transaction of its own.
 */
export const write = async <T>(
  execution: Execution,
  target: { tableId: number; mode: 'append' | 'rewrite' },
  uses: Uses,
  action: (writing: Writing) => Promise<T>,
): Promise<T> => {
  const { engine, session, signal } = execution;
  const connection = await session.connection();
  const { transaction, ownsIt } = begin(execution);
  const requests: LockRequest[] = [
    { key: tableLock(target.tableId), mode: target.mode },
    ...uses.streams.map(({ id }): LockRequest => ({ key: streamLock(id), mode: 'rewrite' })),
  ];
  try {
    await engine.transactions.enter(transaction, connection, requests, { timeoutMs: lockTimeoutMs(session), signal });
    await prepareStreams(execution, uses, transaction, connection);
    const writing = { connection, transaction };
    const result = ownsIt ? await action(writing) : await writeInside(execution, writing, action);
    transaction.written.add(target.tableId);
    for (const stream of uses.streams) transaction.consumed.set(stream.id, transaction.seen.get(stream.tableId) ?? 0);
    if (ownsIt) await engine.transactions.commit(transaction, connection);
    return result;
  } catch (error) {
    if (ownsIt) await engine.transactions.rollback(transaction, connection);
    throw error;
  }
};

/** Runs a query. It waits for nobody; streams are read from one snapshot and do not advance. */
export const read = async <T>(
  execution: Execution,
  uses: Uses,
  action: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> => {
  const { engine, session, signal } = execution;
  const connection = await session.connection();
  const open = session.transaction;
  if (!open && uses.streams.length === 0) return action(connection);
  const transaction = open ?? engine.transactions.begin(false);
  try {
    await engine.transactions.enter(transaction, connection, [], { timeoutMs: 0, signal });
    await prepareStreams(execution, uses, transaction, connection);
    return await action(connection);
  } catch (error) {
    // DuckDB gives a transaction up after an error in a query too.
    if (open) await engine.transactions.restore(open, connection);
    throw error;
  } finally {
    if (!open) await engine.transactions.rollback(transaction, connection);
  }
};
