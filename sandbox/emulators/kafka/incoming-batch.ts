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
import { type ErrorName, KafkaError } from './errors.ts';
import type { TopicConfig } from './topic-configs.ts';

// The checks of ProduceRequest.validateRecords, UnifiedLog.analyzeAndValidateRecords and LogValidator, in their order, as far as
// they need only the header; records stay as the producer encoded them.

const noTimestamp = -1n;
/** The first Produce version whose clients know zstd. */
const zstdFromVersion = 7;

/** Records that are not taken, each with its reason: the message that clients show. */
export class RejectedRecords extends KafkaError {
  readonly recordErrors: readonly { batchIndex: number; message: string }[];

  constructor(errorName: ErrorName, summary: string, recordErrors: RejectedRecords['recordErrors']) {
    super(errorName, summary);
    this.recordErrors = recordErrors;
  }
}

const isWhole = (records: Buffer, start: number): boolean => {
  const sizeBytes = batchSizeBytes(records, start);
  return sizeBytes !== undefined && sizeBytes >= batchHeaderBytes && start + sizeBytes <= records.length;
};

/** The one batch of the request. What follows it and is not a whole batch is left out, as Kafka does. */
const soleBatch = (records: Buffer, version: number): { header: BatchHeader; batch: Buffer } => {
  const invalid = (what: string) =>
    new KafkaError('INVALID_RECORD', `Produce requests with version ${version} ${what}`);
  if (!isWhole(records, 0)) throw invalid('must have at least one record per partition');
  const magic = batchMagic(records, 0) ?? -1;
  if (magic > currentMagic) throw new KafkaError('CORRUPT_MESSAGE', `Invalid magic found in record: ${magic}`);
  if (magic < currentMagic) throw invalid('are only allowed to contain record batches with magic version 2');
  const header = readBatchHeader(records, 0);
  if (isWhole(records, header.sizeBytes))
    throw invalid('are only allowed to contain exactly one record batch per partition');
  return { header, batch: records.subarray(0, header.sizeBytes) };
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
};

const checkTimes = (header: BatchHeader, config: TopicConfig, nowMs: number): void => {
  if (config.logAppendTime) return;
  const { timestampBeforeMaxMs, timestampAfterMaxMs } = config;
  const outside = (timestampMs: bigint) =>
    timestampMs !== noTimestamp &&
    (nowMs - Number(timestampMs) > timestampBeforeMaxMs || Number(timestampMs) - nowMs > timestampAfterMaxMs);
  const wrong = [header.baseTimestampMs, header.maxTimestampMs].find(outside);
  if (wrong === undefined) return;
  const range = `[${nowMs - timestampBeforeMaxMs}, ${nowMs + timestampAfterMaxMs}]`;
  const message = `Timestamp ${wrong} of message with offset 0 is out of range. The timestamp should be within ${range}`;
  const summary = 'One or more records have been rejected due to invalid timestamp';
  throw new RejectedRecords('INVALID_TIMESTAMP', summary, [{ batchIndex: 0, message }]);
};

/** A compacted topic has no use for a record without a key. Compressed batches are taken as they are (see SUPPORT.md). */
const checkKeys = (batch: Buffer, header: BatchHeader, partitionName: string): void => {
  if (header.compression !== 'none') return;
  const message = `Compacted topic cannot accept message without key in topic partition ${partitionName}`;
  const recordErrors: { batchIndex: number; message: string }[] = [];
  for (const { key, offsetDelta } of readRecords(batch.subarray(batchHeaderBytes))) {
    if (key === null) recordErrors.push({ batchIndex: offsetDelta, message });
  }
  if (recordErrors.length === 0) return;
  const shown = recordErrors
    .slice(0, 3)
    .map(({ batchIndex }) => `RecordError(batchIndex=${batchIndex}, message='${message}')`)
    .join(', ');
  const summary = `One or more records have been rejected due to ${recordErrors.length} record errors in total, and only showing the first three errors at most: [${shown}]`;
  throw new RejectedRecords('INVALID_RECORD', summary, recordErrors);
};

/** Answers what Kafka answers for a batch that it would not append. */
export const checkBatch = (
  records: Buffer | null,
  version: number,
  config: TopicConfig,
  partitionName: string,
  nowMs: number,
): { batch: Buffer; header: BatchHeader } => {
  const { header, batch } = soleBatch(records ?? Buffer.alloc(0), version);
  const { sizeBytes } = header;
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
  if (config.compact) checkKeys(batch, header, partitionName);
  if (sizeBytes > config.segmentBytes) throw new KafkaError('RECORD_LIST_TOO_LARGE');
  return { batch, header };
};
