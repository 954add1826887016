import type { Broker } from './broker.ts';
import { KafkaError } from './errors.ts';

/** ReplicationControlManager.MAX_PARTITIONS_PER_BATCH. */
const maximumPartitions = 10_000;

export const assertPartitionCount = (count: number): void => {
  if (count > maximumPartitions) {
    throw new KafkaError('POLICY_VIOLATION', 'Excessively large number of partitions per request.');
  }
};

/** A manual assignment can name only this broker, once. */
export const assertReplicas = (broker: Broker, brokerIds: readonly number[]): void => {
  const invalid = (why: string) =>
    new KafkaError('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment includes ${why}`);
  if (brokerIds.length === 0) throw invalid('an empty replica list.');
  const other = brokerIds.find((id) => id !== broker.nodeId);
  if (other !== undefined) throw invalid(`broker ${other}, but no such broker is registered.`);
  if (brokerIds.length > 1) throw invalid(`the broker ${broker.nodeId} more than once.`);
};

/** The items of a request, each name once; a name that comes twice is answered once, as invalid. */
export const onceEach = <T extends { name: string | null }>(
  items: readonly T[],
): { item: T; isRepeated: boolean }[] => {
  const counts = new Map<string | null, number>();
  for (const { name } of items) counts.set(name, (counts.get(name) ?? 0) + 1);
  return items
    .filter((item, index) => item.name === null || items.findIndex(({ name }) => name === item.name) === index)
    .map((item) => ({ item, isRepeated: item.name !== null && (counts.get(item.name) ?? 0) > 1 }));
};

export const repeatedName = (): KafkaError => new KafkaError('INVALID_REQUEST', 'Duplicate topic name.');
