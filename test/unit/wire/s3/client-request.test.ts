import { expect, test } from 'vitest';
import { refusalOf, requestSigner } from '../../../../sandbox/wire/s3/client-request.ts';

const account = {
  endpoint: null,
  region: 'us-east-1',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  pathStyle: false,
};
const atMs = Date.UTC(2013, 4, 24);

// The example of AWS's "Signature Calculations for the Authorization Header", GET Bucket (List Objects).
test('a request carries the signature that AWS gives for it', () => {
  const request = requestSigner(account)(
    {
      method: 'GET',
      bucket: 'examplebucket',
      query: [
        ['max-keys', '2'],
        ['prefix', 'J'],
      ],
    },
    atMs,
  );
  expect(request.hostname).toBe('examplebucket.s3.us-east-1.amazonaws.com');
  expect(request.path).toBe('/?max-keys=2&prefix=J');
  expect(request.headers['x-amz-date']).toBe('20130524T000000Z');
  expect(request.headers['authorization']).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date');
});

test('the bucket is in the path where the host has no room for it, and dots in a key stay', () => {
  const at = (endpoint: string | null, bucket: string, pathStyle = false) => {
    const request = requestSigner({ ...account, endpoint, pathStyle })(
      { method: 'HEAD', bucket, key: 'a/../b c' },
      atMs,
    );
    return `${request.protocol}//${request.hostname}:${request.port}${request.path}`;
  };
  expect(at('http://127.0.0.1:9000', 'bucket')).toBe('http://127.0.0.1:9000/bucket/a/../b%20c');
  expect(at('http://minio:9000', 'bucket')).toBe('http://bucket.minio:9000/a/../b%20c');
  expect(at('http://minio:9000', 'bucket', true)).toBe('http://minio:9000/bucket/a/../b%20c');
  expect(at(null, 'with.dots')).toBe('https://s3.us-east-1.amazonaws.com:/with.dots/a/../b%20c');
});

test('an answer without a body is told by its status', () => {
  expect(refusalOf(404, '').name).toBe('NotFound');
  expect(refusalOf(403, '<Error><Code>AccessDenied</Code><Message>no</Message></Error>')).toMatchObject({
    name: 'AccessDenied',
    message: 'no',
    statusCode: 403,
  });
});
