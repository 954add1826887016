import { message } from '../message.ts';
import {
  array,
  between,
  bool,
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

export const offsetFetch = message({
  name: 'OffsetFetch',
  key: 9,
  versions: [1, 10],
  flexibleFrom: 6,
  request: struct({
    groupId: until(7, string, ''),
    /** Null asks for every offset of the group. */
    topics: until(7, nullable(array(struct({ name: string, partitionIndexes: array(int32) })), 2), null),
    groups: since(
      8,
      array(
        struct({
          groupId: string,
          memberId: since(9, nullable(string, 9), null),
          memberEpoch: since(9, int32, -1),
          topics: nullable(
            array(
              struct({
                name: between(8, 9, string, ''),
                topicId: since(10, uuid, zeroUuid),
                partitionIndexes: array(int32),
              }),
            ),
            8,
          ),
        }),
      ),
      [],
    ),
    requireStable: since(7, bool, false),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: until(
      7,
      array(
        struct({
          name: string,
          partitions: array(
            struct({
              index: int32,
              committedOffset: int64,
              committedLeaderEpoch: between(5, 7, int32, -1),
              metadata: nullable(string),
              errorCode: int16,
            }),
          ),
        }),
      ),
      [],
    ),
    errorCode: between(2, 7, int16, 0),
    groups: since(
      8,
      array(
        struct({
          groupId: string,
          topics: array(
            struct({
              name: between(8, 9, string, ''),
              topicId: since(10, uuid, zeroUuid),
              partitions: array(
                struct({
                  index: int32,
                  committedOffset: int64,
                  committedLeaderEpoch: since(8, int32, -1),
                  metadata: nullable(string),
                  errorCode: int16,
                }),
              ),
            }),
          ),
          errorCode: since(8, int16, 0),
        }),
      ),
      [],
    ),
  }),
});
