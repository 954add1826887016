import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChunkVerifier, decodeChunks, MalformedChunk } from '../../../../sandbox/wire/s3/aws-chunked.ts';

const signature = 'a'.repeat(64);

const encode = (chunks: readonly Uint8Array[], trailers: string[] = [], signed = false): Buffer => {
  const extension = signed ? `;chunk-signature=${signature}` : '';
  const framed = chunks.map((data) =>
    Buffer.concat([Buffer.from(`${data.length.toString(16)}${extension}\r\n`), data, Buffer.from('\r\n')]),
  );
  return Buffer.concat([
    ...framed,
    Buffer.from(`0${extension}\r\n${trailers.map((line) => `${line}\r\n`).join('')}\r\n`),
  ]);
};

const decode = (body: Buffer, cuts: readonly number[] = [], verifier?: ChunkVerifier) => {
  const decoder = decodeChunks(verifier);
  const data: Buffer[] = [];
  const ends = [...new Set(cuts)].filter((cut) => cut < body.length).sort((left, right) => left - right);
  let start = 0;
  for (const end of [...ends, body.length]) {
    decoder.push(body.subarray(start, end), (part) => data.push(Buffer.from(part)));
    start = end;
  }
  return { data: Buffer.concat(data), ...decoder.end() };
};

describe('aws-chunked bodies', () => {
  it('give the same data wherever the transport cuts them', () => {
    const sizes = fc.array(fc.integer({ min: 8192, max: 9000 }), { maxLength: 3 });
    const cuts = fc.array(fc.nat(40_000), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.nat(100), cuts, (wholes, last, places) => {
        const chunks = [...wholes, ...(last > 0 ? [last] : [])].map((size, index) => Buffer.alloc(size, index + 1));
        const body = encode(chunks, ['x-amz-checksum-crc32:AAAAAA==']);
        const decoded = decode(body, places);
        expect(decoded.data.equals(Buffer.concat(chunks))).toBe(true);
        expect(decoded.trailers).toEqual(new Map([['x-amz-checksum-crc32', 'AAAAAA==']]));
      }),
    );
  });

  it('are refused when cut short anywhere', () => {
    const body = encode([Buffer.from('hello')], ['x-amz-checksum-crc32:AAAAAA==']);
    for (let length = 0; length < body.length; length++)
      expect(() => decode(body.subarray(0, length)), `${length} bytes`).toThrow(MalformedChunk);
  });

  it('tell each signature to the verifier, with the hash of the data', () => {
    const seen: string[] = [];
    const verifier: ChunkVerifier = {
      chunk: (sent, hash) => void seen.push(`${sent.length} ${hash.slice(0, 8)}`),
      trailers: (canonical, sent) => void seen.push(`${canonical}${sent}`),
    };
    decode(
      encode([Buffer.from('hello')], ['x-amz-checksum-crc32: AA==', 'x-amz-trailer-signature:ff'], true),
      [3],
      verifier,
    );
    expect(seen).toEqual(['64 2cf24dba', '64 e3b0c442', 'x-amz-checksum-crc32:AA==\nff']);
  });

  it('may have an empty line between the trailers and their signature', () => {
    const seen: string[] = [];
    const verifier: ChunkVerifier = {
      chunk: () => {},
      trailers: (canonical, sent) => void seen.push(canonical, `${sent}`),
    };
    decode(
      Buffer.from(`0;chunk-signature=${signature}\r\nx-amz-a:1\n\r\nx-amz-trailer-signature:ff\r\n\r\n`),
      [],
      verifier,
    );
    expect(seen).toEqual(['x-amz-a:1\n', 'ff']);
    const unsigned = Buffer.from(`0;chunk-signature=${signature}\r\nx-amz-a:1\r\n\r\n`);
    expect(() => decode(unsigned, [], verifier)).toThrow(MalformedChunk);
  });

  it.each([
    ['a size that is none', 'zz\r\nhello\r\n0\r\n\r\n'],
    ['a chunk longer than its size', '3\r\nhello\r\n0\r\n\r\n'],
    ['bytes after the end', '0\r\n\r\nmore'],
    ['a small chunk in the middle', '5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n'],
    ['an endless line', 'a'.repeat(5000)],
    ['a trailer without a colon', '0\r\nnothing\r\n\r\n'],
  ])('are refused with %s', (_, body) => {
    expect(() => decode(Buffer.from(body))).toThrow(MalformedChunk);
  });
});
