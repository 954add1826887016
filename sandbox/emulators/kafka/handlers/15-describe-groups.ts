import { describeGroups } from '../../../wire/kafka/messages/15-describe-groups.ts';
import { operationsNotAsked } from '../../../wire/kafka/messages/authorized-operations.ts';
import { groupOperations } from '../authorized-operations.ts';
import { handler } from '../broker.ts';
import { codeOf } from '../errors.ts';
import { type Group, memberMetadata } from '../group.ts';

const describe = (group: Group) => ({
  errorCode: codeOf('NONE'),
  groupId: group.id,
  groupState: group.state,
  protocolType: group.protocolType ?? '',
  protocolData: group.state === 'Stable' ? (group.protocolName ?? '') : '',
  members: [...group.members.values()].map((member) => ({
    memberId: member.id,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    memberMetadata: memberMetadata(group, member),
    memberAssignment: member.assignment,
  })),
});

/** DescribeGroups: a group that does not exist is GROUP_ID_NOT_FOUND from version 6 on, before that one in state Dead. */
export const describeGroupsHandler = handler(describeGroups, (broker, request, { version }) => ({
  groups: request.groups.map((groupId) => {
    const group = broker.groups.find(groupId);
    const authorizedOperations = request.includeAuthorizedOperations ? groupOperations : operationsNotAsked;
    if (group) return { ...describe(group), authorizedOperations };
    return {
      errorCode: version >= 6 ? codeOf('GROUP_ID_NOT_FOUND') : codeOf('NONE'),
      errorMessage: `Group ${groupId} not found.`,
      groupId,
      groupState: 'Dead',
      protocolType: '',
      protocolData: '',
      members: [],
      authorizedOperations,
    };
  }),
}));
