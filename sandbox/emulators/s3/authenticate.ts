import { timingSafeEqual } from 'node:crypto';
import {
  algorithm,
  type CredentialScope,
  canonicalRequest,
  parseAmzDate,
  parseAuthorization,
  parseScope,
  type SignedParts,
  sign,
  signingKey,
  stringToSign,
} from '../../wire/s3/sigv4.ts';
import { notEmulated, S3Error } from './errors.ts';
import { hasParameter, header, parameter, type S3Request } from './request.ts';

export type AccessKey = { accessKeyId: string; secretAccessKey: string };

/** What the signature says about the body that is still to come. */
export type PayloadSignature =
  | { kind: 'sha256'; hash: string }
  | { kind: 'unsigned' }
  | { kind: 'chunks-unsigned' }
  | { kind: 'chunks-signed'; key: Buffer; timestamp: string; scope: CredentialScope; seed: string };

export type Authenticator = (request: S3Request) => PayloadSignature;

const longestSkewMs = 15 * 60_000;
const longestExpirySeconds = 604_800;

const malformedHeader = (message: string, details: readonly (readonly [string, string])[] = []): S3Error =>
  new S3Error('AuthorizationHeaderMalformed', `The authorization header is malformed; ${message}`, details);

const malformedQuery = (message: string): S3Error => new S3Error('AuthorizationQueryParametersError', message);

const iso = (timeMs: number): string => new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z');

// Node reads header bytes as Latin-1; clients sign the UTF-8 text that they sent.
const asSigned = (value: string | undefined): string | undefined => {
  if (value === undefined || !/[\u0080-\u00ff]/.test(value)) return value;
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? value : text;
};

const requireSigned = (request: S3Request, signedHeaders: readonly string[]) => {
  const signed = new Set(signedHeaders);
  const mustBeSigned = (name: string) =>
    name === 'host' || (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256');
  const missing = Object.keys(request.http.headers).filter((name) => mustBeSigned(name) && !signed.has(name));
  if (missing.length > 0)
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', [
      ['HeadersNotSigned', missing.join(', ')],
    ]);
};

const checkScope = (
  scope: CredentialScope,
  region: string,
  timestamp: string,
  fail: (message: string, details?: [string, string][]) => S3Error,
) => {
  if (scope.date !== timestamp.slice(0, 8))
    throw fail(
      `Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${timestamp.slice(0, 8)}".`,
    );
  if (scope.region !== region)
    throw fail(`the region '${scope.region}' is wrong; expecting '${region}'`, [['Region', region]]);
  if (scope.service !== 's3') throw fail(`incorrect service "${scope.service}". This endpoint belongs to "s3".`);
  if (scope.terminator !== 'aws4_request')
    throw fail(`incorrect terminator "${scope.terminator}". This endpoint uses "aws4_request".`);
};

const sameText = (left: string, right: string): boolean => {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
};

const hexBytes = (text: string): string => (Buffer.from(text).toString('hex').match(/../g) ?? []).join(' ');

/** The answer to a request whose signature is not the one we calculate. */
const signatureError = (parts: SignedParts, signed: string, canonical: string): S3Error =>
  new S3Error('SignatureDoesNotMatch', undefined, [
    ['AWSAccessKeyId', parts.scope.accessKeyId],
    ['StringToSign', signed],
    ['SignatureProvided', parts.signature],
    ['StringToSignBytes', hexBytes(signed)],
    ['CanonicalRequest', canonical],
    ['CanonicalRequestBytes', hexBytes(canonical)],
  ]);

export const createAuthenticator = (keys: readonly AccessKey[], region: string, nowMs: () => number): Authenticator => {
  const secrets = new Map(keys.map((key) => [key.accessKeyId, key.secretAccessKey]));
  const signingKeys = new Map<string, Buffer>();

  const keyFor = (scope: CredentialScope): Buffer => {
    const secret = secrets.get(scope.accessKeyId);
    if (secret === undefined)
      throw new S3Error('InvalidAccessKeyId', undefined, [['AWSAccessKeyId', scope.accessKeyId]]);
    const name = `${scope.accessKeyId} ${scope.date}`;
    let key = signingKeys.get(name);
    if (key === undefined) {
      if (signingKeys.size > 100) signingKeys.clear();
      key = signingKey(secret, scope);
      signingKeys.set(name, key);
    }
    return key;
  };

  const verify = (request: S3Request, parts: SignedParts, timestamp: string, payloadHash: string): Buffer => {
    const key = keyFor(parts.scope);
    if (header(request, 'x-amz-security-token') !== undefined || hasParameter(request, 'X-Amz-Security-Token'))
      throw new S3Error('InvalidToken');
    const { method, path, query } = request;
    const canonical = canonicalRequest({
      method,
      path,
      query,
      header: (name) => asSigned(header(request, name)),
      signedHeaders: parts.signedHeaders,
      payloadHash,
    });
    const text = stringToSign(timestamp, parts.scope, canonical);
    if (!sameText(sign(key, text), parts.signature)) throw signatureError(parts, text, canonical);
    return key;
  };

  const checkSkew = (timestampMs: number, timestamp: string) => {
    const now = nowMs();
    if (Math.abs(now - timestampMs) > longestSkewMs)
      throw new S3Error('RequestTimeTooSkewed', undefined, [
        ['RequestTime', timestamp],
        ['ServerTime', iso(now)],
        ['MaxAllowedSkewMilliseconds', `${longestSkewMs}`],
      ]);
  };

  const requestTimestamp = (request: S3Request): { timestamp: string; timestampMs: number } => {
    const amzDate = header(request, 'x-amz-date');
    const timestampMs =
      amzDate === undefined ? Date.parse(header(request, 'date') ?? '') : (parseAmzDate(amzDate) ?? Number.NaN);
    if (Number.isNaN(timestampMs))
      throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
    return { timestampMs, timestamp: amzDate ?? iso(timestampMs).replace(/[-:]/g, '') };
  };

  const payloadSignature = (
    request: S3Request,
    sign: (hash: string) => Buffer,
    parts: SignedParts,
    timestamp: string,
  ): PayloadSignature => {
    const hash = header(request, 'x-amz-content-sha256');
    if (hash === undefined)
      throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
    if (hash.startsWith('STREAMING-AWS4-ECDSA')) throw notEmulated(`the payload signature ${hash}`);
    const known =
      /^[0-9a-f]{64}$/.test(hash) ||
      hash === 'UNSIGNED-PAYLOAD' ||
      hash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' ||
      /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/.test(hash);
    if (!known)
      throw new S3Error(
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
        [
          ['ArgumentName', 'x-amz-content-sha256'],
          ['ArgumentValue', hash],
        ],
      );
    const key = sign(hash);
    if (hash === 'UNSIGNED-PAYLOAD') return { kind: 'unsigned' };
    if (hash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { kind: 'chunks-unsigned' };
    if (hash.startsWith('STREAMING-'))
      return { kind: 'chunks-signed', key, timestamp, scope: parts.scope, seed: parts.signature };
    return { kind: 'sha256', hash };
  };

  const byHeader = (request: S3Request, authorization: string): PayloadSignature => {
    const [scheme = '', parameters = ''] = authorization.split(/ (.*)/s);
    if (scheme === 'AWS' || scheme === 'AWS4-ECDSA-P256-SHA256')
      throw new S3Error(
        'InvalidRequest',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      );
    if (scheme !== algorithm)
      throw new S3Error('InvalidArgument', 'Unsupported Authorization Type', [
        ['ArgumentName', 'Authorization'],
        ['ArgumentValue', authorization],
      ]);
    const parts = parseAuthorization(parameters);
    if (parts === undefined)
      throw malformedHeader('the Credential, SignedHeaders and Signature must each be given, separated by commas.');
    const { timestamp, timestampMs } = requestTimestamp(request);
    keyFor(parts.scope);
    checkScope(parts.scope, region, timestamp, malformedHeader);
    requireSigned(request, parts.signedHeaders);
    checkSkew(timestampMs, timestamp);
    return payloadSignature(request, (hash) => verify(request, parts, timestamp, hash), parts, timestamp);
  };

  const presignedParts = (request: S3Request): { parts: SignedParts; timestamp: string; timestampMs: number } => {
    const value = (name: string): string => {
      const found = parameter(request, name);
      if (!found)
        throw malformedQuery(
          'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
        );
      return found;
    };
    if (value('X-Amz-Algorithm') !== algorithm)
      throw malformedQuery('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
    const scope = parseScope(value('X-Amz-Credential'));
    if (scope === undefined)
      throw malformedQuery(
        'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
      );
    const timestamp = value('X-Amz-Date');
    const timestampMs = parseAmzDate(timestamp);
    if (timestampMs === undefined)
      throw malformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
    const signedHeaders = value('X-Amz-SignedHeaders').split(';');
    return { parts: { scope, signedHeaders, signature: value('X-Amz-Signature') }, timestamp, timestampMs };
  };

  const checkExpiry = (request: S3Request, timestampMs: number) => {
    const text = parameter(request, 'X-Amz-Expires') ?? '';
    const seconds = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(seconds)) throw malformedQuery('X-Amz-Expires should be a number');
    if (seconds < 0) throw malformedQuery('X-Amz-Expires must be non-negative');
    if (seconds > longestExpirySeconds)
      throw malformedQuery(
        'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
      );
    const now = nowMs();
    if (timestampMs - now > longestSkewMs) throw new S3Error('AccessDenied', 'Request is not valid yet');
    if (now > timestampMs + seconds * 1000)
      throw new S3Error('AccessDenied', 'Request has expired', [
        ['X-Amz-Expires', text],
        ['Expires', iso(timestampMs + seconds * 1000)],
        ['ServerTime', iso(now)],
      ]);
  };

  const byQuery = (request: S3Request): PayloadSignature => {
    const { parts, timestamp, timestampMs } = presignedParts(request);
    keyFor(parts.scope);
    checkScope(parts.scope, region, timestamp, (message) =>
      malformedQuery(`Error parsing the X-Amz-Credential parameter; ${message}`),
    );
    requireSigned(request, parts.signedHeaders);
    checkExpiry(request, timestampMs);
    const hash =
      header(request, 'x-amz-content-sha256') ?? parameter(request, 'X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
    verify(request, parts, timestamp, hash);
    if (hash.startsWith('STREAMING-AWS4')) throw notEmulated(`${hash} in a presigned request`);
    if (hash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { kind: 'chunks-unsigned' };
    return /^[0-9a-f]{64}$/.test(hash) ? { kind: 'sha256', hash } : { kind: 'unsigned' };
  };

  return (request) => {
    const authorization = header(request, 'authorization');
    const isPresigned = hasParameter(request, 'X-Amz-Algorithm');
    if (authorization !== undefined && isPresigned)
      throw new S3Error(
        'InvalidArgument',
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
        [
          ['ArgumentName', 'Authorization'],
          ['ArgumentValue', authorization],
        ],
      );
    if (authorization !== undefined) return byHeader(request, authorization);
    if (isPresigned) return byQuery(request);
    if (hasParameter(request, 'AWSAccessKeyId'))
      throw new S3Error(
        'InvalidRequest',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      );
    throw new S3Error('AccessDenied');
  };
};
