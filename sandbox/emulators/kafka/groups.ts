import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import { KafkaError } from './errors.ts';
import { type Group, type GroupRules, newGroup, sweepGroup } from './group.ts';
import { openJournal } from './journal.ts';
import type { BrokerSettings } from './settings.ts';

export type CommittedOffset = { offset: bigint; leaderEpoch: number; metadata: string; committedMs: number };

type OffsetEntry = [topic: string, partition: number, offset: string, leaderEpoch: number, metadata: string];

type Entry =
  | { type: 'offsets'; group: string; atMs: number; offsets: OffsetEntry[] }
  | { type: 'pending'; group: string; producerId: string; atMs: number; offsets: OffsetEntry[] }
  | { type: 'settled'; group: string; producerId: string; committed: boolean }
  | { type: 'forgotten'; group: string; partitions: [topic: string, partition: number][] }
  | { type: 'generation'; group: string; generationId: number; protocolType: string | null }
  | { type: 'deleted'; group: string };

export type TopicPartition = { topic: string; partition: number };

type Stored = {
  group: Group;
  offsets: Map<string, Map<number, CommittedOffset>>;
  /** By producer id: offsets of transactions that are still open. */
  pending: Map<bigint, (TopicPartition & CommittedOffset)[]>;
};

/** The group coordinator's state: groups in memory, their committed offsets and generations in a journal. */
export type Groups = {
  readonly rules: GroupRules;
  all(): Group[];
  find(groupId: string): Group | undefined;
  findOrCreate(groupId: string): Group;
  remove(groupId: string): void;
  offsetsOf(groupId: string): ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>;
  /** Durable when it returns. */
  commit(groupId: string, offsets: readonly (TopicPartition & CommittedOffset)[]): void;
  /** Offsets that count when the producer's transaction is settled. Durable when it returns. */
  commitPending(groupId: string, producerId: bigint, offsets: readonly (TopicPartition & CommittedOffset)[]): void;
  settlePending(groupId: string, producerId: bigint, committed: boolean): void;
  hasPending(groupId: string, partition: TopicPartition): boolean;
  forget(groupId: string, partitions: readonly TopicPartition[]): void;
  /** The offsets of a deleted topic go with it. */
  forgetTopic(topic: string): void;
  sweep(): void;
  /** Drops offsets of groups that have been empty for `offsets.retention.minutes`. */
  expireOffsets(): void;
  close(): void;
};

type Context = { clock: Clock; emit: Emit; settings: BrokerSettings; folder: string };

const noOffsets: ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>> = new Map();

const put = (stored: Stored, topic: string, partition: number, committed: CommittedOffset): void => {
  const partitions = stored.offsets.get(topic) ?? new Map<number, CommittedOffset>();
  partitions.set(partition, committed);
  stored.offsets.set(topic, partitions);
};

const drop = (stored: Stored, { topic, partition }: TopicPartition): void => {
  const partitions = stored.offsets.get(topic);
  partitions?.delete(partition);
  if (partitions?.size === 0) stored.offsets.delete(topic);
};

const entryOf = ({
  topic,
  partition,
  offset,
  leaderEpoch,
  metadata,
}: TopicPartition & CommittedOffset): OffsetEntry => [topic, partition, String(offset), leaderEpoch, metadata];

const offsetOf = ([topic, partition, offset, leaderEpoch, metadata]: OffsetEntry, committedMs: number) => ({
  topic,
  partition,
  offset: BigInt(offset),
  leaderEpoch,
  metadata,
  committedMs,
});

function* entriesOf(stored: Stored): Generator<Entry> {
  const { id, generationId, protocolType } = stored.group;
  yield { type: 'generation', group: id, generationId, protocolType };
  for (const [topic, partitions] of stored.offsets) {
    for (const [partition, committed] of partitions) {
      const offsets = [entryOf({ topic, partition, ...committed })];
      yield { type: 'offsets', group: id, atMs: committed.committedMs, offsets };
    }
  }
  for (const [producerId, offsets] of stored.pending) {
    const atMs = offsets[0]?.committedMs ?? 0;
    yield { type: 'pending', group: id, producerId: String(producerId), atMs, offsets: offsets.map(entryOf) };
  }
}

const hold = (stored: Stored, producerId: bigint, offsets: readonly (TopicPartition & CommittedOffset)[]): void => {
  stored.pending.set(producerId, [...(stored.pending.get(producerId) ?? []), ...offsets]);
};

const settle = (stored: Stored, producerId: bigint, committed: boolean): void => {
  const offsets = stored.pending.get(producerId) ?? [];
  stored.pending.delete(producerId);
  if (!committed) return;
  for (const { topic, partition, ...offset } of offsets) put(stored, topic, partition, offset);
};

export const openGroups = ({ clock, emit, settings, folder }: Context): Groups => {
  const all = new Map<string, Stored>();
  const store = (groupId: string): Stored => {
    const known = all.get(groupId);
    if (known) return known;
    const stored: Stored = { group: newGroup(groupId, clock.nowMs()), offsets: new Map(), pending: new Map() };
    all.set(groupId, stored);
    return stored;
  };
  const replay = (entry: Entry): void => {
    if (entry.type === 'deleted') {
      all.delete(entry.group);
      return;
    }
    const stored = store(entry.group);
    if (entry.type === 'offsets') {
      for (const offset of entry.offsets) {
        const { topic, partition, ...committed } = offsetOf(offset, entry.atMs);
        put(stored, topic, partition, committed);
      }
    } else if (entry.type === 'pending') {
      const offsets = entry.offsets.map((offset) => offsetOf(offset, entry.atMs));
      hold(stored, BigInt(entry.producerId), offsets);
    } else if (entry.type === 'settled') {
      settle(stored, BigInt(entry.producerId), entry.committed);
    } else if (entry.type === 'forgotten') {
      for (const [topic, partition] of entry.partitions) drop(stored, { topic, partition });
    } else {
      // Members are not kept: after a restart they are told UNKNOWN_MEMBER_ID and join again.
      stored.group.generationId = entry.generationId;
      stored.group.protocolType = entry.protocolType;
    }
  };
  const journal = openJournal<Entry>({
    path: join(folder, 'groups.journal'),
    replay,
    *snapshot() {
      for (const stored of all.values()) yield* entriesOf(stored);
    },
    onTornTail: (lostBytes) =>
      emit({ component: 'kafka', kind: 'warning', message: `groups.journal: cut ${lostBytes} torn bytes` }),
  });
  const rules: GroupRules = {
    initialRebalanceDelayMs: settings.numberOf('group.initial.rebalance.delay.ms'),
    maximumSize: settings.numberOf('group.max.size'),
    onGeneration: ({ id, generationId, protocolType }) =>
      journal.append({ type: 'generation', group: id, generationId, protocolType }),
  };

  const forget = (groupId: string, partitions: readonly TopicPartition[]): void => {
    const stored = all.get(groupId);
    if (!stored || partitions.length === 0) return;
    journal.append({
      type: 'forgotten',
      group: groupId,
      partitions: partitions.map(({ topic, partition }) => [topic, partition]),
    });
    for (const partition of partitions) drop(stored, partition);
  };
  const remove = (groupId: string): void => {
    journal.append({ type: 'deleted', group: groupId });
    const stored = all.get(groupId);
    if (stored) stored.group.state = 'Dead';
    all.delete(groupId);
  };
  const expire = ({ group, offsets, pending }: Stored, nowMs: number): void => {
    const retentionMs = settings.numberOf('offsets.retention.minutes') * 60_000;
    const expired: TopicPartition[] = [];
    for (const [topic, partitions] of offsets) {
      for (const [partition, { committedMs }] of partitions) {
        if (nowMs - Math.max(committedMs, group.emptySinceMs) >= retentionMs) expired.push({ topic, partition });
      }
    }
    forget(group.id, expired);
    if (offsets.size === 0 && pending.size === 0 && group.pending.size === 0) remove(group.id);
  };

  return {
    rules,
    all: () => [...all.values()].map(({ group }) => group),
    find: (groupId) => all.get(groupId)?.group,
    findOrCreate: (groupId) => store(groupId).group,
    remove,
    offsetsOf: (groupId) => all.get(groupId)?.offsets ?? noOffsets,
    commit: (groupId, offsets) => {
      if (offsets.length === 0) return;
      const stored = store(groupId);
      journal.append({
        type: 'offsets',
        group: groupId,
        atMs: clock.nowMs(),
        offsets: offsets.map(entryOf),
      });
      for (const { topic, partition, ...committed } of offsets) put(stored, topic, partition, committed);
    },
    commitPending: (groupId, producerId, offsets) => {
      if (offsets.length === 0) return;
      const stored = store(groupId);
      const atMs = clock.nowMs();
      const id = String(producerId);
      journal.append({ type: 'pending', group: groupId, producerId: id, atMs, offsets: offsets.map(entryOf) });
      hold(stored, producerId, offsets);
    },
    settlePending: (groupId, producerId, committed) => {
      const stored = all.get(groupId);
      if (!stored?.pending.has(producerId)) return;
      journal.append({ type: 'settled', group: groupId, producerId: String(producerId), committed });
      settle(stored, producerId, committed);
    },
    hasPending: (groupId, wanted) =>
      [...(all.get(groupId)?.pending.values() ?? [])].some((offsets) =>
        offsets.some(({ topic, partition }) => topic === wanted.topic && partition === wanted.partition),
      ),
    forget,
    forgetTopic: (topic) => {
      for (const { group, offsets } of all.values()) {
        const partitions = [...(offsets.get(topic)?.keys() ?? [])];
        forget(
          group.id,
          partitions.map((partition) => ({ topic, partition })),
        );
      }
    },
    sweep: () => {
      const nowMs = clock.nowMs();
      for (const { group } of all.values()) sweepGroup(group, rules, nowMs);
    },
    expireOffsets: () => {
      const nowMs = clock.nowMs();
      for (const stored of all.values()) if (stored.group.state === 'Empty') expire(stored, nowMs);
    },
    close: () => journal.close(),
  };
};

/** Answers UNKNOWN_MEMBER_ID where Kafka does for a group it does not have. */
export const requireGroup = (groups: Groups, groupId: string): Group => {
  if (groupId === '') throw new KafkaError('INVALID_GROUP_ID');
  const group = groups.find(groupId);
  if (!group) throw new KafkaError('UNKNOWN_MEMBER_ID');
  return group;
};
