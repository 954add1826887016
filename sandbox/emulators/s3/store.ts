import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import { type Journal, openJournal } from '../../core/journal.ts';
import type {
  Change,
  PendingEvent,
  QueueConfiguration,
  Segment,
  StoredObject,
  StoredPart,
  UploadHeader,
} from './changes.ts';
import { type Contents, openContents } from './contents.ts';
import { type OrderedMap, orderedMap } from './key-order.ts';

export type Upload = UploadHeader & { parts: Map<number, StoredPart> };

export type Bucket = {
  name: string;
  createdMs: number;
  queues: readonly QueueConfiguration[];
  objects: OrderedMap<StoredObject>;
  uploads: Map<string, Upload>;
};

/** All that the server remembers: in memory for reading, in the journal for good. Contents are beside it, in files. */
export type Store = {
  readonly buckets: OrderedMap<Bucket>;
  readonly pendingEvents: ReadonlyMap<string, PendingEvent>;
  readonly contents: Contents;
  /** Brings one change to disk, then to memory; when it throws, nothing has changed. */
  commit(change: Change): void;
  /** A number greater than any before, as S3's `sequencer`. */
  nextSequencer(): string;
  /** Tells of events as they become pending; those of before are in `pendingEvents`. */
  onPendingEvents(listener: (events: readonly PendingEvent[]) => void): void;
  close(): void;
};

const smallestRewriteBytes = 64 << 20;

type Memory = { buckets: OrderedMap<Bucket>; pendingEvents: Map<string, PendingEvent>; sequencer: bigint };

const bucketOf = (memory: Memory, name: string): Bucket => {
  const bucket = memory.buckets.get(name);
  if (bucket === undefined) throw new Error(`the journal names a bucket that is not there: ${name}`);
  return bucket;
};

const addEvents = (memory: Memory, events: readonly PendingEvent[]) => {
  for (const event of events) {
    memory.pendingEvents.set(event.id, event);
    if (event.detail.kind === 'object') reachSequencer(memory, event.detail.sequencer);
  }
};

const reachSequencer = (memory: Memory, sequencer: string) => {
  const value = BigInt(`0x${sequencer}`);
  if (value > memory.sequencer) memory.sequencer = value;
};

const partSegments = (upload: Upload | undefined): Segment[] =>
  upload ? [...upload.parts.values()].map((part) => part.segment) : [];

const placeOf = ({ content, start = 0 }: Segment): string => `${content} ${start}`;

const putObject = (memory: Memory, change: Extract<Change, { kind: 'object-put' }>): Segment[] => {
  const bucket = bucketOf(memory, change.bucket);
  const freed = [...(bucket.objects.get(change.object.key)?.segments ?? [])];
  bucket.objects.set(change.object.key, change.object);
  addEvents(memory, change.events);
  if (change.uploadId === undefined) return freed;
  const used = new Set(change.object.segments.map(placeOf));
  freed.push(...partSegments(bucket.uploads.get(change.uploadId)).filter((segment) => !used.has(placeOf(segment))));
  bucket.uploads.delete(change.uploadId);
  return freed;
};

const deleteObject = (memory: Memory, change: Extract<Change, { kind: 'object-deleted' }>): Segment[] => {
  const bucket = bucketOf(memory, change.bucket);
  const freed = bucket.objects.get(change.key)?.segments ?? [];
  bucket.objects.delete(change.key);
  addEvents(memory, change.events);
  return freed;
};

const deleteBucket = (memory: Memory, name: string): Segment[] => {
  const freed = [...bucketOf(memory, name).uploads.values()].flatMap(partSegments);
  memory.buckets.delete(name);
  return freed;
};

const putPart = (memory: Memory, change: Extract<Change, { kind: 'part-put' }>): Segment[] => {
  const upload = bucketOf(memory, change.bucket).uploads.get(change.uploadId);
  if (upload === undefined) throw new Error(`the journal names an upload that is not there: ${change.uploadId}`);
  const replaced = upload.parts.get(change.part.number);
  upload.parts.set(change.part.number, change.part);
  return replaced ? [replaced.segment] : [];
};

const abortUpload = (memory: Memory, change: Extract<Change, { kind: 'upload-aborted' }>): Segment[] => {
  const { uploads } = bucketOf(memory, change.bucket);
  const freed = partSegments(uploads.get(change.uploadId));
  uploads.delete(change.uploadId);
  return freed;
};

/** Does to memory what the change says; returns the contents that nothing names any more. */
const apply = (memory: Memory, change: Change): Segment[] => {
  switch (change.kind) {
    case 'bucket-created': {
      const bucket = { name: change.bucket, createdMs: change.atMs, queues: [], objects: orderedMap<StoredObject>() };
      memory.buckets.set(change.bucket, { ...bucket, uploads: new Map() });
      return [];
    }
    case 'bucket-deleted':
      return deleteBucket(memory, change.bucket);
    case 'notifications-set':
      bucketOf(memory, change.bucket).queues = change.queues;
      addEvents(memory, change.events);
      return [];
    case 'object-put':
      return putObject(memory, change);
    case 'object-deleted':
      return deleteObject(memory, change);
    case 'object-tagged': {
      const { objects } = bucketOf(memory, change.bucket);
      const object = objects.get(change.key);
      if (object) objects.set(change.key, { ...object, tags: change.tags });
      addEvents(memory, change.events);
      return [];
    }
    case 'upload-created':
      bucketOf(memory, change.bucket).uploads.set(change.upload.id, { ...change.upload, parts: new Map() });
      return [];
    case 'part-put':
      return putPart(memory, change);
    case 'upload-aborted':
      return abortUpload(memory, change);
    case 'events-pending':
      addEvents(memory, change.events);
      return [];
    case 'events-sent':
      for (const id of change.ids) memory.pendingEvents.delete(id);
      return [];
    case 'sequencer-reached':
      reachSequencer(memory, change.sequencer);
      return [];
  }
};

const sequencerText = (value: bigint): string => value.toString(16).toUpperCase().padStart(18, '0');

/** The fewest changes that lead to what is in memory. */
function* changesOf(memory: Memory): Generator<Change> {
  yield { kind: 'sequencer-reached', sequencer: sequencerText(memory.sequencer) };
  for (const bucket of memory.buckets.values()) {
    yield { kind: 'bucket-created', bucket: bucket.name, atMs: bucket.createdMs };
    if (bucket.queues.length > 0)
      yield { kind: 'notifications-set', bucket: bucket.name, queues: [...bucket.queues], events: [] };
    for (const object of bucket.objects.values()) yield { kind: 'object-put', bucket: bucket.name, object, events: [] };
    for (const { parts, ...upload } of bucket.uploads.values()) {
      yield { kind: 'upload-created', bucket: bucket.name, upload };
      for (const part of parts.values()) yield { kind: 'part-put', bucket: bucket.name, uploadId: upload.id, part };
    }
  }
  for (const event of memory.pendingEvents.values()) yield { kind: 'events-pending', events: [event] };
}

const segmentsOf = (memory: Memory): Segment[] =>
  [...memory.buckets.values()].flatMap((bucket) => [
    ...[...bucket.objects.values()].flatMap((object) => object.segments),
    ...[...bucket.uploads.values()].flatMap(partSegments),
  ]);

export const openStore = (dataDir: string, clock: Clock, emit: Emit): Store => {
  const memory: Memory = { buckets: orderedMap<Bucket>(), pendingEvents: new Map(), sequencer: 0n };
  const contents = openContents(join(dataDir, 'contents'));
  let changeCount = 0;
  const opened = openJournal<Change>(join(dataDir, 'journal'), (change) => {
    apply(memory, change);
    changeCount++;
  });
  const journal: Journal<Change> = opened.journal;
  if (opened.cutBytes > 0)
    emit({
      component: 's3',
      kind: 'info',
      message: `cut an unfinished write of ${opened.cutBytes} bytes from the journal`,
    });
  const isMoved = contents.adopt(segmentsOf(memory));

  let liveCount = memory.pendingEvents.size;
  for (const bucket of memory.buckets.values()) liveCount += bucket.objects.size + bucket.uploads.size;
  if (isMoved || changeCount > 2 * liveCount + 1000) journal.rewrite(changesOf(memory));
  contents.removeStrays();
  let rewrittenBytes = journal.sizeBytes();
  let listener: (events: readonly PendingEvent[]) => void = () => {};

  const commit = (change: Change): void => {
    journal.append(change);
    contents.remove(apply(memory, change));
    if ('events' in change && change.events.length > 0) listener(change.events);
    if (journal.sizeBytes() > Math.max(smallestRewriteBytes, 4 * rewrittenBytes)) {
      journal.rewrite(changesOf(memory));
      rewrittenBytes = journal.sizeBytes();
    }
  };

  const nextSequencer = (): string => {
    const now = BigInt(clock.nowMs()) << 20n;
    memory.sequencer = now > memory.sequencer ? now : memory.sequencer + 1n;
    return sequencerText(memory.sequencer);
  };

  return {
    buckets: memory.buckets,
    pendingEvents: memory.pendingEvents,
    contents,
    commit,
    nextSequencer,
    onPendingEvents: (told) => void (listener = told),
    close: () => {
      journal.close();
      contents.close();
    },
  };
};
