import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeRecords, type KafkaRecord } from '../../wire/kafka/record.ts';
import { type BatchHeader, encodeBatch } from '../../wire/kafka/record-batch.ts';
import { type LogContext, lastStableOffset, newestMs, type PartitionLog } from './partition-log.ts';
import { newSegment, readAt, recoverSegment, type Segment, walkBatches } from './segment.ts';
import { openBatch } from './stored-records.ts';
import type { TopicConfig } from './topic-configs.ts';

// cleanup.policy=compact: of the records of a key in closed segments only the last stays. As in Kafka the active segment is
// never touched, and offsets never change: batches keep their range with fewer records.

/** What the map of keys may hold; with more keys than fit, a pass ends earlier in the log (log.cleaner.dedupe.buffer.size). */
const maximumKeyBytes = 67_108_864;
/** Other work gets its turn after so much. */
const bytesPerTurn = 4_194_304;

type Batch = { header: BatchHeader; bytes: Buffer };

/** A segment's batches, giving way to other work now and then. */
async function* batchesOf(context: LogContext, segment: Segment): AsyncGenerator<Batch> {
  for (let position = 0; position < segment.sizeBytes; ) {
    const turn: Batch[] = [];
    const turnEnd = position + bytesPerTurn;
    walkBatches(context.files, segment, position, (header, at) => {
      turn.push({ header, bytes: readAt(context.files, segment, at, header.sizeBytes) });
      position = at + header.sizeBytes;
      return position < turnEnd;
    });
    if (turn.length === 0) return;
    yield* turn;
    await nextTurn();
  }
}

/** Records that take part; those of transactions and of codecs that cannot be opened here stay as they are. */
const recordsOf = ({ header, bytes }: Batch): KafkaRecord[] | undefined => {
  if (header.isControl || header.isTransactional) return undefined;
  const records = openBatch(header, bytes);
  return records && [...records];
};

const keyOf = (record: KafkaRecord): string | undefined => record.key?.toString('latin1');

type Latest = { offsets: Map<string, bigint>; until: bigint };

/** The last offset of each key in the dirty segments. */
const mapKeys = async (context: LogContext, dirty: readonly Segment[]): Promise<Latest> => {
  const offsets = new Map<string, bigint>();
  let keyBytes = 0;
  let until = 0n;
  for (const segment of dirty) {
    for await (const batch of batchesOf(context, segment)) {
      if (keyBytes > maximumKeyBytes) return { offsets, until };
      for (const record of recordsOf(batch) ?? []) {
        const key = keyOf(record);
        if (key === undefined) continue;
        if (!offsets.has(key)) keyBytes += key.length + 64;
        offsets.set(key, batch.header.baseOffset + BigInt(record.offsetDelta));
      }
      until = batch.header.lastOffset + 1n;
    }
  }
  return { offsets, until };
};

type Retain = (record: KafkaRecord, offset: bigint) => boolean;

const compactBatch = (batch: Batch, retain: Retain): Buffer | undefined => {
  const records = recordsOf(batch);
  if (!records) return batch.bytes;
  const { header } = batch;
  const kept = records.filter((record) => retain(record, header.baseOffset + BigInt(record.offsetDelta)));
  if (kept.length === records.length) return batch.bytes;
  if (kept.length === 0) return undefined;
  const { partitionLeaderEpoch: leaderEpoch, ...rest } = header;
  return encodeBatch({ ...rest, leaderEpoch, recordCount: kept.length }, encodeRecords(kept));
};

const writeCompacted = async (context: LogContext, segment: Segment, path: string, retain: Retain): Promise<void> => {
  const fd = openSync(path, 'w');
  try {
    for await (const batch of batchesOf(context, segment)) {
      const bytes = compactBatch(batch, retain);
      for (let done = 0; bytes && done < bytes.length; ) done += writeSync(fd, bytes, done);
    }
  } finally {
    closeSync(fd);
  }
};

const compactSegment = async (
  context: LogContext,
  log: PartitionLog,
  segment: Segment,
  config: TopicConfig,
  retain: Retain,
): Promise<void> => {
  const path = `${segment.path}.cleaned`;
  await writeCompacted(context, segment, path, retain);
  const index = log.segments.indexOf(segment);
  if (index < 0) return; // retention or a deletion took it meanwhile
  context.files.close(segment.path);
  // A rename replaces the file at once: killed before it or after, the log is whole.
  renameSync(path, segment.path);
  const compacted = newSegment(log.folder, segment.baseOffset);
  const { indexIntervalBytes } = config;
  recoverSegment(context.files, compacted, { indexIntervalBytes, verifyChecksums: false, onBatch: () => {} });
  log.segments[index] = compacted;
};

const sizeOf = (segments: readonly Segment[]): number => segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Closed segments that may be compacted by now, and of those the ones that hold something new. */
const cleanable = (log: PartitionLog, config: TopicConfig, nowMs: number): { closed: Segment[]; dirty: Segment[] } => {
  const limit = lastStableOffset(log);
  const closed: Segment[] = [];
  for (const segment of log.segments.slice(0, -1)) {
    const isEmpty = segment.sizeBytes === 0;
    if (segment.nextOffset > limit) break;
    if (!isEmpty && nowMs - newestMs(segment) < config.minCompactionLagMs) break;
    closed.push(segment);
  }
  return {
    closed,
    dirty: closed.filter(({ nextOffset, sizeBytes }) => sizeBytes > 0 && nextOffset > log.compactedUntil),
  };
};

const isDue = (closed: readonly Segment[], dirty: readonly Segment[], config: TopicConfig, nowMs: number): boolean => {
  if (dirty.length === 0) return false;
  if (sizeOf(dirty) / sizeOf(closed) > config.minCleanableDirtyRatio) return true;
  return dirty.some(({ firstTimestampMs }) => nowMs - Number(firstTimestampMs ?? 0n) > config.maxCompactionLagMs);
};

/** Compacts a partition's closed segments when enough of them is new. A tombstone goes `delete.retention.ms` after its segment was last written. */
export const compactLog = async (context: LogContext, log: PartitionLog, config: TopicConfig): Promise<void> => {
  const nowMs = context.clock.nowMs();
  const { closed, dirty } = cleanable(log, config, nowMs);
  if (!isDue(closed, dirty, config, nowMs)) return;
  const { offsets, until } = await mapKeys(context, dirty);
  const { compactedUntil } = log;
  for (const segment of closed) {
    if (segment.sizeBytes === 0 || segment.baseOffset >= until) continue;
    const tombstonesExpired = nowMs - newestMs(segment) > config.deleteRetentionMs;
    await compactSegment(context, log, segment, config, (record, offset) => {
      const key = keyOf(record);
      if (key === undefined) return false;
      if (offset < (offsets.get(key) ?? 0n)) return false;
      return record.value !== null || !tombstonesExpired || offset >= compactedUntil;
    });
  }
  log.compactedUntil = until;
};
