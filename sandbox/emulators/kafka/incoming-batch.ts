import { readRecords } from '../../wire/kafka/record.ts';
import {
  type BatchHeader,
  batchHeaderBytes,
  batchMagic,
  batchSizeBytes,
  checksumMatches,
  currentMagic,
  noProducerId,
  readBatchHeader,
} from '../../wire/kafka/record-batch.ts';
import { KafkaError } from './errors.ts';
import type { TopicConfig } from './topic-configs.ts';

// The checks of ProduceRequest.validateRecords, UnifiedLog.analyzeAndValidateRecords and LogValidator, in their order, as far as
// they need only the header; records stay as the producer encoded them.

const noTimestamp = -1n;
/** The first Produce version whose clients know zstd. */
const zstdFromVersion = 7;

const soleBatch = (records: Buffer, version: number): { header: BatchHeader; sizeBytes: number } => {
  const invalid = (what: string) =>
    new KafkaError('INVALID_RECORD', `Produce requests with version ${version} ${what}`);
  const sizeBytes = batchSizeBytes(records, 0);
  const magic = batchMagic(records, 0);
  if (sizeBytes === undefined || magic === undefined) throw invalid('must have at least one record per partition');
  if (magic !== currentMagic) throw invalid('are only allowed to contain record batches with magic version 2');
  if (sizeBytes < batchHeaderBytes || sizeBytes > records.length) throw new KafkaError('CORRUPT_MESSAGE');
  if (sizeBytes < records.length) throw invalid('are only allowed to contain exactly one record batch per partition');
  return { header: readBatchHeader(records, 0), sizeBytes };
};

const checkContent = (header: BatchHeader): void => {
  const invalid = (why: string) => new KafkaError('INVALID_RECORD', why);
  const { lastOffsetDelta, recordCount, producerId } = header;
  if (lastOffsetDelta < 0) throw invalid(`Batch has invalid last offset delta ${lastOffsetDelta}`);
  if (recordCount <= 0 || lastOffsetDelta + 1 !== recordCount) {
    throw invalid(`Inconsistent batch: ${recordCount} records, last offset delta ${lastOffsetDelta}`);
  }
  if (header.isControl) throw invalid('Clients are not allowed to write control records');
  if (producerId !== noProducerId && header.baseSequence < 0) {
    throw invalid(`Invalid sequence number ${header.baseSequence} in record batch with producerId ${producerId}`);
  }
  if (header.isTransactional && producerId === noProducerId) {
    throw invalid('Transactional batch without a producer id');
  }
};

const checkTimes = (header: BatchHeader, config: TopicConfig, nowMs: number): void => {
  if (config.logAppendTime) return;
  const outside = (timestampMs: bigint) =>
    timestampMs !== noTimestamp &&
    (nowMs - Number(timestampMs) > config.timestampBeforeMaxMs ||
      Number(timestampMs) - nowMs > config.timestampAfterMaxMs);
  for (const timestampMs of [header.baseTimestampMs, header.maxTimestampMs]) {
    if (!outside(timestampMs)) continue;
    const { timestampBeforeMaxMs, timestampAfterMaxMs } = config;
    throw new KafkaError(
      'INVALID_TIMESTAMP',
      `Timestamp ${timestampMs} of message is out of range. The timestamp should be within [${nowMs - timestampBeforeMaxMs}, ${nowMs + timestampAfterMaxMs}]`,
    );
  }
};

/** A compacted topic has no use for a record without a key. Compressed batches are taken as they are (see SUPPORT.md). */
const checkKeys = (records: Buffer, header: BatchHeader): void => {
  if (header.compression !== 'none') return;
  for (const { key } of readRecords(records.subarray(batchHeaderBytes))) {
    if (key === null) {
      throw new KafkaError('INVALID_RECORD', 'Compacted topic cannot accept message without key.');
    }
  }
};

/** Answers what Kafka answers for a batch that it would not append. */
export const checkBatch = (
  records: Buffer | null,
  version: number,
  config: TopicConfig,
  nowMs: number,
): { batch: Buffer; header: BatchHeader } => {
  const batch = records ?? Buffer.alloc(0);
  const { header, sizeBytes } = soleBatch(batch, version);
  if (header.compression === undefined) throw new KafkaError('CORRUPT_MESSAGE', 'Unknown compression type');
  if (header.compression === 'zstd' && version < zstdFromVersion) throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE');
  if (header.baseOffset !== 0n) {
    throw new KafkaError(
      'INVALID_RECORD',
      `The baseOffset of the record batch should be 0, but it is ${header.baseOffset}`,
    );
  }
  if (sizeBytes > config.maxMessageBytes) {
    throw new KafkaError(
      'MESSAGE_TOO_LARGE',
      `The record batch size in the append is ${sizeBytes} bytes which exceeds the maximum configured value of ${config.maxMessageBytes}`,
    );
  }
  if (!checksumMatches(batch, 0, sizeBytes)) throw new KafkaError('CORRUPT_MESSAGE');
  checkContent(header);
  checkTimes(header, config, nowMs);
  if (config.compact) checkKeys(batch, header);
  if (sizeBytes > config.segmentBytes) throw new KafkaError('RECORD_LIST_TOO_LARGE');
  return { batch, header };
};
