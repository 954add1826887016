import { message } from '../message.ts';
import {
  array,
  between,
  int16,
  int32,
  int64,
  nullable,
  since,
  string,
  struct,
  until,
  uuid,
  zeroUuid,
} from '../schema.ts';

export const offsetCommit = message({
  name: 'OffsetCommit',
  key: 8,
  versions: [2, 10],
  flexibleFrom: 8,
  request: struct({
    groupId: string,
    generationId: since(1, int32, -1),
    memberId: since(1, string, ''),
    groupInstanceId: since(7, nullable(string, 7), null),
    retentionTimeMs: between(2, 4, int64, -1n),
    topics: array(
      struct({
        name: until(9, string, ''),
        topicId: since(10, uuid, zeroUuid),
        partitions: array(
          struct({
            index: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(6, int32, -1),
            committedMetadata: nullable(string),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: array(
      struct({
        name: until(9, string, ''),
        topicId: since(10, uuid, zeroUuid),
        partitions: array(struct({ index: int32, errorCode: int16 })),
      }),
    ),
  }),
});
