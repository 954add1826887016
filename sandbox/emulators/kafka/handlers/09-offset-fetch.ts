import type { RequestOf } from '../../../wire/kafka/message.ts';
import { offsetFetch } from '../../../wire/kafka/messages/09-offset-fetch.ts';
import { zeroUuid } from '../../../wire/kafka/schema.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf } from '../errors.ts';
import { findTopic } from '../partitions.ts';

type Request = RequestOf<typeof offsetFetch>;
type Wanted = { name: string; topicId?: string; partitionIndexes: number[] };

const none = { committedOffset: -1n, committedLeaderEpoch: -1, metadata: '' };

const partition = (broker: Broker, groupId: string, topic: string, index: number, requireStable: boolean) => {
  if (requireStable && broker.groups.hasPending(groupId, { topic, partition: index })) {
    return { index, ...none, errorCode: codeOf('UNSTABLE_OFFSET_COMMIT') };
  }
  const committed = broker.groups.offsetsOf(groupId).get(topic)?.get(index);
  if (!committed) return { index, ...none, errorCode: codeOf('NONE') };
  const { offset, leaderEpoch, metadata } = committed;
  return { index, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode: codeOf('NONE') };
};

const fetchTopic = (
  broker: Broker,
  groupId: string,
  { name, topicId = zeroUuid, partitionIndexes }: Wanted,
  requireStable: boolean,
) => {
  try {
    const topic = topicId === zeroUuid ? name : findTopic(broker.topics, { name, topicId }).name;
    const partitions = partitionIndexes.map((index) => partition(broker, groupId, topic, index, requireStable));
    return { name: topic, topicId, partitions };
  } catch (error) {
    const errorCode = answerFor(broker, error).code;
    return { name, topicId, partitions: partitionIndexes.map((index) => ({ index, ...none, errorCode })) };
  }
};

const everything = (broker: Broker, groupId: string): Wanted[] =>
  [...broker.groups.offsetsOf(groupId)].map(([name, partitions]) => ({
    name,
    topicId: broker.topics.byName(name)?.id ?? zeroUuid,
    partitionIndexes: [...partitions.keys()],
  }));

const fetchGroup = (broker: Broker, groupId: string, topics: Wanted[] | null, requireStable: boolean) =>
  (topics ?? everything(broker, groupId)).map((topic) => fetchTopic(broker, groupId, topic, requireStable));

/** OffsetFetch: committed offsets of one group or (from version 8) several; -1 where there is none, also for an unknown group. With requireStable an offset that an open transaction is about to change is UNSTABLE_OFFSET_COMMIT. */
export const offsetFetchHandler = handler(offsetFetch, (broker, request: Request, { version }) => {
  if (version < 8) {
    return {
      topics: fetchGroup(broker, request.groupId, request.topics, request.requireStable),
      errorCode: codeOf('NONE'),
    };
  }
  return {
    groups: request.groups.map(({ groupId, topics }) => ({
      groupId,
      topics: fetchGroup(broker, groupId, topics, request.requireStable),
    })),
  };
});
