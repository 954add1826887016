import type { RequestOf } from '../../../wire/kafka/message.ts';
import { createPartitions } from '../../../wire/kafka/messages/37-create-partitions.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { findTopic } from '../partitions.ts';
import { maximumPartitions } from './19-create-topics.ts';

type Wanted = RequestOf<typeof createPartitions>['topics'][number];

const grow = (broker: Broker, { name, count, assignments }: Wanted, validateOnly: boolean): void => {
  const topic = findTopic(broker.topics, { name });
  const present = topic.partitions.length;
  const invalid = (why: string) => new KafkaError('INVALID_PARTITIONS', why);
  if (count === present) throw invalid(`Topic already has ${present} partition(s).`);
  if (count < present) {
    throw invalid(`The topic ${name} currently has ${present} partition(s); ${count} would not be an increase.`);
  }
  if (count > maximumPartitions) {
    throw new KafkaError('POLICY_VIOLATION', 'Excessively large number of partitions per request.');
  }
  if (assignments?.some(({ brokerIds }) => brokerIds.length !== 1 || brokerIds[0] !== broker.nodeId)) {
    throw new KafkaError('INVALID_REPLICA_ASSIGNMENT');
  }
  if (assignments && assignments.length !== count - present) {
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `Attempted to add ${count - present} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
    );
  }
  if (!validateOnly) broker.topics.grow(topic, count);
};

/** CreatePartitions: more partitions for a topic; never fewer. */
export const createPartitionsHandler = handler(createPartitions, (broker, { topics, validateOnly }) => ({
  results: topics.map((wanted) => {
    try {
      grow(broker, wanted, validateOnly);
      return { name: wanted.name, errorCode: codeOf('NONE') };
    } catch (error) {
      const { code, message } = answerFor(broker, error);
      return { name: wanted.name, errorCode: code, errorMessage: message };
    }
  }),
}));
