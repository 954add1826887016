import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../sandbox/wire/kafka/crc32c.ts';
import { encodeRecords, noHeaders, readRecords } from '../../../../sandbox/wire/kafka/record.ts';
import {
  assignOffset,
  batchHeaderBytes,
  checksumMatches,
  encodeBatch,
  readBatchHeader,
  stampAppendTime,
} from '../../../../sandbox/wire/kafka/record-batch.ts';

// Written by kafka-clients 4.3.1: two records ("k" → "v" with header h=x at 1000 ms; no key → "w" at 1005 ms), producer 4711, epoch 3, sequence 7.
const javaBatch =
  '0000000000000000000000460000000002d748958100000000000100000000000003e800000000000003ed00000000000012670003000000070000000218000000026b027602026802780e000a0201027700';
// The same client's marker of a committed transaction at offset 5.
const javaMarker =
  '0000000000000005000000420000000002344acf6700300000000000000000000003e800000000000003e800000000000012670003ffffffff000000012000000008000000010c00000000000000';

describe('crc32c', () => {
  it('gives the check values of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))).toBe(0x46dd794e);
  });

  it('does not depend on how the bytes lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (bytes, shift) => {
        const shifted = Buffer.concat([Buffer.alloc(shift), bytes, Buffer.alloc(3)]);
        expect(crc32c(shifted, shift, shift + bytes.length)).toBe(crc32c(bytes));
      }),
    );
  });
});

describe('record batches', () => {
  it('are read as the Java client writes them', () => {
    const bytes = Buffer.from(javaBatch, 'hex');
    expect(readBatchHeader(bytes, 0)).toMatchObject({
      sizeBytes: bytes.length,
      magic: 2,
      compression: 'none',
      isTransactional: false,
      isControl: false,
      lastOffsetDelta: 1,
      baseTimestampMs: 1000n,
      maxTimestampMs: 1005n,
      producerId: 4711n,
      producerEpoch: 3,
      baseSequence: 7,
      recordCount: 2,
    });
    expect(checksumMatches(bytes, 0, bytes.length)).toBe(true);
    const records = [...readRecords(bytes.subarray(batchHeaderBytes))];
    expect(
      records.map(({ key, value, timestampDeltaMs }) => [key?.toString(), value?.toString(), timestampDeltaMs]),
    ).toEqual([
      ['k', 'v', 0n],
      [undefined, 'w', 5n],
    ]);
    expect(encodeRecords(records).equals(bytes.subarray(batchHeaderBytes))).toBe(true);
  });

  it('are written as the Java client writes them', () => {
    const record = {
      timestampDeltaMs: 0n,
      offsetDelta: 0,
      key: Buffer.from([0, 0, 0, 1]),
      value: Buffer.alloc(6),
      encodedHeaders: noHeaders,
    };
    const marker = encodeBatch(
      {
        baseOffset: 5n,
        lastOffsetDelta: 0,
        leaderEpoch: 0,
        baseTimestampMs: 1000n,
        maxTimestampMs: 1000n,
        producerId: 4711n,
        producerEpoch: 3,
        baseSequence: -1,
        recordCount: 1,
        isLogAppendTime: false,
        isTransactional: true,
        isControl: true,
      },
      encodeRecords([record]),
    );
    expect(marker.toString('hex')).toBe(javaMarker);
  });

  it('keep their checksum when offset and epoch are assigned, and get a new one with the append time', () => {
    const bytes = Buffer.from(javaBatch, 'hex');
    assignOffset(bytes, 0, 123_456_789_012n, 9);
    expect(checksumMatches(bytes, 0, bytes.length)).toBe(true);
    stampAppendTime(bytes, 0, bytes.length, 2000n);
    expect(checksumMatches(bytes, 0, bytes.length)).toBe(true);
    expect(readBatchHeader(bytes, 0)).toMatchObject({
      baseOffset: 123_456_789_012n,
      lastOffset: 123_456_789_013n,
      isLogAppendTime: true,
      maxTimestampMs: 2000n,
    });
  });

  it('show any flipped bit of what the producer signed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 21, max: javaBatch.length / 2 - 1 }), fc.nat(7), (position, bit) => {
        const bytes = Buffer.from(javaBatch, 'hex');
        bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
        expect(checksumMatches(bytes, 0, bytes.length)).toBe(false);
      }),
    );
  });
});
