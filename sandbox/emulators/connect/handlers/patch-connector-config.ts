import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import { restErrors } from '../errors.ts';
import { textMap } from '../rest/connector-config-body.ts';
import type { RestHandler } from '../rest/rest-handler.ts';

/** PATCH /connectors/{connector}/config: changes single settings; null removes one (KIP-477). */
export const patchConnectorConfig: RestHandler = {
  method: 'PATCH',
  path: '/connectors/{connector}/config',
  answer: async ({ params, body, bodyText }, { herder }) => {
    const name = params['connector'] ?? '';
    const patch = textMap(body, bodyText);
    if (patch === null)
      throw restErrors.nullPointer(
        'Cannot invoke "java.util.Map.forEach(java.util.function.BiConsumer)" because "patch" is null',
      );
    const config: Record<string, string> = { ...herder.info(name).config };
    for (const [setting, value] of Object.entries(patch)) {
      if (value === null) delete config[setting];
      else config[setting] = value;
    }
    const included = config['name'] ?? name;
    if (included !== name) throw restErrors.nameMismatch(included, name);
    const { info } = await herder.putConnector(name, asJavaHashMap(config), { replace: true });
    return { status: 200, body: { ...info, config: asJavaHashMap(config) } };
  },
};
