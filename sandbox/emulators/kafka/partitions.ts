import { zeroUuid } from '../../wire/kafka/schema.ts';
import { KafkaError } from './errors.ts';
import { leaderEpoch, type PartitionLog } from './partition-log.ts';
import type { Topic, Topics } from './topics.ts';

/** Requests name a topic by name or, from some version on, by id. */
export type TopicReference = { name: string | null; topicId?: string };

export const findTopic = (topics: Topics, { name, topicId }: TopicReference): Topic => {
  if (topicId !== undefined && topicId !== zeroUuid) {
    const topic = topics.byId(topicId);
    if (!topic) throw new KafkaError('UNKNOWN_TOPIC_ID');
    return topic;
  }
  const topic = name === null ? undefined : topics.byName(name);
  if (!topic) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION');
  return topic;
};

export const findPartition = (
  topics: Topics,
  reference: TopicReference,
  index: number,
): { topic: Topic; log: PartitionLog } => {
  const topic = findTopic(topics, reference);
  const log = topic.partitions[index];
  if (!log) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION');
  return { topic, log };
};

/** -1 is a client that does not say which epoch it believes in. */
export const assertLeaderEpoch = (epoch: number): void => {
  if (epoch < 0) return;
  if (epoch < leaderEpoch) throw new KafkaError('FENCED_LEADER_EPOCH');
  if (epoch > leaderEpoch) throw new KafkaError('UNKNOWN_LEADER_EPOCH');
};
