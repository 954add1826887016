import type { Statement } from '../../wire/snowflake-sql/ast.ts';
import { parseStatement } from '../../wire/snowflake-sql/parser.ts';
import { splitStatements } from '../../wire/snowflake-sql/split.ts';
import { answerOf } from './duckdb-errors.ts';
import { componentName, type Engine } from './engine.ts';
import { cancelled, SnowflakeError, unsupportedFeature } from './errors.ts';
import { type Execution, status } from './execution.ts';
import { handlers } from './handlers/index.ts';
import type { Outcome, Query } from './queries.ts';
import type { Bindings } from './sessions/bindings.ts';
import { checkedParameter, isParameter, parameterList, parameterValue } from './sessions/parameters.ts';
import type { Session } from './sessions/session.ts';
import { statementTypes } from './statement-types.ts';

export type QueryRequest = {
  text: string;
  requestId?: string | undefined;
  bindings?: Bindings | undefined;
  bindStage?: string | undefined;
  parameters?: Readonly<Record<string, string | number | boolean>>;
  describeOnly?: boolean;
};

/** What the statement is, in QUERY_HISTORY's words. */
const kindOf = (text: string): string =>
  (
    /^\s*(create|alter|drop|show|execute)\s+(?:or\s+replace\s+)?(\w+)/i.exec(text)?.slice(1) ?? [
      /^\s*(\w+)/.exec(text)?.[1] ?? 'UNKNOWN',
    ]
  )
    .join('_')
    .toUpperCase();

const lastQueryIdsAtMost = 1_000;

const remember = (engine: Engine, session: Session, query: Query): void => {
  query.final = {
    database: session.database,
    schema: session.schema,
    warehouse: session.warehouse,
    role: session.role,
  };
  query.parameters = parameterList(session.parameters);
  query.endedMs = engine.clock.nowMs();
  session.lastQueryIds.push(query.id);
  if (session.lastQueryIds.length > lastQueryIdsAtMost) session.lastQueryIds.shift();
};

/** Runs one parsed statement by the handler of its kind; what has none is refused by name. */
export const runStatement = async (execution: Execution, statement: Statement): Promise<Outcome> => {
  const handler = handlers[statement.kind] as
    | ((execution: Execution, statement: Statement) => Promise<Outcome>)
    | undefined;
  if (!handler)
    throw unsupportedFeature(
      'name' in statement && statement.kind === 'other'
        ? statement.name
        : statement.kind.replaceAll('-', ' ').toUpperCase(),
    );
  return handler(execution, statement);
};

const withTimeout = async (engine: Engine, session: Session, query: Query, action: () => Promise<Outcome>) => {
  const seconds = Number(parameterValue(session.parameters, 'STATEMENT_TIMEOUT_IN_SECONDS'));
  const done = new AbortController();
  const interrupt = (): void => {
    session.connection().then(
      (connection) => connection.interrupt(),
      () => {},
    );
  };
  query.abort.signal.addEventListener('abort', interrupt, { once: true });
  if (seconds > 0) {
    void engine.clock.sleep(Math.min(seconds * 1000, 2 ** 31 - 1), done.signal).then(() => {
      if (!done.signal.aborted) query.abort.abort();
    });
  }
  try {
    if (query.abort.signal.aborted) throw cancelled();
    return await action();
  } finally {
    done.abort();
  }
};

const settle = async (
  engine: Engine,
  session: Session,
  query: Query,
  action: () => Promise<Outcome>,
): Promise<void> => {
  try {
    query.outcome = await withTimeout(engine, session, query, action);
    query.state = 'SUCCESS';
  } catch (error) {
    const { answer, isBug } = answerOf(error);
    query.error = answer;
    query.state = answer.code === '000604' ? 'ABORTED' : 'FAILED_WITH_ERROR';
    if (isBug)
      engine.emit({
        component: componentName,
        kind: 'failed',
        message: `${answer.message}\n${query.text.slice(0, 500)}`,
      });
    if (answer.code === '000002')
      engine.emit({ component: componentName, kind: 'not-emulated', message: answer.message });
  }
  remember(engine, session, query);
};

export const newQuery = (engine: Engine, session: Session, text: string, requestId?: string): Query => {
  const id = engine.queries.newId();
  const query: Query = {
    id,
    requestId,
    sessionId: session.id,
    user: session.user,
    text,
    kind: kindOf(text),
    state: 'RUNNING',
    startedMs: engine.clock.nowMs(),
    endedMs: undefined,
    outcome: undefined,
    error: undefined,
    final: undefined,
    parameters: [],
    abort: new AbortController(),
    ended: Promise.resolve(),
    resultFolder: engine.queries.resultFolder(id),
  };
  engine.queries.add(query);
  return query;
};

const executionOf = (engine: Engine, session: Session, query: Query, request: QueryRequest): Execution => ({
  engine,
  session,
  queryId: query.id,
  text: query.text,
  bindings: request.bindings,
  startedMs: query.startedMs,
  signal: query.abort.signal,
  resultFolder: query.resultFolder,
  describeOnly: request.describeOnly ?? false,
});

const runOne = (engine: Engine, session: Session, query: Query, request: QueryRequest): Promise<void> =>
  settle(engine, session, query, async () =>
    runStatement(executionOf(engine, session, query, request), parseStatement(query.text)),
  );

/** Runs the statements of one request, each as a query of its own; the first that fails ends the request with its error. */
const runSeveral = async (
  engine: Engine,
  session: Session,
  query: Query,
  texts: readonly string[],
  request: QueryRequest,
): Promise<void> =>
  settle(engine, session, query, async () => {
    const children: { queryId: string; statementTypeId: number }[] = [];
    for (const text of texts) {
      const child = newQuery(engine, session, text);
      await runOne(engine, session, child, request);
      if (child.error) throw child.error;
      children.push({ queryId: child.id, statementTypeId: child.outcome?.statementTypeId ?? statementTypes.select });
    }
    return { ...status('Multiple statements executed successfully.', statementTypes.multiStatement), children };
  });

const wantedCount = (session: Session, request: QueryRequest): number =>
  Number(request.parameters?.['MULTI_STATEMENT_COUNT'] ?? parameterValue(session.parameters, 'MULTI_STATEMENT_COUNT'));

const run = async (engine: Engine, session: Session, query: Query, request: QueryRequest): Promise<void> => {
  const texts = splitStatements(request.text).map((statement) => statement.text);
  const wanted = wantedCount(session, request);
  if (texts.length <= 1 && wanted <= 1) return runOne(engine, session, query, request);
  if (wanted !== 0 && wanted !== texts.length) {
    return settle(engine, session, query, async () => {
      throw new SnowflakeError(
        '000008',
        `Actual statement count ${texts.length} did not match the desired statement count ${wanted}.`,
      );
    });
  }
  return runSeveral(engine, session, query, texts, request);
};

const withParameters = async (session: Session, request: QueryRequest, action: () => Promise<void>): Promise<void> => {
  const before = new Map(session.parameters);
  const given = Object.entries(request.parameters ?? {}).filter(
    ([name]) => isParameter(name) && name !== 'MULTI_STATEMENT_COUNT',
  );
  for (const [name, value] of given) {
    try {
      session.parameters.set(name, checkedParameter(name, value));
    } catch (error) {
      if (!(error instanceof SnowflakeError)) throw error;
    }
  }
  await action();
  for (const [name] of given) {
    const value = before.get(name);
    if (value === undefined) session.parameters.delete(name);
    else session.parameters.set(name, value);
  }
};

/** Starts a query in a session, behind the session's other statements. */
export const runQuery = (engine: Engine, session: Session, request: QueryRequest): Query => {
  if (request.requestId !== undefined) {
    const before = engine.queries.findRequest(session.id, request.requestId);
    if (before) return before;
  }
  const query = newQuery(engine, session, request.text, request.requestId);
  const guarded = async (): Promise<void> => {
    try {
      if (request.bindStage !== undefined) throw unsupportedFeature('binds through a stage');
      await withParameters(session, request, () => run(engine, session, query, request));
    } catch (error) {
      await settle(engine, session, query, async () => {
        throw error;
      });
    }
  };
  query.ended = session.oneAtATime(guarded);
  return query;
};
