import { deleteRecords } from '../../../wire/kafka/messages/21-delete-records.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { endOffset, raiseStartOffset } from '../partition-log.ts';
import { findPartition } from '../partitions.ts';

const toTheEnd = -1n;

const remove = (broker: Broker, name: string, index: number, offset: bigint) => {
  const { topic, log } = findPartition(broker.topics, { name }, index);
  if (topic.config.compact && !topic.config.deleteOld) {
    throw new KafkaError(
      'POLICY_VIOLATION',
      `Records of partition ${name}-${index} can not be deleted due to its policy`,
    );
  }
  const until = offset === toTheEnd ? endOffset(log) : offset;
  if (until < 0n || until > endOffset(log)) throw new KafkaError('OFFSET_OUT_OF_RANGE');
  raiseStartOffset(broker.logs, log, until);
  return { index, lowWatermark: log.startOffset, errorCode: codeOf('NONE') };
};

/** DeleteRecords: moves the start of a partition's log; files wholly before it are removed. */
export const deleteRecordsHandler = handler(deleteRecords, (broker, request) => ({
  topics: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index, offset }) => {
      try {
        return remove(broker, name, index, offset);
      } catch (error) {
        return { index, lowWatermark: -1n, errorCode: answerFor(broker, error).code };
      }
    }),
  })),
}));
