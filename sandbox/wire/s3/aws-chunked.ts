import { createHash, type Hash } from 'node:crypto';

/** The body framing `aws-chunked`: `size[;chunk-signature=…]\r\n data \r\n … 0 … \r\n trailers \r\n`.
 *  https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
export type ChunkVerifier = {
  /** Told each chunk's signature and the SHA-256 of its data, the closing empty one included. Throws when it does not fit. */
  chunk(signature: string, dataHash: string): void;
  /** Told the canonical trailers (`name:value\n` each) and x-amz-trailer-signature. */
  trailers(canonical: string, signature: string | undefined): void;
};

export class MalformedChunk extends Error {
  readonly reason: 'format' | 'size' | 'incomplete';

  constructor(reason: MalformedChunk['reason'], message: string) {
    super(message);
    this.name = 'MalformedChunk';
    this.reason = reason;
  }
}

export type ChunkDecoder = {
  /** Takes the next bytes of the body and hands their data to `sink`. */
  push(bytes: Buffer, sink: (data: Buffer) => void): void;
  /** Says that the body is over; throws when it is not whole. */
  end(): { trailers: Map<string, string> };
};

const longestLineBytes = 4096;
const mostTrailers = 16;
const leastChunkBytes = 8192;
const signatureTrailer = 'x-amz-trailer-signature';

type Phase = 'size' | 'data' | 'data-end' | 'trailers' | 'done';

export const decodeChunks = (verifier: ChunkVerifier | undefined): ChunkDecoder => {
  let phase: Phase = 'size';
  let line = '';
  let leftBytes = 0;
  let shortChunkSeen = false;
  let signature = '';
  let hash: Hash | undefined;
  const trailers = new Map<string, string>();

  const malformed = (what: string): never => {
    throw new MalformedChunk('format', what);
  };

  const closeChunk = () => verifier?.chunk(signature, (hash ?? createHash('sha256')).digest('hex'));

  const startChunk = (header: string) => {
    const match = /^([0-9a-fA-F]{1,12})(?:;(.*))?$/.exec(header);
    if (!match?.[1]) return malformed('a chunk does not begin with its size');
    leftBytes = Number.parseInt(match[1], 16);
    const sent = /(?:^|;)chunk-signature=([0-9a-f]{64})$/.exec(match[2] ?? '')?.[1];
    if (verifier && sent === undefined) return malformed('a chunk has no signature');
    signature = sent ?? '';
    if (leftBytes === 0) {
      hash = undefined;
      closeChunk();
      phase = 'trailers';
      return;
    }
    if (shortChunkSeen)
      throw new MalformedChunk('size', 'Only the last chunk is allowed to have a size less than 8192 bytes');
    shortChunkSeen = leftBytes < leastChunkBytes;
    hash = verifier ? createHash('sha256') : undefined;
    phase = 'data';
  };

  const endTrailers = () => {
    const sent = trailers.get(signatureTrailer);
    trailers.delete(signatureTrailer);
    if (verifier && (trailers.size > 0 || sent !== undefined))
      verifier.trailers([...trailers].map(([name, value]) => `${name}:${value}\n`).join(''), sent);
    phase = 'done';
  };

  const takeTrailer = (text: string) => {
    // AWS's own example ends a trailer with "\n\r\n" and puts its signature after the empty line that this makes.
    const isSignatureToCome = verifier !== undefined && trailers.size > 0 && !trailers.has(signatureTrailer);
    if (text === '') return isSignatureToCome ? undefined : endTrailers();
    const colon = text.indexOf(':');
    if (colon < 1 || trailers.size >= mostTrailers) return malformed('a trailer is malformed');
    trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
  };

  const takeLine = (text: string) => {
    if (phase === 'size') return startChunk(text);
    if (phase === 'trailers') return takeTrailer(text);
    if (text !== '') return malformed('a chunk is longer than its size');
    closeChunk();
    phase = 'size';
  };

  const takeData = (bytes: Buffer, position: number, sink: (data: Buffer) => void): number => {
    const end = Math.min(bytes.length, position + leftBytes);
    const data = bytes.subarray(position, end);
    hash?.update(data);
    leftBytes -= data.length;
    if (leftBytes === 0) phase = 'data-end';
    sink(data);
    return end;
  };

  const takeText = (bytes: Buffer, position: number): number => {
    const newline = bytes.indexOf(10, position);
    const end = newline < 0 ? bytes.length : newline;
    line += bytes.toString('latin1', position, end);
    if (line.length > longestLineBytes) return malformed('a line is too long');
    if (newline < 0) return end;
    const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
    line = '';
    takeLine(whole);
    return newline + 1;
  };

  const checkEnd = (bytes: Buffer, position: number): void => {
    if (bytes.toString('latin1', position).trim() !== '') malformed('bytes follow the last chunk');
  };

  const push = (bytes: Buffer, sink: (data: Buffer) => void): void => {
    let position = 0;
    while (position < bytes.length && phase !== 'done') {
      position = phase === 'data' ? takeData(bytes, position, sink) : takeText(bytes, position);
    }
    checkEnd(bytes, position);
  };

  const end = () => {
    if (phase !== 'done') throw new MalformedChunk('incomplete', 'the body ends inside a chunk');
    return { trailers };
  };

  return { push, end };
};
