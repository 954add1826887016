import { message, neverFlexible } from '../message.ts';
import { array, int16, int32, optional, string, struct } from '../schema.ts';

export const offsetDelete = message({
  name: 'OffsetDelete',
  key: 47,
  versions: [0, 0],
  flexibleFrom: neverFlexible,
  request: struct({
    groupId: string,
    topics: array(struct({ name: string, partitions: array(struct({ index: int32 })) })),
  }),
  response: struct({
    errorCode: int16,
    throttleTimeMs: optional(int32, 0),
    topics: array(struct({ name: string, partitions: array(struct({ index: int32, errorCode: int16 })) })),
  }),
});
