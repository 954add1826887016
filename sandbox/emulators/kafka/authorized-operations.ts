// Bit fields over org.apache.kafka.common.acl.AclOperation codes. Without an authorizer Kafka authorizes every operation that a
// resource type has (AuthHelper.authorizedOperations).
const bits = (...codes: number[]): number => codes.reduce((sum, code) => sum | (1 << code), 0);

const [read, write, create, remove, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const;

export const topicOperations = bits(read, write, create, remove, alter, describe, describeConfigs, alterConfigs);
export const groupOperations = bits(read, remove, describe, describeConfigs, alterConfigs);
export const clusterOperations = bits(
  create,
  alter,
  describe,
  clusterAction,
  describeConfigs,
  alterConfigs,
  idempotentWrite,
);
