import { NotEmulated } from '../../../core/not-emulated.ts';
import type { RequestOf } from '../../../wire/kafka/message.ts';
import { metadata } from '../../../wire/kafka/messages/03-metadata.ts';
import { operationsNotAsked } from '../../../wire/kafka/messages/authorized-operations.ts';
import { zeroUuid } from '../../../wire/kafka/schema.ts';
import { answerFor } from '../answers.ts';
import { clusterOperations, topicOperations } from '../authorized-operations.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf } from '../errors.ts';
import { leaderEpoch } from '../partition-log.ts';
import { findTopic } from '../partitions.ts';
import { assertCreatable, assertValidName, type Topic } from '../topics.ts';

type Request = RequestOf<typeof metadata>;
type TopicWanted = NonNullable<Request['topics']>[number];

const autoCreate = (broker: Broker, name: string): Topic => {
  assertCreatable(broker.topics, name);
  if (broker.settings.numberOf('default.replication.factor') > 1) {
    throw new NotEmulated('kafka', 'a replication factor above 1');
  }
  return broker.topics.create(name, broker.settings.numberOf('num.partitions'), new Map());
};

const resolve = (broker: Broker, wanted: TopicWanted, mayCreate: boolean): Topic => {
  if (wanted.topicId !== zeroUuid || wanted.name === null) return findTopic(broker.topics, { ...wanted, name: null });
  assertValidName(wanted.name);
  const known = broker.topics.byName(wanted.name);
  if (!known && mayCreate) return autoCreate(broker, wanted.name);
  return known ?? findTopic(broker.topics, wanted);
};

/** A topic asked for twice is told once. */
const distinct = (wanted: readonly TopicWanted[]): TopicWanted[] => [
  ...new Map(
    wanted.map((topic) => [topic.topicId === zeroUuid ? `name ${topic.name}` : topic.topicId, topic]),
  ).values(),
];

const describe = (broker: Broker, topic: Topic, withOperations: boolean) => ({
  errorCode: codeOf('NONE'),
  name: topic.name,
  topicId: topic.id,
  partitions: topic.partitions.map((_, index) => ({
    errorCode: codeOf('NONE'),
    index,
    leaderId: broker.nodeId,
    leaderEpoch,
    replicas: [broker.nodeId],
    inSyncReplicas: [broker.nodeId],
    offlineReplicas: [],
  })),
  authorizedOperations: withOperations ? topicOperations : operationsNotAsked,
});

/**
 * Metadata: this one broker, and the topics asked for by name or id, or all. A name that does not exist is created when both the
 * client (allowAutoTopicCreation) and the broker (auto.create.topics.enable) want it, and is there at once. There is no
 * authorizer: as in Kafka without one, every operation is authorized.
 */
export const metadataHandler = handler(metadata, (broker, request: Request, { version, host, port }) => {
  const mayCreate = request.allowAutoTopicCreation && broker.settings.flagOf('auto.create.topics.enable');
  const isForAll = request.topics === null || (version === 0 && request.topics.length === 0);
  const wanted: TopicWanted[] = isForAll
    ? broker.topics.all().map(({ name }) => ({ name, topicId: zeroUuid }))
    : (request.topics ?? []);
  return {
    brokers: [{ nodeId: broker.nodeId, host, port, rack: null }],
    clusterId: broker.clusterId,
    controllerId: broker.nodeId,
    topics: distinct(wanted).map((topic) => {
      try {
        return describe(broker, resolve(broker, topic, mayCreate), request.includeTopicAuthorizedOperations);
      } catch (error) {
        const errorCode = answerFor(broker, error, 'INVALID_REPLICATION_FACTOR').code;
        const name = topic.topicId === zeroUuid ? topic.name : null;
        return { errorCode, name: name ?? (version < 12 ? '' : null), topicId: topic.topicId, partitions: [] };
      }
    }),
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
  };
});
