import { message } from '../message.ts';
import { array, bool, bytes, int16, int32, nullable, optional, since, string, struct } from '../schema.ts';

export const joinGroup = message({
  name: 'JoinGroup',
  key: 11,
  versions: [0, 9],
  flexibleFrom: 6,
  request: struct({
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: since(1, int32, -1),
    memberId: string,
    groupInstanceId: since(5, nullable(string, 5), null),
    protocolType: string,
    protocols: array(struct({ name: string, metadata: bytes })),
    reason: since(8, nullable(string, 8), null),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    errorCode: int16,
    generationId: optional(int32, -1),
    protocolType: since(7, nullable(string, 7), null),
    protocolName: nullable(string, 7),
    leader: string,
    skipAssignment: since(9, bool, false),
    memberId: string,
    members: array(struct({ memberId: string, groupInstanceId: since(5, nullable(string, 5), null), metadata: bytes })),
  }),
});
