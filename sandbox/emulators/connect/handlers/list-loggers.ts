import type { RestHandler } from '../rest/rest-handler.ts';

/** GET /admin/loggers */
export const listLoggers: RestHandler = {
  method: 'GET',
  path: '/admin/loggers',
  answer: (_request, { loggers }) => ({ status: 200, body: loggers.all() }),
};
