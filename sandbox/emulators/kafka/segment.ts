import { fdatasyncSync, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BatchHeader,
  batchHeaderBytes,
  checksumMatches,
  currentMagic,
  readBatchHeader,
} from '../../wire/kafka/record-batch.ts';
import type { OpenFiles } from './open-files.ts';

/** One file of a partition's log: record batches as on the wire, one after the other, with a sparse index in memory. */
export type Segment = {
  readonly path: string;
  readonly baseOffset: bigint;
  sizeBytes: number;
  /** The offset after the last batch. */
  nextOffset: bigint;
  /** Undefined while the segment is empty. */
  maxTimestamp: { timestampMs: bigint; offset: bigint } | undefined;
  /** Of the first batch: `segment.ms` counts from it. */
  firstTimestampMs: bigint | undefined;
  index: SparseIndex;
};

/** For every `index.interval.bytes` or so: where a batch starts, and the largest timestamp before it. */
type SparseIndex = {
  /** Relative to the segment's base offset. */
  offsets: number[];
  positions: number[];
  timestampsBeforeMs: number[];
  bytesSinceEntry: number;
};

/** Kafka's own entries: 8 bytes in the offset index; what `segment.index.bytes` limits. */
export const indexEntryBytes = 8;

const segmentFileName = (baseOffset: bigint): string => `${String(baseOffset).padStart(20, '0')}.log`;

export const newSegment = (folder: string, baseOffset: bigint): Segment => ({
  path: join(folder, segmentFileName(baseOffset)),
  baseOffset,
  sizeBytes: 0,
  nextOffset: baseOffset,
  maxTimestamp: undefined,
  firstTimestampMs: undefined,
  index: { offsets: [], positions: [], timestampsBeforeMs: [], bytesSinceEntry: 0 },
});

/** Counts a batch that is (or is about to be) at the end of the file. */
const account = (segment: Segment, header: BatchHeader, indexIntervalBytes: number): void => {
  const { index } = segment;
  if (index.offsets.length === 0 || index.bytesSinceEntry > indexIntervalBytes) {
    index.offsets.push(Number(header.baseOffset - segment.baseOffset));
    index.positions.push(segment.sizeBytes);
    index.timestampsBeforeMs.push(segment.maxTimestamp ? Number(segment.maxTimestamp.timestampMs) : -Infinity);
    index.bytesSinceEntry = 0;
  }
  index.bytesSinceEntry += header.sizeBytes;
  if (segment.maxTimestamp === undefined || header.maxTimestampMs > segment.maxTimestamp.timestampMs) {
    segment.maxTimestamp = { timestampMs: header.maxTimestampMs, offset: header.lastOffset };
  }
  segment.firstTimestampMs ??= header.maxTimestampMs;
  segment.sizeBytes += header.sizeBytes;
  segment.nextOffset = header.lastOffset + 1n;
};

/** The batch is in the file (in the page cache, so it survives kill -9) when this returns; on failure the file is as before. */
export const appendBatch = (
  files: OpenFiles,
  segment: Segment,
  bytes: Buffer,
  header: BatchHeader,
  indexIntervalBytes: number,
): void => {
  const fd = files.descriptor(segment.path);
  try {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(fd, bytes, done, bytes.length - done, segment.sizeBytes + done);
    }
  } catch (error) {
    ftruncateSync(fd, segment.sizeBytes);
    throw error;
  }
  account(segment, header, indexIntervalBytes);
};

/** For a walk through a whole file, and for a look-up, whose goal is an index interval away. */
const walkWindowBytes = 65_536;
const findWindowBytes = 4_096;

/** Calls `visit` for each batch from `from` on, with its header and position, until it returns false or `end` is reached. */
export const walkBatches = (
  files: OpenFiles,
  segment: Segment,
  from: number,
  visit: (header: BatchHeader, position: number) => boolean,
  end: number = segment.sizeBytes,
  windowBytes: number = walkWindowBytes,
): void => {
  const fd = files.descriptor(segment.path);
  const window = Buffer.allocUnsafe(windowBytes);
  let windowStart = 0;
  let windowEnd = 0;
  for (let position = from; position + batchHeaderBytes <= end; ) {
    if (position < windowStart || position + batchHeaderBytes > windowEnd) {
      windowStart = position;
      windowEnd = position + readSync(fd, window, 0, windowBytes, position);
      if (position + batchHeaderBytes > windowEnd) return;
    }
    const header = readBatchHeader(window, position - windowStart);
    if (header.sizeBytes < batchHeaderBytes || !visit(header, position)) return;
    position += header.sizeBytes;
  }
};

export const readAt = (files: OpenFiles, segment: Segment, position: number, lengthBytes: number): Buffer => {
  const bytes = Buffer.allocUnsafe(lengthBytes);
  const fd = files.descriptor(segment.path);
  let done = 0;
  while (done < lengthBytes) {
    const count = readSync(fd, bytes, done, lengthBytes - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
};

export type Recovery = {
  indexIntervalBytes: number;
  /** After an unclean stop the checksums of all batches are verified too. */
  verifyChecksums: boolean;
  onBatch(header: BatchHeader): void;
};

/** Rebuilds size, index and timestamps from the file. Returns the bytes of a torn or corrupt tail, which are cut off. */
export const recoverSegment = (files: OpenFiles, segment: Segment, recovery: Recovery): number => {
  const fd = files.descriptor(segment.path);
  const fileBytes = fstatSync(fd).size;
  const isWhole = (header: BatchHeader, position: number): boolean => {
    if (position + header.sizeBytes > fileBytes || header.magic !== currentMagic) return false;
    if (header.baseOffset < segment.nextOffset || header.lastOffsetDelta < 0) return false;
    if (!recovery.verifyChecksums) return true;
    return checksumMatches(readAt(files, segment, position, header.sizeBytes), 0, header.sizeBytes);
  };
  walkBatches(
    files,
    segment,
    0,
    (header, position) => {
      if (!isWhole(header, position)) return false;
      account(segment, header, recovery.indexIntervalBytes);
      recovery.onBatch(header);
      return true;
    },
    fileBytes,
  );
  const tornBytes = fileBytes - segment.sizeBytes;
  if (tornBytes > 0) ftruncateSync(fd, segment.sizeBytes);
  return tornBytes;
};

/** Index of the last entry for which `isBefore` holds; -1 when there is none. Entries that hold come first. */
const lastWhere = (count: number, isBefore: (entry: number) => boolean): number => {
  let low = -1;
  let high = count - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isBefore(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
};

type Place = { header: BatchHeader; position: number };

const findFrom = (
  files: OpenFiles,
  segment: Segment,
  from: number,
  isIt: (header: BatchHeader) => boolean,
): Place | undefined => {
  let found: Place | undefined;
  const visit = (header: BatchHeader, position: number): boolean => {
    if (isIt(header)) found = { header, position };
    return found === undefined;
  };
  walkBatches(files, segment, from, visit, segment.sizeBytes, findWindowBytes);
  return found;
};

/** The batch that holds `offset`, or the first after it (compaction leaves holes). */
export const findBatch = (files: OpenFiles, segment: Segment, offset: bigint): Place | undefined => {
  const relative = Number(offset - segment.baseOffset);
  const { offsets, positions } = segment.index;
  const entry = lastWhere(offsets.length, (at) => (offsets[at] ?? 0) <= relative);
  return findFrom(files, segment, positions[entry] ?? 0, (header) => header.lastOffset >= offset);
};

/** The first batch that holds a record of `timestampMs` or later. */
export const findBatchByTimestamp = (files: OpenFiles, segment: Segment, timestampMs: bigint): Place | undefined => {
  const { positions, timestampsBeforeMs } = segment.index;
  const entry = lastWhere(positions.length, (at) => (timestampsBeforeMs[at] ?? 0) < Number(timestampMs));
  return findFrom(files, segment, positions[entry] ?? 0, (header) => header.maxTimestampMs >= timestampMs);
};

export const flushSegment = (files: OpenFiles, segment: Segment): void => fdatasyncSync(files.descriptor(segment.path));
