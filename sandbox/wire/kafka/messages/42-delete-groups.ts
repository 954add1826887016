import { message } from '../message.ts';
import { array, int16, int32, optional, string, struct } from '../schema.ts';

export const deleteGroups = message({
  name: 'DeleteGroups',
  key: 42,
  versions: [0, 2],
  flexibleFrom: 2,
  request: struct({ groups: array(string) }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    results: array(struct({ groupId: string, errorCode: int16 })),
  }),
});
