import type { Engine } from '../engine.ts';
import { SnowflakeError } from '../errors.ts';
import { runQuery } from '../run-query.ts';
import type { Binding } from '../sessions/bindings.ts';
import { type Endpoint, type HttpRequest, jsonBody } from './endpoint.ts';
import { answerWithinMs, failure, inProgress, queryAnswer } from './query-answer.ts';

/** Snowflake's own limit on the text of a statement. */
const textAtMost = 1_048_576;

/**
 * POST /queries/v1/query-request: runs a statement, or several when MULTI_STATEMENT_COUNT says so. A request repeated with its
 * requestId (a driver whose connection broke) gets the answer of the first one and runs nothing.
 */
const start = (engine: Engine, request: HttpRequest) => {
  const session = engine.sessions.byToken(request.token);
  const body = jsonBody(request);
  const text = typeof body['sqlText'] === 'string' ? body['sqlText'] : '';
  if (text.length > textAtMost) {
    throw new SnowflakeError('001003', `SQL compilation error:\nstatement text exceeds ${textAtMost} characters`);
  }
  return runQuery(engine, session, {
    text,
    requestId: request.query.get('requestId') ?? undefined,
    bindings: (body['bindings'] ?? undefined) as Readonly<Record<string, Binding>> | undefined,
    bindStage: typeof body['bindStage'] === 'string' ? body['bindStage'] : undefined,
    parameters: (body['parameters'] ?? {}) as Readonly<Record<string, string | number | boolean>>,
    describeOnly: body['describeOnly'] === true,
  });
};

export const queryRequest: Endpoint = {
  method: 'POST',
  path: /^\/queries\/v1\/query-request$/,
  answer: async (engine, request) => {
    const query = start(engine, request);
    if (jsonBody(request)['asyncExec'] === true) return inProgress(query, true);
    await Promise.race([query.ended, engine.clock.sleep(answerWithinMs, request.signal)]);
    return query.state === 'RUNNING' ? inProgress(query, false) : queryAnswer(engine, query, request.origin);
  },
};

/** POST /queries/v1/abort-request (by requestId) and POST /queries/<id>/abort-request. */
export const abortRequest: Endpoint = {
  method: 'POST',
  path: /^\/queries\/(?:v1|([0-9a-f-]+))\/abort-request$/,
  answer: async (engine, request) => {
    const session = engine.sessions.byToken(request.token);
    const [id] = request.parameters;
    const requestId = jsonBody(request)['requestId'];
    const query = id ? engine.queries.find(id) : engine.queries.findRequest(session.id, String(requestId));
    if (!query || query.sessionId !== session.id) {
      return failure(new SnowflakeError('000709', `Statement ${id ?? requestId} not found`), id);
    }
    if (query.state !== 'RUNNING') {
      return failure(new SnowflakeError('000605', 'Identified SQL statement is not currently executing.'), query.id);
    }
    query.abort.abort();
    return { json: { data: null, message: null, code: null, success: true } };
  },
};

/** GET /queries/<id>/result: the answer of a query that was started before. */
export const queryResult: Endpoint = {
  method: 'GET',
  path: /^\/queries\/([0-9a-f-]+)\/result$/,
  answer: async (engine, request) => {
    engine.sessions.byToken(request.token);
    const query = engine.queries.byId(request.parameters[0] as string);
    await Promise.race([query.ended, engine.clock.sleep(answerWithinMs, request.signal)]);
    return query.state === 'RUNNING' ? inProgress(query, false) : queryAnswer(engine, query, request.origin);
  },
};
