import { type Endpoint, succeeded } from './endpoint.ts';

/** GET /monitoring/queries/<id>: the state of a query, for clients that started it with asyncExec. */
export const monitoring: Endpoint = {
  method: 'GET',
  path: /^\/monitoring\/queries\/([0-9a-f-]+)$/,
  answer: async (engine, request) => {
    engine.sessions.byToken(request.token);
    const query = engine.queries.find(request.parameters[0] as string);
    if (!query) return succeeded({ queries: [] });
    return succeeded({
      queries: [
        {
          id: query.id,
          status: query.state,
          state: query.state === 'RUNNING' ? 'RUNNING' : query.state === 'SUCCESS' ? 'SUCCEEDED' : 'FAILED',
          sqlText: query.text,
          startTime: query.startedMs,
          endTime: query.endedMs ?? 0,
          totalDuration: (query.endedMs ?? engine.clock.nowMs()) - query.startedMs,
          sessionId: Number(query.sessionId),
          userName: query.user,
          errorCode: query.error ? Number(query.error.code) : null,
          errorMessage: query.error?.message ?? null,
          warehouseName: query.final?.warehouse ?? '',
        },
      ],
    });
  },
};
