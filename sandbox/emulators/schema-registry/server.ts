import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { lockFolder } from '../../core/folder-lock.ts';
import { NotEmulated } from '../../core/not-emulated.ts';
import type { RunningServer, ServerContext } from '../../core/server.ts';
import { answerFor, httpError, type RegistryError } from './errors.ts';
import { RawJson } from './operation.ts';
import { findRoute } from './routing.ts';
import { openStore, type Store } from './store.ts';

export type SchemaRegistryOptions = Record<string, never>;

const longestBodyBytes = 4 << 20;
const stopPatienceMs = 5_000;
const ownType = 'application/vnd.schemaregistry.v1+json';
const acceptedTypes = new Set([
  ownType,
  'application/vnd.schemaregistry+json',
  'application/json',
  'application/octet-stream',
]);

/** The registry's own type, unless the client takes only a plainer one. */
const answerType = (http: IncomingMessage): string => {
  const accepted = (http.headers.accept ?? '*/*').split(',').map((part) => part.split(';')[0]?.trim() ?? '');
  const wanted = [ownType, 'application/vnd.schemaregistry+json', 'application/json'];
  if (accepted.some((type) => type === '*/*' || type === 'application/*')) return ownType;
  const found = wanted.find((type) => accepted.includes(type));
  if (found === undefined) throw httpError(406, 'HTTP 406 Not Acceptable');
  return found;
};

const readBody = async (http: IncomingMessage): Promise<unknown> => {
  const blocks: Buffer[] = [];
  let size = 0;
  for await (const block of http.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += block.length;
    if (size > longestBodyBytes) throw httpError(413, 'HTTP 413 Request Entity Too Large');
    blocks.push(block);
  }
  const text = Buffer.concat(blocks).toString('utf8');
  if (text.trim() === '') return undefined;
  const type = http.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && !acceptedTypes.has(type)) throw httpError(415, 'HTTP 415 Unsupported Media Type');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw httpError(400, `Malformed JSON: ${(error as Error).message}`);
  }
};

const send = (response: ServerResponse, status: number, type: string, text: string): void => {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

const sendError = (response: ServerResponse, error: RegistryError): void => {
  if (error.status === 413) response.setHeader('connection', 'close');
  send(response, error.status, ownType, JSON.stringify({ error_code: error.code, message: error.message }));
};

const answer = async (store: Store, http: IncomingMessage, response: ServerResponse): Promise<void> => {
  const [rawPath = '/', rawQuery = ''] = (http.url ?? '/').split(/\?(.*)/s);
  const method = http.method === 'HEAD' ? 'GET' : (http.method ?? 'GET');
  const { found, path } = findRoute(method, rawPath);
  const type = answerType(http);
  const body = await readBody(http);
  const result = found.handle(store, { path, query: new URLSearchParams(rawQuery), body });
  send(response, 200, type, result instanceof RawJson ? result.text : JSON.stringify(result));
};

const answerMalformed = (error: NodeJS.ErrnoException, socket: Socket) => {
  if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy();
  socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
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

/** Starts Confluent's Schema Registry API, version 1, for Avro. SUPPORT.md says what it speaks. */
export const startSchemaRegistry = async (
  context: ServerContext,
  _options: SchemaRegistryOptions,
): Promise<RunningServer> => {
  const { dataDir, emit, listeners } = context;
  const unlock = await lockFolder(dataDir);
  const servers: Server[] = [];
  const closeAll = () => Promise.all(servers.map(closeServer));
  try {
    const store = openStore(dataDir, emit);

    const fail = (http: IncomingMessage, response: ServerResponse, error: unknown) => {
      if (error instanceof NotEmulated)
        emit({ component: 'schema-registry', kind: 'not-emulated', message: error.what });
      const known = answerFor(error);
      if (known === undefined) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        emit({ component: 'schema-registry', kind: 'failed', message: `${http.method} ${http.url}: ${text}` });
      }
      sendError(response, known ?? httpError(500, 'Internal Server Error'));
    };

    const ports: number[] = [];
    for (const listener of listeners) {
      const server = createServer((http, response) => {
        answer(store, http, response).catch((error) => fail(http, response, error));
      });
      server.on('clientError', answerMalformed);
      ports.push(await listen(server, listener.port, listener.bindHost));
      servers.push(server);
    }
    const stop = async () => {
      await closeAll();
      store.close();
      await unlock();
    };
    return { ports, stop };
  } catch (error) {
    await closeAll();
    await unlock();
    throw error;
  }
};
