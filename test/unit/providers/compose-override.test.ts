import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readComposeFile } from '../../../sandbox/providers/container/compose-file.ts';
import { servicesOf, writeOverride } from '../../../sandbox/providers/container/override.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluicebox-override-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { services } = readComposeFile(join(import.meta.dirname, '..', '..', '..'));

/** The environment that compose gives to the service, its own `$$` undone. */
const environmentOf = (path: string, service: string): Record<string, string> => {
  const known = { customTags: [{ tag: '!reset', collection: 'map' as const, resolve: () => null }] };
  const { environment } = parse(readFileSync(path, 'utf8'), known).services[service];
  return Object.fromEntries(
    Object.entries(environment as Record<string, string>).map(([name, value]) => [name, value.replaceAll('$$', '$')]),
  );
};

test('every component has a service with a label, an image and a variable for its port', () => {
  expect([...services.keys()].sort()).toEqual(['connect', 'kafka', 'mysql', 's3', 'schema-registry', 'snowflake']);
  expect(services.get('schema-registry')?.inside).toEqual({
    host: 'schema-registry',
    port: 8080,
    path: '/apis/ccompat/v7',
  });
});

test("a worker gets the names that connectors ask for, and no other; a value's dollar stays a dollar", () => {
  const path = writeOverride(folder, {
    services: servicesOf(['connect'], services),
    environment: {
      KAFKA_BOOTSTRAP_SERVERS: 'host.docker.internal:29092',
      MYSQL_CDC_PASSWORD: 'pa$word$$',
      SNOWFLAKE_PASSWORD: 'not for connectors',
      CONNECT_URL: 'http://connect:8083',
      CONNECT_OFFSET_FLUSH_INTERVAL_MS: '50',
    },
    exposed: new Set(['MYSQL_CDC_PASSWORD']),
    eventQueueUrl: undefined,
    owner: 'laptop/4711',
  });
  expect(readFileSync(path, 'utf8')).toContain('labels: { sluicebox.owner: "laptop/4711" }');
  expect(environmentOf(path, 'connect')).toEqual({
    SLUICEBOX: 'sandbox',
    MYSQL_CDC_PASSWORD: 'pa$word$$',
    CONNECT_OFFSET_FLUSH_INTERVAL_MS: '50',
    CONNECT_BOOTSTRAP_SERVERS: 'host.docker.internal:29092',
    CONNECT_CONFIG_PROVIDERS_ENV_PARAM_ALLOWLIST_PATTERN: '^(MYSQL_CDC_PASSWORD)$',
  });
});

test('a worker on a secured cluster of somebody else gets its settings, a group of its own, and the authority as a file', () => {
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, 'a certificate');
  const path = writeOverride(folder, {
    services: servicesOf(['connect'], services),
    environment: {
      KAFKA_BOOTSTRAP_SERVERS: 'kafka.example:9093',
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'team',
      KAFKA_SASL_PASSWORD: 'secret',
      KAFKA_SSL_CA_LOCATION: ca,
      CONNECT_GROUP_ID: 'sluicebox-team',
    },
    exposed: new Set(),
    eventQueueUrl: undefined,
    owner: 'laptop/4711',
  });
  const environment = environmentOf(path, 'connect');
  expect(environment).toMatchObject({
    CONNECT_GROUP_ID: 'sluicebox-team',
    CONNECT_CONFIG_STORAGE_TOPIC: 'sluicebox-team-configs',
    CONNECT_SECURITY_PROTOCOL: 'SASL_SSL',
    CONNECT_PRODUCER_SASL_MECHANISM: 'SCRAM-SHA-512',
    CONNECT_SSL_TRUSTSTORE_LOCATION: '/etc/sluicebox/kafka-ca.pem',
  });
  expect(readFileSync(path, 'utf8')).toContain(`${ca}:/etc/sluicebox/kafka-ca.pem:ro`);
});
