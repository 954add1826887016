import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { cachingSha2Token } from '../../../../../sandbox/wire/mysql/authentication.ts';
import { capability } from '../../../../../sandbox/wire/mysql/flags.ts';
import { createDeframer, framesOf, type Packet } from '../../../../../sandbox/wire/mysql/framing.ts';
import { decodeHandshake, encodeHandshakeResponse } from '../../../../../sandbox/wire/mysql/handshake.ts';

/** A client that sends what a well-behaved one would not. */
export type RawClient = {
  socket: Socket;
  /** The next packet; `undefined` when the server has closed. */
  receive(): Promise<Packet | undefined>;
  send(payload: Buffer, sequence?: number): void;
  /** A command's code and body. */
  command(code: number, body?: Buffer | string): void;
};

export const connectRaw = async (port: number): Promise<RawClient> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const deframer = createDeframer();
  let closed = false;
  let wake = () => {};
  socket.on('data', (chunk) => {
    deframer.push(chunk);
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    wake();
  });
  const send = (payload: Buffer, sequence = 0) => {
    for (const frame of framesOf(payload, sequence).frames) socket.write(frame);
  };
  return {
    socket,
    send,
    command: (code, body = '') => send(Buffer.concat([Buffer.of(code), Buffer.from(body)])),
    receive: async () => {
      for (;;) {
        const packet = deframer.next(2 ** 30);
        if (packet || closed) return packet;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
};

/** Logs in as root by the fast way; extra capabilities as given. */
export const loginRaw = async (port: number, capabilities = 0): Promise<RawClient> => {
  const client = await connectRaw(port);
  const greeting = decodeHandshake((await client.receive())?.payload ?? Buffer.alloc(0));
  const response = encodeHandshakeResponse({
    capabilities: capability.transactions | capabilities,
    maxPacketBytes: 2 ** 24,
    charset: 255,
    user: 'root',
    token: cachingSha2Token('secret', greeting.challenge),
    database: undefined,
    plugin: 'caching_sha2_password',
    attributes: {},
  });
  client.send(response, 1);
  await client.receive();
  const ok = await client.receive();
  if (ok?.payload[0] !== 0) throw new Error('login failed');
  return client;
};
