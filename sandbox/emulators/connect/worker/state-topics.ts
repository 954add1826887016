import { Partitioners, type Producer } from 'kafkajs';
import type { KafkaAccess, StoredMessage } from './kafka-access.ts';
import { quickRetry, retried } from './kafka-access.ts';
import type { WorkerSettings } from './worker-settings.ts';

export type StateRecord = { key: string; value: string | null };

/** The worker's three compacted topics: read whole at the start, appended to afterwards. */
export type StateTopics = {
  messages(topic: string): readonly StoredMessage[];
  /** Resolves when the broker has the records; calls are written one after the other. */
  append(topic: string, records: readonly StateRecord[]): Promise<void>;
  close(): Promise<void>;
};

const compacted = [{ name: 'cleanup.policy', value: 'compact' }];

/** Creates what is missing in one request, then reads all three in parallel. */
export const openStateTopics = async (access: KafkaAccess, settings: WorkerSettings): Promise<StateTopics> => {
  const { configTopic, offsetTopic, offsetPartitions, statusTopic, statusPartitions } = settings;
  const topics = [configTopic, offsetTopic, statusTopic];
  const producer: Producer = access.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: quickRetry,
    allowAutoTopicCreation: false,
  });
  const connecting = producer.connect();
  await access.withAdmin((admin) =>
    admin.createTopics({
      waitForLeaders: true,
      topics: [
        { topic: configTopic, numPartitions: 1, replicationFactor: -1, configEntries: compacted },
        { topic: offsetTopic, numPartitions: offsetPartitions, replicationFactor: -1, configEntries: compacted },
        { topic: statusTopic, numPartitions: statusPartitions, replicationFactor: -1, configEntries: compacted },
      ],
    }),
  );
  const [messages] = await Promise.all([access.readTopics(topics), connecting]);
  const byTopic = new Map(topics.map((topic) => [topic, messages.filter((message) => message.topic === topic)]));

  let last: Promise<unknown> = Promise.resolve();
  return {
    messages: (topic) => byTopic.get(topic) ?? [],
    append: (topic, records) => {
      const sent = last.then(() =>
        records.length === 0
          ? undefined
          : retried(() => producer.send({ topic, acks: -1, messages: records.map((record) => ({ ...record })) })),
      );
      last = sent.catch(() => {});
      return sent.then(() => {});
    },
    close: async () => {
      await last;
      await producer.disconnect();
    },
  };
};
