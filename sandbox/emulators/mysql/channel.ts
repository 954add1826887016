import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { createDeframer, framesOf, PacketsOutOfOrder } from '../../wire/mysql/framing.ts';

/** The client is gone, or does not take what it is sent: whoever serves it stops. */
export class ConnectionLost extends Error {
  constructor() {
    super('connection lost');
    this.name = 'ConnectionLost';
  }
}

/** One client's socket as payloads in and out, numbered as the protocol wants it. */
export type Channel = {
  /** The first payload of the next command (its number is 0). `undefined` when the client is done. */
  receiveCommand(): Promise<Buffer | undefined>;
  /** Flushes, then gives the next payload of the exchange under way. Throws ConnectionLost when none comes any more. */
  receive(): Promise<Buffer>;
  /** Queues a payload; it leaves with the next `flush`, or when enough are queued. */
  send(payload: Buffer): void;
  /** Resolves when the client has taken so much that more may be sent. Throws ConnectionLost. */
  flush(): Promise<void>;
  /** True when so much is queued that a flush is due. */
  isFull(): boolean;
  /** Goes on over TLS. The client's SSLRequest was the last payload received. */
  secure(context: SecureContext): Promise<void>;
  isSecure(): boolean;
  /** Since when the client has not taken what it was sent. */
  blockedSinceMs(): number | undefined;
  /** Since when we have ended the connection and the client has not. */
  endedSinceMs(): number | undefined;
  /** Sends what is queued, then closes; what the client still sends is dropped. */
  end(): void;
  destroy(): void;
  /** Called when the socket is closed. */
  onClosed(listener: () => void): void;
  /** Called once, when the client has closed its side (it may still read) or the socket is closed. */
  onGone(listener: () => void): void;
};

const readAheadBytes = 64 * 1024;
const batchBytes = 32 * 1024;

export type ChannelOptions = { socket: Socket; nowMs: () => number; maxPayloadBytes: () => number };

type Waiting = { resolve: (payload: Buffer | undefined) => void; reject: (error: Error) => void };

export const createChannel = ({ socket: plainSocket, nowMs, maxPayloadBytes }: ChannelOptions): Channel => {
  let socket: Socket = plainSocket;
  let sequence = 0;
  let deframer = createDeframer();
  let unreadBytes = 0;
  let ended = false;
  let gone = false;
  let endedSince: number | undefined;
  let waiting: Waiting | undefined;
  let queue: Buffer[] = [];
  let queuedBytes = 0;
  let blockedSince: number | undefined;
  const goneListeners: (() => void)[] = [];

  const tellGone = () => {
    if (gone) return;
    gone = true;
    for (const listener of goneListeners) listener();
  };

  const nextPayload = (): Buffer | undefined => {
    const packet = deframer.next(maxPayloadBytes());
    if (!packet) return undefined;
    unreadBytes = Math.max(0, unreadBytes - packet.payload.length);
    if (packet.firstSequence !== sequence) throw new PacketsOutOfOrder();
    sequence = (packet.sequence + 1) & 0xff;
    return packet.payload;
  };

  const deliver = () => {
    if (!waiting) return;
    const { resolve, reject } = waiting;
    try {
      const payload = nextPayload();
      if (payload === undefined && !ended) return;
      waiting = undefined;
      resolve(payload);
    } catch (error) {
      waiting = undefined;
      reject(error as Error);
    }
  };

  const onData = (chunk: Buffer) => {
    if (endedSince !== undefined) return;
    deframer.push(chunk);
    unreadBytes += chunk.length;
    if (waiting) deliver();
    if (!waiting && unreadBytes > readAheadBytes) socket.pause();
  };

  const onEnd = () => {
    ended = true;
    deliver();
    tellGone();
  };

  // Resets and broken pipes are a client's way to leave; 'close' follows and says the same.
  const onError = () => {};

  const attach = () => socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError);
  const detach = () => socket.off('data', onData).off('end', onEnd).off('close', onEnd);

  const awaitPayload = (): Promise<Buffer | undefined> =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      deliver();
      if (waiting) socket.resume();
    });

  const write = () => {
    if (queuedBytes === 0 || socket.destroyed) return;
    const batch = queue.length === 1 ? (queue[0] as Buffer) : Buffer.concat(queue, queuedBytes);
    queue = [];
    queuedBytes = 0;
    socket.write(batch);
  };

  const drained = async (): Promise<void> => {
    blockedSince = nowMs();
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
    blockedSince = undefined;
  };

  const flush = async (): Promise<void> => {
    write();
    if (socket.writableNeedDrain && !socket.destroyed) await drained();
    if (socket.destroyed) throw new ConnectionLost();
  };

  attach();
  return {
    receiveCommand: () => {
      sequence = 0;
      return awaitPayload();
    },
    receive: async () => {
      await flush();
      const payload = await awaitPayload();
      if (payload === undefined) throw new ConnectionLost();
      return payload;
    },
    send: (payload) => {
      const { frames, nextSequence } = framesOf(payload, sequence);
      sequence = nextSequence;
      queue.push(...frames);
      for (const frame of frames) queuedBytes += frame.length;
    },
    flush,
    isFull: () => queuedBytes >= batchBytes,
    secure: async (context) => {
      detach();
      socket.pause();
      const left = deframer.drain();
      deframer = createDeframer();
      unreadBytes = 0;
      if (left.length > 0) socket.unshift(left);
      const secured = new TLSSocket(socket, { isServer: true, secureContext: context });
      await new Promise<void>((resolve, reject) => {
        secured.once('secure', resolve);
        secured.once('error', () => reject(new ConnectionLost()));
        secured.once('close', () => reject(new ConnectionLost()));
      });
      socket = secured;
      attach();
    },
    isSecure: () => socket !== plainSocket,
    blockedSinceMs: () => blockedSince,
    endedSinceMs: () => endedSince,
    end: () => {
      if (endedSince !== undefined) return;
      write();
      endedSince = nowMs();
      socket.end();
      // With unread bytes left, closing would reset the connection and the client might lose our last words.
      socket.resume();
    },
    destroy: () => socket.destroy(),
    onClosed: (listener) => {
      plainSocket.once('close', listener);
    },
    onGone: (listener) => {
      if (gone) listener();
      else goneListeners.push(listener);
    },
  };
};
