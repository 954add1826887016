import { message } from '../message.ts';
import { array, bool, int8, int16, int32, nullable, optional, since, string, struct } from '../schema.ts';
import { operationsNotAsked } from './authorized-operations.ts';

export const describeCluster = message({
  name: 'DescribeCluster',
  key: 60,
  versions: [0, 2],
  flexibleFrom: 0,
  request: struct({
    includeClusterAuthorizedOperations: bool,
    /** 1 brokers, 2 controllers. */
    endpointType: since(1, int8, 1),
    includeFencedBrokers: since(2, bool, false),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: int16,
    errorMessage: optional(nullable(string), null),
    endpointType: since(1, int8, 1),
    clusterId: string,
    controllerId: optional(int32, -1),
    brokers: array(
      struct({
        brokerId: int32,
        host: string,
        port: int32,
        rack: optional(nullable(string), null),
        isFenced: since(2, bool, false),
      }),
    ),
    clusterAuthorizedOperations: optional(int32, operationsNotAsked),
  }),
});
