import type { RequestOf } from '../../../wire/kafka/message.ts';
import { addPartitionsToTxn } from '../../../wire/kafka/messages/24-add-partitions-to-txn.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf } from '../errors.ts';
import { transactionErrorCode } from '../transaction-errors.ts';

type Request = RequestOf<typeof addPartitionsToTxn>;

const exists = (broker: Broker, topic: string, partition: number): boolean =>
  broker.topics.byName(topic)?.partitions[partition] !== undefined;

const add = (broker: Broker, { transactionalId, topics, ...producer }: Request): void =>
  broker.transactions.addPartitions(
    transactionalId,
    producer,
    topics.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition }))),
  );

const outcome = (broker: Broker, request: Request, version: number): number => {
  try {
    add(broker, request);
    return codeOf('NONE');
  } catch (error) {
    return transactionErrorCode(answerFor(broker, error), version);
  }
};

/** AddPartitionsToTxn: tells a transaction the partitions it is about to write to; all of them or, when one does not exist, none. */
export const addPartitionsToTxnHandler = handler(addPartitionsToTxn, (broker, request: Request, { version }) => {
  const allExist = request.topics.every(({ name, partitions }) =>
    partitions.every((index) => exists(broker, name, index)),
  );
  const common = allExist ? outcome(broker, request, version) : codeOf('OPERATION_NOT_ATTEMPTED');
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((index) => ({
        index,
        errorCode: exists(broker, name, index) ? common : codeOf('UNKNOWN_TOPIC_OR_PARTITION'),
      })),
    })),
  };
});
