import type { JsonValue } from '../../../wire/connect/json-text.ts';
import type { Herder } from '../worker/herder.ts';
import type { Loggers } from '../worker/loggers.ts';

export type RestRequest = {
  /** Parts of the path by their names, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The JSON body; undefined when there was none. */
  body: JsonValue | undefined;
  bodyText: string;
  /** Where the client reached this worker: `http://127.0.0.1:8083`. */
  baseUrl: string;
};

/** A body that is not there gives an empty answer; text is sent as it is, anything else as JSON. */
export type RestAnswer = { status: number; body?: unknown; location?: string };

export type RestServices = { herder: Herder; loggers: Loggers };

/** One operation of the REST API. Errors are thrown as RestError. */
export type RestHandler = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the real worker's documentation writes it: `/connectors/{connector}/status`. */
  path: string;
  answer(request: RestRequest, services: RestServices): Promise<RestAnswer> | RestAnswer;
};
