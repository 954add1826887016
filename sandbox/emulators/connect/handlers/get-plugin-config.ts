import { commonDefinitions } from '../config/common-definitions.ts';
import { findConverter } from '../converters/index.ts';
import { restErrors } from '../errors.ts';
import type { ConfigDefinition } from '../plugin.ts';
import { definitionJson } from '../rest/definition-json.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import { findTransform } from '../transforms/index.ts';

/** Converters and their versions default to the worker's, which belong to no plug-in. */
const withoutWorkerDefault = (definition: ConfigDefinition, version: string): ConfigDefinition => {
  if (definition.name === 'connector.plugin.version') return { ...definition, default: version };
  const ofWorker = /^(?:key|value|header)\.converter(?:\.plugin\.version)?$/.test(definition.name);
  return ofWorker ? { ...definition, default: null } : definition;
};

/** GET /connector-plugins/{pluginName}/config: its settings; of a connector, the worker's own after them.  */
export const getPluginConfig: RestHandler = {
  method: 'GET',
  path: '/connector-plugins/{pluginName}/config',
  answer: ({ params }, { herder }) => {
    const name = params['pluginName'] ?? '';
    const plugin = herder.plugins.find(name);
    if (plugin !== undefined) {
      const own = plugin.configDefinitions.map((definition) => definition.name);
      const common = commonDefinitions(plugin.type)
        .filter((definition) => !own.includes(definition.name))
        .map((definition) => withoutWorkerDefault(definition, plugin.version));
      return { status: 200, body: [...plugin.configDefinitions, ...common].map(definitionJson) };
    }
    const transform = findTransform(name);
    if (transform !== undefined) return { status: 200, body: transform.configDefinitions.map(definitionJson) };
    const converter = findConverter(name);
    if (converter !== undefined) return { status: 200, body: converter.configDefinitions.map(definitionJson) };
    throw restErrors.unknownPlugin(name);
  },
};
