import type { RequestOf } from '../../../wire/kafka/message.ts';
import { offsetCommit } from '../../../wire/kafka/messages/08-offset-commit.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { assertGeneration, findMember, touch } from '../group.ts';
import type { CommittedOffset, TopicPartition } from '../groups.ts';
import { findPartition } from '../partitions.ts';

type Request = RequestOf<typeof offsetCommit>;
type Partition = Request['topics'][number]['partitions'][number];

const assertMayCommit = (broker: Broker, { groupId, memberId, groupInstanceId, generationId }: Request): void => {
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

const check = (broker: Broker, topic: Request['topics'][number], partition: Partition) => {
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

/** OffsetCommit: durable when answered. The retention time of versions 2 to 4 is ignored, as in Kafka since 2.1 with its newer versions. */
export const offsetCommitHandler = handler(offsetCommit, (broker, request: Request) => {
  const offsets: (TopicPartition & CommittedOffset)[] = [];
  let refusal: number | undefined;
  try {
    assertMayCommit(broker, request);
  } catch (error) {
    refusal = answerFor(broker, error).code;
  }
  const topics = request.topics.map((topic) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map((partition) => {
      const { index } = partition;
      if (refusal !== undefined) return { index, errorCode: refusal };
      try {
        offsets.push(check(broker, topic, partition));
        return { index, errorCode: codeOf('NONE') };
      } catch (error) {
        return { index, errorCode: answerFor(broker, error).code };
      }
    }),
  }));
  broker.groups.commit(request.groupId, offsets);
  return { topics };
});
