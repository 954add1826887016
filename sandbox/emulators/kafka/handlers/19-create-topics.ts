import type { RequestOf, ResponseOf } from '../../../wire/kafka/message.ts';
import { createTopics } from '../../../wire/kafka/messages/19-create-topics.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { describeTopicConfigs } from '../config-entries.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { checkTopicConfig } from '../topic-configs.ts';
import { assertCreatable } from '../topics.ts';

type Request = RequestOf<typeof createTopics>;
type Wanted = Request['topics'][number];
type Result = ResponseOf<typeof createTopics>['topics'][number];

/** ReplicationControlManager.MAX_PARTITIONS_PER_BATCH. */
export const maximumPartitions = 10_000;

/** "The broker's default", for partitions and replicas alike. */
const byDefault = -1;

const countAssigned = (broker: Broker, { assignments, numPartitions, replicationFactor }: Wanted): number => {
  const invalid = (why: string) => new KafkaError('INVALID_REPLICA_ASSIGNMENT', why);
  if (numPartitions !== byDefault || replicationFactor !== byDefault) {
    throw new KafkaError(
      'INVALID_REQUEST',
      'A manual partition assignment was specified, but numPartitions and replicationFactor were not set to -1.',
    );
  }
  const indexes = assignments.map(({ index }) => index).sort((a, b) => a - b);
  if (indexes.some((index, position) => index !== position)) {
    throw invalid('partitions should be a consecutive 0-based integer sequence');
  }
  for (const { index, brokerIds } of assignments) {
    if (brokerIds.length !== 1 || brokerIds[0] !== broker.nodeId) {
      throw invalid(
        `The manual partition assignment of partition ${index} includes a broker other than ${broker.nodeId}.`,
      );
    }
  }
  return assignments.length;
};

const assertReplicationFactor = (factor: number): void => {
  if (factor === byDefault || factor === 1) return;
  const why =
    factor < 1
      ? 'Replication factor must be larger than 0, or -1 to use the default value.'
      : `Unable to replicate the partition ${factor} time(s): The target replication factor of ${factor} cannot be reached because only 1 broker(s) are registered.`;
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
  if (wanted.numPartitions > maximumPartitions) {
    throw new KafkaError('POLICY_VIOLATION', `Excessively large number of partitions per request.`);
  }
  return wanted.numPartitions;
};

const create = (broker: Broker, wanted: Wanted, validateOnly: boolean): Result => {
  assertCreatable(broker.topics, wanted.name);
  const partitions = countPartitions(broker, wanted);
  const overrides = new Map(wanted.configs.map(({ name, value }) => [name, checkTopicConfig(name, value)]));
  const topic = validateOnly ? undefined : broker.topics.create(wanted.name, partitions, overrides);
  return {
    name: wanted.name,
    ...(topic ? { topicId: topic.id } : {}),
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
export const createTopicsHandler = handler(createTopics, (broker, request: Request) => {
  const counts = new Map<string, number>();
  for (const { name } of request.topics) counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    topics: request.topics.map((wanted) => {
      try {
        if ((counts.get(wanted.name) ?? 0) > 1) throw new KafkaError('INVALID_REQUEST', 'Duplicate topic name.');
        return create(broker, wanted, request.validateOnly);
      } catch (error) {
        const { code, message } = answerFor(broker, error, 'INVALID_CONFIG');
        return { name: wanted.name, errorCode: code, errorMessage: message };
      }
    }),
  };
});
