import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaOptions } from '../../components/kafka-options.ts';
import type { Clock } from '../../core/clock.ts';
import { retryUntil } from '../../core/retry.ts';
import { bucketAndPrefix, openS3 } from '../../pipeline/buckets.ts';
import type { Graph, GraphNode } from '../../pipeline/graph.ts';
import type { Sandbox } from '../../pipeline/sandbox.ts';

const momentDeadlineMs = 60_000;
const lookEachMs = 25;

const neighbour = (graph: Graph, id: string, kind: GraphNode['kind']): GraphNode => {
  const edge = graph.edges.find(
    ({ from, to }) => (from === id && to.startsWith(kind)) || (to === id && from.startsWith(kind)),
  );
  const other = graph.nodes.find((node) => node.id === (edge?.from === id ? edge.to : edge?.from));
  if (!other) throw new Error(`${id} has no ${kind} beside it`);
  return other;
};

// The sink's own naming: <topic>+<partition>+<first offset>.<ending>
const firstOffset = (key: string): number => Number(/\+\d+\+(\d+)\.[^/]*$/.exec(key)?.[1] ?? Number.NaN);

/** Kills Connect (kill -9) at a moment at which an object of the sink is uploaded and its records' offsets are not committed. */
export const crashUncommitted = async (
  connector: string,
  graph: Graph,
  sandbox: Sandbox,
  clock: Clock,
): Promise<string> => {
  const sinkId = `sink-connector:${connector}`;
  const topic = neighbour(graph, sinkId, 'topic').name;
  const { bucket, prefix } = bucketAndPrefix(neighbour(graph, sinkId, 'objects').url ?? '');
  const worker = sandbox.components.get('connect');
  const s3 = openS3(sandbox.environment);
  const admin = new Kafka({ ...kafkaOptions(sandbox.environment), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await retryUntil(
      async () => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
        const [found] = await admin.fetchOffsets({ groupId: `connect-${connector}`, topics: [topic] });
        const committed = Math.max(0, Number(found?.partitions[0]?.offset ?? 0));
        const key = Contents.flatMap(({ Key }) => Key ?? []).find((name) => firstOffset(name) >= committed);
        if (key === undefined) throw new Error(`no object of ${connector} was ahead of its committed offset`);
        await worker?.crash();
        return `${key}, with offset ${committed} committed`;
      },
      { clock, deadlineMs: momentDeadlineMs, pauseMs: lookEachMs, maxPauseMs: lookEachMs },
    );
  } finally {
    await admin.disconnect();
    s3.destroy();
    await worker?.start();
  }
};
