import { message } from '../message.ts';
import { array, bytes, int16, int32, nullable, since, string, struct } from '../schema.ts';

export const syncGroup = message({
  name: 'SyncGroup',
  key: 14,
  versions: [0, 5],
  flexibleFrom: 4,
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullable(string, 3), null),
    protocolType: since(5, nullable(string, 5), null),
    protocolName: since(5, nullable(string, 5), null),
    assignments: array(struct({ memberId: string, assignment: bytes })),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    protocolType: since(5, nullable(string, 5), null),
    protocolName: since(5, nullable(string, 5), null),
    assignment: bytes,
  }),
});
