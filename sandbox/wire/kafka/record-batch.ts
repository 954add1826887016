import { crc32c } from './crc32c.ts';

// Message format v2 (KIP-98). Offsets of the header's fields; the checksum covers everything from the attributes on,
// so base offset and leader epoch can be set by a broker without touching what the producer signed.
const lengthAt = 8;
const leaderEpochAt = 12;
const magicAt = 16;
const checksumAt = 17;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const baseTimestampAt = 27;
const maxTimestampAt = 35;
const producerIdAt = 43;
const producerEpochAt = 51;
const baseSequenceAt = 53;
const recordCountAt = 57;

/** Bytes before those that the length field counts. */
const lengthOverheadBytes = 12;
export const batchHeaderBytes = 61;
export const currentMagic = 2;
export const noProducerId = -1n;
export const noSequence = -1;

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

export type BatchHeader = {
  baseOffset: bigint;
  /** Of the whole batch, header included. */
  sizeBytes: number;
  partitionLeaderEpoch: number;
  magic: number;
  /** Undefined for a number that no Kafka version has given a meaning. */
  compression: Compression | undefined;
  isLogAppendTime: boolean;
  isTransactional: boolean;
  isControl: boolean;
  lastOffsetDelta: number;
  lastOffset: bigint;
  baseTimestampMs: bigint;
  maxTimestampMs: bigint;
  producerId: bigint;
  producerEpoch: number;
  baseSequence: number;
  recordCount: number;
};

/** Size in bytes of the batch (of any format version) at `start`, or undefined when not even its length is there. */
export const batchSizeBytes = (bytes: Buffer, start: number): number | undefined =>
  start + lengthOverheadBytes > bytes.length ? undefined : bytes.readInt32BE(start + lengthAt) + lengthOverheadBytes;

/** Format version of the batch at `start`: at the same place in all of them. */
export const batchMagic = (bytes: Buffer, start: number): number | undefined =>
  start + magicAt < bytes.length ? bytes.readInt8(start + magicAt) : undefined;

/** Needs `batchHeaderBytes` bytes from `start` on. */
export const readBatchHeader = (bytes: Buffer, start: number): BatchHeader => {
  const attributes = bytes.readInt16BE(start + attributesAt);
  const baseOffset = bytes.readBigInt64BE(start);
  const lastOffsetDelta = bytes.readInt32BE(start + lastOffsetDeltaAt);
  return {
    baseOffset,
    sizeBytes: bytes.readInt32BE(start + lengthAt) + lengthOverheadBytes,
    partitionLeaderEpoch: bytes.readInt32BE(start + leaderEpochAt),
    magic: bytes.readInt8(start + magicAt),
    compression: compressions[attributes & 0x07],
    isLogAppendTime: (attributes & 0x08) !== 0,
    isTransactional: (attributes & 0x10) !== 0,
    isControl: (attributes & 0x20) !== 0,
    lastOffsetDelta,
    lastOffset: baseOffset + BigInt(lastOffsetDelta),
    baseTimestampMs: bytes.readBigInt64BE(start + baseTimestampAt),
    maxTimestampMs: bytes.readBigInt64BE(start + maxTimestampAt),
    producerId: bytes.readBigInt64BE(start + producerIdAt),
    producerEpoch: bytes.readInt16BE(start + producerEpochAt),
    baseSequence: bytes.readInt32BE(start + baseSequenceAt),
    recordCount: bytes.readInt32BE(start + recordCountAt),
  };
};

export const checksumMatches = (bytes: Buffer, start: number, sizeBytes: number): boolean =>
  bytes.readUInt32BE(start + checksumAt) === crc32c(bytes, start + attributesAt, start + sizeBytes);

const sign = (bytes: Buffer, start: number, sizeBytes: number): void => {
  bytes.writeUInt32BE(crc32c(bytes, start + attributesAt, start + sizeBytes), start + checksumAt);
};

/** What a leader writes into a batch in place before it appends it. */
export const assignOffset = (bytes: Buffer, start: number, baseOffset: bigint, leaderEpoch: number): void => {
  bytes.writeBigInt64BE(baseOffset, start);
  bytes.writeInt32BE(leaderEpoch, start + leaderEpochAt);
};

/** `message.timestamp.type=LogAppendTime`: the attribute and the maximum say so, the records stay as they are. */
export const stampAppendTime = (bytes: Buffer, start: number, sizeBytes: number, timestampMs: bigint): void => {
  bytes.writeInt16BE(bytes.readInt16BE(start + attributesAt) | 0x08, start + attributesAt);
  bytes.writeBigInt64BE(timestampMs, start + maxTimestampAt);
  sign(bytes, start, sizeBytes);
};

export type BatchToWrite = {
  baseOffset: bigint;
  lastOffsetDelta: number;
  leaderEpoch: number;
  baseTimestampMs: bigint;
  maxTimestampMs: bigint;
  producerId: bigint;
  producerEpoch: number;
  baseSequence: number;
  recordCount: number;
  isLogAppendTime: boolean;
  isTransactional: boolean;
  isControl: boolean;
};

/** An uncompressed batch around records that are already encoded. */
export const encodeBatch = (batch: BatchToWrite, encodedRecords: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(batchHeaderBytes + encodedRecords.length);
  const attributes =
    (batch.isLogAppendTime ? 0x08 : 0) | (batch.isTransactional ? 0x10 : 0) | (batch.isControl ? 0x20 : 0);
  bytes.writeBigInt64BE(batch.baseOffset, 0);
  bytes.writeInt32BE(bytes.length - lengthOverheadBytes, lengthAt);
  bytes.writeInt32BE(batch.leaderEpoch, leaderEpochAt);
  bytes.writeInt8(currentMagic, magicAt);
  bytes.writeInt16BE(attributes, attributesAt);
  bytes.writeInt32BE(batch.lastOffsetDelta, lastOffsetDeltaAt);
  bytes.writeBigInt64BE(batch.baseTimestampMs, baseTimestampAt);
  bytes.writeBigInt64BE(batch.maxTimestampMs, maxTimestampAt);
  bytes.writeBigInt64BE(batch.producerId, producerIdAt);
  bytes.writeInt16BE(batch.producerEpoch, producerEpochAt);
  bytes.writeInt32BE(batch.baseSequence, baseSequenceAt);
  bytes.writeInt32BE(batch.recordCount, recordCountAt);
  bytes.set(encodedRecords, batchHeaderBytes);
  sign(bytes, 0, bytes.length);
  return bytes;
};
