import type { Event, QueueConfiguration } from '@aws-sdk/client-s3';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import type { Address } from '../components/component.ts';
import { s3Options } from '../components/s3-options.ts';
import { asRecords, openSnowflake } from '../components/snowflake-client.ts';
import { pipelineLogin } from './apply-snowflake.ts';
import type { Graph, GraphNode } from './graph.ts';

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

/** Makes the buckets that sinks write and stages read. */
export const createBuckets = async (graph: Graph, environment: Address): Promise<void> => {
  const client = openS3(environment);
  for (const Bucket of bucketsOf(graph)) {
    await client.send(new CreateBucketCommand({ Bucket })).catch((error: Error) => {
      if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
    });
  }
  client.destroy();
};

const stageOfPipe = (graph: Graph, pipe: string): GraphNode | undefined => {
  const edge = graph.edges.find(({ from, to }) => to === `pipe:${pipe}` && from.startsWith('stage:'));
  return graph.nodes.find(({ id }) => id === edge?.from);
};

const created: Event = 's3:ObjectCreated:*';

/** Has each bucket tell the queue of its auto-ingest pipes of new objects, as one does on AWS with the ARN that SHOW PIPES gives. */
export const notifyPipes = async (graph: Graph, environment: Address): Promise<void> => {
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
  for (const [Bucket, QueueConfigurations] of byBucket) {
    const NotificationConfiguration = { QueueConfigurations };
    await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  }
  client.destroy();
};
