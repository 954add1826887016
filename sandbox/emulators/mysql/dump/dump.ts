import { MalformedBinlog } from '../../../wire/mysql/binlog/bytes.ts';
import { decodeEvent, eventTypes } from '../../../wire/mysql/binlog/event.ts';
import { containsGtid, type GtidSet } from '../../../wire/mysql/binlog/gtid-set.ts';
import { hasFlag } from '../../../wire/mysql/flags.ts';
import { dumpFlag } from '../../../wire/mysql/replication.ts';
import { encodeEof, okHeader } from '../../../wire/mysql/replies.ts';
import type { Connection } from '../connection.ts';
import { artificialRotate, describeFormat, heartbeat } from './artificial-events.ts';
import { type BinlogReader, openBinlogReader, type PlacedEvent } from './read-events.ts';
import { type ReplicaSettings, readReplicaSettings, replaceOlderDump } from './replica.ts';
import { fatal, type Start } from './start.ts';

export type Dump = {
  /** As the process list calls it. */
  name: string;
  serverId: number;
  flags: number;
  start: Start;
  /** Transactions that the replica has: they are left out. */
  executed: GtidSet;
};

const firstPosition = 4;
const allSent = 'Source has sent all binlog to replica; waiting for more updates';

type Stream = Dump & {
  connection: Connection;
  settings: ReplicaSettings;
  origin: { serverId: number; checksum: boolean };
  /** Events of a transaction that the replica has are being passed over. */
  isPassing: boolean;
  /** Aborted when there is nobody to dump for any more. */
  ended: AbortSignal;
  /** Waits for an append, at most for a heartbeat's time. */
  pause: () => Promise<void>;
};

const send = ({ connection }: Stream, event: Buffer): void =>
  connection.channel.send(Buffer.concat([Buffer.of(okHeader), event]));

const gtidOf = (bytes: Buffer, checksum: boolean): { uuid: string; number: bigint } | undefined => {
  const { body } = decodeEvent(bytes, checksum);
  return body.kind === 'gtid' ? body : undefined;
};

// A transaction goes from its Gtid event to the next one; files end between two.
const isPassedOver = (stream: Stream, { type, bytes }: PlacedEvent): boolean => {
  if (stream.executed.size === 0) return false;
  if (type === eventTypes.gtid) {
    const gtid = gtidOf(bytes, stream.origin.checksum);
    stream.isPassing = gtid !== undefined && containsGtid(stream.executed, gtid.uuid, gtid.number);
  }
  if (type === eventTypes.rotate) stream.isPassing = false;
  return stream.isPassing;
};

const sendEvents = async (stream: Stream, events: readonly PlacedEvent[]): Promise<void> => {
  const { channel } = stream.connection;
  for (const event of events) {
    if (!isPassedOver(stream, event)) send(stream, event.bytes);
    if (channel.isFull()) await channel.flush();
  }
  await channel.flush();
};

// Gives where the event after the format description begins; `undefined` when the dump has ended before there was one.
const sendFormat = async (
  stream: Stream,
  reader: BinlogReader,
  sizeBytes: () => number,
  isFromStart: boolean,
): Promise<number | undefined> => {
  let [first] = await reader.read(firstPosition, sizeBytes());
  // A file that is just being begun.
  for (; !first; [first] = await reader.read(firstPosition, sizeBytes())) {
    if (stream.ended.aborted) return undefined;
    await stream.pause();
  }
  if (first.type !== eventTypes.formatDescription) throw new MalformedBinlog('a file without a format description');
  const { body } = decodeEvent(first.bytes, true);
  stream.origin.checksum = body.kind === 'format-description' && body.checksum;
  if (stream.origin.checksum && stream.settings.checksum === undefined) {
    throw fatal('Replica can not handle replication events with the checksum that source is configured to log');
  }
  send(stream, describeFormat(first.bytes, isFromStart));
  return first.end;
};

/** Sends one file from `start` on, until a newer file follows it (its name), or nobody wants more (`undefined`). */
const dumpFile = async (stream: Stream, file: string, start: number): Promise<string | undefined> => {
  const { binlog } = stream.connection.server.engine;
  const find = () => {
    const files = binlog.files();
    const index = files.findIndex(({ name }) => name === file);
    if (index < 0) throw fatal('could not find next log');
    return { sizeBytes: files[index]?.sizeBytes ?? 0, next: files[index + 1]?.name };
  };
  send(stream, artificialRotate(file, start, stream.origin));
  const reader = await openBinlogReader(binlog.path(file));
  try {
    const isFromStart = start === firstPosition;
    const second = await sendFormat(stream, reader, () => find().sizeBytes, isFromStart);
    let position = isFromStart && second !== undefined ? second : start;
    for (;;) {
      // Looked up in this order: what a file has when its successor is there is all it will ever have.
      const { sizeBytes, next } = find();
      const events = await reader.read(position, sizeBytes);
      await sendEvents(stream, events);
      position = events.at(-1)?.end ?? position;
      if (stream.ended.aborted) return undefined;
      if (events.length > 0) continue;
      if (next !== undefined) return next;
      if (hasFlag(stream.flags, dumpFlag.nonBlocking)) return undefined;
      if (await isSilent(stream)) send(stream, heartbeat(file, position, stream.origin));
    }
  } finally {
    await reader.close();
  }
};

// Nothing was appended for a heartbeat's time.
const isSilent = async (stream: Stream): Promise<boolean> => {
  const { clock } = stream.connection.server;
  const { heartbeatMs } = stream.settings;
  const beforeMs = clock.nowMs();
  await stream.pause();
  return heartbeatMs > 0 && !stream.ended.aborted && clock.nowMs() - beforeMs >= heartbeatMs;
};

// Ends when the client is gone, the connection is killed or replaced, or the server stops.
const watchEnd = ({ channel, stopping }: Connection): AbortController => {
  const ended = new AbortController();
  channel.onGone(() => ended.abort());
  stopping.signal.addEventListener('abort', () => ended.abort(), { once: true });
  if (stopping.signal.aborted) ended.abort();
  return ended;
};

const createPause = (connection: Connection, heartbeatMs: number, ended: AbortSignal) => {
  const { engine, clock } = connection.server;
  let appended = false;
  let wake = () => {};
  const rouse = () => {
    appended = true;
    wake();
  };
  ended.addEventListener('abort', rouse);
  const stopListening = engine.binlog.onAppend(rouse);
  const pause = async (): Promise<void> => {
    if (!appended && !ended.aborted) {
      const awake = new AbortController();
      const roused = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const waits = heartbeatMs > 0 ? [roused, clock.sleep(heartbeatMs, awake.signal)] : [roused];
      await Promise.race(waits);
      awake.abort();
    }
    appended = false;
  };
  return { pause, stopListening };
};

/**
 * Sends the binlog as it is and as it grows. Ends, and the connection with it, when nobody wants more; a non-blocking dump ends with
 * an EOF when all is sent.
 */
export const dump = async (connection: Connection, request: Dump): Promise<void> => {
  const { server, session, channel } = connection;
  const settings = await readReplicaSettings(connection);
  replaceOlderDump(connection, { serverId: request.serverId, uuid: settings.uuid });
  session.describe(request.name, allSent);
  const ended = watchEnd(connection);
  const { pause, stopListening } = createPause(connection, settings.heartbeatMs, ended.signal);
  const serverId = Number(server.engine.globalVariable('server_id'));
  // Before the first format description, an artificial event has a checksum if the replica knows of them.
  const origin = { serverId, checksum: settings.checksum === 'CRC32' };
  const stream: Stream = { ...request, connection, settings, origin, isPassing: false, ended: ended.signal, pause };
  try {
    let next: string | undefined = request.start.file;
    for (let position = request.start.position; next !== undefined; position = firstPosition) {
      next = await dumpFile(stream, next, position);
    }
    if (!ended.signal.aborted) channel.send(encodeEof(0, session.status));
  } catch (error) {
    if (error instanceof MalformedBinlog) throw fatal(`bogus data in log event; ${error.message}`);
    throw error;
  } finally {
    stopListening();
    connection.replica = undefined;
  }
};
