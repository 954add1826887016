import type { RestHandler } from '../rest/rest-handler.ts';

/** GET /health: the REST API is opened only after start-up, so it is always healthy (KIP-1017). */
export const getHealth: RestHandler = {
  method: 'GET',
  path: '/health',
  answer: () => ({
    status: 200,
    body: { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' },
  }),
};
