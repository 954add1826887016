import type { Socket } from 'node:net';
import { CloseConnection } from './answers.ts';
import type { Broker } from './broker.ts';
import { answerRequest, isBadFrame } from './requests.ts';

const lengthBytes = 4;

/** Received bytes that are not yet a request: chunks as they came, joined only when a request is whole. */
type Inbox = { chunks: Buffer[]; sizeBytes: number };

const takeBytes = (inbox: Inbox, count: number): Buffer => {
  const [first] = inbox.chunks;
  if (first && first.length > count) {
    inbox.chunks[0] = first.subarray(count);
    inbox.sizeBytes -= count;
    return first.subarray(0, count);
  }
  const parts: Buffer[] = [];
  for (let left = count; left > 0; ) {
    const chunk = inbox.chunks.shift();
    if (!chunk) throw new Error(`${left} bytes are missing`);
    if (chunk.length > left) inbox.chunks.unshift(chunk.subarray(left));
    parts.push(chunk.subarray(0, left));
    left -= Math.min(left, chunk.length);
  }
  inbox.sizeBytes -= count;
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, count);
};

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      socket.off('drain', end);
      socket.off('close', end);
      resolve();
    };
    socket.on('drain', end);
    socket.on('close', end);
  });

const send = async (socket: Socket, chunks: readonly Buffer[]): Promise<void> => {
  if (chunks.length === 0 || socket.destroyed) return;
  socket.cork();
  let hasRoom = true;
  for (const chunk of chunks) hasRoom = socket.write(chunk);
  socket.uncork();
  // A slow consumer holds one answer in memory, not more: its next request is looked at when this one is on its way.
  if (!hasRoom && !socket.destroyed) await drained(socket);
};

export type Connection = {
  lastUsedMs: number;
  isBusy(): boolean;
  close(): void;
  /** Resolves when the request under way is answered and the socket closed. */
  finish(): Promise<void>;
};

/**
 * Serves one client. Like Kafka's own network layer it takes one request at a time, so answers come in the order of the
 * requests, and it does not read on while a request is under way.
 */
export const serveConnection = (
  broker: Broker,
  socket: Socket,
  advertised: { host: string; port: number },
): Connection => {
  const maximumBytes = broker.settings.numberOf('socket.request.max.bytes');
  const inbox: Inbox = { chunks: [], sizeBytes: 0 };
  const gone = new AbortController();
  const caller = { ...advertised, clientHost: `/${socket.remoteAddress ?? ''}`, gone: gone.signal };
  let expectedBytes: number | undefined;
  let work: Promise<void> | undefined;
  const connection: Connection = {
    lastUsedMs: broker.clock.nowMs(),
    isBusy: () => work !== undefined,
    close: () => socket.destroy(),
    finish: async () => {
      gone.abort();
      await work;
      await new Promise<void>((resolve) => {
        if (socket.destroyed) resolve();
        else socket.end(() => resolve());
      });
      socket.destroy();
    },
  };

  const warn = (message: string) => broker.emit({ component: 'kafka', kind: 'warning', message });
  const give = (message: string): undefined => {
    warn(`connection of ${caller.clientHost} closed: ${message}`);
    socket.destroy();
    return undefined;
  };

  const nextFrame = (): Buffer | undefined => {
    if (expectedBytes === undefined) {
      if (inbox.sizeBytes < lengthBytes) return undefined;
      expectedBytes = takeBytes(inbox, lengthBytes).readInt32BE(0);
      if (expectedBytes < 0) return give(`a request of ${expectedBytes} bytes`);
      if (expectedBytes > maximumBytes) {
        return give(`a request of ${expectedBytes} bytes, more than socket.request.max.bytes (${maximumBytes})`);
      }
    }
    if (inbox.sizeBytes < expectedBytes) return undefined;
    const frame = takeBytes(inbox, expectedBytes);
    expectedBytes = undefined;
    return frame;
  };

  const answerAll = async (): Promise<void> => {
    for (let frame = nextFrame(); frame && !socket.destroyed; frame = gone.signal.aborted ? undefined : nextFrame()) {
      connection.lastUsedMs = broker.clock.nowMs();
      await send(socket, await answerRequest(broker, frame, caller));
    }
  };

  const run = async (): Promise<void> => {
    socket.pause();
    try {
      await answerAll();
    } catch (error) {
      if (!(error instanceof CloseConnection) && !isBadFrame(error)) throw error;
      give(error.message);
    }
    work = undefined;
    if (!gone.signal.aborted) socket.resume();
  };

  socket.on('data', (chunk: Buffer) => {
    inbox.chunks.push(chunk);
    inbox.sizeBytes += chunk.length;
    const wantedBytes = expectedBytes ?? lengthBytes;
    if (work === undefined && inbox.sizeBytes >= wantedBytes) work = run();
  });
  socket.on('error', () => socket.destroy()); // a client that goes away is not this broker's failure
  socket.on('close', () => gone.abort());
  return connection;
};
