import { Partitioners, type Producer } from 'kafkajs';
import type { ConnectLog } from '../../plugin.ts';
import { kafkaAccess, kafkaConfig, quickRetry, retried } from '../../worker/kafka-access.ts';
import { kafkaSecurity } from '../../worker/kafka-security.ts';
import { decodeHistoryRecord, encodeHistoryRecord, type HistoryRecord } from './history-record.ts';

/** The schema history topic: one partition, kept for ever (io.debezium.storage.kafka.history.KafkaSchemaHistory). */
export type HistoryStore = {
  /** Is there a topic with something in it? */
  exists(): Promise<boolean>;
  /** Creates the topic if it is missing. */
  initialize(): Promise<void>;
  read(): Promise<readonly HistoryRecord[]>;
  /** Resolves when the broker has them. */
  append(records: readonly HistoryRecord[]): Promise<void>;
  close(): Promise<void>;
};

const historyPrefix = 'schema.history.internal.';

const forEver = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '9223372036854775807' },
  { name: 'retention.bytes', value: '-1' },
];

export type HistoryStoreOptions = {
  bootstrapServers: readonly string[];
  topic: string;
  clientId: string;
  /** The connector's `schema.history.internal.…` settings, which hold `producer.…` and `consumer.…`. */
  settings: Readonly<Record<string, string>>;
  log: ConnectLog;
};

export const kafkaHistoryStore = (options: HistoryStoreOptions): HistoryStore => {
  const { bootstrapServers, topic, clientId, log, settings } = options;
  const configFor = (client: string) =>
    kafkaConfig(
      bootstrapServers.join(','),
      clientId,
      log,
      undefined,
      kafkaSecurity(settings, `${historyPrefix}${client}.`),
    );
  // Debezium makes its topic with the producer's settings. Source: KafkaSchemaHistory.initializeStorage.
  const producer = configFor('producer');
  const access = kafkaAccess({ producer, consumer: configFor('consumer'), admin: producer });
  let opening: Promise<Producer> | undefined;
  const open = async (): Promise<Producer> => {
    const opened = access.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: quickRetry,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
    });
    await opened.connect();
    return opened;
  };
  const topicExists = () => access.withAdmin(async (admin) => (await admin.listTopics()).includes(topic));
  return {
    exists: async () => (await topicExists()) && (await access.readTopics([topic])).length > 0,
    initialize: async () => {
      await access.withAdmin((admin) =>
        admin.createTopics({
          waitForLeaders: true,
          topics: [{ topic, numPartitions: 1, replicationFactor: -1, configEntries: forEver }],
        }),
      );
    },
    read: async () => {
      if (!(await topicExists())) return [];
      const messages = await access.readTopics([topic]);
      return messages.flatMap(({ value }) => (value === null ? [] : (decodeHistoryRecord(value) ?? [])));
    },
    append: async (records) => {
      if (records.length === 0) return;
      opening ??= open();
      const producer = await opening;
      const messages = records.map((record) => ({ key: null, value: encodeHistoryRecord(record), partition: 0 }));
      await retried(() => producer.send({ topic, acks: -1, messages }));
    },
    close: async () => {
      const producer = await opening?.catch(() => undefined);
      await producer?.disconnect();
    },
  };
};
