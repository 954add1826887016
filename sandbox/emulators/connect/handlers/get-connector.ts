import type { RestHandler } from '../rest/rest-handler.ts';

/** GET /connectors/{connector}: configuration with its placeholders, tasks, type. */
export const getConnector: RestHandler = {
  method: 'GET',
  path: '/connectors/{connector}',
  answer: ({ params }, { herder }) => ({ status: 200, body: herder.info(params['connector'] ?? '') }),
};
