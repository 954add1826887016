import { message } from '../message.ts';
import {
  array,
  int8,
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

export const fetch = message({
  name: 'Fetch',
  key: 1,
  versions: [4, 18],
  flexibleFrom: 12,
  request: struct({
    clusterId: tagged(0, 12, nullable(string), null),
    replicaId: until(14, int32, -1),
    replicaState: tagged(1, 15, struct({ replicaId: optional(int32, -1), replicaEpoch: optional(int64, -1n) }), {
      replicaId: -1,
      replicaEpoch: -1n,
    }),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: since(3, int32, 0x7fffffff),
    isolationLevel: since(4, int8, 0),
    sessionId: since(7, int32, 0),
    sessionEpoch: since(7, int32, -1),
    topics: array(
      struct({
        name: until(12, string, ''),
        topicId: since(13, uuid, zeroUuid),
        partitions: array(
          struct({
            index: int32,
            currentLeaderEpoch: since(9, int32, -1),
            fetchOffset: int64,
            lastFetchedEpoch: since(12, int32, -1),
            logStartOffset: since(5, int64, -1n),
            maxBytes: int32,
            replicaDirectoryId: tagged(0, 17, uuid, zeroUuid),
            highWatermark: tagged(1, 18, int64, 9223372036854775807n),
          }),
        ),
      }),
    ),
    forgottenTopics: since(
      7,
      array(
        struct({
          name: until(12, string, ''),
          topicId: since(13, uuid, zeroUuid),
          partitions: array(int32),
        }),
      ),
      [],
    ),
    rackId: since(11, string, ''),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: since(7, int16, 0),
    sessionId: since(7, int32, 0),
    topics: array(
      struct({
        name: until(12, string, ''),
        topicId: since(13, uuid, zeroUuid),
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: since(4, int64, -1n),
            logStartOffset: since(5, int64, -1n),
            divergingEpoch: tagged(0, 12, struct({ epoch: optional(int32, -1), endOffset: optional(int64, -1n) }), {
              epoch: -1,
              endOffset: -1n,
            }),
            currentLeader: tagged(1, 12, leaderIdAndEpoch, { leaderId: -1, leaderEpoch: -1 }),
            snapshotId: tagged(2, 12, struct({ endOffset: optional(int64, -1n), epoch: optional(int32, -1) }), {
              endOffset: -1n,
              epoch: -1,
            }),
            abortedTransactions: since(4, nullable(array(struct({ producerId: int64, firstOffset: int64 })), 4), null),
            preferredReadReplica: since(11, int32, -1),
            records: nullable(records),
          }),
        ),
      }),
    ),
    nodeEndpoints: tagged(0, 16, array(nodeEndpoint), []),
  }),
});
