import { describeCluster } from '../../../wire/kafka/messages/60-describe-cluster.ts';
import { operationsNotAsked } from '../../../wire/kafka/messages/common.ts';
import { clusterOperations } from '../authorized-operations.ts';
import { handler } from '../broker.ts';
import { codeOf, type ErrorName, textOf } from '../errors.ts';

const brokerEndpoint = 1;
const controllerEndpoint = 2;

/** DescribeCluster: this one broker. Controllers have a listener of their own in Kafka, so asking for them here is an error there too. */
export const describeClusterHandler = handler(describeCluster, (broker, request, { host, port }) => {
  if (request.endpointType !== brokerEndpoint) {
    const name: ErrorName =
      request.endpointType === controllerEndpoint ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE';
    return { errorCode: codeOf(name), errorMessage: textOf(name), clusterId: '', brokers: [] };
  }
  return {
    errorCode: codeOf('NONE'),
    clusterId: broker.clusterId,
    controllerId: broker.nodeId,
    brokers: [{ brokerId: broker.nodeId, host, port }],
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
  };
});
