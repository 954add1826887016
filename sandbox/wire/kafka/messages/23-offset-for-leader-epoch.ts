import { message } from '../message.ts';
import { array, int16, int32, int64, optional, since, string, struct } from '../schema.ts';

export const offsetForLeaderEpoch = message({
  name: 'OffsetForLeaderEpoch',
  key: 23,
  versions: [2, 4],
  flexibleFrom: 4,
  request: struct({
    replicaId: since(3, int32, -2),
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ index: int32, currentLeaderEpoch: since(2, int32, -1), leaderEpoch: int32 })),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            errorCode: int16,
            index: int32,
            leaderEpoch: since(1, int32, -1),
            endOffset: optional(int64, -1n),
          }),
        ),
      }),
    ),
  }),
});
