import type { RequestOf } from '../../../wire/kafka/message.ts';
import { syncGroup } from '../../../wire/kafka/messages/14-sync-group.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler, unlessGone } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { assertGeneration, findMember, type Group, type SyncResult, syncGroup as sync } from '../group.ts';
import { requireGroup } from '../groups.ts';

type Request = RequestOf<typeof syncGroup>;

const assertProtocol = (group: Group, { protocolType, protocolName }: Request): void => {
  const differs = (given: string | null, present: string | null) =>
    given !== null && present !== null && given !== present;
  if (differs(protocolType, group.protocolType) || differs(protocolName, group.protocolName)) {
    throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
  }
};

const enter = (broker: Broker, request: Request, version: number): Promise<SyncResult> => {
  if (request.groupId === '') throw new KafkaError('INVALID_GROUP_ID');
  // Mandatory since version 5 (KIP-559).
  if (version >= 5 && (request.protocolType === null || request.protocolName === null)) {
    throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
  }
  const group = requireGroup(broker.groups, request.groupId);
  const member = findMember(group, request.memberId, request.groupInstanceId);
  assertGeneration(group, request.generationId);
  assertProtocol(group, request);
  const assignments = new Map(
    request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]),
  );
  return sync(group, member, assignments, broker.clock.nowMs());
};

/** SyncGroup: the leader brings the assignment, the others wait for theirs. */
export const syncGroupHandler = handler(syncGroup, async (broker, request, call) => {
  try {
    const result = await unlessGone(call, enter(broker, request, call.version));
    return { errorCode: codeOf('NONE'), ...result };
  } catch (error) {
    return { errorCode: answerFor(broker, error).code, assignment: Buffer.alloc(0) };
  }
});
