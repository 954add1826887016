import type { RestHandler } from '../rest/rest-handler.ts';
import { connectorStatusJson } from '../rest/status-json.ts';

/** GET /connectors/{connector}/status: states, worker, traces of what failed. */
export const getConnectorStatus: RestHandler = {
  method: 'GET',
  path: '/connectors/{connector}/status',
  answer: ({ params }, { herder }) => ({ status: 200, body: connectorStatusJson(herder, params['connector'] ?? '') }),
};
