import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import { createConnection } from 'mysql2/promise';
import type { Address, ComponentName } from '../../components/component.ts';
import { kafkaOptions } from '../../components/kafka-options.ts';
import { mysqlOptions } from '../../components/mysql-options.ts';
import { connectRequest, registryRequest } from '../../components/rest-request.ts';
import { s3Options } from '../../components/s3-options.ts';
import { openSnowflake } from '../../components/snowflake-client.ts';

// One real exchange with each, as a client of its own field makes it. Each gives up by itself; nothing is changed by any.

const answerTimeoutMs = 10_000;

const probeKafka = async (address: Address): Promise<void> => {
  const admin = new Kafka({
    ...kafkaOptions(address),
    clientId: 'sluicebox-probe',
    connectionTimeout: answerTimeoutMs,
    authenticationTimeout: answerTimeoutMs,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    await admin.listTopics();
  } finally {
    await admin.disconnect().catch(() => {});
  }
};

const checked = async (response: Response): Promise<void> => {
  if (response.ok) return;
  throw Object.assign(new Error(`HTTP ${response.status} ${response.statusText}`.trim()), { status: response.status });
};

const probeMysql = async (address: Address): Promise<void> => {
  const connection = await createConnection({ ...mysqlOptions(address), connectTimeout: answerTimeoutMs });
  await connection.query('SELECT 1').finally(() => connection.end());
};

const probeS3 = async (address: Address): Promise<void> => {
  const client = new S3Client({ ...s3Options(address), maxAttempts: 1 });
  try {
    await client.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(answerTimeoutMs) });
  } catch (error) {
    // A key that may use one bucket and not list them all is known to the store nevertheless.
    if ((error as Error).name !== 'AccessDenied') throw error;
  } finally {
    client.destroy();
  }
};

const probeSnowflake = async (address: Address): Promise<void> => {
  const session = await openSnowflake(address);
  await session.query('select current_version()').finally(() => session.close());
};

export const probes: Readonly<Record<ComponentName, (address: Address) => Promise<void>>> = {
  kafka: probeKafka,
  'schema-registry': async (address) => checked(await registryRequest(address, '/subjects')),
  connect: async (address) => checked(await connectRequest(address, '/connectors')),
  mysql: probeMysql,
  s3: probeS3,
  snowflake: probeSnowflake,
};
