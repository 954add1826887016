import { produce } from '../../../wire/kafka/messages/00-produce.ts';
import { noProducerId } from '../../../wire/kafka/record-batch.ts';
import { answerFor, CloseConnection } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { checkBatch, RejectedRecords } from '../incoming-batch.ts';
import { appendToLog } from '../partition-log.ts';
import { findPartition, type TopicReference } from '../partitions.ts';

type Append = { topic: TopicReference; index: number; records: Buffer | null };

const append = (broker: Broker, { topic: reference, index, records }: Append, acks: number, version: number) => {
  if (acks < -1 || acks > 1) throw new KafkaError('INVALID_REQUIRED_ACKS');
  const { topic, log } = findPartition(broker.topics, reference, index);
  const { config } = topic;
  const { batch, header } = checkBatch(records, version, config, log.name, broker.clock.nowMs());
  if (header.isTransactional && header.producerId !== noProducerId) {
    broker.transactions.assertOpen(header, { topic: topic.name, partition: index });
  }
  const appended = appendToLog(broker.logs, log, batch, config);
  return { index, errorCode: codeOf('NONE'), ...appended, logStartOffset: log.startOffset };
};

/**
 * Produce: appends each partition's record batch as it came, with offset and leader epoch set, and answers when it is in the
 * file. A retry of an idempotent producer gets the offset of the first time. With acks=0 there is no answer, and an error
 * closes the connection, as the real broker does. Not more replicas can be in sync than there are, whatever min.insync.replicas says: all is one. Does not recompress (compression.type other than producer is refused).
 */
export const produceHandler = handler(produce, (broker, { acks, topics }, { version }) => {
  const problems: string[] = [];
  const answers = topics.map((topic) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map(({ index, records }) => {
      try {
        return append(broker, { topic, index, records }, acks, version);
      } catch (error) {
        const { code, message, errorName } = answerFor(broker, error);
        problems.push(`${topic.name}-${index}: ${errorName}`);
        // Kafka leaves the code to speak for itself except where single records are at fault.
        const details =
          error instanceof RejectedRecords ? { errorMessage: message, recordErrors: error.recordErrors } : {};
        return { index, errorCode: code, baseOffset: -1n, ...details };
      }
    }),
  }));
  if (acks !== 0) return { topics: answers };
  if (problems.length > 0) throw new CloseConnection(`Produce with acks=0 failed: ${problems.join(', ')}`);
  return undefined;
});
