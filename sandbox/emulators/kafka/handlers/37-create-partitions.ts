import type { RequestOf } from '../../../wire/kafka/message.ts';
import { createPartitions } from '../../../wire/kafka/messages/37-create-partitions.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { findTopic } from '../partitions.ts';
import { assertPartitionCount, assertReplicas, onceEach, repeatedName } from '../replicas.ts';

type Wanted = RequestOf<typeof createPartitions>['topics'][number];

const grow = (broker: Broker, { name, count, assignments }: Wanted, validateOnly: boolean): void => {
  const topic = findTopic(broker.topics, { name });
  const present = topic.partitions.length;
  const invalid = (why: string) => new KafkaError('INVALID_PARTITIONS', why);
  if (count === present) throw invalid(`Topic already has ${present} partition(s).`);
  if (count < present) {
    throw invalid(`The topic ${name} currently has ${present} partition(s); ${count} would not be an increase.`);
  }
  assertPartitionCount(count);
  if (assignments && assignments.length !== count - present) {
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `Attempted to add ${count - present} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
    );
  }
  for (const { brokerIds } of assignments ?? []) assertReplicas(broker, brokerIds);
  if (!validateOnly) broker.topics.grow(topic, count);
};

/** CreatePartitions: more partitions for a topic; never fewer. */
export const createPartitionsHandler = handler(createPartitions, (broker, { topics, validateOnly }) => ({
  results: onceEach(topics).map(({ item, isRepeated }) => {
    try {
      if (isRepeated) throw repeatedName();
      grow(broker, item, validateOnly);
      return { name: item.name, errorCode: codeOf('NONE') };
    } catch (error) {
      const { code, message, errorName } = answerFor(broker, error);
      return {
        name: item.name,
        errorCode: code,
        errorMessage: errorName === 'UNKNOWN_TOPIC_OR_PARTITION' ? null : message,
      };
    }
  }),
}));
