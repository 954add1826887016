import type { RestHandler } from '../rest/rest-handler.ts';

/** DELETE /connectors/{connector}: stops and forgets it; offsets in Kafka stay, as in the real worker. */
export const deleteConnector: RestHandler = {
  method: 'DELETE',
  path: '/connectors/{connector}',
  answer: async ({ params }, { herder }) => {
    await herder.remove(params['connector'] ?? '');
    return { status: 204 };
  },
};
