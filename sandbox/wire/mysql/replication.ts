import {
  readBytes,
  readerOf,
  readInt1,
  readInt2,
  readInt4,
  readInt8,
  readRest,
  remainingBytes,
  take,
  type Writer,
  writeBytes,
  writeInt1,
  writeInt2,
  writeInt4,
  writeInt8,
  writerOf,
  writeText,
} from './bytes.ts';
import { command } from './flags.ts';

// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_replication.html

/** Bits of a dump's flags. */
export const dumpFlag = { nonBlocking: 1, throughPosition: 2, throughGtid: 4 } as const;

/** COM_REGISTER_SLAVE. */
export type RegisterReplica = { serverId: number; host: string; user: string; password: string; port: number };

const readShortText = (bytes: ReturnType<typeof readerOf>): string => readBytes(bytes, readInt1(bytes)).toString();

const writeShortText = (writer: Writer, text: string): void => {
  const bytes = Buffer.from(text).subarray(0, 255);
  writeInt1(writer, bytes.length);
  writeBytes(writer, bytes);
};

export const decodeRegisterReplica = (body: Buffer): RegisterReplica => {
  const reader = readerOf(body);
  const serverId = readInt4(reader);
  const host = readShortText(reader);
  const user = readShortText(reader);
  const password = readShortText(reader);
  return { serverId, host, user, password, port: readInt2(reader) };
};

/** Command byte included, as for the other requests below. */
export const encodeRegisterReplica = (replica: RegisterReplica): Buffer => {
  const writer = writerOf();
  writeInt1(writer, command.registerReplica);
  writeInt4(writer, replica.serverId);
  writeShortText(writer, replica.host);
  writeShortText(writer, replica.user);
  writeShortText(writer, replica.password);
  writeInt2(writer, replica.port);
  writeInt4(writer, 0);
  writeInt4(writer, 0);
  return take(writer);
};

/** COM_BINLOG_DUMP. An empty file name is the oldest file there is. */
export type BinlogDump = { offset: bigint; flags: number; serverId: number; file: string };

export const decodeBinlogDump = (body: Buffer): BinlogDump => {
  const reader = readerOf(body);
  const offset = BigInt(readInt4(reader));
  const flags = readInt2(reader);
  const serverId = readInt4(reader);
  return { offset, flags, serverId, file: withoutEnd(readRest(reader)) };
};

const withoutEnd = (name: Buffer): string => {
  const end = name.indexOf(0);
  return (end < 0 ? name : name.subarray(0, end)).toString();
};

export const encodeBinlogDump = (dump: BinlogDump): Buffer => {
  const writer = writerOf();
  writeInt1(writer, command.binlogDump);
  writeInt4(writer, Number(dump.offset));
  writeInt2(writer, dump.flags);
  writeInt4(writer, dump.serverId);
  writeText(writer, dump.file);
  return take(writer);
};

/** COM_BINLOG_DUMP_GTID. `gtidSet` is in the form that also a Previous_gtids event has; empty is "none executed". */
export type BinlogDumpGtid = BinlogDump & { gtidSet: Buffer };

export const decodeBinlogDumpGtid = (body: Buffer): BinlogDumpGtid => {
  const reader = readerOf(body);
  const flags = readInt2(reader);
  const serverId = readInt4(reader);
  const file = withoutEnd(readBytes(reader, readInt4(reader)));
  const offset = readInt8(reader);
  const gtidSet = remainingBytes(reader) >= 4 ? readBytes(reader, readInt4(reader)) : Buffer.alloc(0);
  return { flags, serverId, file, offset, gtidSet };
};

export const encodeBinlogDumpGtid = (dump: BinlogDumpGtid): Buffer => {
  const writer = writerOf();
  const file = Buffer.from(dump.file);
  writeInt1(writer, command.binlogDumpGtid);
  writeInt2(writer, dump.flags);
  writeInt4(writer, dump.serverId);
  writeInt4(writer, file.length);
  writeBytes(writer, file);
  writeInt8(writer, dump.offset);
  writeInt4(writer, dump.gtidSet.length);
  writeBytes(writer, dump.gtidSet);
  return take(writer);
};
