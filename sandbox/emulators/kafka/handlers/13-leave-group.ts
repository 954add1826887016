import { leaveGroup } from '../../../wire/kafka/messages/13-leave-group.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { findMember, type Group, removeMember, removePending } from '../group.ts';
import { requireGroup } from '../groups.ts';

type Leaver = { memberId: string; groupInstanceId: string | null };

const leave = (broker: Broker, group: Group, { memberId, groupInstanceId }: Leaver): void => {
  const { rules } = broker.groups;
  const nowMs = broker.clock.nowMs();
  if (groupInstanceId === null && group.pending.has(memberId)) {
    removePending(group, rules, memberId, nowMs);
    return;
  }
  // An administrator removes a static member by its instance id alone.
  const id = groupInstanceId !== null && memberId === '' ? group.statics.get(groupInstanceId) : memberId;
  if (id === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID');
  removeMember(group, rules, findMember(group, id, groupInstanceId), nowMs);
};

/** LeaveGroup: one member (to version 2) or several, by member id or instance id. */
export const leaveGroupHandler = handler(leaveGroup, (broker, request, { version }) => {
  if (request.groupId === '') return { errorCode: codeOf('INVALID_GROUP_ID') };
  const leavers: Leaver[] = version < 3 ? [{ memberId: request.memberId, groupInstanceId: null }] : request.members;
  const codes = leavers.map((leaver) => {
    try {
      leave(broker, requireGroup(broker.groups, request.groupId), leaver);
      return codeOf('NONE');
    } catch (error) {
      return answerFor(broker, error).code;
    }
  });
  if (version < 3) return { errorCode: codes[0] ?? codeOf('NONE') };
  return {
    errorCode: codeOf('NONE'),
    members: leavers.map(({ memberId, groupInstanceId }, index) => ({
      memberId,
      groupInstanceId,
      errorCode: codes[index] ?? codeOf('NONE'),
    })),
  };
});
