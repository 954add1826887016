import type { RequestOf } from '../../../wire/kafka/message.ts';
import { heartbeat } from '../../../wire/kafka/messages/12-heartbeat.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { assertGeneration, findMember, touch } from '../group.ts';
import { requireGroup } from '../groups.ts';

const beat = (broker: Broker, request: RequestOf<typeof heartbeat>): void => {
  const group = requireGroup(broker.groups, request.groupId);
  const member = findMember(group, request.memberId, request.groupInstanceId);
  assertGeneration(group, request.generationId);
  touch(member, broker.clock.nowMs());
  if (group.state === 'PreparingRebalance') throw new KafkaError('REBALANCE_IN_PROGRESS');
};

/** Heartbeat: keeps a member's session alive, and tells it to rejoin when a rebalance has begun. */
export const heartbeatHandler = handler(heartbeat, (broker, request) => {
  try {
    beat(broker, request);
    return { errorCode: codeOf('NONE') };
  } catch (error) {
    return { errorCode: answerFor(broker, error).code };
  }
});
