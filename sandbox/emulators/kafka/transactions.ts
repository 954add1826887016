import { join } from 'node:path';
import { KafkaError } from './errors.ts';
import type { CommittedOffset, Groups, TopicPartition } from './groups.ts';
import { openJournal } from './journal.ts';
import { appendMarker, type LogContext } from './partition-log.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { Topics } from './topics.ts';

// The transaction coordinator, protocol version 1 (KIP-98, KIP-360), which clients use with a broker that does not tell the
// feature transaction.version. As one broker leads every partition, markers are written in the call that ends a transaction.

/** "Prepare" is on disk before the first marker: killed after it, the markers are written at the next start. */
type State = 'Empty' | 'Ongoing' | 'PrepareCommit' | 'PrepareAbort' | 'CompleteCommit' | 'CompleteAbort';

type Transaction = {
  id: string;
  producerId: bigint;
  epoch: number;
  timeoutMs: number;
  state: State;
  /** `topic/partition` */
  partitions: Set<string>;
  groups: Set<string>;
  startedMs: number;
  changedMs: number;
};

type Entry =
  | {
      type: 'state';
      id: string;
      producerId: string;
      epoch: number;
      timeoutMs: number;
      state: State;
      partitions: string[];
      groups: string[];
      startedMs: number;
      changedMs: number;
    }
  | { type: 'forgotten'; id: string };

export type Producer = { producerId: bigint; producerEpoch: number };

export type Transactions = {
  /** Fences earlier producers of that id and ends what they left open. */
  begin(id: string, timeoutMs: number, expected: Producer | undefined): Producer;
  addPartitions(id: string, producer: Producer, partitions: readonly TopicPartition[]): void;
  addGroup(id: string, producer: Producer, groupId: string): void;
  /** Answers a producer that is not (or no longer) the one of that id. */
  assertProducer(id: string, producer: Producer): void;
  /** Holds offsets back until the transaction commits. */
  addOffsets(
    id: string,
    producer: Producer,
    groupId: string,
    offsets: readonly (TopicPartition & CommittedOffset)[],
  ): void;
  end(id: string, producer: Producer, committed: boolean): void;
  /** Answers INVALID_TXN_STATE for a transactional batch to a partition that its transaction was not told of. */
  assertOpen(producer: Producer, partition: TopicPartition): void;
  /** Aborts what has been open for longer than its producer said; forgets ids unused for a week. */
  sweep(): void;
  close(): void;
};

const maximumEpoch = 0x7fff - 1;
/** `transactional.id.expiration.ms` at its default. */
const expirationMs = 604_800_000;

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
const isEnding = (state: State): boolean => state === 'PrepareCommit' || state === 'PrepareAbort';
const isOpen = (state: State): boolean => state === 'Ongoing' || isEnding(state);

const entryOf = (transaction: Transaction): Entry => ({
  ...transaction,
  type: 'state',
  producerId: String(transaction.producerId),
  partitions: [...transaction.partitions],
  groups: [...transaction.groups],
});

const transactionOf = (entry: Entry & { type: 'state' }): Transaction => {
  const { type: _, ...rest } = entry;
  return {
    ...rest,
    producerId: BigInt(entry.producerId),
    partitions: new Set(entry.partitions),
    groups: new Set(entry.groups),
  };
};

type Context = { logs: LogContext; topics: Topics; groups: Groups; producerIds: ProducerIds; folder: string };

export const openTransactions = ({ logs, topics, groups, producerIds, folder }: Context): Transactions => {
  const { clock, emit } = logs;
  const all = new Map<string, Transaction>();
  const journal = openJournal<Entry>({
    path: join(folder, 'transactions.journal'),
    replay: (entry) => {
      if (entry.type === 'state') all.set(entry.id, transactionOf(entry));
      else all.delete(entry.id);
    },
    snapshot: () => [...all.values()].map(entryOf),
    onTornTail: (lostBytes) =>
      emit({ component: 'kafka', kind: 'warning', message: `transactions.journal: cut ${lostBytes} torn bytes` }),
  });

  const save = (transaction: Transaction): void => {
    transaction.changedMs = clock.nowMs();
    all.set(transaction.id, transaction);
    journal.append(entryOf(transaction));
  };

  const writeMarkers = ({ partitions, producerId, epoch }: Transaction, committed: boolean): void => {
    for (const key of partitions) {
      const at = key.lastIndexOf('/');
      const topic = topics.byName(key.slice(0, at));
      const log = topic?.partitions[Number(key.slice(at + 1))];
      // A topic that was deleted meanwhile needs no marker.
      if (topic && log) appendMarker(logs, log, { producerId, producerEpoch: epoch }, committed, topic.config);
    }
  };

  const finish = (transaction: Transaction): void => {
    const committed = transaction.state === 'PrepareCommit';
    writeMarkers(transaction, committed);
    for (const groupId of transaction.groups) groups.settlePending(groupId, transaction.producerId, committed);
    transaction.partitions.clear();
    transaction.groups.clear();
    transaction.state = committed ? 'CompleteCommit' : 'CompleteAbort';
    save(transaction);
  };

  const prepare = (transaction: Transaction, committed: boolean): void => {
    transaction.state = committed ? 'PrepareCommit' : 'PrepareAbort';
    save(transaction);
    finish(transaction);
  };

  /** Aborts with the next epoch, so that the producer that left it open can write no more. */
  const fenceAndAbort = (transaction: Transaction): void => {
    transaction.epoch = Math.min(transaction.epoch + 1, maximumEpoch + 1);
    prepare(transaction, false);
  };

  const find = (id: string, { producerId, producerEpoch }: Producer): Transaction => {
    if (id === '') throw new KafkaError('INVALID_REQUEST');
    const transaction = all.get(id);
    if (!transaction || transaction.producerId !== producerId) throw new KafkaError('INVALID_PRODUCER_ID_MAPPING');
    if (transaction.epoch !== producerEpoch) throw new KafkaError('PRODUCER_FENCED');
    return transaction;
  };

  const open = (transaction: Transaction): void => {
    if (transaction.state === 'Ongoing') return;
    transaction.state = 'Ongoing';
    transaction.startedMs = clock.nowMs();
  };

  for (const transaction of all.values()) if (isEnding(transaction.state)) finish(transaction);

  return {
    begin: (id, timeoutMs, expected) => {
      const known = all.get(id);
      if (!known) {
        if (expected) throw new KafkaError('PRODUCER_FENCED');
        const producerId = producerIds.next();
        const nowMs = clock.nowMs();
        const fresh = { partitions: new Set<string>(), groups: new Set<string>(), startedMs: nowMs, changedMs: nowMs };
        save({ id, producerId, epoch: 0, timeoutMs, state: 'Empty', ...fresh });
        return { producerId, producerEpoch: 0 };
      }
      if (expected && (expected.producerId !== known.producerId || expected.producerEpoch !== known.epoch)) {
        throw new KafkaError('PRODUCER_FENCED');
      }
      if (isOpen(known.state)) fenceAndAbort(known);
      known.timeoutMs = timeoutMs;
      known.state = 'Empty';
      if (known.epoch >= maximumEpoch) {
        known.producerId = producerIds.next();
        known.epoch = 0;
      } else known.epoch++;
      save(known);
      return { producerId: known.producerId, producerEpoch: known.epoch };
    },
    addPartitions: (id, producer, partitions) => {
      const transaction = find(id, producer);
      if (transaction.state === 'Ongoing' && partitions.every((one) => transaction.partitions.has(keyOf(one)))) return;
      open(transaction);
      for (const partition of partitions) transaction.partitions.add(keyOf(partition));
      save(transaction);
    },
    addGroup: (id, producer, groupId) => {
      const transaction = find(id, producer);
      open(transaction);
      transaction.groups.add(groupId);
      save(transaction);
    },
    assertProducer: (id, producer) => {
      find(id, producer);
    },
    addOffsets: (id, producer, groupId, offsets) => {
      const transaction = find(id, producer);
      if (transaction.state !== 'Ongoing' || !transaction.groups.has(groupId))
        throw new KafkaError('INVALID_TXN_STATE');
      groups.commitPending(groupId, producer.producerId, offsets);
    },
    end: (id, producer, committed) => {
      const transaction = find(id, producer);
      const { state } = transaction;
      // A retry of a call whose answer got lost.
      if (state === (committed ? 'CompleteCommit' : 'CompleteAbort')) return;
      if (state !== 'Ongoing') throw new KafkaError('INVALID_TXN_STATE');
      prepare(transaction, committed);
    },
    assertOpen: ({ producerId, producerEpoch }, partition) => {
      const transaction = [...all.values()].find((candidate) => candidate.producerId === producerId);
      if (!transaction) throw new KafkaError('INVALID_PRODUCER_ID_MAPPING');
      if (producerEpoch < transaction.epoch) throw new KafkaError('INVALID_PRODUCER_EPOCH');
      if (transaction.state !== 'Ongoing' || !transaction.partitions.has(keyOf(partition))) {
        throw new KafkaError('INVALID_TXN_STATE');
      }
    },
    sweep: () => {
      const nowMs = clock.nowMs();
      for (const transaction of all.values()) {
        const { id, state, startedMs, timeoutMs, changedMs } = transaction;
        if (state === 'Ongoing' && nowMs - startedMs > timeoutMs) fenceAndAbort(transaction);
        else if (!isOpen(state) && nowMs - changedMs > expirationMs) {
          journal.append({ type: 'forgotten', id });
          all.delete(id);
        }
      }
    },
    close: () => journal.close(),
  };
};
