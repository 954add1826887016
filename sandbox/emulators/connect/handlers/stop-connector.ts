import type { RestHandler } from '../rest/rest-handler.ts';

/** PUT /connectors/{connector}/stop: its tasks end and are forgotten; the configuration stays (KIP-875). */
export const stopConnector: RestHandler = {
  method: 'PUT',
  path: '/connectors/{connector}/stop',
  answer: async ({ params }, { herder }) => {
    await herder.setTargetState(params['connector'] ?? '', 'STOPPED');
    return { status: 204 };
  },
};
