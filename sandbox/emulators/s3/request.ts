import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseQuery, uriDecode } from '../../wire/s3/uri.ts';
import { S3Error } from './errors.ts';

/** A request as S3 sees it: which bucket and key, in either addressing style, and with which parameters. */
export type S3Request = {
  http: IncomingMessage;
  response: ServerResponse;
  method: string;
  /** Decoded; what the signature covers. */
  path: string;
  query: readonly (readonly [name: string, value: string])[];
  bucket: string | undefined;
  key: string | undefined;
  requestId: string;
  hostId: string;
};

export const header = (request: S3Request, name: string): string | undefined => {
  const value = request.http.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
};

export const parameter = (request: S3Request, name: string): string | undefined =>
  request.query.find(([candidate]) => candidate === name)?.[1];

export const hasParameter = (request: S3Request, name: string): boolean =>
  request.query.some(([candidate]) => candidate === name);

const knownHosts = ['localhost', 's3.localhost'];
const amazonHost = /^(?:(.+)\.)?s3[.-](?:dualstack\.)?(?:[a-z0-9-]+\.)?amazonaws\.com$/;

/** The bucket in a virtual-host style Host header; undefined in path style. */
const bucketOfHost = (host: string, ownHosts: readonly string[]): string | undefined => {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const amazon = amazonHost.exec(name);
  if (amazon) return amazon[1];
  for (const own of [...knownHosts, ...ownHosts])
    if (name.endsWith(`.${own}`) && !knownHosts.includes(name)) return name.slice(0, -own.length - 1);
  return undefined;
};

const splitTarget = (url: string): { rawPath: string; rawQuery: string } => {
  const target = /^[a-z]+:\/\/[^/?]*/i.test(url) ? url.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/' : url;
  const question = target.indexOf('?');
  return question < 0
    ? { rawPath: target, rawQuery: '' }
    : { rawPath: target.slice(0, question), rawQuery: target.slice(question + 1) };
};

const inPathStyle = (path: string): { bucket: string | undefined; key: string | undefined } => {
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const key = slash < 0 ? '' : path.slice(slash + 1);
  return { bucket: bucket || undefined, key: key || undefined };
};

export const longestKeyBytes = 1024;

export const readRequest = (
  http: IncomingMessage,
  response: ServerResponse,
  ids: { requestId: string; hostId: string },
  ownHosts: readonly string[],
): S3Request => {
  const { rawPath, rawQuery } = splitTarget(http.url ?? '/');
  const path = uriDecode(rawPath);
  const query = parseQuery(rawQuery);
  if (path === undefined || query === undefined || !path.startsWith('/')) throw new S3Error('InvalidURI');
  const hostBucket = bucketOfHost(http.headers.host ?? '', ownHosts);
  const target = hostBucket === undefined ? inPathStyle(path) : { bucket: hostBucket, key: path.slice(1) || undefined };
  return { http, response, method: http.method ?? 'GET', path, query, ...target, ...ids };
};
