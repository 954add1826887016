import { restErrors } from '../errors.ts';
import { textMap, withName, withoutNulls } from '../rest/connector-config-body.ts';
import type { RestHandler } from '../rest/rest-handler.ts';

/** PUT /connectors/{connector}/config: creates (201) or replaces (200) the whole configuration. */
export const putConnectorConfig: RestHandler = {
  method: 'PUT',
  path: '/connectors/{connector}/config',
  answer: async ({ params, body, bodyText, baseUrl }, { herder }) => {
    const name = params['connector'] ?? '';
    const map = textMap(body, bodyText);
    if (map === null)
      throw restErrors.nullPointer('Cannot invoke "java.util.Map.get(Object)" because "connectorConfig" is null');
    const config = withName(withoutNulls(map), name);
    const { created, info } = await herder.putConnector(name, config, { replace: true });
    return created
      ? { status: 201, body: info, location: `${baseUrl}/connectors/${encodeURIComponent(name)}` }
      : { status: 200, body: info };
  },
};
