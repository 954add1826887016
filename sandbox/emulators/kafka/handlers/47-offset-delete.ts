import { subscribedTopics } from '../../../wire/kafka/consumer-protocol.ts';
import { offsetDelete } from '../../../wire/kafka/messages/47-offset-delete.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { type Group, memberMetadata } from '../group.ts';

const consumerProtocol = 'consumer';

const subscriptionOf = (group: Group): Set<string> => {
  if (group.state === 'Empty') return new Set();
  if (group.protocolType !== consumerProtocol || group.state !== 'Stable') throw new KafkaError('NON_EMPTY_GROUP');
  return new Set([...group.members.values()].flatMap((member) => subscribedTopics(memberMetadata(group, member))));
};

const assertDeletable = (broker: Broker, topic: string, index: number, subscribed: ReadonlySet<string>): void => {
  if (subscribed.has(topic)) throw new KafkaError('GROUP_SUBSCRIBED_TO_TOPIC');
  if (!broker.topics.byName(topic)?.partitions[index]) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION');
};

/** OffsetDelete: committed offsets of an empty group, or of topics that a stable group of consumers does not read. */
export const offsetDeleteHandler = handler(offsetDelete, (broker, { groupId, topics }) => {
  try {
    if (groupId === '') throw new KafkaError('INVALID_GROUP_ID');
    const group = broker.groups.find(groupId);
    if (!group) throw new KafkaError('GROUP_ID_NOT_FOUND');
    const subscribed = subscriptionOf(group);
    return {
      errorCode: codeOf('NONE'),
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ index }) => {
          try {
            assertDeletable(broker, name, index, subscribed);
            broker.groups.forget(groupId, [{ topic: name, partition: index }]);
            return { index, errorCode: codeOf('NONE') };
          } catch (error) {
            return { index, errorCode: answerFor(broker, error).code };
          }
        }),
      })),
    };
  } catch (error) {
    return { errorCode: answerFor(broker, error).code, topics: [] };
  }
});
