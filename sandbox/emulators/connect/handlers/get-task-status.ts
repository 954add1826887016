import type { RestHandler } from '../rest/rest-handler.ts';
import { taskStatusJson } from '../rest/status-json.ts';

/** GET /connectors/{connector}/tasks/{task}/status */
export const getTaskStatus: RestHandler = {
  method: 'GET',
  path: '/connectors/{connector}/tasks/{task}/status',
  answer: ({ params }, { herder }) => ({
    status: 200,
    body: taskStatusJson(herder, params['connector'] ?? '', params['task'] ?? ''),
  }),
};
