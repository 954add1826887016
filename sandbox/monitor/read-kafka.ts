import { Kafka, logLevel } from 'kafkajs';
import type { Address } from '../components/component.ts';
import { kafkaOptions } from '../components/kafka-options.ts';
import type { Graph, GraphNode } from '../pipeline/graph.ts';
import type { NodeReading, NodeReadings, Reader } from './reading.ts';

type Offsets = ReadonlyMap<number, number>;
type Topic = { reading: NodeReading; ends: Offsets };

/** Topics: records in the log. Sinks: how far their group `connect-<name>` is behind the ends of its topics. */
export const kafkaReader = (graph: Graph, environment: Address): Reader => {
  const admin = new Kafka({
    clientId: 'sluicebox-monitor',
    ...kafkaOptions(environment),
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  }).admin();
  let connected = false;
  const topics = graph.nodes.filter(({ kind }) => kind === 'topic');
  const sinks = graph.nodes.filter(({ kind }) => kind === 'sink-connector');
  const topicsOf = (sink: GraphNode): GraphNode[] =>
    topics.filter(({ id }) => graph.edges.some(({ from, to }) => from === id && to === sink.id));

  const readTopic = async (name: string, exists: boolean): Promise<Topic> => {
    if (!exists) return { reading: { state: 'waiting', total: 0 }, ends: new Map() };
    const partitions = await admin.fetchTopicOffsets(name);
    const total = partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    return {
      reading: { state: 'running', total },
      ends: new Map(partitions.map(({ partition, high }) => [partition, Number(high)])),
    };
  };

  const behind = async (sink: GraphNode, found: ReadonlyMap<string, Topic>): Promise<number> => {
    const read = topicsOf(sink);
    const groupId = `connect-${sink.name}`;
    const committed = await admin.fetchOffsets({ groupId, topics: read.map(({ name }) => name) });
    let backlog = 0;
    for (const { id, name } of read) {
      const partitions = committed.find(({ topic }) => topic === name)?.partitions ?? [];
      for (const [partition, end] of found.get(id)?.ends ?? []) {
        const offset = Number(partitions.find((one) => one.partition === partition)?.offset ?? 0);
        backlog += end - Math.max(0, offset);
      }
    }
    return backlog;
  };

  return {
    read: async () => {
      const readings: NodeReadings = {};
      try {
        if (!connected) await admin.connect();
        connected = true;
        const existing = new Set(await admin.listTopics());
        const found = new Map<string, Topic>();
        for (const { id, name } of topics) found.set(id, await readTopic(name, existing.has(name)));
        for (const [id, { reading }] of found) readings[id] = reading;
        for (const sink of sinks) readings[sink.id] = { state: 'running', backlog: await behind(sink, found) };
      } catch (error) {
        connected = false;
        await admin.disconnect().catch(() => {});
        for (const { id } of topics) readings[id] = { state: 'down', note: (error as Error).message };
      }
      return readings;
    },
    close: () => admin.disconnect().catch(() => {}),
  };
};
