import { message } from '../message.ts';
import { array, int8, int16, int32, int64, since, string, struct } from '../schema.ts';

export const listOffsets = message({
  name: 'ListOffsets',
  key: 2,
  versions: [1, 11],
  flexibleFrom: 6,
  request: struct({
    replicaId: int32,
    isolationLevel: since(2, int8, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ index: int32, currentLeaderEpoch: since(4, int32, -1), timestampMs: int64 })),
      }),
    ),
    timeoutMs: since(10, int32, 0),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            timestampMs: since(1, int64, -1n),
            offset: since(1, int64, -1n),
            leaderEpoch: since(4, int32, -1),
          }),
        ),
      }),
    ),
  }),
});
