import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { NotEmulated } from '../../../core/not-emulated.ts';
import type { Listener } from '../../../core/server.ts';
import { JsonSyntaxError, type JsonValue, parseJson, printJson } from '../../../wire/connect/json-text.ts';
import { ConnectError } from '../connect-errors.ts';
import { RestError, restErrors } from '../errors.ts';
import { jacksonLocation } from './jackson-location.ts';
import type { RestAnswer, RestHandler, RestServices } from './rest-handler.ts';

// Routing, bodies and limits of the REST API; the operations are in handlers/.

const maximumBodyBytes = 4_194_304;

type Route = { handler: RestHandler; pattern: RegExp; names: readonly string[] };

const routeOf = (handler: RestHandler): Route => {
  const names = [...handler.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  const pattern = new RegExp(`^${handler.path.replace(/\{\w+\}/g, '([^/]+)')}/?$`);
  return { handler, pattern, names };
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maximumBodyBytes) throw restErrors.bodyTooLarge(maximumBodyBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const parseBody = (text: string): JsonValue | undefined => {
  if (text.trim() === '') return undefined;
  try {
    return parseJson(text, { keepOrder: true });
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw restErrors.malformedJson(`${error.message}${jacksonLocation(text, error.position)}`);
  }
};

const isJson = (contentType: string | undefined): boolean =>
  contentType === undefined || /^application\/(?:[\w.+-]*\+)?json\b/i.test(contentType);

const asJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `\u0000${item}` : item)).replace(
    /"\\u0000(-?\d+)"/g,
    '$1',
  );

const send = (response: ServerResponse, { status, body, location }: RestAnswer): void => {
  if (location !== undefined) response.setHeader('Location', location);
  if (body === undefined) {
    if (status !== 204) response.setHeader('Content-Length', 0);
    response.writeHead(status).end();
    return;
  }
  const text = Buffer.from(asJson(body));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': text.byteLength }).end(text);
};

/** Jersey's own errors carry no Content-Type. */
const sendError = (response: ServerResponse, error: RestError): void => {
  const text = Buffer.from(`{"error_code":${error.status},"message":${printJson(error.message)}}`);
  const headers: Record<string, string | number> = { 'Content-Length': text.byteLength };
  if (!error.message.startsWith('HTTP ')) headers['Content-Type'] = 'application/json';
  response.writeHead(error.status, headers).end(text);
};

const asRestError = (error: unknown, emit: (message: string) => void): RestError => {
  if (error instanceof RestError) return error;
  if (error instanceof NotEmulated) {
    emit(error.message);
    return restErrors.notEmulated(error.message);
  }
  if (error instanceof ConnectError) return new RestError(500, error.message);
  // A broker that is away, or a bug: the real worker answers both with 500 and the exception's text.
  return new RestError(500, error instanceof Error ? error.message : String(error));
};

const optionsOf = (routes: readonly Route[]): readonly string[] => {
  const methods = routes.map(({ handler }) => handler.method);
  return [
    ...(methods.includes('GET') ? ['HEAD'] : []),
    ...methods.filter((method) => method !== 'GET'),
    ...(methods.includes('GET') ? ['GET'] : []),
    'OPTIONS',
  ];
};

const dispatch = async (
  routes: readonly Route[],
  services: RestServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const host = request.headers.host ?? 'localhost';
  const url = new URL(request.url ?? '/', `http://${host}`);
  const here = routes.filter(({ pattern }) => pattern.test(url.pathname));
  if (here.length === 0) throw restErrors.notFound();
  if (request.method === 'OPTIONS') {
    const methods = optionsOf(here);
    const text = methods.join(', ');
    response
      .writeHead(200, { 'Content-Type': 'text/plain', Allow: methods.join(','), 'Content-Length': text.length })
      .end(text);
    return;
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = here.find(({ handler }) => handler.method === method);
  if (route === undefined) throw restErrors.methodNotAllowed();
  const bodyText = await readBody(request);
  if (!isJson(request.headers['content-type'])) throw restErrors.unsupportedMediaType();
  const match = route.pattern.exec(url.pathname) ?? [];
  const params = Object.fromEntries(
    route.names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]),
  );
  const body = parseBody(bodyText);
  send(
    response,
    await route.handler.answer(
      { params, query: url.searchParams, body, bodyText, baseUrl: `http://${host}` },
      services,
    ),
  );
};

export type RestServer = { port: number; stop(): Promise<void> };

/** Binds first, answers when `services` is there: requests that come during the start wait for it. */
export const listenForRest = async (
  listener: Listener,
  handlers: readonly RestHandler[],
  services: Promise<RestServices>,
  emitRefusal: (message: string) => void,
): Promise<RestServer> => {
  const routes = handlers.map(routeOf);
  const server: Server = createServer((request, response) => {
    services
      .then((ready) =>
        dispatch(routes, ready, request, response).catch((error: unknown) => {
          if (response.headersSent) response.destroy();
          else sendError(response, asRestError(error, emitRefusal));
        }),
      )
      .catch(() => response.destroy());
  });
  server.requestTimeout = 60_000;
  server.headersTimeout = 30_000;
  server.maxHeadersCount = 200;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listener.port, listener.bindHost, () => resolve());
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : listener.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
      }),
  };
};
