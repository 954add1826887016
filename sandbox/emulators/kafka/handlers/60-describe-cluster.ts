import { describeCluster } from '../../../wire/kafka/messages/60-describe-cluster.ts';
import { operationsNotAsked } from '../../../wire/kafka/messages/authorized-operations.ts';
import { clusterOperations } from '../authorized-operations.ts';
import { handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';

const brokerEndpoint = 1;
const controllerEndpoint = 2;

/** DescribeCluster: this one broker. Controllers have a listener of their own in Kafka, so asking for them here is an error there too. */
export const describeClusterHandler = handler(describeCluster, (broker, request, { host, port }) => {
  if (request.endpointType !== brokerEndpoint) {
    const error =
      request.endpointType === controllerEndpoint
        ? new KafkaError(
            'MISMATCHED_ENDPOINT_TYPE',
            'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
          )
        : new KafkaError('UNSUPPORTED_ENDPOINT_TYPE', `Unsupported endpoint type ${request.endpointType}`);
    return { errorCode: error.code, errorMessage: error.message, clusterId: '', brokers: [] };
  }
  return {
    errorCode: codeOf('NONE'),
    clusterId: broker.clusterId,
    controllerId: broker.nodeId,
    brokers: [{ brokerId: broker.nodeId, host, port }],
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
  };
});
