import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { createConnection } from 'mysql2/promise';
import type { Address, ComponentName } from '../components/component.ts';
import { kafkaOptions } from '../components/kafka-options.ts';
import { mysqlOptions } from '../components/mysql-options.ts';
import { connectRequest } from '../components/rest-request.ts';
import { openSnowflake } from '../components/snowflake-client.ts';
import type { Clock } from '../core/clock.ts';
import { retryUntil } from '../core/retry.ts';
import { bucketAndPrefix, notificationsOf, openS3 } from './buckets.ts';
import type { Graph } from './graph.ts';
import type { Made, MadeRecord } from './made-record.ts';
import { whereIs } from './outside.ts';

export type CleanRequest = {
  record: MadeRecord;
  graph: Graph;
  /** Addresses of the systems that things were made in. */
  environment: Address;
  clock: Clock;
  /** What was done, or why not, in a line. */
  report(line: string): void;
};

const componentOf: Readonly<Record<Made['kind'], ComponentName>> = {
  connector: 'connect',
  'connector-change': 'connect',
  topic: 'kafka',
  group: 'kafka',
  bucket: 's3',
  notification: 's3',
  'mysql-database': 'mysql',
  'mysql-table': 'mysql',
  'mysql-user': 'mysql',
  'snowflake-schema': 'snowflake',
};

export const describeMade = (made: Made): string => {
  const what = made.kind === 'connector-change' ? 'configuration of connector' : made.kind.replaceAll('-', ' ');
  return `${what} ${made.name} at ${made.where}`;
};

/** True when it is gone; else why it stays. */
type Removal = (made: Made, request: CleanRequest) => Promise<true | string>;

const stoppedDeadlineMs = 15_000;

/**
 * The connector with its offsets: one of that name made later would go on where this one was. Only a stopped connector lets go of them;
 * a worker before 3.6 does not know how, and the connector alone goes.
 */
const removeConnector: Removal = async ({ name }, { environment, clock }) => {
  const path = `/connectors/${encodeURIComponent(name)}`;
  const request = (method: string, below: string) => connectRequest(environment, `${path}${below}`, { method });
  if ((await request('PUT', '/stop')).ok) {
    await retryUntil(
      async () => {
        const response = await request('DELETE', '/offsets');
        if (!response.ok && response.status !== 404)
          throw new Error(`its offsets stay: Connect answers ${response.status} ${await response.text()}`);
      },
      { clock, deadlineMs: stoppedDeadlineMs, pauseMs: 100 },
    );
  }
  const response = await request('DELETE', '');
  return response.ok || response.status === 404 ? true : `Connect answers ${response.status}`;
};

const putConnectorBack: Removal = async (made, { environment }) => {
  if (made.kind !== 'connector-change') return true;
  const path = `/connectors/${encodeURIComponent(made.name)}/config`;
  const response = await connectRequest(environment, path, { method: 'PUT', body: made.before });
  return response.ok ? true : `Connect answers ${response.status}`;
};

const withKafka = async (environment: Address, use: (admin: Admin) => Promise<unknown>): Promise<true> => {
  const admin = new Kafka({ ...kafkaOptions(environment), clientId: 'sluicebox', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await use(admin);
    return true;
  } finally {
    await admin.disconnect();
  }
};

const removeTopic: Removal = ({ name }, { environment }) =>
  withKafka(environment, async (admin) => {
    if ((await admin.listTopics()).includes(name)) await admin.deleteTopics({ topics: [name] });
  });

const removeGroup: Removal = ({ name }, { environment }) =>
  withKafka(environment, async (admin) => {
    const { groups } = await admin.listGroups();
    if (groups.some(({ groupId }) => groupId === name)) await admin.deleteGroups([name]);
  });

const withS3 = async <T>(environment: Address, use: (client: S3Client) => Promise<T>): Promise<T> => {
  const client = openS3(environment);
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
};

const isGone = (error: Error): boolean => error.name === 'NoSuchBucket' || error.name === 'NotFound';

const emptyBelow = async (client: S3Client, Bucket: string, Prefix: string): Promise<void> => {
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
    if (Contents.length === 0) return;
    const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : { Key }));
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
};

/** Of a bucket that was made here: what the pipeline's sinks wrote into it, and the bucket itself when nothing else is in it. */
const removeBucket: Removal = ({ name: Bucket }, { environment, graph }) =>
  withS3(environment, async (client) => {
    try {
      for (const { kind, url } of graph.nodes) {
        const place = kind === 'objects' && url ? bucketAndPrefix(url) : undefined;
        if (place?.bucket === Bucket) await emptyBelow(client, Bucket, place.prefix);
      }
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
      if (Contents.length > 0) return `other objects are in it, as ${Contents[0]?.Key}`;
      await client.send(new DeleteBucketCommand({ Bucket }));
      return true;
    } catch (error) {
      if (isGone(error as Error)) return true;
      throw error;
    }
  });

const removeNotification: Removal = (made, { environment }) =>
  withS3<true | string>(environment, async (client) => {
    if (made.kind !== 'notification') return true;
    try {
      const there = await notificationsOf(client, made.bucket);
      const QueueConfigurations = (there.QueueConfigurations ?? []).filter(({ Id }) => Id !== made.name);
      const NotificationConfiguration = { ...there, QueueConfigurations };
      await client.send(
        new PutBucketNotificationConfigurationCommand({ Bucket: made.bucket, NotificationConfiguration }),
      );
      return true;
    } catch (error) {
      if (isGone(error as Error)) return true;
      throw error;
    }
  });

const runMysql = async (environment: Address, sql: string): Promise<void> => {
  const connection = await createConnection(mysqlOptions(environment));
  await connection.query(sql).finally(() => connection.end());
};

const quotedParts = (name: string): string =>
  name
    .split('.')
    .map((part) => `\`${part.replaceAll('`', '``')}\``)
    .join('.');

const removeMysql =
  (statement: (name: string) => string): Removal =>
  async ({ name }, { environment }) => {
    await runMysql(environment, statement(name));
    return true;
  };

const tablesIn = async (database: string, environment: Address): Promise<number> => {
  const connection = await createConnection(mysqlOptions(environment));
  const sql = 'SELECT COUNT(*) AS total FROM information_schema.tables WHERE table_schema = ?';
  const [rows] = await connection.query(sql, [database]).finally(() => connection.end());
  return Number((rows as { total: number }[])[0]?.total ?? 0);
};

const removeDatabase: Removal = async ({ name }, { environment }) => {
  const others = await tablesIn(name, environment);
  if (others > 0) return `${others} other tables are in it`;
  await runMysql(environment, `DROP DATABASE IF EXISTS ${quotedParts(name)}`);
  return true;
};

const userLiteral = (name: string): string => {
  const at = name.lastIndexOf('@');
  return [name.slice(0, at), name.slice(at + 1)].map((part) => `'${part.replaceAll("'", "''")}'`).join('@');
};

const removeSchema: Removal = async ({ name }, { environment }) => {
  const session = await openSnowflake(environment);
  await session.query(`drop schema if exists ${name} cascade`).finally(() => session.close());
  return true;
};

const removals: Readonly<Record<Made['kind'], Removal>> = {
  connector: removeConnector,
  'connector-change': putConnectorBack,
  topic: removeTopic,
  group: removeGroup,
  bucket: removeBucket,
  notification: removeNotification,
  'mysql-database': removeDatabase,
  'mysql-table': removeMysql((name) => `DROP TABLE IF EXISTS ${quotedParts(name)}`),
  'mysql-user': removeMysql((name) => `DROP USER IF EXISTS ${userLiteral(name)}`),
  'snowflake-schema': removeSchema,
};

// Who writes goes first: a topic or a bucket would come again under a connector that still runs.
const order: readonly Made['kind'][] = [
  'connector',
  'connector-change',
  'notification',
  'snowflake-schema',
  'group',
  'topic',
  'bucket',
  'mysql-user',
  'mysql-table',
  'mysql-database',
];

/** Removes what can be removed now; what cannot is given back with the reason. */
const pass = async (request: CleanRequest): Promise<{ removed: number; left: readonly string[] }> => {
  const { record, environment, report } = request;
  const inOrder = order.flatMap((kind) =>
    record
      .all()
      .toReversed()
      .filter((made) => made.kind === kind),
  );
  const left: string[] = [];
  for (const made of inOrder) {
    if (whereIs(componentOf[made.kind], environment) !== made.where) {
      left.push(`${describeMade(made)}: that is not the address given now`);
      continue;
    }
    const outcome = await removals[made.kind](made, request).catch((error: Error) => error.message);
    if (outcome !== true) {
      left.push(`${describeMade(made)}: ${outcome}`);
      continue;
    }
    record.remove(made);
    report(`removed: ${describeMade(made)}`);
  }
  return { removed: inOrder.length - left.length, left };
};

/** Takes away what the sandbox made in systems that are not its own, and nothing else. True when nothing is left of it. */
export const cleanUp = async (request: CleanRequest): Promise<boolean> => {
  for (;;) {
    // A table that another refers to goes once the other is gone.
    const { removed, left } = await pass(request);
    if (removed > 0 && left.length > 0) continue;
    for (const line of left) request.report(`left: ${line}`);
    return left.length === 0;
  }
};
