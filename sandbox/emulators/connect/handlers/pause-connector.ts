import type { RestHandler } from '../rest/rest-handler.ts';

/** PUT /connectors/{connector}/pause: tasks keep what they hold and wait. */
export const pauseConnector: RestHandler = {
  method: 'PUT',
  path: '/connectors/{connector}/pause',
  answer: async ({ params }, { herder }) => {
    await herder.setTargetState(params['connector'] ?? '', 'PAUSED');
    return { status: 202 };
  },
};
