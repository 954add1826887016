import type { Broker } from './broker.ts';
import { KafkaError } from './errors.ts';
import { assertGeneration, findMember, touch } from './group.ts';
import type { CommittedOffset, TopicPartition } from './groups.ts';
import { findPartition, type TopicReference } from './partitions.ts';

type Committer = { groupId: string; memberId: string; groupInstanceId: string | null; generationId: number };

/** Answers as Kafka does when a commit does not come from a member of the present generation. */
export const assertMayCommit = (broker: Broker, committer: Committer): void => {
  const { groupId, memberId, groupInstanceId, generationId } = committer;
  const group = broker.groups.find(groupId);
  if (!group) {
    // Without a generation it is a consumer that assigns partitions itself: its group begins with this commit.
    if (generationId >= 0) throw new KafkaError('ILLEGAL_GENERATION');
    return;
  }
  if (generationId < 0 && group.state === 'Empty') return;
  const member = findMember(group, memberId, groupInstanceId);
  assertGeneration(group, generationId);
  if (group.state === 'CompletingRebalance') throw new KafkaError('REBALANCE_IN_PROGRESS');
  touch(member, broker.clock.nowMs());
};

export type OffsetToCommit = {
  index: number;
  committedOffset: bigint;
  committedLeaderEpoch: number;
  committedMetadata: string | null;
};

/** What is to be stored of one partition, once it is known to exist. */
export const checkOffset = (
  broker: Broker,
  topic: TopicReference,
  partition: OffsetToCommit,
): TopicPartition & CommittedOffset => {
  const { name } = findPartition(broker.topics, topic, partition.index).topic;
  const metadata = partition.committedMetadata ?? '';
  if (Buffer.byteLength(metadata) > broker.settings.numberOf('offset.metadata.max.bytes')) {
    throw new KafkaError('OFFSET_METADATA_TOO_LARGE');
  }
  return {
    topic: name,
    partition: partition.index,
    offset: partition.committedOffset,
    leaderEpoch: partition.committedLeaderEpoch,
    metadata,
    committedMs: broker.clock.nowMs(),
  };
};

type TopicToCommit = TopicReference & { name: string; partitions: readonly OffsetToCommit[] };

/**
 * The answers of both commit requests: `assertAllowed` decides for the whole request, each partition is checked, and `store`
 * gets what is good.
 */
export const commitOffsets = <T extends TopicToCommit>(
  topics: readonly T[],
  assertAllowed: () => void,
  check: (topic: T, partition: OffsetToCommit) => TopicPartition & CommittedOffset,
  store: (offsets: (TopicPartition & CommittedOffset)[]) => void,
  codeOfFailure: (error: unknown) => number,
) => {
  const offsets: (TopicPartition & CommittedOffset)[] = [];
  const attempt = (work: () => void): number => {
    try {
      work();
      return 0;
    } catch (error) {
      return codeOfFailure(error);
    }
  };
  const refusal = attempt(assertAllowed);
  const answers = topics.map((topic) => ({
    topic,
    partitions: topic.partitions.map((partition) => ({
      index: partition.index,
      errorCode: refusal !== 0 ? refusal : attempt(() => void offsets.push(check(topic, partition))),
    })),
  }));
  const failure = attempt(() => store(offsets));
  return answers.map(({ topic, partitions }) => ({
    name: topic.name,
    ...(topic.topicId === undefined ? {} : { topicId: topic.topicId }),
    partitions: partitions.map(({ index, errorCode }) => ({ index, errorCode: errorCode !== 0 ? errorCode : failure })),
  }));
};
