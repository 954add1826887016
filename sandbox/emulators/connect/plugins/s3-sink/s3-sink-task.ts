import { typedConfig } from '../../config/definitions.ts';
import { ConfigError, ConnectError, DataError, RetriableError } from '../../connect-errors.ts';
import type {
  ConnectorConfig,
  SinkRecord,
  SinkTask,
  SinkTaskContext,
  TopicPartition,
  TopicPartitionOffset,
} from '../../plugin.ts';
import { s3SinkDefinitions } from './definitions.ts';
import { createPartitioner } from './partitioner.ts';
import { createRecordFormat } from './record-format.ts';
import { openS3Storage } from './s3-storage.ts';
import { schemaCompatibility } from './schema-compatibility.ts';
import { createTopicPartitionWriter, type TopicPartitionWriter, type WriterParts } from './topic-partition-writer.ts';

// S3SinkTask. A failure that may pass loses the open files of that partition: they are consumed again from their first record, after retry.backoff.ms.

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

export const startS3SinkTask = async (given: ConnectorConfig, context: SinkTaskContext): Promise<SinkTask> => {
  const config = typedConfig(s3SinkDefinitions, given);
  if (config.number('rotate.schedule.interval.ms') > 0 && config.text('timezone') === '') {
    throw new ConfigError('timezone configuration must be set when using rotate.schedule.interval.ms');
  }
  const storage = await openS3Storage(config, context.clock);
  const exists = await storage.bucketExists().catch((error: unknown) => {
    throw error instanceof RetriableError ? new ConnectError(error.message, { cause: error.cause }) : error;
  });
  if (!exists) throw new ConnectError(`Non-existent S3 bucket: ${config.text('s3.bucket.name')}`);

  const parts: WriterParts = {
    config,
    storage,
    partitioner: createPartitioner(config),
    format: createRecordFormat(config),
    compatibility: schemaCompatibility(config.text('schema.compatibility')),
    context,
  };
  const ignoresNull = config.text('behavior.on.null.values').toLowerCase() === 'ignore';
  const reportsNull = config.flag('report.null.values.to.dlq');
  const retryBackoffMs = config.number('retry.backoff.ms');
  const writers = new Map<string, { topicPartition: TopicPartition; writer: TopicPartitionWriter }>();

  const openWriter = (topicPartition: TopicPartition): TopicPartitionWriter => {
    const writer = createTopicPartitionWriter(parts, topicPartition);
    writers.set(keyOf(topicPartition), { topicPartition, writer });
    return writer;
  };

  const takeNull = async (record: SinkRecord): Promise<void> => {
    if (!ignoresNull) {
      throw new ConnectError("Null valued records are not writeable with current behavior.on.null.values 'settings.");
    }
    if (reportsNull) await context.reportErrant?.(record, new DataError('Skipping null value record.'));
  };

  /** What is lost is consumed again; nothing of it was committed. */
  const startOver = (topicPartition: TopicPartition, writer: TopicPartitionWriter, error: RetriableError): void => {
    const { topic, partition } = topicPartition;
    context.log.warn(`Exception on topic partition ${topic}-${partition}: ${error.message}`);
    const start = writer.startOffset();
    if (start !== null) context.seek([{ ...topicPartition, offset: start }]);
    // The writer that is given up may have paused its partition.
    context.resume([topicPartition]);
    context.setRetryBackoffMs(retryBackoffMs);
    openWriter(topicPartition).noteFailure();
  };

  return {
    open: async (partitions) => {
      for (const topicPartition of partitions) openWriter(topicPartition);
    },
    put: async (records) => {
      for (const record of records) {
        if (record.value === null) {
          await takeNull(record);
          continue;
        }
        // The real task finds its writer by the topic after transformations, and fails when one renamed it.
        const entry = writers.get(keyOf(record));
        if (entry === undefined) {
          throw new ConnectError(`No writer found for topic partition ${record.topic}-${record.partition}.`, {
            javaClass: 'java.lang.NullPointerException',
          });
        }
        entry.writer.buffer(record);
      }
      for (const { topicPartition, writer } of [...writers.values()]) {
        try {
          await writer.write();
        } catch (error) {
          if (!(error instanceof RetriableError)) throw error;
          startOver(topicPartition, writer, error);
        }
      }
    },
    preCommit: async () => {
      const offsets: TopicPartitionOffset[] = [];
      for (const { topicPartition, writer } of writers.values()) {
        const offset = writer.takeOffsetToCommit();
        if (offset !== null) offsets.push({ ...topicPartition, offset });
      }
      return offsets;
    },
    close: async () => {
      for (const { writer } of writers.values()) await writer.close();
      writers.clear();
    },
    stop: async () => storage.close(),
  };
};
