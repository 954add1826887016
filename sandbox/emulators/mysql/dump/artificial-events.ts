import { crc32 } from 'node:zlib';
import { checksumSizeBytes, encodeEvent, eventFlags, eventHeaderSizeBytes } from '../../../wire/mysql/binlog/event.ts';

// Events that are in no file: the server makes them up for one replica.

type Origin = { serverId: number; checksum: boolean };

/** "What follows is this file, from this position": begins every file of a dump. */
export const artificialRotate = (file: string, position: number, { serverId, checksum }: Origin): Buffer =>
  encodeEvent(
    { kind: 'rotate', position: BigInt(position), file },
    { timestampSeconds: 0, serverId, flags: eventFlags.artificial, position: 'artificial' },
    checksum,
  );

/** "Nothing new since": tells how far the dump has come. */
export const heartbeat = (file: string, position: number, { serverId, checksum }: Origin): Buffer => {
  const sizeBytes = eventHeaderSizeBytes + Buffer.byteLength(file) + (checksum ? checksumSizeBytes : 0);
  // The codec counts from an event's start; a heartbeat's position is that of the last event's end.
  const place = { timestampSeconds: 0, serverId, position: position - sizeBytes };
  return encodeEvent({ kind: 'heartbeat', version: 1, file, position: BigInt(position) }, place, checksum);
};

const flagsOffset = 17;
const nextPositionOffset = 13;
const createdOffset = eventHeaderSizeBytes + 2 + 50;

/**
 * A file's format description as a replica gets it: not "in use", and for a dump that starts in the middle without position and time of creation,
 * so that the replica neither moves its position nor drops temporary tables (Binlog_sender::send_format_description_event).
 */
export const describeFormat = (event: Buffer, fromStart: boolean): Buffer => {
  const bytes = Buffer.from(event);
  bytes.writeUInt16LE(bytes.readUInt16LE(flagsOffset) & ~eventFlags.inUse, flagsOffset);
  if (!fromStart) {
    bytes.writeUInt32LE(0, nextPositionOffset);
    bytes.writeUInt32LE(0, createdOffset);
  }
  const end = bytes.length - checksumSizeBytes;
  bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end);
  return bytes;
};
