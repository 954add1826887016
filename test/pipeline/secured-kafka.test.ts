import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { removeFolder, temporaryFolder } from '../contract/serve.ts';
import { runProgram } from './program.ts';

// A real broker that asks for TLS and a password (SCRAM) stands for the cluster that runs elsewhere; all else is ours.

const repository = join(import.meta.dirname, '..', '..');
const compose = parse(readFileSync(join(repository, 'compose', 'docker-compose.yml'), 'utf8')) as {
  services: { kafka: { image: string } };
};
const { image } = compose.services.kafka;

const run = (command: string, args: readonly string[], timeout = 60_000): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout });

const missing = (): string | undefined => {
  try {
    run('docker', ['info'], 10_000);
  } catch {
    return 'no Docker';
  }
  try {
    run('openssl', ['version']);
    run('docker', ['image', 'inspect', image]);
    return undefined;
  } catch {
    return `no openssl, or ${image} is not here`;
  }
};
const reason = missing();

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** An authority, and a broker's certificate for 127.0.0.1 that it has signed. */
const makeCertificates = (folder: string): void => {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args);
  const selfSigned = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj'];
  openssl(...selfSigned, '/CN=authority', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl(...selfSigned, '/CN=other authority', '-keyout', at('other.key'), '-out', at('other.pem'));
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=broker', '-keyout', at('key.pem'), '-out', at('csr'));
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const signed = [
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
  ];
  openssl('x509', '-req', '-in', at('csr'), '-out', at('cert.pem'), ...signed);
  writeFileSync(at('keystore.pem'), readFileSync(at('key.pem'), 'utf8') + readFileSync(at('cert.pem'), 'utf8'));
  chmodSync(folder, 0o755);
  chmodSync(at('keystore.pem'), 0o644);
};

const container = `sluicebox-secured-kafka-${process.pid}`;
const password = 'a"quoted"word';

const startBroker = (folder: string, port: number): void => {
  const settings = {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9094',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENERS: `INSIDE://localhost:9092,CONTROLLER://localhost:9094,SECURE://0.0.0.0:${port}`,
    KAFKA_ADVERTISED_LISTENERS: `INSIDE://localhost:9092,SECURE://127.0.0.1:${port}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
    KAFKA_SASL_ENABLED_MECHANISMS: 'SCRAM-SHA-512',
    KAFKA_LISTENER_NAME_SECURE_SCRAM___SHA___512_SASL_JAAS_CONFIG:
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    KAFKA_SSL_KEYSTORE_TYPE: 'PEM',
    KAFKA_SSL_KEYSTORE_LOCATION: '/certificates/keystore.pem',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  };
  const environment = Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const published = ['-p', `127.0.0.1:${port}:${port}`, '-v', `${folder}:/certificates:ro`];
  run('docker', ['run', '-d', '--rm', '--name', container, '--memory', '1g', ...published, ...environment, image]);
};

const addUser = async (): Promise<void> => {
  const add = [
    '--add-config',
    `SCRAM-SHA-512=[password=${password}]`,
    '--entity-type',
    'users',
    '--entity-name',
    'ada',
  ];
  // What kafka-configs.sh runs.
  const tool = ['/opt/kafka/bin/kafka-run-class.sh', 'kafka.admin.ConfigCommand'];
  const configs = [...tool, '--bootstrap-server', 'localhost:9092', '--alter', ...add];
  for (let attempt = 0; ; attempt++) {
    try {
      return void run('docker', ['exec', container, ...configs]);
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
};

/** The repository's pipeline, with what Debezium's history client needs to speak to such a broker, as it would stand in production. */
const makeProject = (folder: string): void => {
  for (const part of ['compose', 'sql', '.env.example'])
    cpSync(join(repository, part), join(folder, part), { recursive: true });
  const path = join(folder, 'compose', 'connectors', 'mysql_src_connector.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  for (const client of ['producer', 'consumer']) {
    const prefix = `schema.history.internal.${client}.`;
    Object.assign(config, {
      [`${prefix}security.protocol`]: '${env:KAFKA_SECURITY_PROTOCOL}',
      [`${prefix}sasl.mechanism`]: '${env:KAFKA_SASL_MECHANISM}',
      [`${prefix}sasl.jaas.config`]: '${env:KAFKA_SASL_JAAS_CONFIG}',
      [`${prefix}ssl.truststore.type`]: 'PEM',
      [`${prefix}ssl.truststore.location`]: '${env:KAFKA_SSL_CA_LOCATION}',
    });
  }
  writeFileSync(path, JSON.stringify(config, null, 2));
};

describe.skipIf(reason !== undefined)(`a real broker with TLS and SCRAM${reason ? ` (${reason})` : ''}`, () => {
  const folder = temporaryFolder();
  const certificates = join(folder, 'certificates');
  const project = join(folder, 'project');
  let port: number;

  beforeAll(async () => {
    mkdirSync(certificates);
    makeCertificates(certificates);
    makeProject(project);
    port = await freePort();
    startBroker(certificates, port);
    await addUser();
  }, 180_000);
  afterAll(() => {
    try {
      run('docker', ['rm', '-f', container]);
    } finally {
      removeFolder(folder);
    }
  });

  const profile = (changes: Record<string, string> = {}): string => {
    const settings = {
      KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${port}`,
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'ada',
      KAFKA_SASL_PASSWORD: `'${password}'`,
      KAFKA_SASL_JAAS_CONFIG: `'org.apache.kafka.common.security.scram.ScramLoginModule required username="ada" password="${password.replaceAll('"', '\\"')}";'`,
      KAFKA_SSL_CA_LOCATION: join(certificates, 'ca.pem'),
      ...changes,
    };
    const path = join(folder, 'profile.env');
    writeFileSync(
      path,
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    return path;
  };
  const ports = ['schema-registry', 'connect', 'mysql', 's3', 'snowflake', 'clickstream'].flatMap((name) => [
    '--port',
    `${name}=0`,
  ]);
  const sandbox = (path: string, ...args: string[]) =>
    runProgram([
      ...['sandbox', '--plain', '--project', project, '--data', join(folder, 'data'), '--provider', 'kafka=external'],
      ...['--profile', path, '--apply', ...ports, ...args],
    ]);

  test('a wrong password and an unknown authority are told at once, with what to check', async () => {
    const wrong = await sandbox(profile({ KAFKA_SASL_PASSWORD: 'wrong' }), '--for', '30s');
    expect(wrong.output).toMatch(
      /sluicebox: kafka at 127\.0\.0\.1:\d+ does not answer: .*; check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD\n/,
    );
    expect(wrong.code).toBe(2);
    const untrusted = await sandbox(
      profile({ KAFKA_SSL_CA_LOCATION: join(certificates, 'other.pem') }),
      '--for',
      '30s',
    );
    expect(untrusted.output).toMatch(
      /does not answer: .*; give the authority that signed its certificate with KAFKA_SSL_CA_LOCATION/,
    );
    expect(untrusted.code).toBe(2);
  });

  test('rows flow through it from both sources to both last tables', async () => {
    const { code, output } = await sandbox(profile(), '--for', '40s');
    expect(output).toContain('first row in transformed_clickstream');
    expect(output).toContain('first row in transformed_logs');
    expect(code).toBe(0);
  });

  test('clean leaves no topic and no group behind', async () => {
    const { code, output } = await runProgram([
      ...['clean', '--project', project, '--data', join(folder, 'data'), '--profile', profile(), '--yes'],
    ]);
    expect(output).toContain('removed: topic temp_sql.sales.orders');
    expect(code).toBe(0);
    const tools = (tool: string): string =>
      run('docker', ['exec', container, `/opt/kafka/bin/${tool}`, '--bootstrap-server', 'localhost:9092', '--list']);
    expect(
      tools('kafka-topics.sh')
        .split('\n')
        .filter((name) => name !== '' && !name.startsWith('__')),
    ).toEqual([]);
  });
});
