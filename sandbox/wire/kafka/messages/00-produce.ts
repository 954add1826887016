import { message } from '../message.ts';
import {
  array,
  int16,
  int32,
  int64,
  nullable,
  optional,
  records,
  since,
  string,
  struct,
  tagged,
  until,
  uuid,
  zeroUuid,
} from '../schema.ts';
import { leaderIdAndEpoch, nodeEndpoint } from './current-leader.ts';

export const produce = message({
  name: 'Produce',
  key: 0,
  versions: [3, 13],
  flexibleFrom: 9,
  request: struct({
    transactionalId: since(3, nullable(string), null),
    acks: int16,
    timeoutMs: int32,
    topics: array(
      struct({
        name: until(12, string, ''),
        topicId: since(13, uuid, zeroUuid),
        partitions: array(struct({ index: int32, records: nullable(records) })),
      }),
    ),
  }),
  response: struct({
    topics: array(
      struct({
        name: until(12, string, ''),
        topicId: since(13, uuid, zeroUuid),
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            logAppendTimeMs: since(2, int64, -1n),
            logStartOffset: since(5, int64, -1n),
            recordErrors: since(8, array(struct({ batchIndex: int32, message: optional(nullable(string), null) })), []),
            errorMessage: since(8, nullable(string), null),
            currentLeader: tagged(0, 10, leaderIdAndEpoch, { leaderId: -1, leaderEpoch: -1 }),
          }),
        ),
      }),
    ),
    throttleTimeMs: since(1, int32, 0),
    nodeEndpoints: tagged(0, 10, array(nodeEndpoint), []),
  }),
});
