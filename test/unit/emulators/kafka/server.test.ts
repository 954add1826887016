import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxEvent } from '../../../../sandbox/core/events.ts';
import type { RunningServer } from '../../../../sandbox/core/server.ts';
import { startKafka } from '../../../../sandbox/emulators/kafka/server.ts';
import { at, type Message } from '../../../../sandbox/wire/kafka/message.ts';
import { produce } from '../../../../sandbox/wire/kafka/messages/00-produce.ts';
import { fetch } from '../../../../sandbox/wire/kafka/messages/01-fetch.ts';
import { metadata } from '../../../../sandbox/wire/kafka/messages/03-metadata.ts';
import { apiVersions } from '../../../../sandbox/wire/kafka/messages/18-api-versions.ts';
import { readerOf } from '../../../../sandbox/wire/kafka/reader.ts';
import { int16, int32, zeroUuid } from '../../../../sandbox/wire/kafka/schema.ts';
import { bytesOf, newWriter } from '../../../../sandbox/wire/kafka/writer.ts';
import { batchOf, handClock, temporaryFolder } from './sandbox.ts';

const fixed = { version: 0, flexible: false };
const servers: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const start = async (
  settings: Record<string, string> = {},
  advertisedHosts = ['127.0.0.1'],
  dataDir = temporaryFolder(),
) => {
  const events: SandboxEvent[] = [];
  const listeners = advertisedHosts.map((advertisedHost) => ({ bindHost: '127.0.0.1', port: 0, advertisedHost }));
  const context = { listeners, dataDir, clock: handClock(), emit: (event: SandboxEvent) => events.push(event) };
  const server = await startKafka(context, { settings });
  servers.push(server);
  return { server, events, dataDir, port: server.ports[0] ?? 0 };
};

const open = async (port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  return socket;
};

/** A request in a version without tagged fields. */
const frame = <In>(
  message: Message<unknown, In, unknown, unknown>,
  version: number,
  correlationId: number,
  value: In,
): Buffer => {
  const writer = newWriter();
  int32.write(writer, 0, fixed);
  int16.write(writer, message.key, fixed);
  int16.write(writer, version, fixed);
  int32.write(writer, correlationId, fixed);
  int16.write(writer, -1, fixed);
  message.request.write(writer, value, at(message as never, version));
  const bytes = bytesOf(writer);
  bytes.writeInt32BE(bytes.length - 4, 0);
  return bytes;
};

async function* answers(socket: Socket): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      yield rest.subarray(4, end);
      rest = rest.subarray(end);
    }
  }
}

const take = async (from: AsyncGenerator<Buffer>): Promise<Buffer> => {
  const { value, done } = await from.next();
  if (done) throw new Error('closed');
  return value as Buffer;
};

const decode = <Out>(message: Message<unknown, unknown, Out, unknown>, version: number, answer: Buffer): Out =>
  message.response.read(readerOf(answer, 4), at(message as never, version));

const askMetadata = (names: string[]) => ({ topics: names.map((name) => ({ name, topicId: zeroUuid })) });
const fetchOf = (maxWaitMs: number) => ({
  maxWaitMs,
  minBytes: 1,
  topics: [{ name: 't', partitions: [{ index: 0, fetchOffset: 0n, maxBytes: 1_000_000 }] }],
});

describe('the server', () => {
  it('answers the requests of one connection in their order, a waiting fetch included', async () => {
    const { port } = await start();
    const socket = await open(port);
    const received = answers(socket);
    socket.write(frame(metadata, 4, 1, { ...askMetadata(['t']), allowAutoTopicCreation: true }));
    expect((await take(received)).readInt32BE(0)).toBe(1);
    socket.write(Buffer.concat([frame(fetch, 4, 2, fetchOf(60_000)), frame(metadata, 1, 3, askMetadata(['t']))]));
    const other = await open(port);
    const partitions = [{ index: 0, records: batchOf(['hello']) }];
    const topics = [{ name: 't', topicId: zeroUuid, partitions }];
    other.write(frame(produce, 3, 9, { transactionalId: null, acks: 1, timeoutMs: 1_000, topics }));
    const fetched = await take(received);
    expect(fetched.readInt32BE(0)).toBe(2);
    const [partition] = decode(fetch, 4, fetched).topics[0]?.partitions ?? [];
    expect([partition?.errorCode, partition?.highWatermark]).toEqual([0, 1n]);
    expect((await take(received)).readInt32BE(0)).toBe(3);
    socket.destroy();
    other.destroy();
  });

  it('takes requests however they are cut up', async () => {
    const { port } = await start();
    const socket = await open(port);
    const received = answers(socket);
    const bytes = Buffer.concat([1, 2, 3].map((id) => frame(metadata, 1, id, askMetadata([]))));
    for (const byte of bytes) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const id of [1, 2, 3]) expect((await take(received)).readInt32BE(0)).toBe(id);
    socket.destroy();
  });

  it('tells the address of the listener that a client came in on', async () => {
    const { server } = await start({}, ['127.0.0.1', 'broker.example']);
    const hosts = await Promise.all(
      server.ports.map(async (port) => {
        const socket = await open(port);
        socket.write(frame(metadata, 1, 1, askMetadata([])));
        const { brokers } = decode(metadata, 1, await take(answers(socket)));
        socket.destroy();
        return brokers.map((broker) => [broker.host, broker.port]);
      }),
    );
    expect(hosts).toEqual([[['127.0.0.1', server.ports[0]]], [['broker.example', server.ports[1]]]]);
  });

  it('tells a client that is too new which versions it has', async () => {
    const { port } = await start();
    const socket = await open(port);
    socket.write(
      frame({ ...apiVersions, flexibleFrom: 1_000 }, 99, 5, { clientSoftwareName: 'x', clientSoftwareVersion: '1' }),
    );
    expect(decode(apiVersions, 0, await take(answers(socket)))).toMatchObject({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
    });
    socket.destroy();
  });

  it('closes the connection of a request that it does not know, and says which', async () => {
    const { port, events } = await start();
    const unknown = { ...metadata, key: 68 };
    const tooNew = { ...metadata, flexibleFrom: 1_000 };
    for (const [message, version] of [[unknown, 0] as const, [tooNew, 77] as const]) {
      const socket = await open(port);
      socket.write(frame(message, version, 1, askMetadata([])));
      socket.resume();
      await once(socket, 'close');
    }
    const refused = events.filter(({ kind }) => kind === 'not-emulated').map(({ message }) => message);
    expect(refused).toEqual([
      expect.stringContaining('ConsumerGroupHeartbeat version 0'),
      expect.stringContaining('Metadata version 77'),
    ]);
  });

  it('does not take more than socket.request.max.bytes, nor a length below zero', async () => {
    const { port, events } = await start({ 'socket.request.max.bytes': '1000' });
    for (const length of [1_001, -1]) {
      const socket = await open(port);
      const head = Buffer.alloc(4);
      head.writeInt32BE(length);
      socket.write(head);
      socket.resume();
      await once(socket, 'close');
    }
    expect(events.map(({ kind }) => kind)).toEqual(['warning', 'warning']);
  });

  it('stops while a fetch waits, and starts again where it was', async () => {
    const { port, server, dataDir } = await start();
    const socket = await open(port);
    const received = answers(socket);
    socket.write(frame(metadata, 4, 1, { ...askMetadata(['t']), allowAutoTopicCreation: true }));
    const before = decode(metadata, 4, await take(received));
    socket.write(frame(fetch, 4, 2, fetchOf(600_000)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.stop();
    servers.length = 0;
    const again = await start({}, ['127.0.0.1'], dataDir);
    const other = await open(again.port);
    other.write(frame(metadata, 4, 1, { ...askMetadata(['t']), allowAutoTopicCreation: false }));
    const after = decode(metadata, 4, await take(answers(other)));
    expect([after.clusterId, after.topics]).toEqual([before.clusterId, before.topics]);
    other.destroy();
    socket.destroy();
  });
});
