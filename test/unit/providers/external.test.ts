import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Clock } from '../../../sandbox/core/clock.ts';
import { attachExternal } from '../../../sandbox/providers/external/external.ts';

// A clock on which a pause takes no time: what is given up on after seconds is given up on at once.
const hurried = (): Clock => {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    sleep: async (durationMs) => {
      nowMs += durationMs;
    },
  };
};

const attach = (name: Parameters<typeof attachExternal>[0], environment: Record<string, string>) =>
  attachExternal(name, { environment, clock: hurried(), emit: () => {} });

let server: Server | undefined;
afterEach(() => server?.close());

const answering = async (status: number, wanted?: string): Promise<string> => {
  server = createServer((request, response) => {
    response.writeHead(wanted === undefined || request.headers.authorization === wanted ? 200 : status).end('[]');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test('what is missing is named, with where to give it', () => {
  expect(() => attach('mysql', { MYSQL_HOST: 'db' })).toThrow(
    'mysql=external needs MYSQL_USER and MYSQL_PASSWORD: give them in a profile (--profile FILE) or as SLUICEBOX_MYSQL_USER, SLUICEBOX_MYSQL_PASSWORD; plain names of the shell are not read',
  );
  expect(() => attach('kafka', { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092', KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' })).toThrow(
    'kafka=external needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  );
  expect(() => attach('kafka', { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092', KAFKA_SECURITY_PROTOCOL: 'TLS' })).toThrow(
    'KAFKA_SECURITY_PROTOCOL is TLS; it can be PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL',
  );
  expect(() =>
    attach('snowflake', { SNOWFLAKE_ACCOUNT: 'acme', SNOWFLAKE_USER: 'ada', SNOWFLAKE_PASSWORD: 'x' }),
  ).toThrow(/needs SNOWFLAKE_DATABASE and SNOWFLAKE_WAREHOUSE.*--connection NAME/);
});

test('an address has the names that clients know, and what follows from them', () => {
  const { address, provider } = attach('snowflake', {
    SNOWFLAKE_ACCOUNT: 'acme-dev',
    SNOWFLAKE_USER: 'ada',
    SNOWFLAKE_TOKEN: 'token',
    SNOWFLAKE_DATABASE: 'DEV',
    SNOWFLAKE_WAREHOUSE: 'WH',
    SNOWFLAKE_HOST: '127.0.0.1',
    SNOWFLAKE_PORT: '1',
    MYSQL_HOST: 'not-its-business',
  });
  expect(provider).toBe('external');
  expect(address).toEqual({
    SNOWFLAKE_ACCOUNT: 'acme-dev',
    SNOWFLAKE_AUTHENTICATOR: 'PROGRAMMATIC_ACCESS_TOKEN',
    SNOWFLAKE_DATABASE: 'DEV',
    SNOWFLAKE_HOST: '127.0.0.1',
    SNOWFLAKE_PORT: '1',
    SNOWFLAKE_PROTOCOL: 'https',
    SNOWFLAKE_TOKEN: 'token',
    SNOWFLAKE_USER: 'ada',
    SNOWFLAKE_WAREHOUSE: 'WH',
  });
});

test('a component that answers is running; it is not ours to end or start', async () => {
  const connect = attach('connect', { CONNECT_URL: await answering(200) });
  expect(connect.state()).toBe('starting');
  await connect.ready;
  expect(connect.state()).toBe('running');
  await expect(connect.crash()).rejects.toThrow(/^connect is external \(http:.*\): it is not ours to kill$/);
  await expect(connect.stop()).rejects.toThrow('it is not ours to stop');
  await expect(connect.start()).rejects.toThrow('it is not ours to start');
});

test('basic authentication goes with each request; a wrong password says what to check', async () => {
  const url = await answering(401, `Basic ${Buffer.from('ada:secret').toString('base64')}`);
  await attach('schema-registry', {
    SCHEMA_REGISTRY_URL: url,
    SCHEMA_REGISTRY_USERNAME: 'ada',
    SCHEMA_REGISTRY_PASSWORD: 'secret',
  }).ready;
  const wrong = attach('schema-registry', { SCHEMA_REGISTRY_URL: url });
  await expect(wrong.ready).rejects.toThrow(
    `schema-registry at ${url} does not answer: HTTP 401 Unauthorized; check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD`,
  );
  expect(wrong.state()).toBe('down');
});

test('nobody there: component, address, reason and remedy', async () => {
  await expect(attach('kafka', { KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' }).ready).rejects.toThrow(
    /^kafka at 127\.0\.0\.1:1 does not answer: .*ECONNREFUSED.*; check KAFKA_BOOTSTRAP_SERVERS/,
  );
  await expect(
    attach('mysql', { MYSQL_HOST: '127.0.0.1', MYSQL_PORT: '1', MYSQL_USER: 'a', MYSQL_PASSWORD: 'b' }).ready,
  ).rejects.toThrow(/^mysql at 127\.0\.0\.1:1 does not answer: .*ECONNREFUSED.*; check MYSQL_HOST, MYSQL_PORT/);
  await expect(attach('connect', { CONNECT_URL: 'http://127.0.0.1:1' }).ready).rejects.toThrow(
    /^connect at http:\/\/127\.0\.0\.1:1 does not answer: .*; check CONNECT_URL/,
  );
  await expect(
    attach('s3', {
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    }).ready,
  ).rejects.toThrow(/^s3 at http:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED.*; check AWS_ENDPOINT_URL_S3/);
});
