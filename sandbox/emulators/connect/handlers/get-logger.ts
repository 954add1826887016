import { restErrors } from '../errors.ts';
import type { RestHandler } from '../rest/rest-handler.ts';

/** GET /admin/loggers/{logger} */
export const getLogger: RestHandler = {
  method: 'GET',
  path: '/admin/loggers/{logger}',
  answer: ({ params }, { loggers }) => {
    const name = params['logger'] ?? '';
    const level = loggers.get(name);
    if (level === undefined) throw restErrors.loggerNotFound(name);
    return { status: 200, body: level };
  },
};
