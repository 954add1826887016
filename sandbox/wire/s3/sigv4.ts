import { createHash, createHmac } from 'node:crypto';
import { uriEncode, uriEncodePath } from './uri.ts';

/** AWS Signature Version 4, as S3 uses it: one URI encoding, no path normalisation.
 *  https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
export const algorithm = 'AWS4-HMAC-SHA256';

export type CredentialScope = {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  terminator: string;
};

export type SignedParts = { scope: CredentialScope; signedHeaders: string[]; signature: string };

export type CanonicalInput = {
  method: string;
  /** Decoded; encoded once here. */
  path: string;
  query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  header: (name: string) => string | undefined;
  signedHeaders: readonly string[];
  payloadHash: string;
};

export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

const byCodeUnits = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const canonicalQuery = (query: CanonicalInput['query']): string =>
  query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort((left, right) => byCodeUnits(left[0], right[0]) || byCodeUnits(left[1], right[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

export const canonicalRequest = (input: CanonicalInput): string => {
  const headers = input.signedHeaders.map(
    (name) => `${name}:${(input.header(name) ?? '').trim().replace(/\s+/g, ' ')}\n`,
  );
  return [
    input.method,
    uriEncodePath(input.path),
    canonicalQuery(input.query),
    headers.join(''),
    input.signedHeaders.join(';'),
    input.payloadHash,
  ].join('\n');
};

export const scopeText = (scope: CredentialScope): string =>
  `${scope.date}/${scope.region}/${scope.service}/${scope.terminator}`;

export const stringToSign = (timestamp: string, scope: CredentialScope, canonical: string): string =>
  [algorithm, timestamp, scopeText(scope), sha256Hex(canonical)].join('\n');

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export const signingKey = (secretAccessKey: string, scope: CredentialScope): Buffer =>
  hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, scope.date), scope.region), scope.service), scope.terminator);

export const sign = (key: Buffer, text: string): string => hmac(key, text).toString('hex');

const emptyHash = sha256Hex('');

/** The signature of one chunk of a STREAMING-AWS4-HMAC-SHA256-PAYLOAD body, which covers the one before it. */
export const chunkSignature = (
  key: Buffer,
  timestamp: string,
  scope: CredentialScope,
  previous: string,
  dataHash: string,
): string => sign(key, [`${algorithm}-PAYLOAD`, timestamp, scopeText(scope), previous, emptyHash, dataHash].join('\n'));

/** The signature over the trailing headers of a …-TRAILER body; `trailers` is the canonical text, `name:value\n` each. */
export const trailerSignature = (
  key: Buffer,
  timestamp: string,
  scope: CredentialScope,
  previous: string,
  trailers: string,
): string => sign(key, [`${algorithm}-TRAILER`, timestamp, scopeText(scope), previous, sha256Hex(trailers)].join('\n'));

/** Reads `KEY/20260101/us-east-1/s3/aws4_request`; an access key may itself hold slashes. */
export const parseScope = (credential: string): CredentialScope | undefined => {
  const parts = credential.split('/');
  if (parts.length < 5) return undefined;
  const [date, region, service, terminator] = parts.slice(-4) as [string, string, string, string];
  return { accessKeyId: parts.slice(0, -4).join('/'), date, region, service, terminator };
};

/** Reads an Authorization header's parts after the algorithm; undefined when one is missing or malformed. */
export const parseAuthorization = (parameters: string): SignedParts | undefined => {
  const fields = new Map<string, string>();
  for (const part of parameters.split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) return undefined;
    fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const scope = parseScope(fields.get('Credential') ?? '');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (scope === undefined || !signedHeaders || !signature) return undefined;
  return { scope, signedHeaders: signedHeaders.split(';'), signature };
};

/** `20260131T235959Z` in milliseconds since the epoch; undefined when it is none. */
export const parseAmzDate = (text: string): number | undefined => {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
};
