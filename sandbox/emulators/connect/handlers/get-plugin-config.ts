import { commonDefinitions } from '../config/common-definitions.ts';
import { findConverter } from '../converters/index.ts';
import { restErrors } from '../errors.ts';
import { definitionJson } from '../rest/definition-json.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import { findTransform } from '../transforms/index.ts';

/** GET /connector-plugins/{pluginName}/config: its settings; of a connector, the worker's own after them. Converters here tell none. */
export const getPluginConfig: RestHandler = {
  method: 'GET',
  path: '/connector-plugins/{pluginName}/config',
  answer: ({ params }, { herder }) => {
    const name = params['pluginName'] ?? '';
    const plugin = herder.plugins.find(name);
    if (plugin !== undefined) {
      const own = plugin.configDefinitions.map((definition) => definition.name);
      const common = commonDefinitions(plugin.type).filter((definition) => !own.includes(definition.name));
      return { status: 200, body: [...plugin.configDefinitions, ...common].map(definitionJson) };
    }
    const transform = findTransform(name);
    if (transform !== undefined) return { status: 200, body: transform.configDefinitions.map(definitionJson) };
    if (findConverter(name) !== undefined) return { status: 200, body: [] };
    throw restErrors.unknownPlugin(name);
  },
};
