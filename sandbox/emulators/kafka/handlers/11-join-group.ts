import type { RequestOf } from '../../../wire/kafka/message.ts';
import { joinGroup } from '../../../wire/kafka/messages/11-join-group.ts';
import { answerFor } from '../answers.ts';
import { type Broker, type Call, handler, unlessGone } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { type JoinResult, joinGroup as join, MemberIdRequired } from '../group.ts';

type Request = RequestOf<typeof joinGroup>;

const assertSessionTimeout = (broker: Broker, timeoutMs: number): void => {
  const { settings } = broker;
  if (
    timeoutMs < settings.numberOf('group.min.session.timeout.ms') ||
    timeoutMs > settings.numberOf('group.max.session.timeout.ms')
  ) {
    throw new KafkaError('INVALID_SESSION_TIMEOUT');
  }
};

const enter = (broker: Broker, request: Request, { version, clientId, clientHost }: Call): Promise<JoinResult> => {
  const { groupId, memberId } = request;
  if (groupId === '') throw new KafkaError('INVALID_GROUP_ID');
  assertSessionTimeout(broker, request.sessionTimeoutMs);
  const group = memberId === '' ? broker.groups.findOrCreate(groupId) : broker.groups.find(groupId);
  if (!group) throw new KafkaError('UNKNOWN_MEMBER_ID');
  return join(
    group,
    broker.groups.rules,
    {
      memberId,
      groupInstanceId: request.groupInstanceId,
      clientId,
      clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      // Version 0 had one time for both.
      rebalanceTimeoutMs: version === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
      protocolType: request.protocolType,
      // Copies: what was read is a view of the request's frame, and the group keeps it.
      protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
      requiresKnownMemberId: version >= 4,
      canSkipAssignment: version >= 9,
    },
    broker.clock.nowMs(),
  );
};

/** JoinGroup, classic protocol: waits until the rebalance has all members or its time is over. Static members and KIP-394 included. */
export const joinGroupHandler = handler(joinGroup, async (broker, request: Request, call) => {
  try {
    const result = await unlessGone(call, enter(broker, request, call));
    return { errorCode: codeOf('NONE'), ...result };
  } catch (error) {
    return {
      errorCode: answerFor(broker, error).code,
      protocolName: call.version < 7 ? '' : null,
      leader: '',
      memberId: error instanceof MemberIdRequired ? error.memberId : request.memberId,
      members: [],
    };
  }
});
