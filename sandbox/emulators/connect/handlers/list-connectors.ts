import type { RestHandler } from '../rest/rest-handler.ts';
import { connectorStatusJson } from '../rest/status-json.ts';

/** GET /connectors: names, or with `expand` an object by name; an unknown expansion is left out, as in the real worker. */
export const listConnectors: RestHandler = {
  method: 'GET',
  path: '/connectors',
  answer: ({ query }, { herder }) => {
    const names = herder.names();
    const expand = query.getAll('expand');
    if (expand.length === 0) return { status: 200, body: names };
    const body: Record<string, unknown> = {};
    for (const name of names) {
      // A connector that was just created has no status yet; the real worker leaves it out then.
      if (expand.includes('status') && herder.statuses.connector(name) === undefined) continue;
      body[name] = {
        ...(expand.includes('status') ? { status: connectorStatusJson(herder, name) } : {}),
        ...(expand.includes('info') ? { info: herder.info(name) } : {}),
      };
    }
    return { status: 200, body };
  },
};
