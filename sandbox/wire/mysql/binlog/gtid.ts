import {
  type Cursor,
  lengthSizeBytes,
  readBytes,
  readLength,
  readUint,
  readUint8,
  readUint64,
  remaining,
  type Sink,
  writeBytes,
  writeLength,
  writeUint,
  writeUint8,
  writeUint64,
} from './bytes.ts';
import { uuidBytes, uuidText } from './gtid-set.ts';

/** GTID_LOG, with a tag GTID_TAGGED_LOG or, when the server runs without GTIDs, ANONYMOUS_GTID: the head of every transaction. */
export type GtidEvent = {
  kind: 'gtid';
  anonymous: boolean;
  /** Bit 0: the transaction may hold statement-based changes (it is set for DDL). */
  flags: number;
  /** Server UUID in lower case; zeros when anonymous. */
  uuid: string;
  /** Transaction number of that server, and of the tag if there is one; 0 when anonymous. */
  number: bigint;
  tag?: string;
  /** Logical clock of parallel replication. */
  lastCommitted: bigint;
  sequenceNumber: bigint;
  /** Microseconds since the epoch at which this server committed; absent before 8.0.1. */
  immediateCommitMicroseconds?: bigint;
  /** The same of the server where the transaction began; equal to the immediate one when it began here. */
  originalCommitMicroseconds?: bigint;
  /** Bytes of the whole transaction in the binlog, this event included. */
  transactionLengthBytes?: number;
  /** 90704 for 9.7.4. */
  immediateServerVersion?: number;
  originalServerVersion?: number;
  commitGroupTicket?: bigint;
};

const originalCommitFlag = 1n << 55n;
const originalVersionFlag = 0x80000000;
const noVersion = 999_999;

const read56 = (cursor: Cursor): bigint => BigInt(readUint(cursor, 4)) | (BigInt(readUint(cursor, 3)) << 32n);

const write56 = (sink: Sink, value: bigint): void => {
  writeUint(sink, Number(value & 0xffffffffn), 4);
  writeUint(sink, Number(value >> 32n), 3);
};

const readVersions = (cursor: Cursor): Pick<GtidEvent, 'immediateServerVersion' | 'originalServerVersion'> => {
  const first = readUint(cursor, 4);
  if (first < originalVersionFlag) return { immediateServerVersion: first, originalServerVersion: first };
  return { immediateServerVersion: first - originalVersionFlag, originalServerVersion: readUint(cursor, 4) };
};

const readCommitTimes = (
  cursor: Cursor,
): Pick<GtidEvent, 'immediateCommitMicroseconds' | 'originalCommitMicroseconds'> => {
  const first = read56(cursor);
  if ((first & originalCommitFlag) === 0n)
    return { immediateCommitMicroseconds: first, originalCommitMicroseconds: first };
  return { immediateCommitMicroseconds: first & ~originalCommitFlag, originalCommitMicroseconds: read56(cursor) };
};

export const readGtid = (cursor: Cursor, anonymous: boolean): GtidEvent => {
  const flags = readUint8(cursor);
  const uuid = uuidText(readBytes(cursor, 16));
  const number = readUint64(cursor);
  const event: GtidEvent = { kind: 'gtid', anonymous, flags, uuid, number, lastCommitted: 0n, sequenceNumber: 0n };
  // The logical clock's type code is always 2; what follows came with 8.0.1 (times), 8.0.2 (length), 8.0.14 (versions), 8.0.26 (ticket).
  if (remaining(cursor) < 17 || readUint8(cursor) !== 2) return event;
  event.lastCommitted = readUint64(cursor);
  event.sequenceNumber = readUint64(cursor);
  if (remaining(cursor) >= 7) Object.assign(event, readCommitTimes(cursor));
  if (remaining(cursor) >= 1) event.transactionLengthBytes = readLength(cursor);
  if (remaining(cursor) >= 4) Object.assign(event, readVersions(cursor));
  if (remaining(cursor) >= 8) event.commitGroupTicket = readUint64(cursor);
  return event;
};

export const writeGtid = (sink: Sink, event: GtidEvent): void => {
  writeUint8(sink, event.flags);
  writeBytes(sink, uuidBytes(event.uuid));
  writeUint64(sink, event.number);
  writeUint8(sink, 2);
  writeUint64(sink, event.lastCommitted);
  writeUint64(sink, event.sequenceNumber);
  const { immediateCommitMicroseconds: immediate } = event;
  if (immediate === undefined) return;
  const original = event.originalCommitMicroseconds ?? immediate;
  if (original === immediate) write56(sink, immediate);
  else {
    write56(sink, immediate | originalCommitFlag);
    write56(sink, original);
  }
  if (event.transactionLengthBytes === undefined) return;
  writeLength(sink, event.transactionLengthBytes);
  if (event.immediateServerVersion === undefined) return;
  const version = event.immediateServerVersion;
  const originalVersion = event.originalServerVersion ?? noVersion;
  if (originalVersion === version) writeUint(sink, version, 4);
  else {
    writeUint(sink, version + originalVersionFlag, 4);
    writeUint(sink, originalVersion, 4);
  }
  if (event.commitGroupTicket !== undefined) writeUint64(sink, event.commitGroupTicket);
};

/** The source of a transaction as a GTID set names it: the UUID, with a tag `uuid:tag`. */
export const gtidSource = ({ uuid, tag }: GtidEvent): string =>
  tag === undefined || tag === '' ? uuid : `${uuid}:${tag}`;

/** The length field counts itself: the transaction's length with a GTID event whose other fields take `otherBytes`. */
export const transactionLengthWith = (otherBytes: number): number => {
  for (const fieldSizeBytes of [1, 3, 4, 9]) {
    if (lengthSizeBytes(otherBytes + fieldSizeBytes) === fieldSizeBytes) return otherBytes + fieldSizeBytes;
  }
  return otherBytes + 9;
};
