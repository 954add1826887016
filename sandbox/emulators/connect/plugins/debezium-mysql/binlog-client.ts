import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import {
  cachingSha2,
  cachingSha2Password,
  cachingSha2Token,
  maskPassword,
  nativePassword,
  nativeToken,
} from '../../../../wire/mysql/authentication.ts';
import { encodeGtidSet, type GtidSet } from '../../../../wire/mysql/binlog/gtid-set.ts';
import { capability, command } from '../../../../wire/mysql/flags.ts';
import { createDeframer, framesOf } from '../../../../wire/mysql/framing.ts';
import { decodeAuthSwitchRequest, decodeHandshake, encodeHandshakeResponse } from '../../../../wire/mysql/handshake.ts';
import { encodeBinlogDump, encodeBinlogDumpGtid, encodeRegisterReplica } from '../../../../wire/mysql/replication.ts';
import { decodeError, eofHeader, errorHeader, okHeader } from '../../../../wire/mysql/replies.ts';

/** What the server answered instead of what was asked for. */
export class MysqlServerError extends Error {
  readonly errno: number;
  readonly sqlState: string;

  constructor(errno: number, sqlState: string, message: string) {
    super(message);
    this.name = 'MysqlServerError';
    this.errno = errno;
    this.sqlState = sqlState;
  }
}

/** The connection ended; to be tried again. */
export class ConnectionLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConnectionLost';
  }
}

export type BinlogStart = { kind: 'gtids'; executed: GtidSet } | { kind: 'position'; file: string; position: bigint };

export type BinlogClientOptions = {
  hostname: string;
  port: number;
  user: string;
  password: string;
  serverId: number;
  connectTimeoutMs: number;
  /** How often an idle server says that it is alive. */
  heartbeatMs: number;
  start: BinlogStart;
};

export type BinlogStream = {
  /** All whole events that have come, at least one; rejects when the connection or the dump ends. */
  read(): Promise<readonly Buffer[]>;
  close(): void;
};

const maximumPayloadBytes = 0x4000_0000;
/** Above this much unread, the socket is not read: the server waits. */
const highWaterBytes = 16 * 1024 * 1024;

type PacketSource = {
  /** The next payload. */
  next(): Promise<Buffer>;
  /** All payloads that are there, at least one. */
  nextAll(): Promise<Buffer[]>;
  send(payload: Buffer, sequence: number): void;
  lastSequence(): number;
  end(): void;
};

const packetSource = (socket: Socket): PacketSource => {
  const deframer = createDeframer();
  let ready: Buffer[] = [];
  let readyBytes = 0;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  let sequence = 0;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  const fail = (error: Error) => {
    failure ??= error;
    notify();
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      deframer.push(chunk);
      for (let packet = deframer.next(maximumPayloadBytes); packet; packet = deframer.next(maximumPayloadBytes)) {
        sequence = packet.sequence;
        ready.push(packet.payload);
        readyBytes += packet.payload.length;
      }
    } catch (error) {
      socket.destroy();
      return fail(error as Error);
    }
    if (readyBytes > highWaterBytes) socket.pause();
    if (ready.length > 0) notify();
  });
  socket.on('error', (error) => fail(new ConnectionLost(error.message)));
  socket.on('close', () => fail(new ConnectionLost('the server closed the connection')));
  const settled = async () => {
    while (ready.length === 0) {
      if (failure) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    next: async () => {
      await settled();
      const payload = ready.shift() as Buffer;
      readyBytes -= payload.length;
      return payload;
    },
    nextAll: async () => {
      await settled();
      const all = ready;
      ready = [];
      readyBytes = 0;
      socket.resume();
      return all;
    },
    send: (payload, number) => {
      socket.write(Buffer.concat(framesOf(payload, number).frames));
    },
    lastSequence: () => sequence,
    end: () => socket.destroy(),
  };
};

const refuseError = (payload: Buffer): Buffer => {
  if (payload[0] !== errorHeader) return payload;
  const { errno, sqlState, message } = decodeError(payload);
  throw new MysqlServerError(errno, sqlState, message);
};

const tokenFor = (plugin: string, password: string, challenge: Uint8Array): Buffer => {
  if (plugin === cachingSha2Password) return cachingSha2Token(password, challenge);
  if (plugin === nativePassword) return nativeToken(password, challenge);
  throw new MysqlServerError(2059, 'HY000', `Authentication plugin '${plugin}' cannot be loaded`);
};

const sendFullPassword = async (packets: PacketSource, password: string, challenge: Uint8Array): Promise<void> => {
  packets.send(Buffer.of(cachingSha2.requestPublicKey), packets.lastSequence() + 1);
  const key = refuseError(await packets.next()).subarray(1);
  const masked = maskPassword(Buffer.from(`${password}\0`, 'utf8'), challenge);
  const sealed = publicEncrypt({ key: createPublicKey(key), padding: constants.RSA_PKCS1_OAEP_PADDING }, masked);
  packets.send(sealed, packets.lastSequence() + 1);
};

const logIn = async (packets: PacketSource, options: BinlogClientOptions): Promise<void> => {
  const hello = decodeHandshake(refuseError(await packets.next()));
  let { plugin, challenge } = hello;
  const known = plugin === nativePassword || plugin === cachingSha2Password ? plugin : cachingSha2Password;
  plugin = known;
  const response = encodeHandshakeResponse({
    capabilities: capability.longPassword | capability.longFlag | capability.transactions,
    maxPacketBytes: maximumPayloadBytes,
    charset: 45,
    user: options.user,
    token: tokenFor(plugin, options.password, challenge),
    database: undefined,
    plugin,
    attributes: {},
  });
  packets.send(response, packets.lastSequence() + 1);
  for (;;) {
    const answer = refuseError(await packets.next());
    if (answer[0] === okHeader) return;
    if (answer[0] === eofHeader) {
      ({ plugin, challenge } = decodeAuthSwitchRequest(answer));
      packets.send(tokenFor(plugin, options.password, challenge), packets.lastSequence() + 1);
    } else if (answer[1] === cachingSha2.performFullAuthentication)
      await sendFullPassword(packets, options.password, challenge);
  }
};

const execute = async (packets: PacketSource, sql: string): Promise<void> => {
  packets.send(Buffer.concat([Buffer.of(command.query), Buffer.from(sql, 'utf8')]), 0);
  refuseError(await packets.next());
};

const prepareDump = async (packets: PacketSource, options: BinlogClientOptions): Promise<void> => {
  // A reader that does not know of checksums gets an error from a server that writes them.
  await execute(
    packets,
    'SET @source_binlog_checksum = @@global.binlog_checksum, @master_binlog_checksum = @@global.binlog_checksum',
  );
  const nanoseconds = BigInt(options.heartbeatMs) * 1_000_000n;
  await execute(packets, `SET @source_heartbeat_period = ${nanoseconds}, @master_heartbeat_period = ${nanoseconds}`);
  packets.send(encodeRegisterReplica({ serverId: options.serverId, host: '', user: '', password: '', port: 0 }), 0);
  refuseError(await packets.next());
};

const requestDump = (packets: PacketSource, { start, serverId }: BinlogClientOptions): void => {
  if (start.kind === 'gtids') {
    const gtidSet = encodeGtidSet(start.executed);
    packets.send(encodeBinlogDumpGtid({ offset: 4n, flags: 4, serverId, file: '', gtidSet }), 0);
  } else packets.send(encodeBinlogDump({ offset: start.position, flags: 0, serverId, file: start.file }), 0);
};

const openSocket = (options: BinlogClientOptions): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: options.hostname, port: options.port, noDelay: true });
    socket.setTimeout(options.connectTimeoutMs, () => socket.destroy(new Error('connect timed out')));
    socket.once('error', (error) => reject(new ConnectionLost(error.message)));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });

/**
 * Logs in as a replica and asks for the binary log. Works on a real MySQL 8 and 9 without TLS: caching_sha2_password proves the password
 * by its hash or, when the server has not cached it, sealed with the server's RSA key.
 */
export const openBinlog = async (options: BinlogClientOptions): Promise<BinlogStream> => {
  const socket = await openSocket(options);
  const packets = packetSource(socket);
  try {
    await logIn(packets, options);
    await prepareDump(packets, options);
    requestDump(packets, options);
  } catch (error) {
    packets.end();
    throw error;
  }
  return {
    read: async () => {
      const payloads = await packets.nextAll();
      return payloads.map((payload) => {
        refuseError(payload);
        if (payload[0] === eofHeader && payload.length < 9) throw new ConnectionLost('the server ended the dump');
        return payload.subarray(1);
      });
    },
    close: () => packets.end(),
  };
};
