import { type Endpoint, succeeded } from './endpoint.ts';

/** POST /session?delete=true: logs out; an open transaction is rolled back. */
export const endSession: Endpoint = {
  method: 'POST',
  path: /^\/session$/,
  answer: async (engine, request) => {
    if (request.query.get('delete') === 'true') await engine.sessions.end(engine.sessions.byToken(request.token));
    return succeeded(null);
  },
};

/** POST /session/heartbeat: keeps a session of a quiet client alive. */
export const heartbeat: Endpoint = {
  method: 'POST',
  path: /^\/session\/heartbeat(-request)?$/,
  answer: async (engine, request) => {
    engine.sessions.byToken(request.token);
    return succeeded(null);
  },
};
