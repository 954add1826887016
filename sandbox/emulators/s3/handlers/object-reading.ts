import type { Segment, StoredObject } from '../changes.ts';
import { isNotModified } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { checksumHeaders, describeObject } from '../object-headers.ts';
import { type Answer, bucketOf, invalidArgument, keyOf, type S3Context } from '../operation.ts';
import { header, parameter, type S3Request } from '../request.ts';

/** A bucket without versioning knows one version, `null`. */
export const checkVersion = (request: S3Request): void => {
  const version = parameter(request, 'versionId');
  if (version !== undefined && version !== 'null')
    throw invalidArgument('versionId', version, 'Invalid version id specified');
};

export const objectOf = (context: S3Context, request: S3Request): StoredObject => {
  const bucket = bucketOf(context, request);
  checkVersion(request);
  const object = bucket.objects.get(keyOf(request));
  if (object === undefined) throw new S3Error('NoSuchKey', undefined, [['Key', keyOf(request)]]);
  return object;
};

export type Stretch = { start: number; endExclusive: number };

/** Reads a Range of one stretch. Undefined, and so the whole object, when it is malformed or has several: S3 serves no multipart ranges. */
export const parseRange = (text: string | undefined, sizeBytes: number): Stretch | undefined => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= sizeBytes || (first === '' && Number(last) === 0))
    throw new S3Error('InvalidRange', undefined, [
      ['RangeRequested', text ?? ''],
      ['ActualObjectSize', `${sizeBytes}`],
    ]);
  return { start, endExclusive: end };
};

/** The stretch that `partNumber` asks for. An object put in one go is its own part 1. */
const partStretch = (segments: readonly Segment[], text: string): Stretch => {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 10_000)
    throw invalidArgument('partNumber', text, 'Part number must be an integer between 1 and 10000, inclusive');
  const part = segments[number - 1];
  if (part === undefined)
    throw new S3Error('InvalidPartNumber', undefined, [
      ['ActualPartCount', `${segments.length}`],
      ['PartNumberRequested', text],
    ]);
  const start = segments.slice(0, number - 1).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { start, endExclusive: start + part.sizeBytes };
};

const overrides: Record<string, string> = {
  'response-content-type': 'content-type',
  'response-content-language': 'content-language',
  'response-expires': 'expires',
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
};

const overriddenHeaders = (request: S3Request): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, target] of Object.entries(overrides)) {
    const value = parameter(request, name);
    if (value !== undefined) headers[target] = value;
  }
  return headers;
};

const wantedStretch = (request: S3Request, object: StoredObject): { stretch: Stretch | undefined; isPart: boolean } => {
  const partNumber = parameter(request, 'partNumber');
  const range = header(request, 'range');
  if (partNumber === undefined) return { stretch: parseRange(range, object.sizeBytes), isPart: false };
  if (range !== undefined)
    throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  return { stretch: partStretch(object.segments, partNumber), isPart: true };
};

/** What GET and HEAD have in common: conditions, ranges, parts, header overrides, checksums on demand. */
export const readObject = (context: S3Context, request: S3Request): Answer => {
  const object = objectOf(context, request);
  if (isNotModified(request, object)) {
    const { etag = '', 'last-modified': lastModified = '' } = describeObject(object);
    return { status: 304, headers: { etag, 'last-modified': lastModified } };
  }
  const { stretch, isPart } = wantedStretch(request, object);
  const headers = { ...describeObject(object), ...overriddenHeaders(request) };
  if (isPart && object.isMultipart) headers['x-amz-mp-parts-count'] = `${object.segments.length}`;
  const { start, endExclusive } = stretch ?? { start: 0, endExclusive: object.sizeBytes };
  headers['content-length'] = `${endExclusive - start}`;
  if (stretch !== undefined && object.sizeBytes > 0)
    headers['content-range'] = `bytes ${start}-${endExclusive - 1}/${object.sizeBytes}`;
  const isWhole = endExclusive - start === object.sizeBytes;
  if (header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && isWhole)
    Object.assign(headers, checksumHeaders(object.checksum));
  const status = stretch === undefined ? 200 : 206;
  return { status, headers, body: { segments: object.segments, start, endExclusive } };
};
