import { deleteGroups } from '../../../wire/kafka/messages/42-delete-groups.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';

const remove = (broker: Broker, groupId: string): void => {
  const group = broker.groups.find(groupId);
  if (!group) throw new KafkaError('GROUP_ID_NOT_FOUND');
  if (group.state !== 'Empty') throw new KafkaError('NON_EMPTY_GROUP');
  broker.groups.remove(groupId);
};

/** DeleteGroups: empty groups, with their committed offsets. */
export const deleteGroupsHandler = handler(deleteGroups, (broker, { groups }) => ({
  results: groups.map((groupId) => {
    try {
      remove(broker, groupId);
      return { groupId, errorCode: codeOf('NONE') };
    } catch (error) {
      return { groupId, errorCode: answerFor(broker, error).code };
    }
  }),
}));
