import type { TopicPartition, TopicPartitionOffset } from '../plugin.ts';
import type { RawConfig } from './config-store.ts';
import type { KafkaAccess } from './kafka-access.ts';

// Offsets of a sink connector: those of its consumer group.

export const sinkGroupId = (connector: string, config: RawConfig): string =>
  config['consumer.override.group.id'] ?? `connect-${connector}`;

export const sinkOffsets = async (access: KafkaAccess, groupId: string): Promise<TopicPartitionOffset[]> =>
  access.withAdmin(async (admin) => {
    const topics = await admin.fetchOffsets({ groupId });
    return topics.flatMap(({ topic, partitions }) =>
      partitions
        .filter(({ offset }) => BigInt(offset) >= 0n)
        .map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) })),
    );
  });

export const resetSinkOffsets = async (access: KafkaAccess, groupId: string): Promise<void> => {
  await access.withAdmin(async (admin) => {
    const { groups } = await admin.listGroups();
    if (groups.some((group) => group.groupId === groupId)) await admin.deleteGroups([groupId]);
  });
};

const isSame = (left: TopicPartition, right: TopicPartition): boolean =>
  left.topic === right.topic && left.partition === right.partition;

/** kafkajs cannot delete single offsets of a group: to reset some, the group is deleted and the others are committed again. */
export const alterSinkOffsets = async (
  access: KafkaAccess,
  groupId: string,
  set: readonly TopicPartitionOffset[],
  reset: readonly TopicPartition[],
): Promise<void> => {
  let kept: TopicPartitionOffset[] = [];
  if (reset.length > 0) {
    const changed = [...set, ...reset];
    kept = (await sinkOffsets(access, groupId)).filter((offset) => !changed.some((item) => isSame(item, offset)));
    await resetSinkOffsets(access, groupId);
  }
  const offsets = [...kept, ...set];
  if (offsets.length > 0) await access.commitForGroup(groupId, offsets);
};
