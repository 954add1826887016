import type { RestHandler } from '../rest/rest-handler.ts';

/** GET /: version of the worker and id of the Kafka cluster. */
export const getRoot: RestHandler = {
  method: 'GET',
  path: '/',
  answer: (_request, { herder }) => ({
    status: 200,
    body: { version: '4.3.1', commit: '26b251a451ce941d', kafka_cluster_id: herder.kafkaClusterId },
  }),
};
