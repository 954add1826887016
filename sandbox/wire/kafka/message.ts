import type { Reader } from './reader.ts';
import type { At, Codec } from './schema.ts';
import { int16, int32, nullable, string, struct } from './schema.ts';
import { chunksOf, newWriter, type Writer, writeUnsignedVarint } from './writer.ts';

/** One Kafka API: a request and its response in all their versions. */
export type Message<Request = unknown, RequestIn = unknown, Response = unknown, ResponseIn = unknown> = {
  readonly name: string;
  readonly key: number;
  /** Both included; what the broker speaks. */
  readonly versions: readonly [number, number];
  /** The first version with compact lengths and tagged fields. */
  readonly flexibleFrom: number;
  readonly request: Codec<Request, RequestIn>;
  readonly response: Codec<Response, ResponseIn>;
};

// biome-ignore lint/suspicious/noExplicitAny: any message; RequestOf and ResponseOf restore its types.
export type AnyMessage = Message<any, any, any, any>;
/** A request as it is read: every field there, those of other versions at their defaults. */
export type RequestOf<M> = M extends Message<infer Request, infer _1, infer _2, infer _3> ? Request : never;
/** A response as it is written: fields with a default may be left out. */
export type ResponseOf<M> = M extends Message<infer _1, infer _2, infer _3, infer ResponseIn> ? ResponseIn : never;

export const neverFlexible = Number.POSITIVE_INFINITY;

export const message = <Request, RequestIn, Response, ResponseIn>(
  definition: Message<Request, RequestIn, Response, ResponseIn>,
): Message<Request, RequestIn, Response, ResponseIn> => definition;

export const at = (message: AnyMessage, version: number): At => ({
  version,
  flexible: version >= message.flexibleFrom,
});

/** The first 8 bytes of a request: they read the same in every version of every API. */
export type RequestPrefix = { apiKey: number; apiVersion: number; correlationId: number };

const fixedAt: At = { version: 0, flexible: false };
const clientIdCodec = nullable(string);
const headerTags = struct({});

export const readRequestPrefix = (reader: Reader): RequestPrefix => ({
  apiKey: int16.read(reader, fixedAt),
  apiVersion: int16.read(reader, fixedAt),
  correlationId: int32.read(reader, fixedAt),
});

/** The rest of the header; its client id keeps the old two-byte length even where the header is flexible. */
export const readClientId = (reader: Reader, version: At): string | null => {
  const clientId = clientIdCodec.read(reader, fixedAt);
  if (version.flexible) headerTags.read(reader, version);
  return clientId;
};

const writeResponseHeader = (writer: Writer, message: AnyMessage, version: At, correlationId: number): void => {
  int32.write(writer, correlationId, fixedAt);
  // ApiVersions keeps header version 0: a client reads it before it knows which versions the broker has (KIP-511).
  if (version.flexible && message.key !== apiVersionsKey) writeUnsignedVarint(writer, 0);
};

export const apiVersionsKey = 18;

/** A whole response frame, its 4-byte length included, as chunks to be written in order. */
export const encodeResponse = <ResponseIn>(
  message: Message<unknown, unknown, unknown, ResponseIn>,
  version: At,
  correlationId: number,
  response: ResponseIn,
): Buffer[] => {
  const writer = newWriter();
  writeResponseHeader(writer, message as AnyMessage, version, correlationId);
  message.response.write(writer, response, version);
  const { chunks, sizeBytes } = chunksOf(writer);
  const length = Buffer.allocUnsafe(4);
  length.writeInt32BE(sizeBytes);
  return [length, ...chunks];
};
