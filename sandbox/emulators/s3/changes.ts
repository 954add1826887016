import type { ChecksumAlgorithm } from '../../wire/s3/checksums.ts';

/** A stretch of an object: a content file, whole, or a stretch of a pack from `start` on. A multipart object has one for each part. */
export type Segment = { content: string; sizeBytes: number; start?: number };

export type ObjectChecksum = {
  algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-N`, N the number of parts. */
  value: string;
  type: 'FULL_OBJECT' | 'COMPOSITE';
};

export type StoredObject = {
  key: string;
  sizeBytes: number;
  /** Without quotes. */
  etag: string;
  lastModifiedMs: number;
  segments: Segment[];
  isMultipart: boolean;
  /** The headers that S3 gives back as they came: content-type, cache-control, … Names in lower case. */
  headers: Record<string, string>;
  /** Names without `x-amz-meta-`. */
  metadata: Record<string, string>;
  tags: Record<string, string>;
  storageClass: string;
  checksum: ObjectChecksum;
  /** Of each part, when the upload named an algorithm. */
  partChecksums?: string[];
};

export type StoredPart = {
  number: number;
  segment: Segment;
  etag: string;
  lastModifiedMs: number;
  /** The part's CRC64NVME, and the checksum that the client sent with it. */
  checksums: Partial<Record<ChecksumAlgorithm, string>>;
};

/** What CreateMultipartUpload fixes for the object to come. */
export type UploadHeader = {
  id: string;
  key: string;
  startedMs: number;
  headers: Record<string, string>;
  metadata: Record<string, string>;
  tags: Record<string, string>;
  storageClass: string;
  checksumAlgorithm?: ChecksumAlgorithm;
  checksumType: ObjectChecksum['type'];
};

export type QueueConfiguration = {
  id: string;
  queueArn: string;
  /** As configured: `s3:ObjectCreated:*`, … */
  events: string[];
  prefix?: string;
  suffix?: string;
};

/** An event on its way to a queue. Its message is made when it is sent. */
export type PendingEvent = {
  id: string;
  queueArn: string;
  bucket: string;
  timeMs: number;
  requestId: string;
  hostId: string;
  detail:
    | { kind: 'test' }
    | {
        kind: 'object';
        /** Without `s3:`. */
        name: string;
        configurationId: string;
        sourceIp: string;
        key: string;
        sizeBytes?: number;
        etag?: string;
        sequencer: string;
      };
};

/** Everything that can happen to the state, as the journal keeps it. An object and its events are one change: both or neither. */
export type Change =
  | { kind: 'bucket-created'; bucket: string; atMs: number }
  | { kind: 'bucket-deleted'; bucket: string }
  | { kind: 'notifications-set'; bucket: string; queues: QueueConfiguration[]; events: PendingEvent[] }
  | { kind: 'object-put'; bucket: string; object: StoredObject; events: PendingEvent[]; uploadId?: string }
  | { kind: 'object-deleted'; bucket: string; key: string; events: PendingEvent[] }
  | { kind: 'object-tagged'; bucket: string; key: string; tags: Record<string, string>; events: PendingEvent[] }
  | { kind: 'upload-created'; bucket: string; upload: UploadHeader }
  | { kind: 'part-put'; bucket: string; uploadId: string; part: StoredPart }
  | { kind: 'upload-aborted'; bucket: string; uploadId: string }
  | { kind: 'events-pending'; events: PendingEvent[] }
  | { kind: 'events-sent'; ids: string[] }
  | { kind: 'sequencer-reached'; sequencer: string };
