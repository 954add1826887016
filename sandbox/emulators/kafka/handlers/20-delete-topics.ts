import { deleteTopics } from '../../../wire/kafka/messages/20-delete-topics.ts';
import { zeroUuid } from '../../../wire/kafka/schema.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { findTopic, type TopicReference } from '../partitions.ts';
import { onceEach, repeatedName } from '../replicas.ts';

const remove = (broker: Broker, reference: TopicReference) => {
  if (!broker.settings.flagOf('delete.topic.enable')) throw new KafkaError('TOPIC_DELETION_DISABLED');
  const byId = reference.topicId !== zeroUuid;
  if (byId && reference.name !== null) {
    throw new KafkaError('INVALID_REQUEST', 'You may not specify both topic name and topic id.');
  }
  if (!byId && reference.name === null) {
    throw new KafkaError('INVALID_REQUEST', 'Neither topic name nor id were specified.');
  }
  const topic = findTopic(broker.topics, reference);
  broker.topics.remove(topic);
  broker.groups.forgetTopic(topic.name);
  return { name: topic.name, topicId: topic.id, errorCode: codeOf('NONE') };
};

/** DeleteTopics, by name or (from version 6) id: files, committed offsets and waiting fetches of the topic end at once. */
export const deleteTopicsHandler = handler(deleteTopics, (broker, request, { version }) => {
  const references = version < 6 ? request.topicNames.map((name) => ({ name, topicId: zeroUuid })) : request.topics;
  return {
    topics: onceEach(references).map(({ item, isRepeated }) => {
      try {
        if (isRepeated) throw repeatedName();
        return remove(broker, item);
      } catch (error) {
        const { code, message } = answerFor(broker, error);
        return { ...item, errorCode: code, errorMessage: message };
      }
    }),
  };
});
