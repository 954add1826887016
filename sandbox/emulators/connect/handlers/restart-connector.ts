import type { RestHandler } from '../rest/rest-handler.ts';
import { connectorStatusJson } from '../rest/status-json.ts';

const flag = (query: URLSearchParams, name: string): boolean => query.get(name)?.toLowerCase() === 'true';

/**
 * POST /connectors/{connector}/restart: plain, it restarts the connector and none of its tasks (204); with includeTasks or onlyFailed it
 * restarts what that says and answers what is restarting (202, KIP-745).
 */
export const restartConnector: RestHandler = {
  method: 'POST',
  path: '/connectors/{connector}/restart',
  answer: async ({ params, query }, { herder }) => {
    const name = params['connector'] ?? '';
    const includeTasks = flag(query, 'includeTasks');
    const onlyFailed = flag(query, 'onlyFailed');
    if (!includeTasks && !onlyFailed) {
      await herder.restartConnector(name);
      return { status: 204 };
    }
    await herder.restart(name, { includeTasks, onlyFailed });
    return { status: 202, body: connectorStatusJson(herder, name) };
  },
};
