import { message } from '../message.ts';
import { array, bool, int16, int32, nullable, optional, string, struct } from '../schema.ts';

export const createPartitions = message({
  name: 'CreatePartitions',
  key: 37,
  versions: [0, 3],
  flexibleFrom: 2,
  request: struct({
    topics: array(
      struct({ name: string, count: int32, assignments: nullable(array(struct({ brokerIds: array(int32) }))) }),
    ),
    timeoutMs: int32,
    validateOnly: bool,
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    results: array(struct({ name: string, errorCode: int16, errorMessage: optional(nullable(string), null) })),
  }),
});
