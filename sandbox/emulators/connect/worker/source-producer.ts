import { type Message, Partitioners, type Producer } from 'kafkajs';
import type { Clock } from '../../../core/clock.ts';
import type { ConnectLog, ConnectorConfig } from '../plugin.ts';
import { producerSettings } from './client-overrides.ts';
import { groupBy } from './group-by.ts';
import { type KafkaAccess, quickRetry } from './kafka-access.ts';
import { topicCreation } from './topic-creation.ts';

// One producer a task, as in the real worker: acks=all, one request under way, so that the order within a partition is kept.

export type OutgoingRecord = { topic: string; message: Message };

export type SourceProducer = {
  /** Resolves when all records are acknowledged. */
  send(records: readonly OutgoingRecord[], stopping: AbortSignal): Promise<void>;
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

const awayPauseMs = 250;

/** A broker that is away, or answers with an error that passes. What it refuses for good (a record too large) is not. */
const mayPass = (error: unknown): boolean => {
  const { name, retriable, cause } = error as { name?: string; retriable?: boolean; cause?: unknown };
  if (name === 'KafkaJSProtocolError') return retriable === true;
  return (
    retriable === true ||
    name === 'KafkaJSConnectionError' ||
    (name === 'KafkaJSNumberOfRetriesExceeded' && (cause === undefined || mayPass(cause)))
  );
};

type ProducerParts = {
  access: KafkaAccess;
  config: ConnectorConfig;
  createTopics: boolean;
  clock: Clock;
  log: ConnectLog;
};

export const openSourceProducer = async ({
  access,
  config,
  createTopics,
  clock,
  log,
}: ProducerParts): Promise<SourceProducer> => {
  const { acks, compression, maximumRequestBytes } = producerSettings(config);
  const ensureTopic = topicCreation(access, config, createTopics);
  const producer: Producer = access.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: quickRetry,
    allowAutoTopicCreation: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const sendChunk = async (chunk: readonly OutgoingRecord[]): Promise<void> => {
    const byTopic = groupBy(chunk, ({ topic }) => topic);
    for (const topic of byTopic.keys()) await ensureTopic(topic);
    await producer.sendBatch({
      acks,
      compression,
      topicMessages: [...byTopic].map(([topic, own]) => ({ topic, messages: own.map(({ message }) => message) })),
    });
  };

  return {
    // The worker gives its producers no delivery timeout (delivery.timeout.ms is as long as can be): a broker that is away is waited for.
    send: async (records, stopping) => {
      for (const chunk of chunks(records, maximumRequestBytes * 0.75)) {
        for (;;) {
          try {
            await sendChunk(chunk);
            break;
          } catch (error) {
            if (!mayPass(error) || stopping.aborted) throw error;
            log.warn(`Records are sent again: ${String(error)}`);
            await clock.sleep(awayPauseMs, stopping);
          }
        }
      }
    },
    close: () => producer.disconnect(),
  };
};
