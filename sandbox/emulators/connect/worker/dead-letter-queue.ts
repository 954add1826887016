import { type IHeaders, Partitioners } from 'kafkajs';
import { ConnectError } from '../connect-errors.ts';
import type { ConnectorConfig } from '../plugin.ts';
import type { Failure } from './error-tolerance.ts';
import { javaTrace } from './java-trace.ts';
import { type KafkaAccess, quickRetry, retried } from './kafka-access.ts';

// errors.deadletterqueue.*: the consumed record as it was, with headers that tell what went wrong. Source: DeadLetterQueueReporter.

export type ConsumedRecord = {
  topic: string;
  partition: number;
  offset: bigint;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: IHeaders;
};

export type DeadLetterQueue = {
  report(record: ConsumedRecord, failure: Failure): Promise<void>;
  close(): Promise<void>;
};

const contextHeaders = (record: ConsumedRecord, failure: Failure, connector: string, taskId: number): IHeaders => {
  const { error } = failure;
  return {
    '__connect.errors.topic': record.topic,
    '__connect.errors.partition': String(record.partition),
    '__connect.errors.offset': String(record.offset),
    '__connect.errors.connector.name': connector,
    '__connect.errors.task.id': String(taskId),
    '__connect.errors.stage': failure.stage,
    '__connect.errors.class.name': failure.executingClass,
    '__connect.errors.exception.class.name':
      error instanceof ConnectError ? error.javaClass : 'java.lang.RuntimeException',
    '__connect.errors.exception.message': error instanceof Error ? error.message : String(error),
    '__connect.errors.exception.stacktrace': javaTrace(error),
  };
};

/** Null when the connector has none. The topic is made with one partition when it is missing. */
export const openDeadLetterQueue = async (
  access: KafkaAccess,
  config: ConnectorConfig,
  connector: string,
  taskId: number,
): Promise<DeadLetterQueue | null> => {
  const topic = (config['errors.deadletterqueue.topic.name'] ?? '').trim();
  if (topic === '') return null;
  const replicationFactor = Number(config['errors.deadletterqueue.topic.replication.factor'] ?? '3');
  const withContext = config['errors.deadletterqueue.context.headers.enable']?.toLowerCase() === 'true';
  await access.withAdmin(async (admin) => {
    if ((await admin.listTopics()).includes(topic)) return;
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1, replicationFactor }] });
  });
  const producer = access.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: quickRetry });
  await producer.connect();
  return {
    report: async (record, failure) => {
      const headers = withContext
        ? { ...record.headers, ...contextHeaders(record, failure, connector, taskId) }
        : record.headers;
      const { key, value, timestamp } = record;
      await retried(() => producer.send({ topic, acks: -1, messages: [{ key, value, timestamp, headers }] }));
    },
    close: () => producer.disconnect(),
  };
};
