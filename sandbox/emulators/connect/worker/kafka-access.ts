import { type Admin, Kafka, type KafkaConfig, type logCreator, logLevel, type RetryOptions } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import { createLogger } from 'kafkajs/src/loggers/index.js';
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';
import createRetry from 'kafkajs/src/retry/index.js';
import type { Clock } from '../../../core/clock.ts';
import type { ConnectLog, TopicPartitionOffset } from '../plugin.ts';
import { groupBy } from './group-by.ts';
import type { KafkaSecurity } from './kafka-security.ts';

// The broker as the worker uses it. kafkajs' own pauses (300 ms and more) are cut short: the broker is near, and a start is watched.

export type StoredMessage = {
  topic: string;
  partition: number;
  offset: bigint;
  timestampMs: number;
  key: string | null;
  value: string | null;
};

export type KafkaAccess = {
  producer: Kafka['producer'];
  consumer: Kafka['consumer'];
  /** Everything in these topics now, in the order of each partition. Joins no group. */
  readTopics(topics: readonly string[]): Promise<StoredMessage[]>;
  /** Commits for a group that has no members, as AdminClient.alterConsumerGroupOffsets. */
  commitForGroup(groupId: string, offsets: readonly TopicPartitionOffset[]): Promise<void>;
  withAdmin<T>(use: (admin: Admin) => Promise<T>): Promise<T>;
};

export const quickRetry: RetryOptions = {
  initialRetryTime: 20,
  maxRetryTime: 1_000,
  multiplier: 1.6,
  factor: 0.2,
  retries: 60,
};

/** A real broker may not know yet of a topic that was made a moment ago, or that it leads its partitions: kafkajs gives up at that. */
export const retried = <T>(attempt: () => Promise<T>): Promise<T> =>
  createRetry(quickRetry)((giveUp) =>
    attempt().catch((error: Error & { retriable?: boolean }) => {
      if (error.retriable !== true) giveUp(error);
      throw error;
    }),
  );

const maximumFetchBytes = 8_388_608;

const reminderMs = 60_000;

/** kafkajs tells every failed attempt; here each message is told once a minute, or without a clock once. */
const logTo = (log: ConnectLog, clock: Clock | undefined): logCreator => {
  const toldMs = new Map<string, number>();
  return () =>
    ({ namespace, level, log: { message } }) => {
      if (level !== logLevel.ERROR) return;
      const text = `kafkajs ${namespace}: ${message}`;
      const nowMs = clock?.nowMs() ?? 0;
      if (nowMs - (toldMs.get(text) ?? Number.NEGATIVE_INFINITY) < reminderMs) return;
      if (toldMs.size > 1_000) toldMs.clear();
      toldMs.set(text, nowMs);
      log.warn(text);
    };
};

export const kafkaConfig = (
  bootstrapServers: string,
  clientId: string,
  log: ConnectLog,
  clock?: Clock,
  security: KafkaSecurity = {},
): KafkaConfig => ({
  clientId,
  ...security,
  brokers: bootstrapServers.split(',').map((address) => address.trim()),
  connectionTimeout: 3_000,
  requestTimeout: 30_000,
  retry: quickRetry,
  logLevel: logLevel.ERROR,
  logCreator: logTo(log, clock),
});

const everyClient = (config: KafkaConfig): ClientConfigs => ({ producer: config, consumer: config, admin: config });

const openCluster = (config: KafkaConfig): Cluster =>
  new Cluster({
    ...config,
    logger: createLogger({ level: logLevel.NOTHING, logCreator: config.logCreator }),
    socketFactory: createSocketFactory(),
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    isolationLevel: 1,
    offsets: new Map(),
  });

const withCluster = async <T>(config: KafkaConfig, use: (cluster: Cluster) => Promise<T>): Promise<T> => {
  const cluster = openCluster(config);
  await cluster.connect();
  try {
    return await use(cluster);
  } finally {
    await cluster.disconnect();
  }
};

type Position = { topic: string; partition: number; leader: number; next: bigint; end: bigint };

const startPositions = async (cluster: Cluster, topics: readonly string[]): Promise<Position[]> => {
  await cluster.addMultipleTargetTopics(topics);
  await cluster.refreshMetadata();
  const offsetsOf = async (fromBeginning: boolean) => {
    const request = topics.map((topic) => ({
      topic,
      fromBeginning,
      partitions: cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId })),
    }));
    const found = new Map<string, bigint>();
    for (const { topic, partitions } of await cluster.fetchTopicsOffset(request)) {
      for (const { partition, offset } of partitions) found.set(`${topic}/${partition}`, BigInt(offset));
    }
    return found;
  };
  const [starts, ends] = await Promise.all([offsetsOf(true), offsetsOf(false)]);
  return topics.flatMap((topic) =>
    cluster.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => ({
      topic,
      partition: partitionId,
      leader,
      next: starts.get(`${topic}/${partitionId}`) ?? 0n,
      end: ends.get(`${topic}/${partitionId}`) ?? 0n,
    })),
  );
};

const fetchOnce = async (cluster: Cluster, leader: number, open: readonly Position[]): Promise<StoredMessage[]> => {
  const broker = await cluster.findBroker({ nodeId: String(leader) });
  const byTopic = groupBy(open, ({ topic }) => topic);
  const response = await broker.fetch({
    maxWaitTime: 50,
    minBytes: 1,
    maxBytes: maximumFetchBytes,
    isolationLevel: 1,
    topics: [...byTopic].map(([topic, positions]) => ({
      topic,
      partitions: positions.map(({ partition, next }) => ({
        partition,
        fetchOffset: String(next),
        maxBytes: maximumFetchBytes,
      })),
    })),
  });
  const found: StoredMessage[] = [];
  for (const { topicName, partitions } of response.responses) {
    for (const { partition, messages } of partitions) {
      const position = open.find((item) => item.topic === topicName && item.partition === partition);
      if (position === undefined) continue;
      for (const message of messages) {
        const offset = BigInt(message.offset);
        if (offset < position.next) continue;
        position.next = offset + 1n;
        if (message.isControlRecord === true) continue;
        const { key, value } = message;
        found.push({
          topic: topicName,
          partition,
          offset,
          timestampMs: Number(message.timestamp),
          key: key === null ? null : key.toString('utf8'),
          value: value === null ? null : value.toString('utf8'),
        });
      }
    }
  }
  return found;
};

const readAll = async (cluster: Cluster, topics: readonly string[]): Promise<StoredMessage[]> => {
  const positions = await startPositions(cluster, topics);
  const messages: StoredMessage[] = [];
  // A fetch that brings nothing although the end is not reached may be all compacted away: a few of them end the reading.
  let emptyFetches = 0;
  for (;;) {
    const open = positions.filter(({ next, end }) => next < end);
    if (open.length === 0 || emptyFetches > 20) return messages;
    const byLeader = groupBy(open, ({ leader }) => leader);
    const fetched = await Promise.all([...byLeader].map(([leader, own]) => fetchOnce(cluster, leader, own)));
    const found = fetched.flat();
    emptyFetches = found.length === 0 ? emptyFetches + 1 : 0;
    messages.push(...found);
  }
};

/** How each kind of client reaches the broker; the worker's own are all alike. */
export type ClientConfigs = { producer: KafkaConfig; consumer: KafkaConfig; admin: KafkaConfig };

export const kafkaAccess = (configs: KafkaConfig | ClientConfigs): KafkaAccess => {
  const { producer, consumer, admin: config } = 'admin' in configs ? configs : everyClient(configs);
  const kafka = new Kafka(config);
  const producing = new Kafka(producer);
  const consuming = new Kafka(consumer);
  return {
    producer: (options) => producing.producer(options),
    consumer: (options) => consuming.consumer(options),
    readTopics: (topics) => retried(() => withCluster(config, (cluster) => readAll(cluster, topics))),
    commitForGroup: (groupId, offsets) =>
      withCluster(config, async (cluster) => {
        const coordinator = await cluster.findGroupCoordinator({ groupId });
        const byTopic = groupBy(offsets, ({ topic }) => topic);
        await coordinator.offsetCommit({
          groupId,
          groupGenerationId: -1,
          memberId: '',
          retentionTime: -1,
          topics: [...byTopic].map(([topic, own]) => ({
            topic,
            partitions: own.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
          })),
        });
      }),
    withAdmin: async (use) => {
      const admin = kafka.admin();
      await admin.connect();
      try {
        return await retried(() => use(admin));
      } finally {
        await admin.disconnect();
      }
    },
  };
};
