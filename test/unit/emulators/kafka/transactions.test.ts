import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGroups } from '../../../../sandbox/emulators/kafka/groups.ts';
import { appendToLog, endOffset, lastStableOffset } from '../../../../sandbox/emulators/kafka/partition-log.ts';
import { openProducerIds } from '../../../../sandbox/emulators/kafka/producer-ids.ts';
import { openTopics } from '../../../../sandbox/emulators/kafka/topics.ts';
import { openTransactions } from '../../../../sandbox/emulators/kafka/transactions.ts';
import { batchOf, brokerSettings, handClock, logContext, temporaryFolder } from './sandbox.ts';

const open = (folder: string, clock = handClock()) => {
  const logs = logContext(clock);
  const settings = brokerSettings();
  const topics = openTopics(logs, settings, folder, false);
  const groups = openGroups({ clock, emit: logs.emit, settings, folder });
  const transactions = openTransactions({ logs, topics, groups, producerIds: openProducerIds(folder), folder });
  const topic = topics.byName('t') ?? topics.create('t', 2, new Map());
  const log = topic.partitions[0];
  if (!log) throw new Error('no partition');
  const write = (producer: { producerId: bigint; producerEpoch: number }, baseSequence: number) =>
    appendToLog(
      logs,
      log,
      batchOf(['v'], 1_000_000, { ...producer, baseSequence, isTransactional: true }),
      topic.config,
    );
  return { clock, groups, transactions, log, write, offset: () => groups.offsetsOf('g').get('t')?.get(0)?.offset };
};

const partition = { topic: 't', partition: 0 };
const offset = { ...partition, offset: 7n, leaderEpoch: 0, metadata: '', committedMs: 0 };

/** A transaction with a record and an offset in it, still open. */
const halfWay = (folder: string, clock = handClock()) => {
  const opened = open(folder, clock);
  const producer = opened.transactions.begin('tx', 60_000, undefined);
  opened.transactions.addPartitions('tx', producer, [partition]);
  opened.write(producer, 0);
  opened.transactions.addGroup('tx', producer, 'g');
  opened.transactions.addOffsets('tx', producer, 'g', [offset]);
  return { ...opened, producer };
};

describe('a transaction', () => {
  it('shows its records and offsets when it commits, not before', () => {
    const { transactions, producer, log, groups, offset: committed } = halfWay(temporaryFolder());
    expect([lastStableOffset(log), committed(), groups.hasPending('g', partition)]).toEqual([0n, undefined, true]);
    transactions.end('tx', producer, true);
    expect([lastStableOffset(log), committed(), groups.hasPending('g', partition)]).toEqual([2n, 7n, false]);
    transactions.end('tx', producer, true); // the answer got lost, the client asks again
    expect(() => transactions.end('tx', producer, false)).toThrow('invalid state');
  });

  it('leaves nothing when it aborts', () => {
    const { transactions, producer, log, offset: committed } = halfWay(temporaryFolder());
    transactions.end('tx', producer, false);
    expect([lastStableOffset(log), committed()]).toEqual([2n, undefined]);
    expect(log.producers.aborted).toHaveLength(1);
  });

  it('is still open after kill -9, and can be ended then', () => {
    const folder = temporaryFolder();
    const { producer } = halfWay(folder);
    const again = open(folder);
    expect([lastStableOffset(again.log), again.groups.hasPending('g', partition)]).toEqual([0n, true]);
    again.transactions.end('tx', producer, true);
    expect([lastStableOffset(again.log), again.offset()]).toEqual([2n, 7n]);
  });

  it('is finished at the next start when the broker was killed between its decision and its markers', () => {
    const folder = temporaryFolder();
    const { transactions, producer } = halfWay(folder);
    const before = temporaryFolder();
    cpSync(folder, before, { recursive: true });
    transactions.end('tx', producer, true);
    // The decision is the first thing that is written: keep it and lose the rest, the last journal line included.
    const journal = join(folder, 'transactions.journal');
    const lines = readFileSync(journal, 'utf8').split('\n');
    expect(lines.at(-2)).toContain('CompleteCommit');
    writeFileSync(journal, `${lines.slice(0, -2).join('\n')}\n`);
    for (const lost of ['t-0', 'groups.journal']) cpSync(join(before, lost), join(folder, lost), { recursive: true });
    const again = open(folder);
    expect([lastStableOffset(again.log), endOffset(again.log), again.offset()]).toEqual([2n, 2n, 7n]);
  });

  it('fences the producer that left one open', () => {
    const { transactions, producer, log } = halfWay(temporaryFolder());
    const next = transactions.begin('tx', 60_000, undefined);
    expect(next).toEqual({ producerId: producer.producerId, producerEpoch: 2 });
    expect([lastStableOffset(log), log.producers.aborted.length]).toEqual([2n, 1]);
    expect(() => transactions.end('tx', producer, true)).toThrow('newer producer');
    expect(() => transactions.assertOpen(producer, partition)).toThrow('old epoch');
  });

  it('is aborted when it has been open for too long', () => {
    const clock = handClock();
    const { transactions, producer, log } = halfWay(temporaryFolder(), clock);
    clock.advance(60_001);
    transactions.sweep();
    expect(lastStableOffset(log)).toBe(endOffset(log));
    expect(() => transactions.end('tx', producer, true)).toThrow('newer producer');
  });

  it('takes records only for partitions it was told of', () => {
    const { transactions, producer } = halfWay(temporaryFolder());
    transactions.assertOpen(producer, partition);
    expect(() => transactions.assertOpen(producer, { topic: 't', partition: 1 })).toThrow('invalid state');
    expect(() => transactions.assertOpen({ producerId: 99n, producerEpoch: 0 }, partition)).toThrow(
      'not currently assigned',
    );
  });
});
