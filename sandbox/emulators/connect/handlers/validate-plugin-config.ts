import { restErrors } from '../errors.ts';
import { textMap, withoutNulls } from '../rest/connector-config-body.ts';
import { definitionJson } from '../rest/definition-json.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import { printConfigValue } from '../worker/validation.ts';

/** PUT /connector-plugins/{pluginName}/config/validate: every setting with its definition, value and errors; starts nothing. */
export const validatePluginConfig: RestHandler = {
  method: 'PUT',
  path: '/connector-plugins/{pluginName}/config/validate',
  answer: async ({ params, body, bodyText }, { herder }) => {
    const requested = params['pluginName'] ?? '';
    const config = withoutNulls(textMap(body, bodyText) ?? {});
    const included = config['connector.class'];
    if (included === undefined) throw restErrors.noConnectorTypeInValidate();
    const plugin = herder.plugins.find(included);
    const simple = included.slice(included.lastIndexOf('.') + 1);
    if (
      ![included, simple, simple.replace(/Connector$/, '')].includes(requested) &&
      plugin !== herder.plugins.find(requested)
    ) {
      throw restErrors.typeMismatch(included, requested);
    }
    if (plugin === undefined) throw restErrors.classNotFoundInValidate(included, herder.plugins.describe());
    const { name, groups, settings, errors } = await herder.validate(config);
    const own = new Set(plugin.showsNoValues === true ? plugin.configDefinitions : []);
    const configs = settings.map((setting) => ({
      definition: definitionJson(setting.definition),
      value: {
        name: setting.definition.name,
        value: own.has(setting.definition) ? null : printConfigValue(setting.definition, setting.value),
        recommended_values: setting.definition.recommendedValues?.(config) ?? [],
        errors: setting.errors,
        visible: setting.definition.visible?.(config) ?? true,
      },
    }));
    return { status: 200, body: { name, error_count: errors.length, groups, configs } };
  },
};
