import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Listener } from '../../core/server.ts';
import type { HttpAnswer, HttpRequest } from './endpoints/endpoint.ts';
import { endpoints } from './endpoints/index.ts';
import { failure } from './endpoints/query-answer.ts';
import { componentName, type Engine } from './engine.ts';
import { SnowflakeError } from './errors.ts';

const bodyBytesAtMost = 128 * 1024 * 1024;
const inflate = promisify(gunzip);

class BodyTooLarge extends Error {}

const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message) {
    size += (part as Buffer).length;
    if (size > bodyBytesAtMost) throw new BodyTooLarge();
    parts.push(part as Buffer);
  }
  const body = Buffer.concat(parts);
  const gzipped = message.headers['content-encoding'] === 'gzip' || (body[0] === 0x1f && body[1] === 0x8b);
  return gzipped ? await inflate(body, { maxOutputLength: bodyBytesAtMost }) : body;
};

const tokenOf = (message: IncomingMessage): string | undefined =>
  /^Snowflake Token="(.*)"$/i.exec(message.headers.authorization ?? '')?.[1];

const answerTo = async (engine: Engine, message: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> => {
  const origin = `http://${message.headers.host ?? '127.0.0.1'}`;
  const url = new URL(message.url ?? '/', 'http://sandbox');
  // One driver (Python 5.2) writes two slashes before a query's id.
  const path = url.pathname.replace(/\/{2,}/g, '/');
  const body = await readBody(message);
  for (const endpoint of endpoints) {
    const match = endpoint.method === message.method ? endpoint.path.exec(path) : null;
    if (!match) continue;
    const request: HttpRequest = {
      method: endpoint.method,
      path,
      parameters: match.slice(1),
      query: url.searchParams,
      origin,
      token: tokenOf(message),
      body,
      signal,
    };
    return await endpoint.answer(engine, request);
  }
  engine.emit({ component: componentName, kind: 'not-emulated', message: `${message.method} ${url.pathname}` });
  return {
    status: 404,
    json: { data: null, code: '390404', message: `${message.method} ${url.pathname} is not emulated.`, success: false },
  };
};

const failed = (engine: Engine, error: unknown): HttpAnswer => {
  if (error instanceof SnowflakeError) return failure(error);
  if (error instanceof BodyTooLarge || (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
    return { status: 413, json: { code: '390413', message: 'Request body is too large.', success: false } };
  }
  if (error instanceof SyntaxError) {
    return { status: 400, json: { code: '390400', message: 'Request body is not JSON.', success: false } };
  }
  engine.emit({
    component: componentName,
    kind: 'failed',
    message: String(error instanceof Error ? error.stack : error),
  });
  return failure({ code: '000603', sqlState: 'XX000', message: `SQL execution internal error: ${String(error)}` });
};

const send = (response: ServerResponse, answer: HttpAnswer): void => {
  if ('file' in answer) {
    response.writeHead(answer.status ?? 200, { 'content-type': answer.contentType });
    createReadStream(answer.file)
      .on('error', () => response.destroy())
      .pipe(response);
    return;
  }
  const text = 'json' in answer ? JSON.stringify(answer.json) : answer.text;
  response.writeHead(answer.status ?? 200, {
    'content-type': 'json' in answer ? 'application/json' : 'text/plain',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
};

export type HttpServer = { ports: readonly number[]; close(): Promise<void> };

/** Listens at once; requests wait until the engine is there. */
export const listen = async (listeners: readonly Listener[], engine: Promise<Engine>): Promise<HttpServer> => {
  const onRequest = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const ready = await engine.catch(() => undefined);
    if (!ready) {
      response.destroy();
      return;
    }
    const answer = await answerTo(ready, message, gone.signal).catch((error: unknown) => failed(ready, error));
    if (!response.destroyed) send(response, answer);
  };
  const servers: Server[] = [];
  for (const { bindHost, port } of listeners) {
    const server = createServer({ keepAliveTimeout: 60_000 }, (message, response) => {
      message.on('error', () => {});
      void onRequest(message, response);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: bindHost, port }, () => resolve());
    });
    servers.push(server);
  }
  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    close: async () => {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeIdleConnections();
              setTimeout(() => server.closeAllConnections(), 1_000).unref();
            }),
        ),
      );
    },
  };
};
