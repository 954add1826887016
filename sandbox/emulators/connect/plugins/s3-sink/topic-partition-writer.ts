import type { TypedConfig } from '../../config/definitions.ts';
import { ConnectError, DataError } from '../../connect-errors.ts';
import type { ConnectSchema, SinkRecord, SinkTaskContext, TopicPartition } from '../../plugin.ts';
import { type Zone, zoneOf } from './joda-zone.ts';
import type { Partitioner } from './partitioner.ts';
import type { RecordFormat } from './record-format.ts';
import type { ObjectWriter, S3Storage } from './s3-storage.ts';
import type { SchemaCompatibility } from './schema-compatibility.ts';

// TopicPartitionWriter: the files of one topic partition. There may be several open at once, one a folder; any rotation commits all of them,
// and only then the offset behind the last written record may be committed. flush.size counts the records of all open files together.
// A change of folder rotates only when rotate.interval.ms is on; a scheduled rotation is looked at when a record comes or the task is called.

export type WriterParts = {
  config: TypedConfig;
  storage: S3Storage;
  partitioner: Partitioner;
  format: RecordFormat;
  compatibility: SchemaCompatibility;
  context: SinkTaskContext;
};

export type TopicPartitionWriter = {
  buffer(record: SinkRecord): void;
  write(): Promise<void>;
  /** Null when nothing was committed since the last call. */
  takeOffsetToCommit(): bigint | null;
  /** Where the open files begin: what must be consumed again if they are lost. */
  startOffset(): bigint | null;
  /** Waits retry.backoff.ms from now before it writes. */
  noteFailure(): void;
  close(): Promise<void>;
};

type OpenFile = { key: string; startOffset: bigint; writer: ObjectWriter; schema: ConnectSchema | null };

const dayMs = 86_400_000;

/** The next multiple of the period since midnight in the zone, at most the next midnight. Source: DateTimeUtils.getNextTimeAdjustedByDay. */
export const nextScheduledMs = (nowMs: number, periodMs: number, zone: Zone): number => {
  const localMs = nowMs + zone.offsetMs(nowMs);
  const midnightLocalMs = Math.floor(localMs / dayMs) * dayMs;
  const startOfDayMs = midnightLocalMs - zone.offsetMs(midnightLocalMs - zone.offsetMs(nowMs));
  const nextMidnightMs = midnightLocalMs + dayMs - zone.offsetMs(startOfDayMs + dayMs);
  const next = startOfDayMs + (Math.floor((nowMs - startOfDayMs) / periodMs) + 1) * periodMs;
  return Math.min(next, nextMidnightMs);
};

export const createTopicPartitionWriter = (
  parts: WriterParts,
  topicPartition: TopicPartition,
): TopicPartitionWriter => {
  const { config, storage, partitioner, format, compatibility, context } = parts;
  const { clock, log } = context;
  const flushSize = config.number('flush.size');
  const rotateIntervalMs = config.number('rotate.interval.ms');
  const rotateScheduleMs = config.number('rotate.schedule.interval.ms');
  const retryBackoffMs = config.number('retry.backoff.ms');
  const topicsDir = config.text('topics.dir');
  const directoryDelimiter = config.text('directory.delim');
  const fileDelimiter = config.text('file.delim');
  const padWidth = config.number('filename.offset.zero.pad.width');
  const zone = rotateScheduleMs > 0 ? zoneOf(config.text('timezone')) : null;
  const extract = partitioner.timestampExtractor;
  if (rotateIntervalMs > 0 && extract === null) {
    log.warn(
      `Property 'rotate.interval.ms' is set to '${rotateIntervalMs}ms' but partitioner is not an instance of 'io.confluent.connect.storage.partitioner.TimeBasedPartitioner'. This property is ignored.`,
    );
  }

  let buffered: SinkRecord[] = [];
  let next = 0;
  let paused = false;
  const files = new Map<string, OpenFile>();
  let recordCount = 0;
  let currentOffset = -1n;
  let currentFolder: string | null = null;
  let currentTimestampMs: number | null = null;
  let baseTimestampMs: number | null = null;
  let offsetToCommit: bigint | null = null;
  let failedAtMs: number | null = null;
  let nextRotationMs = 0;

  const scheduleRotation = (): void => {
    if (zone !== null) nextRotationMs = nextScheduledMs(clock.nowMs(), rotateScheduleMs, zone);
  };
  scheduleRotation();

  const isScheduled = (nowMs: number): boolean => zone !== null && nowMs >= nextRotationMs;

  const mustRotateOnTime = (folder: string | null, timestampMs: number | null, nowMs: number): boolean => {
    if (recordCount === 0) return false;
    const periodic =
      rotateIntervalMs > 0 &&
      extract !== null &&
      ((baseTimestampMs !== null && timestampMs !== null && timestampMs - baseTimestampMs >= rotateIntervalMs) ||
        folder !== currentFolder);
    return periodic || isScheduled(nowMs);
  };

  const keyOf = (folder: string, startOffset: bigint): string => {
    const { topic, partition } = topicPartition;
    const name = [topic, partition, String(startOffset).padStart(padWidth, '0')].join(fileDelimiter) + format.extension;
    const path = [topic, folder, name].join(directoryDelimiter);
    return topicsDir.trim() === '' ? path : `${topicsDir}${directoryDelimiter}${path}`;
  };

  const commitFiles = async (): Promise<void> => {
    for (const [folder, file] of files) {
      await file.writer.commit();
      files.delete(folder);
    }
    offsetToCommit = currentOffset + 1n;
    recordCount = 0;
    baseTimestampMs = null;
  };

  /** False when the record was faulty and was reported. */
  const writeRecord = async (record: SinkRecord, folder: string, known: OpenFile | undefined): Promise<boolean> => {
    let data: string | Uint8Array;
    try {
      data = format.format(compatibility.project(record, known?.schema ?? record.valueSchema));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      if (context.reportErrant === null) throw new ConnectError(error.message, { cause: error });
      await context.reportErrant(record, error);
      return false;
    }
    let file = known;
    if (file === undefined) {
      const key = keyOf(folder, record.offset);
      file = { key, startOffset: record.offset, writer: storage.open(key), schema: record.valueSchema };
      files.set(folder, file);
    }
    await file.writer.write(data);
    currentFolder = folder;
    currentOffset = record.offset;
    recordCount++;
    return true;
  };

  /** Takes the record, or rotates and leaves it for the next turn. */
  const step = async (record: SinkRecord, nowMs: number): Promise<void> => {
    if (extract !== null) {
      currentTimestampMs = extract(record, nowMs);
      baseTimestampMs ??= currentTimestampMs;
    }
    let folder: string;
    try {
      folder = partitioner.encode(record, nowMs);
    } catch (error) {
      if (context.reportErrant === null || !(error instanceof ConnectError)) throw error;
      await context.reportErrant(record, error);
      next++;
      return;
    }
    const file = files.get(folder);
    const nullSchemaChange = file !== undefined && (file.schema === null) !== (record.valueSchema === null);
    if (mustRotateOnTime(folder, currentTimestampMs, nowMs)) {
      scheduleRotation();
      return commitFiles();
    }
    if (file !== undefined && (nullSchemaChange || compatibility.mustRotate(record.valueSchema, file.schema)))
      return commitFiles();
    const written = await writeRecord(record, folder, file);
    next++;
    if (written && recordCount >= flushSize) await commitFiles();
  };

  const pauseOrResume = (): void => {
    const waiting = buffered.length - next;
    if (!paused && waiting >= Math.max(flushSize, 1)) {
      paused = true;
      context.pause([topicPartition]);
    } else if (paused && waiting === 0) {
      paused = false;
      context.resume([topicPartition]);
    }
  };

  return {
    buffer: (record) => void buffered.push(record),
    write: async () => {
      const nowMs = clock.nowMs();
      if (failedAtMs !== null && nowMs - failedAtMs < retryBackoffMs) return pauseOrResume();
      failedAtMs = null;
      if (recordCount === 0 && isScheduled(nowMs)) scheduleRotation();
      while (next < buffered.length) await step(buffered[next] as SinkRecord, nowMs);
      buffered = [];
      next = 0;
      if (mustRotateOnTime(currentFolder, currentTimestampMs, nowMs)) {
        scheduleRotation();
        await commitFiles();
      }
      pauseOrResume();
    },
    takeOffsetToCommit: () => {
      const taken = offsetToCommit;
      offsetToCommit = null;
      return taken;
    },
    startOffset: () => {
      let start: bigint | null = null;
      for (const { startOffset } of files.values()) if (start === null || startOffset < start) start = startOffset;
      return start;
    },
    noteFailure: () => {
      failedAtMs = clock.nowMs();
    },
    close: async () => {
      for (const { writer } of files.values()) await writer.abort();
      files.clear();
    },
  };
};
