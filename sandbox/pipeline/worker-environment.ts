import type { Address } from '../components/component.ts';
import { connectRequest } from '../components/rest-request.ts';
import { UsageError } from '../core/usage-error.ts';
import { type ConnectorArtefact, environmentNames, lineOfField } from './artefacts.ts';

const providers =
  'config.providers=env, config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider, and an allowlist.pattern that matches, if there is one';

const marked = (name: string): string => `<${name}>\${env:${name}}</${name}>`;

// Debezium gives configurations without a value.
type Validation = { configs?: { value: { name: string; value: string | null } | null }[]; message?: string };

/**
 * The names that the worker itself knows. It resolves the placeholders of a configuration that it is asked to validate, and gives the values back;
 * which ones depends on the plug-in (Debezium gives none of its own), but `name` is Connect's own and comes back from all. Nothing is created.
 */
const knownToWorker = async (
  pluginClass: string,
  names: readonly string[],
  environment: Address,
): Promise<Set<string>> => {
  const path = `/connector-plugins/${encodeURIComponent(pluginClass)}/config/validate`;
  const body = { 'connector.class': pluginClass, 'tasks.max': '1', name: names.map(marked).join('') };
  const response = await connectRequest(environment, path, { method: 'PUT', body });
  const answer = (await response.json()) as Validation;
  if (!response.ok) {
    throw new UsageError(
      `the Connect worker at ${environment['CONNECT_URL']} cannot validate ${pluginClass}: ${answer.message ?? `HTTP ${response.status}`}`,
    );
  }
  const resolved = answer.configs?.find(({ value }) => value?.name === 'name')?.value?.value ?? '';
  return new Set(names.filter((name) => resolved.includes(`<${name}>`) && !resolved.includes(marked(name))));
};

/** A worker leaves what it does not know as literal text and runs the connector with it, RUNNING and wrong: here it is an error before one is created. */
export const checkWorkerEnvironment = async (
  connectors: readonly ConnectorArtefact[],
  environment: Address,
): Promise<void> => {
  for (const connector of connectors) {
    const names = [...environmentNames([connector])];
    if (names.length === 0) continue;
    const known = await knownToWorker(connector.config['connector.class'] as string, names, environment);
    for (const [field, value] of Object.entries(connector.config)) {
      const unknown = names.find((name) => value.includes(`\${env:${name}}`) && !known.has(name));
      if (unknown === undefined) continue;
      const where = `${connector.file}:${lineOfField(connector.text, field)}: ${field}`;
      const worker = `the Connect worker at ${environment['CONNECT_URL']}`;
      throw new UsageError(
        known.size === 0
          ? `${where} needs ${unknown}, and ${worker} resolves no \${env:…} at all: give it ${providers}, and ${names.join(', ')} in its environment`
          : `${where} needs ${unknown}, which ${worker} does not know: set it in the worker's environment (its providers: ${providers})`,
      );
    }
  }
};
