import { algorithm, canonicalRequest, scopeText, sha256Hex, sign, signingKey, stringToSign } from './sigv4.ts';
import { uriEncode, uriEncodePath } from './uri.ts';
import { parseXml, textOf } from './xml.ts';

/** A request as a client sends it to S3, signed. */
export type ClientRequest = {
  method: string;
  protocol: string;
  hostname: string;
  port: string;
  /** Encoded, with its query. */
  path: string;
  headers: Record<string, string>;
};

export type ClientAccount = {
  /** Of a server that is not AWS's; null for AWS. */
  endpoint: string | null;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** The bucket in the path, not in the host's name. */
  pathStyle: boolean;
};

export type ClientOperation = {
  method: string;
  bucket: string;
  /** Absent when the bucket itself is meant. */
  key?: string;
  query?: readonly (readonly [name: string, value: string])[];
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | string;
};

/** A host without a name of its own cannot take the bucket's before it. */
const isAddress = (hostname: string): boolean => /^[\d.]+$|^\[/.test(hostname);

/** Buckets whose name may stand before the host's: no dots, as a certificate covers one level. */
const isHostLabel = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

const amzDate = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** Signs with an account's key, which it derives once a day. */
export const requestSigner = (account: ClientAccount) => {
  const base = new URL(account.endpoint || `https://s3.${account.region}.amazonaws.com`);
  let keyOfDay: { date: string; key: Buffer } | undefined;
  const inPath = (bucket: string): boolean =>
    account.pathStyle || isAddress(base.hostname) || !isHostLabel.test(bucket);

  return (operation: ClientOperation, nowMs: number): ClientRequest => {
    const { method, bucket, key, query = [], body = '' } = operation;
    const timestamp = amzDate(nowMs);
    const date = timestamp.slice(0, 8);
    const host = inPath(bucket) ? base.host : `${bucket}.${base.host}`;
    const path = `${inPath(bucket) ? `/${bucket}` : ''}${key === undefined ? (inPath(bucket) ? '' : '/') : `/${key}`}`;
    const payloadHash = sha256Hex(body);
    const signed: Record<string, string> = {
      ...operation.headers,
      host,
      'x-amz-content-sha256': payloadHash,
      'x-amz-date': timestamp,
    };
    const signedHeaders = Object.keys(signed).sort();
    const scope = {
      accessKeyId: account.accessKeyId,
      date,
      region: account.region,
      service: 's3',
      terminator: 'aws4_request',
    };
    if (keyOfDay?.date !== date) keyOfDay = { date, key: signingKey(account.secretAccessKey, scope) };
    const canonical = canonicalRequest({
      method,
      path,
      query,
      header: (name) => signed[name],
      signedHeaders,
      payloadHash,
    });
    const signature = sign(keyOfDay.key, stringToSign(timestamp, scope, canonical));
    const search = query.map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`).join('&');
    return {
      method,
      protocol: base.protocol,
      hostname: inPath(bucket) ? base.hostname : `${bucket}.${base.hostname}`,
      port: base.port,
      path: `${uriEncodePath(path)}${search === '' ? '' : `?${search}`}`,
      headers: {
        ...signed,
        authorization: `${algorithm} Credential=${account.accessKeyId}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
        ...(method === 'GET' || method === 'HEAD' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
    };
  };
};

/** What S3 answered instead of what was asked for. Its name is S3's code, as in the AWS SDK. */
export class S3Refusal extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.statusCode = statusCode;
  }
}

const codeWithoutBody: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  403: 'Forbidden',
  404: 'NotFound',
  503: 'SlowDown',
};

/** Reads an answer's error; an answer to HEAD has no body to tell it. */
export const refusalOf = (statusCode: number, body: string): S3Refusal => {
  try {
    const root = parseXml(body);
    const code = textOf(root, 'Code');
    if (code) return new S3Refusal(statusCode, code, textOf(root, 'Message') ?? code);
  } catch {
    // Not S3's XML: the status alone tells.
  }
  const code = codeWithoutBody[statusCode] ?? 'UnknownError';
  return new S3Refusal(statusCode, code, `S3 answered with status ${statusCode}`);
};
