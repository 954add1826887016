import {
  type Cursor,
  MalformedBinlog,
  newSink,
  readUint8,
  remaining,
  type Sink,
  writeBytes,
  writeUint8,
  written,
} from './bytes.ts';
import type { GtidEvent } from './gtid.ts';
import { uuidBytes, uuidText } from './gtid-set.ts';

// GTID_TAGGED_LOG (8.3 and later) in the server's library of field-by-field serialization (libs/mysql/serialization): a version, the size of
// the whole, the last field that must be known, then field numbers with values. Integers are little-endian, with as many one bits before
// their value as bytes follow the first; signed ones are folded (zigzag).

const maximumVersion = 1n;

const readInteger = (cursor: Cursor): bigint => {
  const first = readUint8(cursor);
  let more = 0;
  while (more < 8 && (first & (1 << more)) !== 0) more++;
  let value = BigInt(first) >> BigInt(Math.min(more + 1, 8));
  const bitsOfFirst = Math.max(0, 7 - more);
  for (let index = 0; index < more; index++) value |= BigInt(readUint8(cursor)) << BigInt(bitsOfFirst + 8 * index);
  return value;
};

const writeInteger = (sink: Sink, value: bigint): void => {
  const bits = value.toString(2).length;
  const more = bits > 56 ? 8 : Math.max(0, Math.ceil(bits / 7) - 1);
  const marker = (1n << BigInt(more)) - 1n;
  const word = more === 8 ? (value << 8n) | 0xffn : (value << BigInt(more + 1)) | marker;
  for (let index = 0; index <= more; index++) writeUint8(sink, Number((word >> BigInt(8 * index)) & 0xffn));
};

const unfold = (value: bigint): bigint => (value & 1n ? -((value + 1n) >> 1n) : value >> 1n);
const fold = (value: bigint): bigint => (value < 0n ? -value * 2n - 1n : value * 2n);

const fields = {
  flags: 0,
  uuid: 1,
  number: 2,
  tag: 3,
  lastCommitted: 4,
  sequenceNumber: 5,
  immediateCommit: 6,
  originalCommit: 7,
  length: 8,
  immediateVersion: 9,
  originalVersion: 10,
  commitGroupTicket: 11,
} as const;

const readTag = (cursor: Cursor): string => {
  const length = Number(readInteger(cursor));
  if (length > 32) throw new MalformedBinlog(`a tag of ${length} characters`);
  return String.fromCharCode(...Array.from({ length }, () => readUint8(cursor)));
};

const readField = (cursor: Cursor, field: number, event: GtidEvent): void => {
  if (field === fields.flags) event.flags = Number(readInteger(cursor));
  else if (field === fields.uuid)
    event.uuid = uuidText(Uint8Array.from({ length: 16 }, () => Number(readInteger(cursor))));
  else if (field === fields.number) event.number = unfold(readInteger(cursor));
  else if (field === fields.tag) event.tag = readTag(cursor);
  else if (field === fields.lastCommitted) event.lastCommitted = unfold(readInteger(cursor));
  else if (field === fields.sequenceNumber) event.sequenceNumber = unfold(readInteger(cursor));
  else if (field === fields.immediateCommit) event.immediateCommitMicroseconds = readInteger(cursor);
  else if (field === fields.originalCommit) event.originalCommitMicroseconds = readInteger(cursor);
  else if (field === fields.length) event.transactionLengthBytes = Number(readInteger(cursor));
  else if (field === fields.immediateVersion) event.immediateServerVersion = Number(readInteger(cursor));
  else if (field === fields.originalVersion) event.originalServerVersion = Number(readInteger(cursor));
  else if (field === fields.commitGroupTicket) event.commitGroupTicket = readInteger(cursor);
  else throw new MalformedBinlog(`field ${field} of a tagged GTID`);
};

export const readTaggedGtid = (cursor: Cursor): GtidEvent => {
  const event: GtidEvent = {
    kind: 'gtid',
    anonymous: false,
    flags: 0,
    uuid: '',
    number: 0n,
    tag: '',
    lastCommitted: 0n,
    sequenceNumber: 0n,
  };
  const version = readInteger(cursor);
  if (version > maximumVersion) throw new MalformedBinlog(`version ${version} of a tagged GTID`);
  readInteger(cursor);
  readInteger(cursor);
  while (remaining(cursor) > 0) readField(cursor, Number(readInteger(cursor)), event);
  if (event.immediateCommitMicroseconds !== undefined)
    event.originalCommitMicroseconds ??= event.immediateCommitMicroseconds;
  if (event.immediateServerVersion !== undefined) event.originalServerVersion ??= event.immediateServerVersion;
  return event;
};

const writeFields = (sink: Sink, event: GtidEvent): void => {
  const put = (field: number, value: bigint | undefined) => {
    if (value === undefined) return;
    writeInteger(sink, BigInt(field));
    writeInteger(sink, value);
  };
  const { immediateCommitMicroseconds: immediate, originalCommitMicroseconds: original } = event;
  const { immediateServerVersion: version, originalServerVersion: originalVersion } = event;
  put(fields.flags, BigInt(event.flags));
  writeInteger(sink, BigInt(fields.uuid));
  for (const byte of uuidBytes(event.uuid)) writeInteger(sink, BigInt(byte));
  put(fields.number, fold(event.number));
  put(fields.tag, BigInt(event.tag?.length ?? 0));
  writeBytes(sink, Buffer.from(event.tag ?? '', 'latin1'));
  put(fields.lastCommitted, fold(event.lastCommitted));
  put(fields.sequenceNumber, fold(event.sequenceNumber));
  put(fields.immediateCommit, immediate);
  if (original !== immediate) put(fields.originalCommit, original);
  put(fields.length, event.transactionLengthBytes === undefined ? undefined : BigInt(event.transactionLengthBytes));
  put(fields.immediateVersion, version === undefined ? undefined : BigInt(version));
  if (originalVersion !== version && originalVersion !== undefined)
    put(fields.originalVersion, BigInt(originalVersion));
  put(fields.commitGroupTicket, event.commitGroupTicket);
};

export const writeTaggedGtid = (sink: Sink, event: GtidEvent): void => {
  const content = newSink(96);
  writeFields(content, event);
  // The size counts itself and the two bytes beside it.
  const sizeBytes = content.length + 3 < 128 ? content.length + 3 : content.length + 4;
  writeInteger(sink, maximumVersion);
  writeInteger(sink, BigInt(sizeBytes));
  writeInteger(sink, 0n);
  writeBytes(sink, written(content));
};
