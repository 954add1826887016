import type { RestHandler } from '../rest/rest-handler.ts';

/** GET /connectors/{connector}/config: as stored, placeholders and all. */
export const getConnectorConfig: RestHandler = {
  method: 'GET',
  path: '/connectors/{connector}/config',
  answer: ({ params }, { herder }) => ({ status: 200, body: herder.info(params['connector'] ?? '').config }),
};
