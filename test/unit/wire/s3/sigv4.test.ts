import { describe, expect, it } from 'vitest';
import {
  type CredentialScope,
  canonicalRequest,
  chunkSignature,
  parseAmzDate,
  parseAuthorization,
  parseScope,
  sha256Hex,
  sign,
  signingKey,
  stringToSign,
} from '../../../../sandbox/wire/s3/sigv4.ts';

// The worked examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, …/sigv4-query-string-auth.html and …/sigv4-streaming.html
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const timestamp = '20130524T000000Z';
const scope: CredentialScope = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  date: '20130524',
  region: 'us-east-1',
  service: 's3',
  terminator: 'aws4_request',
};
const key = signingKey(secret, scope);

type Example = {
  method: string;
  path: string;
  query?: [string, string][];
  headers: Record<string, string>;
  payloadHash: string;
};

const signatureOf = ({ method, path, query = [], headers, payloadHash }: Example): string => {
  const signedHeaders = Object.keys(headers).sort();
  const canonical = canonicalRequest({
    method,
    path,
    query,
    header: (name) => headers[name],
    signedHeaders,
    payloadHash,
  });
  return sign(key, stringToSign(timestamp, scope, canonical));
};

const empty = sha256Hex('');
const common = { host: 'examplebucket.s3.amazonaws.com', 'x-amz-date': timestamp };

describe('Signature Version 4', () => {
  it('signs a GET with a range', () => {
    const headers = { ...common, range: 'bytes=0-9', 'x-amz-content-sha256': empty };
    expect(signatureOf({ method: 'GET', path: '/test.txt', headers, payloadHash: empty })).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('signs a PUT of a key that needs encoding', () => {
    const payloadHash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
    const headers = {
      host: common.host,
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-date': timestamp,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': payloadHash,
    };
    expect(signatureOf({ method: 'PUT', path: '/test$file.text', headers, payloadHash })).toBe(
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    );
  });

  it('signs query parameters in order, an empty one too', () => {
    const headers = { ...common, 'x-amz-content-sha256': empty };
    expect(signatureOf({ method: 'GET', path: '/', query: [['lifecycle', '']], headers, payloadHash: empty })).toBe(
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    );
    const query: [string, string][] = [
      ['prefix', 'J'],
      ['max-keys', '2'],
    ];
    expect(signatureOf({ method: 'GET', path: '/', query, headers, payloadHash: empty })).toBe(
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    );
  });

  it('signs a presigned URL', () => {
    const query: [string, string][] = [
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Credential', 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'],
      ['X-Amz-Date', timestamp],
      ['X-Amz-Expires', '86400'],
      ['X-Amz-SignedHeaders', 'host'],
      ['X-Amz-Signature', 'not covered'],
    ];
    const headers = { host: common.host };
    expect(signatureOf({ method: 'GET', path: '/test.txt', query, headers, payloadHash: 'UNSIGNED-PAYLOAD' })).toBe(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });

  it('signs the chunks of a streamed body, each over the one before', () => {
    const chunks = [Buffer.alloc(65536, 'a'), Buffer.alloc(1024, 'a'), Buffer.alloc(0)];
    let previous = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
    const signatures = chunks.map((data) => {
      previous = chunkSignature(key, timestamp, scope, previous, sha256Hex(data));
      return previous;
    });
    expect(signatures).toEqual([
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ]);
  });
});

describe('the parts of a signature', () => {
  it('are read from the Authorization header', () => {
    const parameters = 'Credential=a/b/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=ff';
    expect(parseAuthorization(parameters)).toEqual({
      scope: { ...scope, accessKeyId: 'a/b' },
      signedHeaders: ['host', 'x-amz-date'],
      signature: 'ff',
    });
    expect(parseAuthorization('Credential=x')).toBeUndefined();
    expect(parseAuthorization('nothing')).toBeUndefined();
    expect(parseScope('too/short')).toBeUndefined();
  });

  it('have a time', () => {
    expect(parseAmzDate('20130524T000000Z')).toBe(Date.UTC(2013, 4, 24));
    expect(parseAmzDate('20131324T000000Z')).toBeUndefined();
    expect(parseAmzDate('yesterday')).toBeUndefined();
  });
});
