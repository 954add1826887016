import type { RequestOf, ResponseOf } from '../../../wire/kafka/message.ts';
import { createTopics } from '../../../wire/kafka/messages/19-create-topics.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { describeTopicConfigs } from '../config-entries.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { assertPartitionCount, assertReplicas, onceEach, repeatedName } from '../replicas.ts';
import { checkTopicConfig } from '../topic-configs.ts';
import { assertCreatable, newTopicId } from '../topics.ts';

type Request = RequestOf<typeof createTopics>;
type Wanted = Request['topics'][number];
type Result = ResponseOf<typeof createTopics>['topics'][number];

/** "The broker's default", for partitions and replicas alike. */
const byDefault = -1;

const countAssigned = (broker: Broker, { assignments, numPartitions, replicationFactor }: Wanted): number => {
  const unset = (what: string) =>
    new KafkaError('INVALID_REQUEST', `A manual partition assignment was specified, but ${what} was not set to -1.`);
  if (replicationFactor !== byDefault) throw unset('replication factor');
  if (numPartitions !== byDefault) throw unset('numPartitions');
  for (const { brokerIds } of assignments) assertReplicas(broker, brokerIds);
  const indexes = assignments.map(({ index }) => index).sort((a, b) => a - b);
  if (indexes.some((index, position) => index !== position)) {
    throw new KafkaError('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence');
  }
  return assignments.length;
};

const assertReplicationFactor = (factor: number): void => {
  if (factor === byDefault || factor === 1) return;
  const why =
    factor < 1
      ? 'Replication factor must be larger than 0, or -1 to use the default value.'
      : `Unable to replicate the partition ${factor} time(s): The target replication factor of ${factor} cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.`;
  throw new KafkaError('INVALID_REPLICATION_FACTOR', why);
};

const countPartitions = (broker: Broker, wanted: Wanted): number => {
  if (wanted.assignments.length > 0) return countAssigned(broker, wanted);
  const factor = wanted.replicationFactor;
  assertReplicationFactor(factor === byDefault ? broker.settings.numberOf('default.replication.factor') : factor);
  if (wanted.numPartitions === byDefault) return broker.settings.numberOf('num.partitions');
  if (wanted.numPartitions < 1) {
    throw new KafkaError('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.');
  }
  assertPartitionCount(wanted.numPartitions);
  return wanted.numPartitions;
};

const create = (broker: Broker, wanted: Wanted, validateOnly: boolean): Result => {
  assertCreatable(broker.topics, wanted.name);
  const partitions = countPartitions(broker, wanted);
  const overrides = new Map(wanted.configs.map(({ name, value }) => [name, checkTopicConfig(name, value)]));
  const topic = validateOnly ? undefined : broker.topics.create(wanted.name, partitions, overrides);
  return {
    name: wanted.name,
    topicId: topic?.id ?? newTopicId(),
    errorCode: codeOf('NONE'),
    numPartitions: partitions,
    replicationFactor: 1,
    configs: describeTopicConfigs(broker, { overrides }).map(
      ({ name, value, readOnly, configSource, isSensitive }) => ({
        name,
        value,
        readOnly,
        configSource,
        isSensitive,
      }),
    ),
  };
};

/** CreateTopics: with partitions, configurations (checked; those without effect here are refused) and validateOnly. One broker, so one replica. */
export const createTopicsHandler = handler(createTopics, (broker, request: Request) => ({
  topics: onceEach(request.topics).map(({ item, isRepeated }) => {
    try {
      if (isRepeated) throw repeatedName();
      return create(broker, item, request.validateOnly);
    } catch (error) {
      const { code, message } = answerFor(broker, error, 'INVALID_CONFIG');
      return { name: item.name, errorCode: code, errorMessage: message };
    }
  }),
}));
