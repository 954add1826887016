import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { lockFolder } from '../../core/folder-lock.ts';
import { NotEmulated } from '../../core/not-emulated.ts';
import type { RunningServer, ServerContext } from '../../core/server.ts';
import { errorDocument, sendAnswer, sendError } from './answering.ts';
import { type AccessKey, type Authenticator, createAuthenticator } from './authenticate.ts';
import { startDelivery } from './delivery.ts';
import { answerFor, S3Error } from './errors.ts';
import type { S3Context } from './operation.ts';
import { payloadOf } from './payload.ts';
import { readRequest, type S3Request } from './request.ts';
import { findOperation } from './routing.ts';
import { openStore } from './store.ts';

export type S3Options = {
  /** The one region of this endpoint; signatures must name it. */
  region: string;
  accessKeys: AccessKey[];
  /** Where the messages of each queue go: ARN → URL of its webhook. */
  queues: Record<string, string>;
};

const headersTimeoutMs = 60_000;
const keepAliveTimeoutMs = 60_000;
const stopPatienceMs = 5_000;

const newIds = () => ({
  requestId: randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase(),
  hostId: Buffer.from(randomUUID()).toString('base64'),
});

const answer = async (context: S3Context, authenticate: Authenticator, request: S3Request): Promise<void> => {
  if (request.method === 'OPTIONS') throw new S3Error('AccessForbidden');
  const signature = authenticate(request);
  const found = findOperation(request);
  const result = await found.handle(context, request, payloadOf(request, signature));
  await sendAnswer(request, result, context.store.contents);
};

/** What is no HTTP at all is answered too, and the connection ends. */
const answerMalformed = (error: NodeJS.ErrnoException, socket: Socket) => {
  if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy();
  const isHeaderTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const { requestId, hostId } = newIds();
  const refusal = isHeaderTooLarge
    ? new S3Error('RequestHeaderSectionTooLarge', undefined, [['MaxSizeAllowed', '8192']])
    : new S3Error('InvalidRequest', 'The request is not well-formed HTTP.');
  const body = errorDocument(refusal, '', requestId, hostId);
  const head = `HTTP/1.1 ${refusal.status} Bad Request\r\ncontent-type: application/xml\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body);
};

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), stopPatienceMs).unref();
  });

/** Starts S3's REST API: one account, path and virtual-host style, every request signed. SUPPORT.md says what it speaks. */
export const startS3 = async (serverContext: ServerContext, options: S3Options): Promise<RunningServer> => {
  const { clock, emit, dataDir, listeners } = serverContext;
  const unlock = await lockFolder(dataDir);
  try {
    const store = openStore(dataDir, clock, emit);
    const context: S3Context = {
      store,
      clock,
      region: options.region,
      queueArns: new Set(Object.keys(options.queues)),
    };
    const authenticate = createAuthenticator(options.accessKeys, options.region, () => clock.nowMs());
    const ownHosts = listeners.map((listener) => listener.advertisedHost).filter((host) => /[a-z]/i.test(host));

    const fail = (request: S3Request, error: unknown) => {
      if (error instanceof NotEmulated) emit({ component: 's3', kind: 'not-emulated', message: error.what });
      const known = answerFor(error);
      if (known === undefined) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        emit({ component: 's3', kind: 'failed', message: `${request.method} ${request.path}: ${text}` });
      } else if (known.code === 'InternalError') emit({ component: 's3', kind: 'warning', message: known.message });
      sendError(request, known ?? new S3Error('InternalError'));
    };

    const serve = (http: IncomingMessage, response: ServerResponse) => {
      const ids = newIds();
      try {
        const request = readRequest(http, response, ids, ownHosts);
        answer(context, authenticate, request).catch((error) => fail(request, error));
      } catch (error) {
        const bare = { path: http.url ?? '', query: [], bucket: undefined, key: undefined };
        fail({ http, response, method: http.method ?? '', ...bare, ...ids }, error);
      }
    };

    const servers: Server[] = [];
    const closeAll = () => Promise.all(servers.map(closeServer));
    const ports: number[] = [];
    for (const listener of listeners) {
      const server = createServer(
        { requestTimeout: 0, headersTimeout: headersTimeoutMs, keepAliveTimeout: keepAliveTimeoutMs },
        serve,
      );
      // `Expect: 100-continue` is answered by whoever reads the body, after the signature is checked.
      server.on('checkContinue', serve);
      server.on('clientError', answerMalformed);
      servers.push(server);
      try {
        ports.push(await listen(server, listener.port, listener.bindHost));
      } catch (error) {
        servers.pop();
        await closeAll();
        store.close();
        throw error;
      }
    }
    const delivery = startDelivery(store, options.queues, options.region, clock, emit);

    const stop = async () => {
      await closeAll();
      await delivery.stop();
      store.close();
      await unlock();
    };
    return { ports, stop };
  } catch (error) {
    await unlock();
    throw error;
  }
};
