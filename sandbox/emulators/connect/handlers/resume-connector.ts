import type { RestHandler } from '../rest/rest-handler.ts';

/** PUT /connectors/{connector}/resume: from PAUSED or STOPPED. */
export const resumeConnector: RestHandler = {
  method: 'PUT',
  path: '/connectors/{connector}/resume',
  answer: async ({ params }, { herder }) => {
    await herder.setTargetState(params['connector'] ?? '', 'STARTED');
    return { status: 202 };
  },
};
