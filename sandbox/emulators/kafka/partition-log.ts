import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import { encodeRecords, noHeaders, readRecords } from '../../wire/kafka/record.ts';
import {
  assignOffset,
  type BatchHeader,
  batchHeaderBytes,
  encodeBatch,
  noSequence,
  readBatchHeader,
  stampAppendTime,
} from '../../wire/kafka/record-batch.ts';
import { KafkaError } from './errors.ts';
import type { OpenFiles } from './open-files.ts';
import {
  type AbortedTransaction,
  abortedBetween,
  checkSequence,
  decodeProducerStates,
  dropAbortedBefore,
  encodeProducerStates,
  firstUnstableOffset,
  newProducerStates,
  noteBatch,
  noteMarker,
  type ProducerStates,
} from './producer-states.ts';
import {
  appendBatch,
  findBatch,
  findBatchByTimestamp,
  flushSegment,
  indexEntryBytes,
  newSegment,
  readAt,
  recoverSegment,
  type Segment,
} from './segment.ts';
import type { TopicConfig } from './topic-configs.ts';

/** One node never elects another leader, so its epoch stays the first one. */
export const leaderEpoch = 0;

/** The log of one partition. All calls are synchronous: two of them never interleave. */
export type PartitionLog = {
  readonly folder: string;
  readonly name: string;
  /** Oldest first; the last one is appended to. Never empty. */
  segments: Segment[];
  /** Records before it are gone, even where their segment is still there. */
  startOffset: bigint;
  producers: ProducerStates;
  unflushedBatches: number;
  lastFlushMs: number;
  /** Up to here old values of keys have been removed (since the broker started). */
  compactedUntil: bigint;
  /** Called after each append, so that waiting fetches look again. */
  readonly appended: Set<() => void>;
};

export type LogContext = {
  files: OpenFiles;
  clock: Clock;
  emit: Emit;
};

const lastOf = (log: PartitionLog): Segment => {
  const segment = log.segments.at(-1);
  if (!segment) throw new Error(`${log.name} has no segment`);
  return segment;
};

/** The offset that the next record gets; on a single node this is the high watermark too. */
export const endOffset = (log: PartitionLog): bigint => lastOf(log).nextOffset;

/** Up to here a read_committed consumer may read. */
export const lastStableOffset = (log: PartitionLog): bigint => firstUnstableOffset(log.producers) ?? endOffset(log);

export const logSizeBytes = (log: PartitionLog): number =>
  log.segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);

const snapshotPath = (segment: Segment): string => segment.path.replace(/log$/, 'snapshot');
const startOffsetPath = (folder: string): string => join(folder, 'log-start-offset');

const replaceFile = (path: string, text: string): void => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};

// --- opening ---------------------------------------------------------------------------------------------------------

const segmentsIn = (folder: string): Segment[] =>
  readdirSync(folder)
    .filter((name) => /^\d{20}\.log$/.test(name))
    .sort()
    .map((name) => newSegment(folder, BigInt(name.slice(0, 20))));

const markerCommits = (files: OpenFiles, segment: Segment, header: BatchHeader, position: number): boolean => {
  const batch = readAt(files, segment, position, header.sizeBytes);
  const [record] = readRecords(batch.subarray(batchHeaderBytes));
  return record?.key?.readInt16BE(2) === 1;
};

const readStartOffset = (folder: string): bigint => {
  const path = startOffsetPath(folder);
  return existsSync(path) ? BigInt(readFileSync(path, 'utf8').trim()) : 0n;
};

const readSnapshot = (segment: Segment): ProducerStates => {
  const path = snapshotPath(segment);
  return existsSync(path) ? decodeProducerStates(readFileSync(path, 'utf8')) : newProducerStates();
};

/** Opens or creates a partition's log; cuts off a torn tail, and says so. */
export const openLog = (
  context: LogContext,
  folder: string,
  name: string,
  config: TopicConfig,
  wasCleanStop: boolean,
): PartitionLog => {
  mkdirSync(folder, { recursive: true });
  const found = segmentsIn(folder);
  const segments = found.length > 0 ? found : [newSegment(folder, readStartOffset(folder))];
  const last = segments.at(-1) as Segment;
  const log: PartitionLog = {
    folder,
    name,
    segments,
    startOffset: 0n,
    producers: readSnapshot(last),
    unflushedBatches: 0,
    lastFlushMs: context.clock.nowMs(),
    compactedUntil: 0n,
    appended: new Set(),
  };
  for (const segment of segments) {
    const verifyChecksums = segment === last && !wasCleanStop;
    const tornBytes = recoverSegment(context.files, segment, {
      indexIntervalBytes: config.indexIntervalBytes,
      verifyChecksums,
      onBatch: (header) => {
        if (segment !== last) return;
        if (header.isControl) {
          const position = segment.sizeBytes - header.sizeBytes;
          noteMarker(
            log.producers,
            header,
            markerCommits(context.files, segment, header, position),
            context.clock.nowMs(),
          );
        } else noteBatch(log.producers, header, context.clock.nowMs());
      },
    });
    if (tornBytes > 0) {
      const message = `${name}: cut ${tornBytes} bytes off ${segment.path}: not a whole batch`;
      context.emit({ component: 'kafka', kind: 'warning', message });
    }
  }
  log.startOffset = (segments[0] as Segment).baseOffset;
  const stored = readStartOffset(folder);
  if (stored > log.startOffset) log.startOffset = stored;
  return log;
};

// --- appending -------------------------------------------------------------------------------------------------------

const roll = (context: LogContext, log: PartitionLog): Segment => {
  const segment = newSegment(log.folder, endOffset(log));
  replaceFile(snapshotPath(segment), encodeProducerStates(log.producers));
  context.files.descriptor(segment.path);
  log.segments.push(segment);
  return segment;
};

const mustRoll = (segment: Segment, batch: BatchHeader, config: TopicConfig): boolean => {
  if (segment.sizeBytes === 0) return false;
  if (segment.sizeBytes + batch.sizeBytes > config.segmentBytes) return true;
  if ((segment.index.offsets.length + 1) * indexEntryBytes > config.segmentIndexBytes) return true;
  // Kafka compares record times here, not its own clock (LogSegment.timeWaitedForRoll); -1 is "no timestamp".
  const firstMs = segment.firstTimestampMs ?? -1n;
  // A compacted log must not wait longer than max.compaction.lag.ms for its segment to close (LogConfig.maxSegmentMs).
  const longestMs = config.compact ? Math.min(config.segmentMs, config.maxCompactionLagMs) : config.segmentMs;
  return firstMs >= 0n && batch.maxTimestampMs - firstMs > longestMs;
};

const flushWhenDue = (context: LogContext, log: PartitionLog, config: TopicConfig): void => {
  log.unflushedBatches++;
  if (log.unflushedBatches >= config.flushMessages) flushLog(context, log);
};

export const flushLog = (context: LogContext, log: PartitionLog): void => {
  if (log.unflushedBatches > 0) flushSegment(context.files, lastOf(log));
  log.unflushedBatches = 0;
  log.lastFlushMs = context.clock.nowMs();
};

const storageError = (error: unknown): KafkaError => new KafkaError('KAFKA_STORAGE_ERROR', (error as Error).message);

const write = (context: LogContext, log: PartitionLog, bytes: Buffer, config: TopicConfig): BatchHeader => {
  const last = lastOf(log);
  const segment = mustRoll(last, readBatchHeader(bytes, 0), config) ? roll(context, log) : last;
  assignOffset(bytes, 0, segment.nextOffset, leaderEpoch);
  const header = readBatchHeader(bytes, 0);
  try {
    appendBatch(context.files, segment, bytes, header, config.indexIntervalBytes);
  } catch (error) {
    throw storageError(error);
  }
  flushWhenDue(context, log, config);
  return header;
};

const wake = (log: PartitionLog): void => {
  for (const look of [...log.appended]) look();
};

export type Appended = { baseOffset: bigint; logAppendTimeMs: bigint };

/** Appends one batch that has been checked; its offset and leader epoch are set in place. A retry of an idempotent producer is answered, not repeated. */
export const appendToLog = (context: LogContext, log: PartitionLog, batch: Buffer, config: TopicConfig): Appended => {
  const retried = checkSequence(log.producers, readBatchHeader(batch, 0));
  if (retried) return { baseOffset: retried.baseOffset, logAppendTimeMs: retried.timestampMs };
  const nowMs = context.clock.nowMs();
  if (config.logAppendTime) stampAppendTime(batch, 0, batch.length, BigInt(nowMs));
  const header = write(context, log, batch, config);
  noteBatch(log.producers, header, nowMs);
  wake(log);
  return { baseOffset: header.baseOffset, logAppendTimeMs: config.logAppendTime ? BigInt(nowMs) : -1n };
};

/** Appends the control record that commits or aborts a producer's open transaction. */
export const appendMarker = (
  context: LogContext,
  log: PartitionLog,
  producer: { producerId: bigint; producerEpoch: number },
  committed: boolean,
  config: TopicConfig,
): void => {
  const nowMs = context.clock.nowMs();
  const key = Buffer.from([0, 0, 0, committed ? 1 : 0]); // version 0, type
  const value = Buffer.alloc(6); // version 0, coordinator epoch 0
  const batch = encodeBatch(
    {
      baseOffset: 0n,
      lastOffsetDelta: 0,
      leaderEpoch,
      baseTimestampMs: BigInt(nowMs),
      maxTimestampMs: BigInt(nowMs),
      ...producer,
      baseSequence: noSequence,
      recordCount: 1,
      isLogAppendTime: false,
      isTransactional: true,
      isControl: true,
    },
    encodeRecords([{ timestampDeltaMs: 0n, offsetDelta: 0, key, value, encodedHeaders: noHeaders }]),
  );
  const header = write(context, log, batch, config);
  noteMarker(log.producers, header, committed, nowMs);
  wake(log);
};

// --- reading ---------------------------------------------------------------------------------------------------------

const segmentOf = (log: PartitionLog, offset: bigint): Segment | undefined =>
  log.segments.findLast((segment) => segment.baseOffset <= offset);

type Place = { segment: Segment; header: BatchHeader; position: number };

const findPlace = (context: LogContext, log: PartitionLog, offset: bigint): Place | undefined => {
  const from = segmentOf(log, offset);
  if (!from) return undefined;
  for (const segment of log.segments.slice(log.segments.indexOf(from))) {
    const found = segment.nextOffset > offset ? findBatch(context.files, segment, offset) : undefined;
    if (found) return { segment, ...found };
  }
  return undefined;
};

export type Slice = { records: Buffer; aborted: AbortedTransaction[] };
const nothing: Slice = { records: Buffer.alloc(0), aborted: [] };

/** Where the batch that holds `limit` starts: what is before it may be read. */
const positionOf = (context: LogContext, segment: Segment, limit: bigint): number =>
  limit >= segment.nextOffset
    ? segment.sizeBytes
    : (findBatch(context.files, segment, limit)?.position ?? segment.sizeBytes);

const assertInRange = (log: PartitionLog, offset: bigint): void => {
  if (offset < log.startOffset || offset > endOffset(log)) throw new KafkaError('OFFSET_OUT_OF_RANGE');
};

/**
 * The batches from the one that holds `offset` on, straight from the file, up to `limit` (exclusive) and `maxBytes`;
 * as in Kafka they come from one segment, and the last may be cut short. `atLeastOne` gives a whole first batch however large.
 */
export const readLog = (
  context: LogContext,
  log: PartitionLog,
  offset: bigint,
  limit: bigint,
  maxBytes: number,
  atLeastOne: boolean,
): Slice => {
  assertInRange(log, offset);
  if (offset >= limit) return nothing;
  const place = findPlace(context, log, offset);
  if (!place || place.header.baseOffset >= limit) return nothing;
  const { segment, position, header } = place;
  const available = positionOf(context, segment, limit) - position;
  const wanted = atLeastOne ? Math.max(maxBytes, header.sizeBytes) : maxBytes;
  const lengthBytes = Math.min(available, wanted);
  if (lengthBytes < header.sizeBytes) return nothing;
  const records = readAt(context.files, segment, position, lengthBytes);
  return { records, aborted: abortedBetween(log.producers, offset, limit) };
};

/** Bytes that a fetch at `offset` could get, without reading them. */
export const availableBytes = (context: LogContext, log: PartitionLog, offset: bigint, limit: bigint): number => {
  assertInRange(log, offset);
  if (offset >= limit) return 0;
  const place = findPlace(context, log, offset);
  if (!place || place.header.baseOffset >= limit) return 0;
  return positionOf(context, place.segment, limit) - place.position;
};

/** The first batch with a record of that time or later. */
export const placeByTimestamp = (
  context: LogContext,
  log: PartitionLog,
  timestampMs: bigint,
): { header: BatchHeader; bytes: Buffer } | undefined => {
  for (const segment of log.segments) {
    if (segment.maxTimestamp === undefined || segment.maxTimestamp.timestampMs < timestampMs) continue;
    const found = findBatchByTimestamp(context.files, segment, timestampMs);
    if (!found || found.header.lastOffset < log.startOffset) continue;
    return { header: found.header, bytes: readAt(context.files, segment, found.position, found.header.sizeBytes) };
  }
  return undefined;
};

/** The largest timestamp in the log. */
export const maxTimestampOf = (log: PartitionLog): bigint | undefined =>
  log.segments.reduce<bigint | undefined>((max, { maxTimestamp }) => {
    if (maxTimestamp === undefined) return max;
    return max === undefined || maxTimestamp.timestampMs > max ? maxTimestamp.timestampMs : max;
  }, undefined);

// --- removing --------------------------------------------------------------------------------------------------------

const removeSegment = (context: LogContext, segment: Segment): void => {
  context.files.close(segment.path);
  rmSync(segment.path, { force: true });
  rmSync(snapshotPath(segment), { force: true });
};

const dropSegmentsBefore = (context: LogContext, log: PartitionLog): void => {
  while (log.segments.length > 1 && (log.segments[0] as Segment).nextOffset <= log.startOffset) {
    removeSegment(context, log.segments.shift() as Segment);
  }
  dropAbortedBefore(log.producers, log.startOffset);
};

/** Moves the log's start; the files that lie wholly before it go. */
export const raiseStartOffset = (context: LogContext, log: PartitionLog, offset: bigint): void => {
  if (offset <= log.startOffset) return;
  // The number is on disk before a file goes: killed in between, the start is never behind what is left.
  replaceFile(startOffsetPath(log.folder), String(offset));
  log.startOffset = offset;
  if (endOffset(log) === offset && lastOf(log).sizeBytes > 0) roll(context, log);
  dropSegmentsBefore(context, log);
};

/** When a segment was last written, by its records. */
export const newestMs = (segment: Segment): number => {
  const timestampMs = segment.maxTimestamp?.timestampMs ?? -1n;
  return timestampMs >= 0n ? Number(timestampMs) : statSync(segment.path).mtimeMs;
};

/** `cleanup.policy=delete`: whole segments past `retention.ms`, then the oldest past `retention.bytes`. */
export const applyRetention = (context: LogContext, log: PartitionLog, config: TopicConfig): void => {
  const nowMs = context.clock.nowMs();
  const limit = lastStableOffset(log);
  let keepFrom = 0;
  const isOld = (segment: Segment) =>
    segment.sizeBytes > 0 && config.retentionMs >= 0 && nowMs - newestMs(segment) > config.retentionMs;
  while (keepFrom < log.segments.length && isOld(log.segments[keepFrom] as Segment)) keepFrom++;
  let excessBytes = logSizeBytes(log) - config.retentionBytes;
  for (let index = 0; config.retentionBytes >= 0 && index < log.segments.length - 1; index++) {
    excessBytes -= (log.segments[index] as Segment).sizeBytes;
    if (excessBytes < 0) break;
    keepFrom = Math.max(keepFrom, index + 1);
  }
  const start = log.segments[keepFrom]?.baseOffset ?? endOffset(log);
  if (start <= limit) raiseStartOffset(context, log, start);
};

export const deleteLog = (context: LogContext, log: PartitionLog): void => {
  for (const segment of log.segments) context.files.close(segment.path);
  rmSync(log.folder, { recursive: true, force: true });
  wake(log);
};
