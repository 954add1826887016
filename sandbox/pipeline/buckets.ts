import type {
  BucketLocationConstraint,
  Event,
  NotificationConfiguration,
  QueueConfiguration,
} from '@aws-sdk/client-s3';
import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  HeadBucketCommand,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Address } from '../components/component.ts';
import { isAws, s3Options } from '../components/s3-options.ts';
import { asRecords, openSnowflake } from '../components/snowflake-client.ts';
import { UsageError } from '../core/usage-error.ts';
import { pipelineLogin } from './apply-snowflake.ts';
import type { Graph, GraphNode } from './graph.ts';
import { mayChange, type Outside, recordOf, whereIs } from './outside.ts';

export const openS3 = (environment: Address): S3Client => new S3Client(s3Options(environment));

/** `s3://bucket/prefix/` in its two parts. */
export const bucketAndPrefix = (url: string): { bucket: string; prefix: string } => {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  return { bucket, prefix };
};

const bucketsOf = (graph: Graph): Set<string> =>
  new Set(
    graph.nodes
      .filter(({ kind, url }) => (kind === 'objects' || kind === 'stage') && url?.startsWith('s3://'))
      .map(({ url }) => bucketAndPrefix(url as string).bucket),
  );

/** Makes the buckets that sinks write and stages read; in a store that is not ours, where that was asked for. */
export const createBuckets = async (graph: Graph, environment: Address, outside?: Outside): Promise<void> => {
  const client = openS3(environment);
  const record = recordOf('s3', outside);
  try {
    for (const bucket of bucketsOf(graph)) {
      if (record && (await isThere(client, bucket))) continue;
      if (!mayChange('s3', outside)) {
        const message = `bucket ${bucket} is not there: nothing is made without --apply`;
        outside?.emit({ component: 's3', kind: 'warning', message });
        continue;
      }
      record?.add({ kind: 'bucket', name: bucket, where: whereIs('s3', environment) });
      await create(client, bucket, environment);
    }
  } finally {
    client.destroy();
  }
};

const isThere = (client: S3Client, Bucket: string): Promise<boolean> =>
  client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    (error: Error) => {
      if (error.name === 'NotFound' || error.name === 'NoSuchBucket') return false;
      throw new UsageError(`bucket ${Bucket} is there, but not for these credentials: ${error.name}`);
    },
  );

// AWS's oldest region is the one that must not be named.
const unnamedRegion = 'us-east-1';

const create = async (client: S3Client, Bucket: string, environment: Address): Promise<void> => {
  const region = environment['AWS_REGION'];
  const elsewhere = isAws(environment) && region !== undefined && region !== unnamedRegion;
  const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint };
  const command = new CreateBucketCommand({ Bucket, ...(elsewhere ? { CreateBucketConfiguration } : {}) });
  await client.send(command).catch((error: Error) => {
    if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
  });
};

const stageOfPipe = (graph: Graph, pipe: string): GraphNode | undefined => {
  const edge = graph.edges.find(({ from, to }) => to === `pipe:${pipe}` && from.startsWith('stage:'));
  return graph.nodes.find(({ id }) => id === edge?.from);
};

const created: Event = 's3:ObjectCreated:*';

/** Has each bucket tell the queue of its auto-ingest pipes of new objects, as one does on AWS with the ARN that SHOW PIPES gives. */
export const notifyPipes = async (graph: Graph, environment: Address, outside?: Outside): Promise<void> => {
  const session = await openSnowflake(environment, pipelineLogin(environment));
  const pipes = asRecords(await session.query('show pipes'));
  await session.close();
  const byBucket = new Map<string, QueueConfiguration[]>();
  for (const pipe of pipes) {
    const url = stageOfPipe(graph, String(pipe['name']).toLowerCase())?.url;
    if (!pipe['notification_channel'] || !url) continue;
    const { bucket, prefix } = bucketAndPrefix(url);
    byBucket.set(bucket, [
      ...(byBucket.get(bucket) ?? []),
      {
        Id: String(pipe['name']),
        // Another S3 than AWS knows the queue by a name of its own.
        QueueArn: environment['S3_EVENT_QUEUE'] ?? String(pipe['notification_channel']),
        Events: [created],
        Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
      },
    ]);
  }
  const client = openS3(environment);
  try {
    for (const [bucket, wanted] of byBucket) await notify(client, { bucket, wanted, environment, outside });
  } finally {
    client.destroy();
  }
};

type Notify = {
  bucket: string;
  wanted: readonly QueueConfiguration[];
  environment: Address;
  outside: Outside | undefined;
};

/** PUT replaces all that a bucket tells to anyone: in a store that is not ours, what is there stays, and ours is added where it is not. */
const notify = async (client: S3Client, { bucket: Bucket, wanted, environment, outside }: Notify): Promise<void> => {
  const record = recordOf('s3', outside);
  const there = record ? await notificationsOf(client, Bucket) : {};
  const tells = ({ QueueArn, Filter }: QueueConfiguration): string => JSON.stringify([QueueArn, prefixOf(Filter)]);
  const known = new Set((there.QueueConfigurations ?? []).map(tells));
  const missing = wanted.filter((one) => !known.has(tells(one)));
  if (record && missing.length === 0) return;
  if (!mayChange('s3', outside)) {
    const message = `bucket ${Bucket} does not tell Snowflake of new objects: nothing is changed without --apply`;
    return outside?.emit({ component: 's3', kind: 'warning', message });
  }
  const where = whereIs('s3', environment);
  for (const { Id = '' } of missing) record?.add({ kind: 'notification', name: Id, bucket: Bucket, where });
  const QueueConfigurations = [...(there.QueueConfigurations ?? []), ...missing];
  const NotificationConfiguration = { ...there, QueueConfigurations };
  await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
};

const prefixOf = (filter: QueueConfiguration['Filter']): string =>
  filter?.Key?.FilterRules?.find(({ Name }) => Name?.toLowerCase() === 'prefix')?.Value ?? '';

/** All that a bucket tells, to whomever. */
export const notificationsOf = async (client: S3Client, Bucket: string): Promise<NotificationConfiguration> => {
  const { $metadata: _metadata, ...found } = await client.send(
    new GetBucketNotificationConfigurationCommand({ Bucket }),
  );
  return found;
};
