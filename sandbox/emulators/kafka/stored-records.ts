import { gunzipSync } from 'node:zlib';
import { type KafkaRecord, readRecords } from '../../wire/kafka/record.ts';
import { type BatchHeader, batchHeaderBytes } from '../../wire/kafka/record-batch.ts';

/** No batch may unfold into more than this. */
const maximumUnpackedBytes = 104_857_600;

/** The records of a stored batch; undefined when its codec cannot be opened here. */
export const openBatch = (header: BatchHeader, batch: Buffer): Iterable<KafkaRecord> | undefined => {
  const body = batch.subarray(batchHeaderBytes, header.sizeBytes);
  if (header.compression === 'none') return readRecords(body);
  if (header.compression === 'gzip') return readRecords(gunzipSync(body, { maxOutputLength: maximumUnpackedBytes }));
  return undefined;
};

/** The first record of a batch with that time or later; of a batch that cannot be opened, its beginning. */
export const firstRecordAt = (
  header: BatchHeader,
  batch: Buffer,
  timestampMs: bigint,
  startOffset: bigint,
): { timestampMs: bigint; offset: bigint } => {
  const whole = { timestampMs: header.maxTimestampMs, offset: header.baseOffset };
  if (header.isLogAppendTime) return whole;
  for (const record of openBatch(header, batch) ?? []) {
    const recordMs = header.baseTimestampMs + record.timestampDeltaMs;
    const offset = header.baseOffset + BigInt(record.offsetDelta);
    if (recordMs >= timestampMs && offset >= startOffset) return { timestampMs: recordMs, offset };
  }
  return whole;
};
