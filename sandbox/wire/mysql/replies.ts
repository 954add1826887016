import {
  MalformedPacket,
  readBytes,
  readerOf,
  readInt1,
  readInt2,
  readLengthEncoded,
  readLengthEncodedBytes,
  readRest,
  remainingBytes,
  take,
  type Writer,
  writeBytes,
  writeInt1,
  writeInt2,
  writeLengthEncoded,
  writeLengthEncodedBytes,
  writeLengthEncodedText,
  writerOf,
  writeText,
} from './bytes.ts';
import { capability, hasFlag, serverStatus } from './flags.ts';

// OK, ERR and EOF: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_response_packets.html
export const okHeader = 0x00;
export const eofHeader = 0xfe;
export const errorHeader = 0xff;

/** What changed in the session, for clients with CLIENT_SESSION_TRACK. */
export type SessionChange = { kind: 'schema'; name: string } | { kind: 'system-variable'; name: string; value: string };

export type Ok = {
  affectedRows: bigint;
  insertId: bigint;
  /** Bits of `serverStatus`. */
  status: number;
  warnings: number;
  info: string;
  changes: readonly SessionChange[];
};

const trackSystemVariables = 0;
const trackSchema = 1;

const encodeChange = (change: SessionChange): Buffer => {
  const value = writerOf();
  if (change.kind === 'schema') {
    writeLengthEncodedText(value, change.name);
  } else {
    writeLengthEncodedText(value, change.name);
    writeLengthEncodedText(value, change.value);
  }
  const entry = writerOf();
  writeInt1(entry, change.kind === 'schema' ? trackSchema : trackSystemVariables);
  writeLengthEncodedBytes(entry, take(value));
  return take(entry);
};

const writeOk = (writer: Writer, header: number, ok: Ok, capabilities: number): Buffer => {
  const changed = hasFlag(capabilities, capability.sessionTrack) && ok.changes.length > 0;
  writeInt1(writer, header);
  writeLengthEncoded(writer, ok.affectedRows);
  writeLengthEncoded(writer, ok.insertId);
  writeInt2(writer, changed ? ok.status | serverStatus.sessionStateChanged : ok.status);
  writeInt2(writer, Math.min(ok.warnings, 0xffff));
  // With its length in front for every client, though the manual says otherwise of those without session tracking (net_send_ok).
  if (changed || ok.info !== '') writeLengthEncodedText(writer, ok.info);
  if (changed) writeLengthEncodedBytes(writer, Buffer.concat(ok.changes.map(encodeChange)));
  return take(writer);
};

export const encodeOk = (ok: Ok, capabilities: number): Buffer => writeOk(writerOf(), okHeader, ok, capabilities);

/** The old EOF packet, which CLIENT_DEPRECATE_EOF does away with, except where a binlog dump ends. */
export const encodeEof = (warnings: number, status: number): Buffer => {
  const writer = writerOf(8);
  writeInt1(writer, eofHeader);
  writeInt2(writer, Math.min(warnings, 0xffff));
  writeInt2(writer, status);
  return take(writer);
};

/** What ends the rows of a result: an EOF, or for clients with CLIENT_DEPRECATE_EOF an OK that begins like one. */
export const encodeEndOfRows = (warnings: number, status: number, capabilities: number): Buffer => {
  if (!hasFlag(capabilities, capability.deprecateEof)) return encodeEof(warnings, status);
  const ok: Ok = { affectedRows: 0n, insertId: 0n, status, warnings, info: '', changes: [] };
  return writeOk(writerOf(), eofHeader, ok, capabilities);
};

export type ErrorReply = { errno: number; sqlState: string; message: string };

const maxMessageBytes = 511;

/** `withState` is false only before the client has told its capabilities (too many connections). */
export const encodeError = ({ errno, sqlState, message }: ErrorReply, withState = true): Buffer => {
  const writer = writerOf();
  writeInt1(writer, errorHeader);
  writeInt2(writer, errno);
  if (withState) writeText(writer, `#${sqlState}`);
  const text = Buffer.from(message);
  // MySQL's messages are at most MYSQL_ERRMSG_SIZE bytes; a cut never leaves half a character.
  writeBytes(writer, text.length <= maxMessageBytes ? text : wholeCharacters(text.subarray(0, maxMessageBytes)));
  return take(writer);
};

const wholeCharacters = (bytes: Buffer): Buffer => {
  let end = bytes.length;
  while (end > 0 && ((bytes[end - 1] as number) & 0xc0) === 0x80) end--;
  const lead = end > 0 ? (bytes[end - 1] as number) : 0;
  const expected = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return bytes.length - end + 1 >= expected ? bytes : bytes.subarray(0, end - 1);
};

export const decodeError = (payload: Buffer): ErrorReply => {
  const reader = readerOf(payload, 1);
  const errno = readInt2(reader);
  const withState = payload[reader.offset] === 0x23;
  const sqlState = withState ? readBytes(reader, 6).subarray(1).toString() : 'HY000';
  return { errno, sqlState, message: readRest(reader).toString() };
};

/** `changes` of the packet are passed over. */
export const decodeOk = (payload: Buffer): Omit<Ok, 'changes'> => {
  const reader = readerOf(payload, 1);
  const affectedRows = BigInt(readLengthEncoded(reader));
  const insertId = BigInt(readLengthEncoded(reader));
  const status = readInt2(reader);
  const warnings = readInt2(reader);
  const info = remainingBytes(reader) > 0 ? readLengthEncodedBytes(reader).toString() : '';
  return { affectedRows, insertId, status, warnings, info };
};

export const decodeEof = (payload: Buffer): { warnings: number; status: number } => {
  const reader = readerOf(payload);
  if (readInt1(reader) !== eofHeader) throw new MalformedPacket('no EOF where one was to come');
  return { warnings: readInt2(reader), status: readInt2(reader) };
};

/** Is this packet, come where a row may come, the end of the rows? A row can begin with 0xfe only if it is 16 MiB and longer. */
export const isEndOfRows = (payload: Buffer, capabilities: number): boolean =>
  payload[0] === eofHeader && payload.length < (hasFlag(capabilities, capability.deprecateEof) ? 0xff_ffff : 9);
