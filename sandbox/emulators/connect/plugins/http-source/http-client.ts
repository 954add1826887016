import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { RetriableError } from '../../connect-errors.ts';

// What the connector asks of OkHttp: one kept connection, timeouts, redirects followed, gzip undone. A failed connection is retriable.

export type HttpRequest = {
  method: string;
  url: string;
  headers: readonly (readonly [string, string])[];
  body: string | null;
};
export type HttpResponse = { status: number; body: Buffer };

export type HttpClient = { execute(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>; close(): void };

export type HttpClientSettings = { connectTimeoutMs: number; readTimeoutMs: number; authorization: string | null };

const maximumBodyBytes = 134_217_728;
const maximumRedirects = 20;

const readBody = async (response: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maximumBodyBytes) throw new Error(`response is larger than ${maximumBodyBytes} bytes`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  return response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
};

export const openHttpClient = ({ connectTimeoutMs, readTimeoutMs, authorization }: HttpClientSettings): HttpClient => {
  const agents = {
    'http:': new Agent({ keepAlive: true, maxSockets: 1 }),
    'https:': new TlsAgent({ keepAlive: true, maxSockets: 1 }),
  };

  const once = (given: HttpRequest, signal: AbortSignal): Promise<{ response: IncomingMessage; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const url = new URL(given.url);
      const secure = url.protocol === 'https:';
      const headers: Record<string, string | string[]> = { 'Accept-Encoding': 'gzip', 'User-Agent': 'okhttp/4.12.0' };
      for (const [name, value] of given.headers) {
        const known = headers[name];
        headers[name] = known === undefined || name in { 'User-Agent': 1 } ? value : [known, value].flat();
      }
      if (authorization !== null) headers['Authorization'] = authorization;
      const options: RequestOptions = {
        method: given.method,
        headers,
        agent: agents[secure ? 'https:' : 'http:'],
        signal,
        timeout: readTimeoutMs,
      };
      const request = (secure ? tlsRequest : httpRequest)(url, options, (response) => {
        readBody(response).then((body) => resolve({ response, body }), reject);
      });
      const connecting = setTimeout(() => request.destroy(new Error('connect timed out')), connectTimeoutMs);
      request.once('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => clearTimeout(connecting));
        else clearTimeout(connecting);
      });
      request.once('close', () => clearTimeout(connecting));
      request.once('timeout', () => request.destroy(new Error('timeout')));
      request.once('error', (error) => {
        const reset = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
        reject(Object.assign(error, { staleConnection: reset }));
      });
      request.end(given.body ?? undefined);
    });

  const follow = async (given: HttpRequest, signal: AbortSignal): Promise<HttpResponse> => {
    let request = given;
    for (let redirects = 0; ; redirects++) {
      const { response, body } = await once(request, signal).catch((error: Error & { staleConnection?: boolean }) => {
        // The server closed a kept connection meanwhile: OkHttp tries such a request again by itself.
        if (error.staleConnection === true) return once(request, signal);
        throw error;
      });
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      const followed =
        [301, 302, 303, 307, 308].includes(status) &&
        location !== undefined &&
        ['GET', 'HEAD'].includes(request.method);
      if (!followed || redirects >= maximumRedirects) return { status, body };
      request = { ...request, url: new URL(location, request.url).href };
    }
  };

  return {
    execute: async (request, signal) => {
      try {
        return await follow(request, signal);
      } catch (error) {
        throw new RetriableError(`${error instanceof Error ? error.message : String(error)} (${request.url})`, {
          cause: error,
        });
      }
    },
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
};
