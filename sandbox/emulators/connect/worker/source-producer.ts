import { type Message, Partitioners, type Producer } from 'kafkajs';
import type { ConnectorConfig } from '../plugin.ts';
import { producerSettings } from './client-overrides.ts';
import { groupBy } from './group-by.ts';
import { type KafkaAccess, quickRetry } from './kafka-access.ts';
import { topicCreation } from './topic-creation.ts';

// One producer a task, as in the real worker: acks=all, one request under way, so that the order within a partition is kept.

export type OutgoingRecord = { topic: string; message: Message };

export type SourceProducer = {
  /** Resolves when all records are acknowledged. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
};

const sizeOf = ({ key, value }: Message): number => (key?.length ?? 0) + (value?.length ?? 0) + 100;

/** A request must stay under max.request.size (and the broker's message.max.bytes); one record larger than that goes alone, and is refused there. */
const chunks = (records: readonly OutgoingRecord[], maximumBytes: number): OutgoingRecord[][] => {
  const all: OutgoingRecord[][] = [];
  let chunk: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record.message);
    if (chunk.length > 0 && bytes + size > maximumBytes) {
      all.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) all.push(chunk);
  return all;
};

export const openSourceProducer = async (
  access: KafkaAccess,
  config: ConnectorConfig,
  createTopics: boolean,
): Promise<SourceProducer> => {
  const { acks, compression, maximumRequestBytes } = producerSettings(config);
  const ensureTopic = topicCreation(access, config, createTopics);
  const producer: Producer = access.kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: quickRetry,
    allowAutoTopicCreation: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  return {
    send: async (records) => {
      for (const chunk of chunks(records, maximumRequestBytes * 0.75)) {
        const byTopic = groupBy(chunk, ({ topic }) => topic);
        for (const topic of byTopic.keys()) await ensureTopic(topic);
        await producer.sendBatch({
          acks,
          compression,
          topicMessages: [...byTopic].map(([topic, own]) => ({ topic, messages: own.map(({ message }) => message) })),
        });
      }
    },
    close: () => producer.disconnect(),
  };
};
