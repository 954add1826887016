import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendMarker,
  appendToLog,
  applyRetention,
  endOffset,
  lastStableOffset,
  openLog,
  type PartitionLog,
  placeByTimestamp,
  raiseStartOffset,
  readLog,
} from '../../../../sandbox/emulators/kafka/partition-log.ts';
import { batchSizeBytes, readBatchHeader } from '../../../../sandbox/wire/kafka/record-batch.ts';
import { batchOf, handClock, logContext, temporaryFolder, topicConfig } from './sandbox.ts';

const baseOffsetsIn = (records: Buffer): number[] => {
  const offsets: number[] = [];
  for (let position = 0; position < records.length; ) {
    offsets.push(Number(readBatchHeader(records, position).baseOffset));
    position += batchSizeBytes(records, position) ?? records.length;
  }
  return offsets;
};

const everything = 1_000_000_000;

const setUp = (overrides = {}) => {
  const clock = handClock();
  const context = logContext(clock);
  const config = topicConfig(overrides);
  const folder = temporaryFolder();
  const open = (wasCleanStop = false) => openLog(context, folder, 't-0', config, wasCleanStop);
  const append = (log: PartitionLog, batch: Buffer) => appendToLog(context, log, batch, config);
  const read = (log: PartitionLog, offset: bigint, maxBytes = everything, atLeastOne = true) =>
    readLog(context, log, offset, endOffset(log), maxBytes, atLeastOne).records;
  return { clock, context, config, folder, open, append, read };
};

describe('a partition log', () => {
  it('gives each batch the next offset and reads it back as it was appended', () => {
    const { open, append, read } = setUp();
    const log = open();
    expect(append(log, batchOf(['a', 'b'])).baseOffset).toBe(0n);
    expect(append(log, batchOf(['c'])).baseOffset).toBe(2n);
    expect(endOffset(log)).toBe(3n);
    expect(baseOffsetsIn(read(log, 0n))).toEqual([0, 2]);
    expect(baseOffsetsIn(read(log, 1n))).toEqual([0, 2]);
    expect(baseOffsetsIn(read(log, 2n))).toEqual([2]);
    expect(read(log, 3n)).toHaveLength(0);
    expect(() => read(log, 4n)).toThrow('not within the range');
  });

  it('keeps to a limit, but gives a whole first batch when it must', () => {
    const { open, append, read } = setUp();
    const log = open();
    const batch = batchOf(['x'.repeat(1_000)]);
    append(log, Buffer.from(batch));
    append(log, Buffer.from(batch));
    expect(read(log, 0n, batch.length + 5)).toHaveLength(batch.length + 5);
    expect(read(log, 0n, 10)).toHaveLength(batch.length);
    expect(read(log, 0n, 10, false)).toHaveLength(0);
  });

  it('finds any offset over many segments, also after it was opened again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const { open, append, read } = setUp({ segmentBytes: 500, indexIntervalBytes: 100 });
        let log = open();
        const bases: number[] = [];
        for (const size of sizes)
          bases.push(Number(append(log, batchOf(Array.from({ length: size }, () => 'v'))).baseOffset));
        for (const reopened of [false, true]) {
          if (reopened) log = open();
          for (let offset = 0; offset < Number(endOffset(log)); offset++) {
            const holder = bases.findLast((base) => base <= offset);
            expect(baseOffsetsIn(read(log, BigInt(offset), 1))).toEqual([holder]);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('cuts off a torn tail, whatever is missing of it, and says so', () => {
    const { open, append, read, folder, context } = setUp();
    const log = open();
    append(log, batchOf(['a']));
    append(log, batchOf(['b']));
    const path = join(folder, '00000000000000000000.log');
    const whole = readFileSync(path);
    for (let cut = 1; cut < whole.length / 2; cut += 7) {
      context.files.closeAll();
      writeFileSync(path, whole);
      truncateSync(path, whole.length - cut);
      const reopened = open();
      expect(endOffset(reopened)).toBe(1n);
      expect(append(reopened, batchOf(['c'])).baseOffset).toBe(1n);
      expect(baseOffsetsIn(read(reopened, 0n))).toEqual([0, 1]);
    }
    expect(context.events.at(-1)).toMatchObject({ kind: 'warning', message: expect.stringContaining('cut') });
  });

  it('cuts off what has the wrong checksum, and what is not a batch', () => {
    const { open, append, folder, context } = setUp();
    const log = open();
    append(log, batchOf(['a']));
    append(log, batchOf(['b']));
    context.files.closeAll();
    const path = join(folder, '00000000000000000000.log');
    const damaged = readFileSync(path);
    damaged[damaged.length - 2] = 0x7f;
    writeFileSync(path, damaged);
    appendFileSync(path, 'rubbish');
    expect(endOffset(open())).toBe(1n);
  });

  it('removes whole old segments by time and by size, and never the newest by size', () => {
    const { open, append, clock, context } = setUp();
    const log = open();
    const small = topicConfig({ segmentBytes: 100, retentionMs: 1_000, retentionBytes: -1 });
    const add = (timestampMs: number) => appendToLog(context, log, batchOf(['v'], timestampMs), small);
    for (const timestampMs of [1_000_000, 1_000_500, 1_001_000]) add(timestampMs);
    expect(log.segments).toHaveLength(3);
    clock.advance(1_200);
    applyRetention(context, log, small);
    expect([log.startOffset, log.segments.length]).toEqual([1n, 2]);
    applyRetention(context, log, topicConfig({ retentionMs: -1, retentionBytes: 10 }));
    expect([log.startOffset, log.segments.length]).toEqual([2n, 1]);
    clock.advance(10_000);
    applyRetention(context, log, small);
    expect([log.startOffset, endOffset(log)]).toEqual([3n, 3n]);
    expect(append(log, batchOf(['next'])).baseOffset).toBe(3n);
    expect(open().startOffset).toBe(3n);
  });

  it('remembers where its start was moved to', () => {
    const { open, append, context, read, folder } = setUp();
    const log = open();
    for (const value of ['a', 'b', 'c']) append(log, batchOf([value]));
    raiseStartOffset(context, log, 2n);
    expect(() => read(log, 1n)).toThrow('not within the range');
    const reopened = open();
    expect([reopened.startOffset, endOffset(reopened)]).toEqual([2n, 3n]);
    raiseStartOffset(context, reopened, 3n);
    expect(readdirSync(folder).filter((name) => name.endsWith('.log'))).toEqual(['00000000000000000003.log']);
    expect([open().startOffset, endOffset(open())]).toEqual([3n, 3n]);
  });

  it('finds the first batch of a time', () => {
    const { open, append, context } = setUp({ segmentBytes: 200, indexIntervalBytes: 0 });
    const log = open();
    for (const timestampMs of [10, 30, 20, 50, 40]) append(log, batchOf(['v'], timestampMs));
    const at = (timestampMs: bigint) => placeByTimestamp(context, log, timestampMs)?.header.baseOffset;
    expect([5n, 10n, 11n, 30n, 31n, 50n, 51n].map(at)).toEqual([0n, 0n, 1n, 1n, 3n, 3n, undefined]);
  });
});

describe('idempotent producers', () => {
  const producer = { producerId: 9n, producerEpoch: 0 };
  const numbered = (baseSequence: number, values = ['v']) => batchOf(values, 1_000_000, { ...producer, baseSequence });

  it('get the first answer again for a retry, and an error for a gap or an old epoch', () => {
    const { open, append } = setUp();
    let log = open();
    expect(append(log, numbered(0, ['a', 'b'])).baseOffset).toBe(0n);
    expect(append(log, numbered(2)).baseOffset).toBe(2n);
    for (const reopened of [false, true]) {
      if (reopened) log = open();
      expect(append(log, numbered(0, ['a', 'b'])).baseOffset).toBe(0n);
      expect(endOffset(log)).toBe(3n);
      expect(() => append(log, numbered(4))).toThrow('Out of order sequence number');
    }
    const next = batchOf(['n'], 1_000_000, { producerId: 9n, producerEpoch: 1, baseSequence: 0 });
    expect(append(log, next).baseOffset).toBe(3n);
    expect(() => append(log, numbered(3))).toThrow('smaller than the last seen epoch');
  });

  it('are remembered over a roll to the next segment', () => {
    const { open, append } = setUp({ segmentBytes: 150 });
    const log = open();
    for (let sequence = 0; sequence < 8; sequence++) append(log, numbered(sequence));
    expect(log.segments.length).toBeGreaterThan(2);
    const reopened = open();
    expect(append(reopened, numbered(7)).baseOffset).toBe(7n);
    expect(append(reopened, numbered(8)).baseOffset).toBe(8n);
  });

  it('wrap their sequence after the largest integer', () => {
    const { open, append } = setUp();
    const log = open();
    append(log, numbered(0x7ffffffe, ['a', 'b']));
    expect(append(log, numbered(0)).baseOffset).toBe(2n);
  });
});

describe('transactions in a log', () => {
  it('hold back the last stable offset until their marker, and are listed when aborted', () => {
    const { open, append, context, config } = setUp();
    let log = open();
    const batch = (producerId: bigint) =>
      batchOf(['v'], 1_000_000, { producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true });
    append(log, batchOf(['before']));
    append(log, batch(1n));
    append(log, batch(2n));
    expect(lastStableOffset(log)).toBe(1n);
    appendMarker(context, log, { producerId: 1n, producerEpoch: 0 }, false, config);
    expect(lastStableOffset(log)).toBe(2n);
    log = open();
    expect(lastStableOffset(log)).toBe(2n);
    appendMarker(context, log, { producerId: 2n, producerEpoch: 0 }, true, config);
    expect(lastStableOffset(log)).toBe(5n);
    log = open();
    const { aborted } = readLog(context, log, 0n, lastStableOffset(log), everything, true);
    expect(aborted).toEqual([{ producerId: 1n, firstOffset: 1n, lastOffset: 3n }]);
  });
});
