import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactLog } from '../../../../sandbox/emulators/kafka/log-cleaner.ts';
import {
  appendToLog,
  endOffset,
  openLog,
  type PartitionLog,
  readLog,
} from '../../../../sandbox/emulators/kafka/partition-log.ts';
import { openBatch } from '../../../../sandbox/emulators/kafka/stored-records.ts';
import { crc32c } from '../../../../sandbox/wire/kafka/crc32c.ts';
import { batchHeaderBytes, checksumMatches, readBatchHeader } from '../../../../sandbox/wire/kafka/record-batch.ts';
import { batchOf, handClock, logContext, temporaryFolder, topicConfig } from './sandbox.ts';

const setUp = (overrides = {}) => {
  const clock = handClock();
  const context = logContext(clock);
  const config = topicConfig({
    compact: true,
    deleteOld: false,
    segmentBytes: 300,
    minCleanableDirtyRatio: 0,
    ...overrides,
  });
  const folder = temporaryFolder();
  const open = () => openLog(context, folder, 't-0', config, false);
  return { clock, context, config, open };
};

type Row = [offset: number, key: string, value: string | null];

/** All records, read as a consumer does: from the start, on from after the last batch. */
const readAll = (context: ReturnType<typeof logContext>, log: PartitionLog): Row[] => {
  const rows: Row[] = [];
  for (let offset = 0n; offset < endOffset(log); ) {
    const { records } = readLog(context, log, offset, endOffset(log), 1, true);
    if (records.length === 0) break;
    const header = readBatchHeader(records, 0);
    expect(checksumMatches(records, 0, header.sizeBytes)).toBe(true);
    for (const { offsetDelta, key, value } of openBatch(header, records) ?? []) {
      rows.push([Number(header.baseOffset) + offsetDelta, key?.toString() ?? '', value?.toString() ?? null]);
    }
    offset = header.lastOffset + 1n;
  }
  return rows;
};

describe('compaction', () => {
  it('keeps the last value of every key at its offset, whatever was written', async () => {
    const record = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ maxLength: 20 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 40 }),
        async (batches) => {
          const { context, config, open } = setUp();
          let log = open();
          for (const batch of batches) appendToLog(context, log, batchOf(batch), config);
          const before = readAll(context, log);
          const active = Number(log.segments.at(-1)?.baseOffset);
          const last = new Map(before.filter(([offset]) => offset < active).map(([offset, key]) => [key, offset]));
          const expected = before.filter(([offset, key]) => offset >= active || last.get(key) === offset);
          const end = endOffset(log);
          await compactLog(context, log, config);
          expect(readAll(context, log)).toEqual(expected);
          log = open();
          expect(readAll(context, log)).toEqual(expected);
          expect(endOffset(log)).toBe(end);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps tombstones for delete.retention.ms, then drops them', async () => {
    const { clock, context, config, open } = setUp({ deleteRetentionMs: 1_000 });
    const log = open();
    const append = (key: string, value: string | null) => appendToLog(context, log, batchOf([[key, value]]), config);
    append('gone', 'x'.repeat(200));
    append('gone', null);
    append('other', 'x'.repeat(300));
    append('active', '1');
    await compactLog(context, log, config);
    expect(readAll(context, log).map(([, key, value]) => [key, value === null])).toContainEqual(['gone', true]);
    clock.advance(2_000);
    append('other', 'y'.repeat(300));
    append('active', '2');
    await compactLog(context, log, config);
    expect(readAll(context, log).map(([, key]) => key)).not.toContain('gone');
  });

  it('waits until enough is new, and for min.compaction.lag.ms', async () => {
    const { clock, context, open } = setUp();
    const log = open();
    const rare = topicConfig({ compact: true, segmentBytes: 300, minCleanableDirtyRatio: 1 });
    const lagging = topicConfig({
      compact: true,
      segmentBytes: 300,
      minCleanableDirtyRatio: 0,
      minCompactionLagMs: 5_000,
    });
    for (let index = 0; index < 10; index++) appendToLog(context, log, batchOf([['k', 'v'.repeat(50)]]), rare);
    await compactLog(context, log, rare);
    await compactLog(context, log, lagging);
    expect(readAll(context, log)).toHaveLength(10);
    clock.advance(5_000);
    await compactLog(context, log, lagging);
    expect(readAll(context, log).length).toBeLessThan(6);
  });

  it('opens gzip, and leaves what it cannot open', async () => {
    const { context, config, open } = setUp();
    const log = open();
    const compressed = (attributes: number, body: Buffer, batch: Buffer) => {
      const bytes = Buffer.concat([batch.subarray(0, batchHeaderBytes), body]);
      bytes.writeInt32BE(bytes.length - 12, 8);
      bytes.writeInt16BE(attributes, 21);
      bytes.writeUInt32BE(crc32c(bytes, 21), 17);
      return bytes;
    };
    const plain = batchOf([['k', 'v'.repeat(200)]]);
    appendToLog(context, log, compressed(1, gzipSync(plain.subarray(batchHeaderBytes)), plain), config);
    appendToLog(context, log, compressed(4, Buffer.alloc(250, 7), plain), config);
    for (let index = 0; index < 3; index++) appendToLog(context, log, batchOf([['k', 'w'.repeat(200)]]), config);
    await compactLog(context, log, config);
    const held = log.segments.flatMap((segment) => (segment.sizeBytes > 0 ? [segment.baseOffset] : []));
    expect(held).not.toContain(0n);
    expect(readBatchHeader(readLog(context, log, 0n, 5n, 1, true).records, 0)).toMatchObject({ compression: 'zstd' });
  });
});
