import type { Engine } from '../engine.ts';

export type HttpRequest = {
  method: string;
  /** Without the query string. */
  path: string;
  /** The parts that the route's pattern left open. */
  parameters: readonly string[];
  query: URLSearchParams;
  /** The request's own idea of our address, for links in the answer. */
  origin: string;
  /** The token of `Authorization: Snowflake Token="…"`. */
  token: string | undefined;
  body: Buffer;
  signal: AbortSignal;
};

export type HttpAnswer =
  | { status?: number; json: unknown }
  | { status?: number; file: string; contentType: string }
  | { status: number; text: string };

/** One route of Snowflake's HTTP API. */
export type Endpoint = {
  method: 'GET' | 'POST';
  path: RegExp;
  answer(engine: Engine, request: HttpRequest): Promise<HttpAnswer>;
};

export const jsonBody = (request: HttpRequest): Record<string, unknown> => {
  if (request.body.length === 0) return {};
  const parsed: unknown = JSON.parse(request.body.toString('utf8'));
  return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
};

export const succeeded = (data: unknown): HttpAnswer => ({ json: { data, message: null, code: null, success: true } });
