import { crc32 } from 'node:zlib';
import {
  type Cursor,
  cursorOf,
  MalformedBinlog,
  newSink,
  readBytes,
  readLength,
  readRest,
  readText,
  readUint,
  readUint8,
  readUint64,
  remaining,
  type Sink,
  writeBytes,
  writeLength,
  writeText,
  writeUint,
  writeUint8,
  writeUint64,
} from './bytes.ts';
import { type GtidEvent, readGtid, writeGtid } from './gtid.ts';
import { type GtidSet, readGtidSet, writeGtidSet } from './gtid-set.ts';
import { type QueryEvent, readQuery, writeQuery } from './query.ts';
import { type RowsEvent, type RowsKind, readRowsEvent, writeRowsEvent } from './rows.ts';
import { readTableMap, type TableMap, writeTableMap } from './table-map.ts';
import { readTaggedGtid, writeTaggedGtid } from './tagged-gtid.ts';

/** The first four bytes of a binlog file. */
export const binlogMagic: Uint8Array = Uint8Array.of(0xfe, 0x62, 0x69, 0x6e);

export const eventHeaderSizeBytes = 19;
export const checksumSizeBytes = 4;

/** Event type codes (Log_event_type of the server). */
export const eventTypes = {
  query: 2,
  stop: 3,
  rotate: 4,
  formatDescription: 15,
  xid: 16,
  tableMap: 19,
  incident: 26,
  heartbeat: 27,
  rowsQuery: 29,
  writeRows: 30,
  updateRows: 31,
  deleteRows: 32,
  gtid: 33,
  anonymousGtid: 34,
  previousGtids: 35,
  partialUpdateRows: 39,
  transactionPayload: 40,
  heartbeat2: 41,
  taggedGtid: 42,
} as const;

export const eventFlags = { inUse: 0x1, suppressUse: 0x8, artificial: 0x20, ignorable: 0x80 } as const;

export type FormatDescription = {
  kind: 'format-description';
  binlogVersion: number;
  serverVersion: string;
  createdSeconds: number;
  headerSizeBytes: number;
  /** Post-header lengths, by event type less one. */
  postHeaderSizesBytes: Uint8Array;
  /** Whether all events of the file end with a CRC32. */
  checksum: boolean;
};

export type EventBody =
  | FormatDescription
  | { kind: 'rotate'; position: bigint; file: string }
  /** `tagged` when it is in the form that has room for tags, though there may be none. */
  | { kind: 'previous-gtids'; gtids: GtidSet; tagged: boolean }
  | GtidEvent
  | QueryEvent
  | TableMap
  | RowsEvent
  | { kind: 'xid'; xid: bigint }
  | { kind: 'rows-query'; query: string }
  | { kind: 'stop' }
  | { kind: 'incident'; incident: number; message: string }
  | { kind: 'heartbeat'; version: 1 | 2; file: string; position: bigint }
  /** A type that is skipped when its header has the ignorable flag, and refused by the reader when not. */
  | { kind: 'other'; type: number; bytes: Uint8Array };

/** What an event's header says beside its type and size. */
export type EventFrame = {
  timestampSeconds: number;
  serverId: number;
  flags: number;
  /** Where the next event begins, modulo 2^32; 0 for an artificial event. */
  nextPosition: number;
};

export type EventHeader = EventFrame & { type: number; sizeBytes: number };

export const readEventHeader = (bytes: Buffer, at = 0): EventHeader => {
  if (bytes.length - at < eventHeaderSizeBytes) throw new MalformedBinlog('event shorter than its header');
  return {
    timestampSeconds: bytes.readUInt32LE(at),
    type: bytes.readUInt8(at + 4),
    serverId: bytes.readUInt32LE(at + 5),
    sizeBytes: bytes.readUInt32LE(at + 9),
    nextPosition: bytes.readUInt32LE(at + 13),
    flags: bytes.readUInt16LE(at + 17),
  };
};

/** Whether the CRC32 at the end of an event is that of its bytes. */
export const checksumHolds = (event: Uint8Array): boolean => {
  const bytes = Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  const end = bytes.length - checksumSizeBytes;
  if (end < eventHeaderSizeBytes) return false;
  const stored = bytes.readUInt32LE(end);
  if (bytes[4] !== eventTypes.formatDescription) return crc32(bytes.subarray(0, end)) === stored;
  // The in-use flag of a format description is set and cleared in place, so its checksum is computed without it.
  const copy = Buffer.from(bytes.subarray(0, end));
  copy[17] = (copy[17] as number) & ~eventFlags.inUse;
  return crc32(copy) === stored;
};

const readFormatDescription = (cursor: Cursor): FormatDescription => {
  const binlogVersion = readUint(cursor, 2);
  const serverVersion = readText(cursor, 50).replace(/\0.*$/s, '');
  const createdSeconds = readUint(cursor, 4);
  const headerSizeBytes = readUint8(cursor);
  // Servers since 5.6.1 end it with the checksum algorithm and, whatever that is, four bytes of checksum.
  const postHeaderSizesBytes = Uint8Array.from(readBytes(cursor, remaining(cursor) - 1 - checksumSizeBytes));
  const checksum = readUint8(cursor) === 1;
  return {
    kind: 'format-description',
    binlogVersion,
    serverVersion,
    createdSeconds,
    headerSizeBytes,
    postHeaderSizesBytes,
    checksum,
  };
};

const writeFormatDescription = (sink: Sink, event: FormatDescription): void => {
  writeUint(sink, event.binlogVersion, 2);
  const version = Buffer.alloc(50);
  version.write(event.serverVersion, 'utf8');
  writeBytes(sink, version);
  writeUint(sink, event.createdSeconds, 4);
  writeUint8(sink, event.headerSizeBytes);
  writeBytes(sink, event.postHeaderSizesBytes);
  writeUint8(sink, event.checksum ? 1 : 0);
};

const heartbeatFields = { file: 1, position: 2 } as const;

const readHeartbeat2 = (cursor: Cursor): EventBody => {
  let file = '';
  let position = 0n;
  while (remaining(cursor) > 0) {
    const field = readUint8(cursor);
    if (field === 0) break;
    const length = readLength(cursor);
    if (field === heartbeatFields.file) file = readText(cursor, length);
    else if (field === heartbeatFields.position) position = BigInt(readLength(cursor));
    else readBytes(cursor, length);
  }
  return { kind: 'heartbeat', version: 2, file, position };
};

const rowsKinds = new Map<number, RowsKind>([
  [eventTypes.writeRows, 'write'],
  [eventTypes.updateRows, 'update'],
  [eventTypes.deleteRows, 'delete'],
  [eventTypes.partialUpdateRows, 'partial-update'],
]);

const rowsTypes: Record<RowsKind, number> = {
  write: eventTypes.writeRows,
  update: eventTypes.updateRows,
  delete: eventTypes.deleteRows,
  'partial-update': eventTypes.partialUpdateRows,
};

const readBody = (header: EventHeader, cursor: Cursor): EventBody => {
  switch (header.type) {
    case eventTypes.formatDescription:
      return readFormatDescription(cursor);
    case eventTypes.rotate: {
      const position = readUint64(cursor);
      return { kind: 'rotate', position, file: readText(cursor, remaining(cursor)) };
    }
    case eventTypes.previousGtids:
      return { kind: 'previous-gtids', ...readGtidSet(cursor) };
    case eventTypes.gtid:
    case eventTypes.anonymousGtid:
      return readGtid(cursor, header.type === eventTypes.anonymousGtid);
    case eventTypes.taggedGtid:
      return readTaggedGtid(cursor);
    case eventTypes.query:
      return readQuery(cursor);
    case eventTypes.tableMap:
      return readTableMap(cursor);
    case eventTypes.writeRows:
    case eventTypes.updateRows:
    case eventTypes.deleteRows:
    case eventTypes.partialUpdateRows:
      return readRowsEvent(cursor, rowsKinds.get(header.type) as RowsKind);
    case eventTypes.xid:
      return { kind: 'xid', xid: readUint64(cursor) };
    case eventTypes.rowsQuery:
      // A length byte of old, which overflows at 255: 0 since 8.0 and ignored.
      readUint8(cursor);
      return { kind: 'rows-query', query: readText(cursor, remaining(cursor)) };
    case eventTypes.stop:
      return { kind: 'stop' };
    case eventTypes.incident: {
      const incident = readUint(cursor, 2);
      return { kind: 'incident', incident, message: readText(cursor, readUint8(cursor)) };
    }
    case eventTypes.heartbeat:
      return {
        kind: 'heartbeat',
        version: 1,
        file: readText(cursor, remaining(cursor)),
        position: BigInt(header.nextPosition),
      };
    case eventTypes.heartbeat2:
      return readHeartbeat2(cursor);
    default:
      return { kind: 'other', type: header.type, bytes: Buffer.from(readRest(cursor)) };
  }
};

/**
 * Reads one whole event, header and checksum included. `checksum` says whether it ends with one (a format description says it of
 * itself); it is not verified here, see `checksumHolds`. Byte values of the result are views of `bytes`.
 */
export const decodeEvent = (bytes: Buffer, checksum: boolean): { header: EventHeader; body: EventBody } => {
  const header = readEventHeader(bytes);
  if (header.sizeBytes !== bytes.length) {
    throw new MalformedBinlog(`event of ${bytes.length} bytes says it has ${header.sizeBytes}`);
  }
  const own = header.type === eventTypes.formatDescription;
  const end = checksum && !own ? bytes.length - checksumSizeBytes : bytes.length;
  return { header, body: readBody(header, cursorOf(bytes, eventHeaderSizeBytes, end)) };
};

const typeOf = (body: EventBody): number => {
  switch (body.kind) {
    case 'format-description':
      return eventTypes.formatDescription;
    case 'rotate':
      return eventTypes.rotate;
    case 'previous-gtids':
      return eventTypes.previousGtids;
    case 'gtid':
      if (body.tag !== undefined) return eventTypes.taggedGtid;
      return body.anonymous ? eventTypes.anonymousGtid : eventTypes.gtid;
    case 'query':
      return eventTypes.query;
    case 'table-map':
      return eventTypes.tableMap;
    case 'rows':
      return rowsTypes[body.change];
    case 'xid':
      return eventTypes.xid;
    case 'rows-query':
      return eventTypes.rowsQuery;
    case 'stop':
      return eventTypes.stop;
    case 'incident':
      return eventTypes.incident;
    case 'heartbeat':
      return body.version === 1 ? eventTypes.heartbeat : eventTypes.heartbeat2;
    case 'other':
      return body.type;
  }
};

const writeHeartbeat2 = (sink: Sink, file: string, position: bigint): void => {
  const name = Buffer.from(file, 'utf8');
  writeUint8(sink, heartbeatFields.file);
  writeLength(sink, name.length);
  writeBytes(sink, name);
  const field = newSink(16);
  writeLength(field, Number(position));
  writeUint8(sink, heartbeatFields.position);
  writeLength(sink, field.length);
  writeBytes(sink, field.buffer.subarray(0, field.length));
  writeUint8(sink, 0);
};

const writeBody = (sink: Sink, body: EventBody) => {
  switch (body.kind) {
    case 'format-description':
      return writeFormatDescription(sink, body);
    case 'rotate':
      writeUint64(sink, body.position);
      return writeText(sink, body.file);
    case 'previous-gtids':
      return writeGtidSet(sink, body.gtids, body.tagged);
    case 'gtid':
      return body.tag === undefined ? writeGtid(sink, body) : writeTaggedGtid(sink, body);
    case 'query':
      return writeQuery(sink, body);
    case 'table-map':
      return writeTableMap(sink, body);
    case 'rows':
      return writeRowsEvent(sink, body);
    case 'xid':
      return writeUint64(sink, body.xid);
    case 'rows-query':
      writeUint8(sink, 0);
      return writeText(sink, body.query);
    case 'stop':
      return;
    case 'incident': {
      const message = Buffer.from(body.message, 'utf8');
      writeUint(sink, body.incident, 2);
      writeUint8(sink, message.length);
      return writeBytes(sink, message);
    }
    case 'heartbeat':
      return body.version === 1 ? writeText(sink, body.file) : writeHeartbeat2(sink, body.file, body.position);
    case 'other':
      return writeBytes(sink, body.bytes);
  }
};

/** Where an event goes: its start in the file, from which its next position follows, or `artificial` (0, not part of a file). */
export type EventPlace = {
  timestampSeconds: number;
  serverId: number;
  flags?: number;
  position: number | 'artificial';
};

/** Appends an event to a sink, which holds the file's bytes from some event's start on. */
export const appendEvent = (sink: Sink, body: EventBody, place: EventPlace, checksum: boolean): void => {
  const own = body.kind === 'format-description';
  const start = sink.length;
  const flags = place.flags ?? 0;
  writeUint(sink, place.timestampSeconds, 4);
  writeUint8(sink, typeOf(body));
  writeUint(sink, place.serverId, 4);
  writeUint64(sink, 0n);
  writeUint(sink, flags, 2);
  writeBody(sink, body);
  const sizeBytes = sink.length - start + (checksum || own ? checksumSizeBytes : 0);
  sink.buffer.writeUInt32LE(sizeBytes, start + 9);
  sink.buffer.writeUInt32LE(place.position === 'artificial' ? 0 : (place.position + sizeBytes) % 2 ** 32, start + 13);
  if (!checksum && !own) return;
  const inUse = own && (flags & eventFlags.inUse) !== 0;
  if (inUse) sink.buffer.writeUInt16LE(flags & ~eventFlags.inUse, start + 17);
  const sum = crc32(sink.buffer.subarray(start, sink.length));
  if (inUse) sink.buffer.writeUInt16LE(flags, start + 17);
  writeUint(sink, sum, checksumSizeBytes);
};

export const encodeEvent = (body: EventBody, place: EventPlace, checksum: boolean): Buffer => {
  const sink = newSink(256);
  appendEvent(sink, body, place, checksum);
  return sink.buffer.subarray(0, sink.length);
};

/** Post-header lengths of MySQL 8.4 and 9 (the golden file's), types 1 to 42. */
const postHeaderSizesBytes = Uint8Array.from(
  Buffer.from('000d0008000000000400040000006300041a08000000000000020000000a0a0a2a2a001234000a280000', 'hex'),
);

/** The first event of a file that this codec's writer makes. */
export const formatDescription = (serverVersion: string, createdSeconds: number): FormatDescription => ({
  kind: 'format-description',
  binlogVersion: 4,
  serverVersion,
  createdSeconds,
  headerSizeBytes: eventHeaderSizeBytes,
  postHeaderSizesBytes,
  checksum: true,
});
