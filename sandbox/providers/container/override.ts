import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Address, ComponentName } from '../../components/component.ts';
import { workerSecuritySettings } from '../../components/kafka-options.ts';
import { workerTopics } from '../../components/worker-group.ts';
import type { ContainerService } from './compose-file.ts';
import { ownerLabel } from './leftovers.ts';

export type OverrideRequest = {
  services: readonly ContainerService[];
  /** Addresses as containers write them, and the values of `${env:…}`. */
  environment: Address;
  /** The names that connectors may ask for. */
  exposed: ReadonlySet<string>;
  /** Where object events go, as MinIO writes it. */
  eventQueueUrl: string | undefined;
  /** The process that the containers go with; none when they are kept. */
  owner: string | undefined;
};

// Named as worker properties by the image: an address among them would become a property of that name.
const workerAddress = /^CONNECT_(URL|USERNAME|PASSWORD)$/;

const caInside = '/etc/sluicebox/kafka-ca.pem';

/** A worker's setting as the image takes it: `a.b=v` is CONNECT_A_B=v. */
const asVariables = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `CONNECT_${name.toUpperCase().replaceAll('.', '_')}`,
      name.endsWith('ssl.truststore.location') ? caInside : value,
    ]),
  );

const connectEnvironment = ({ environment, exposed }: OverrideRequest): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => (exposed.has(name) || name.startsWith('CONNECT_')) && !workerAddress.test(name),
    ),
  ),
  ...(environment['KAFKA_BOOTSTRAP_SERVERS'] && { CONNECT_BOOTSTRAP_SERVERS: environment['KAFKA_BOOTSTRAP_SERVERS'] }),
  ...asVariables({ ...workerTopics(environment), ...workerSecuritySettings(environment) }),
  CONNECT_CONFIG_PROVIDERS_ENV_PARAM_ALLOWLIST_PATTERN: `^(${[...exposed].join('|')})$`,
});

const environmentOf = (service: ContainerService, request: OverrideRequest): Record<string, string> => {
  if (service.component === 'connect') return connectEnvironment(request);
  if (service.component === 'snowflake' && request.environment['AWS_ENDPOINT_URL_S3'])
    return { SLUICEBOX_AWS_ENDPOINT_URL_S3: request.environment['AWS_ENDPOINT_URL_S3'] };
  if (service.eventQueue && request.eventQueueUrl) return { [service.eventQueue.urlVariable]: request.eventQueueUrl };
  return {};
};

// Compose would take what follows a dollar for a variable of its own.
const yamlText = (text: string): string => JSON.stringify(text.replaceAll('$', '$$$$'));

/** Files of this machine that a container reads. */
const volumesOf = ({ component }: ContainerService, { environment }: OverrideRequest): string[] => {
  const ca = component === 'connect' ? workerSecuritySettings(environment)['ssl.truststore.location'] : undefined;
  return ca === undefined ? [] : [`    volumes: [${yamlText(`${resolve(ca)}:${caInside}:ro`)}]`];
};

/**
 * What differs from the compose file for this run: addresses of what is not in a container, no waiting for services that are not started, and
 * no restarts behind the sandbox's back.
 */
export const writeOverride = (dir: string, request: OverrideRequest): string => {
  const lines = request.services.flatMap((service) => [
    `  ${service.service}:`,
    "    restart: 'no'",
    '    depends_on: !reset {}',
    '    environment:',
    ...Object.entries({ SLUICEBOX: 'sandbox', ...environmentOf(service, request) }).map(
      ([name, value]) => `      ${name}: ${yamlText(value)}`,
    ),
    ...volumesOf(service, request),
    ...(request.owner === undefined ? [] : [`    labels: { ${ownerLabel}: ${yamlText(request.owner)} }`]),
  ]);
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'docker-compose.override.yml');
  writeFileSync(path, `services:\n${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
};

/** Services of one name each, so that a component that is not asked for is not started as another's need. */
export const servicesOf = (
  names: readonly ComponentName[],
  services: ReadonlyMap<ComponentName, ContainerService>,
): ContainerService[] => names.flatMap((name) => services.get(name) ?? []);
