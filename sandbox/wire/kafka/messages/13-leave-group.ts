import { message } from '../message.ts';
import { array, int16, int32, nullable, since, string, struct, until } from '../schema.ts';

export const leaveGroup = message({
  name: 'LeaveGroup',
  key: 13,
  versions: [0, 5],
  flexibleFrom: 4,
  request: struct({
    groupId: string,
    memberId: until(2, string, ''),
    members: since(
      3,
      array(
        struct({
          memberId: string,
          groupInstanceId: since(3, nullable(string, 3), null),
          reason: since(5, nullable(string, 5), null),
        }),
      ),
      [],
    ),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    members: since(3, array(struct({ memberId: string, groupInstanceId: nullable(string), errorCode: int16 })), []),
  }),
});
