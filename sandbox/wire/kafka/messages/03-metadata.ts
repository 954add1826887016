import { message } from '../message.ts';
import { array, between, bool, int16, int32, nullable, since, string, struct, uuid, zeroUuid } from '../schema.ts';
import { operationsNotAsked } from './authorized-operations.ts';

export const metadata = message({
  name: 'Metadata',
  key: 3,
  versions: [0, 13],
  flexibleFrom: 9,
  request: struct({
    /** Null asks for all topics; in version 0 an empty list does. */
    topics: nullable(array(struct({ topicId: since(10, uuid, zeroUuid), name: nullable(string, 10) })), 1),
    allowAutoTopicCreation: since(4, bool, true),
    includeClusterAuthorizedOperations: between(8, 10, bool, false),
    includeTopicAuthorizedOperations: since(8, bool, false),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    brokers: array(struct({ nodeId: int32, host: string, port: int32, rack: since(1, nullable(string, 1), null) })),
    clusterId: since(2, nullable(string, 2), null),
    controllerId: since(1, int32, -1),
    topics: array(
      struct({
        errorCode: int16,
        name: nullable(string, 12),
        topicId: since(10, uuid, zeroUuid),
        isInternal: since(1, bool, false),
        partitions: array(
          struct({
            errorCode: int16,
            index: int32,
            leaderId: int32,
            leaderEpoch: since(7, int32, -1),
            replicas: array(int32),
            inSyncReplicas: array(int32),
            offlineReplicas: since(5, array(int32), []),
          }),
        ),
        authorizedOperations: since(8, int32, operationsNotAsked),
      }),
    ),
    clusterAuthorizedOperations: between(8, 10, int32, operationsNotAsked),
    errorCode: since(13, int16, 0),
  }),
});
