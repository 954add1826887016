import { createHash } from 'node:crypto';
import { type ChunkVerifier, decodeChunks, MalformedChunk } from '../../wire/s3/aws-chunked.ts';
import { chunkSignature, trailerSignature } from '../../wire/s3/sigv4.ts';
import { MalformedXml, parseXml, type XmlElement } from '../../wire/s3/xml.ts';
import type { PayloadSignature } from './authenticate.ts';
import { S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';

/** The body of a request, its framing taken off and its signature checked as it streams by. */
export type Payload = {
  /** The size of the data, when the headers tell it. */
  declaredBytes: number | undefined;
  /** Reads to the end; throws when the body is not what was signed. Back-pressure comes from `sink` being synchronous. */
  read(sink: (data: Buffer) => void): Promise<{ trailers: ReadonlyMap<string, string> }>;
};

const idleTimeoutMs = 30_000;
const noTrailers: ReadonlyMap<string, string> = new Map();

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** The raw bytes of the body; told to the client's `Expect: 100-continue` only when someone wants them. */
async function* rawBody(request: S3Request): AsyncGenerator<Buffer> {
  const { http, response } = request;
  if (header(request, 'expect')?.toLowerCase() === '100-continue') response.writeContinue();
  http.setTimeout(idleTimeoutMs, () => http.destroy(new S3Error('RequestTimeout')));
  try {
    // Whoever stops reading still wants to answer: the connection must stay.
    yield* http.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof S3Error ? error : new S3Error('IncompleteBody');
  } finally {
    http.setTimeout(0);
  }
}

const verifierOf = (signature: Extract<PayloadSignature, { kind: 'chunks-signed' }>): ChunkVerifier => {
  const { key, timestamp, scope } = signature;
  let previous = signature.seed;
  const check = (expected: string, sent: string | undefined) => {
    if (expected !== sent) throw new S3Error('SignatureDoesNotMatch');
    previous = expected;
  };
  return {
    chunk: (sent, dataHash) => check(chunkSignature(key, timestamp, scope, previous, dataHash), sent),
    trailers: (canonical, sent) => check(trailerSignature(key, timestamp, scope, previous, canonical), sent),
  };
};

const asAnswer = (error: unknown): unknown => {
  if (!(error instanceof MalformedChunk)) return error;
  if (error.reason === 'size') return new S3Error('InvalidChunkSizeError');
  return new S3Error(
    'IncompleteBody',
    error.reason === 'incomplete' ? undefined : `The request body is malformed: ${error.message}`,
  );
};

const readChunked = async (
  request: S3Request,
  signature: Extract<PayloadSignature, { kind: 'chunks-signed' | 'chunks-unsigned' }>,
  declaredBytes: number,
  sink: (data: Buffer) => void,
) => {
  const decoder = decodeChunks(signature.kind === 'chunks-signed' ? verifierOf(signature) : undefined);
  let size = 0;
  const count = (data: Buffer) => {
    size += data.length;
    if (size > declaredBytes) throw new S3Error('IncompleteBody');
    sink(data);
  };
  try {
    for await (const bytes of rawBody(request)) decoder.push(bytes, count);
    const { trailers } = decoder.end();
    if (size !== declaredBytes) throw new S3Error('IncompleteBody');
    return { trailers };
  } catch (error) {
    throw asAnswer(error);
  }
};

const readPlain = async (request: S3Request, signature: PayloadSignature, sink: (data: Buffer) => void) => {
  const hash = signature.kind === 'sha256' ? createHash('sha256') : undefined;
  for await (const bytes of rawBody(request)) {
    hash?.update(bytes);
    sink(bytes);
  }
  const computed = hash?.digest('hex');
  if (signature.kind === 'sha256' && computed !== signature.hash)
    throw new S3Error('XAmzContentSHA256Mismatch', undefined, [
      ['ClientComputedContentSHA256', signature.hash],
      ['S3ComputedContentSHA256', computed ?? ''],
    ]);
  return { trailers: noTrailers };
};

export const payloadOf = (request: S3Request, signature: PayloadSignature): Payload => {
  if (signature.kind === 'chunks-signed' || signature.kind === 'chunks-unsigned') {
    const declaredBytes = wholeNumber(header(request, 'x-amz-decoded-content-length'));
    if (declaredBytes === undefined) throw new S3Error('MissingContentLength');
    return { declaredBytes, read: (sink) => readChunked(request, signature, declaredBytes, sink) };
  }
  const declaredBytes = wholeNumber(header(request, 'content-length'));
  return { declaredBytes, read: (sink) => readPlain(request, signature, sink) };
};

/** Reads a body that is a document; undefined when it is empty. Also checks Content-MD5 where given. */
export const readDocument = async (
  request: S3Request,
  payload: Payload,
  longestBytes: number,
): Promise<XmlElement | undefined> => {
  if ((payload.declaredBytes ?? 0) > longestBytes) throw new S3Error('MaxMessageLengthExceeded');
  const blocks: Buffer[] = [];
  let size = 0;
  await payload.read((data) => {
    size += data.length;
    if (size > longestBytes) throw new S3Error('MaxMessageLengthExceeded');
    blocks.push(data);
  });
  const bytes = Buffer.concat(blocks);
  const md5 = header(request, 'content-md5');
  if (md5 !== undefined && createHash('md5').update(bytes).digest('base64') !== md5) throw new S3Error('BadDigest');
  if (bytes.length === 0) return undefined;
  try {
    return parseXml(bytes.toString('utf8'));
  } catch (error) {
    throw error instanceof MalformedXml ? new S3Error('MalformedXML') : error;
  }
};
