import type { StoredObject } from './changes.ts';
import { notEmulated, S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';

const failed = (condition: string): S3Error => new S3Error('PreconditionFailed', undefined, [['Condition', condition]]);

const matches = (list: string, etag: string): boolean =>
  list.split(',').some((item) => {
    const tag = item
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return tag === '*' || tag === etag;
  });

const dateOf = (text: string | undefined): number | undefined => {
  const timeMs = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
};

type ReadConditions = {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
  ifModifiedSince: string | undefined;
  ifUnmodifiedSince: string | undefined;
};

const readConditions = (request: S3Request, prefix: string): ReadConditions => ({
  ifMatch: header(request, `${prefix}if-match`),
  ifNoneMatch: header(request, `${prefix}if-none-match`),
  ifModifiedSince: header(request, `${prefix}if-modified-since`),
  ifUnmodifiedSince: header(request, `${prefix}if-unmodified-since`),
});

type Outcome = { kind: 'holds' } | { kind: 'not-modified' } | { kind: 'failed'; condition: string };

// If-Match outranks If-Unmodified-Since, If-None-Match outranks If-Modified-Since (RFC 7232, section 6; GetObject's page says the same).
const evaluate = (conditions: ReadConditions, object: StoredObject): Outcome => {
  const changedMs = Math.floor(object.lastModifiedMs / 1000) * 1000;
  const unmodifiedSince = dateOf(conditions.ifUnmodifiedSince);
  const modifiedSince = dateOf(conditions.ifModifiedSince);
  if (conditions.ifMatch !== undefined) {
    if (!matches(conditions.ifMatch, object.etag)) return { kind: 'failed', condition: 'If-Match' };
  } else if (unmodifiedSince !== undefined && changedMs > unmodifiedSince)
    return { kind: 'failed', condition: 'If-Unmodified-Since' };
  if (conditions.ifNoneMatch !== undefined) {
    if (matches(conditions.ifNoneMatch, object.etag)) return { kind: 'not-modified' };
  } else if (modifiedSince !== undefined && changedMs <= modifiedSince) return { kind: 'not-modified' };
  return { kind: 'holds' };
};

/** For GET and HEAD: true when the answer is 304. Throws PreconditionFailed. */
export const isNotModified = (request: S3Request, object: StoredObject): boolean => {
  const outcome = evaluate(readConditions(request, ''), object);
  if (outcome.kind === 'failed') throw failed(outcome.condition);
  return outcome.kind === 'not-modified';
};

/** For the source of a copy: every condition that does not hold fails. */
export const checkCopyConditions = (request: S3Request, source: StoredObject): void => {
  const outcome = evaluate(readConditions(request, 'x-amz-copy-source-'), source);
  if (outcome.kind === 'failed') throw failed(`x-amz-copy-source-${outcome.condition}`);
  if (outcome.kind === 'not-modified') throw failed('x-amz-copy-source-If-None-Match');
};

/** Conditional writes: `If-None-Match: *` and `If-Match: etag`. `current` is the object that would be replaced. */
export const checkWriteConditions = (request: S3Request, current: StoredObject | undefined): void => {
  const ifNoneMatch = header(request, 'if-none-match');
  const ifMatch = header(request, 'if-match');
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*')
    throw notEmulated('If-None-Match with an ETag on a write (nor is it by S3)');
  if (ifNoneMatch !== undefined && current !== undefined) throw failed('If-None-Match');
  if (ifMatch === undefined) return;
  if (current === undefined) throw new S3Error('NoSuchKey');
  if (!matches(ifMatch, current.etag)) throw failed('If-Match');
};

/** Conditional deletes: `If-Match`. */
export const checkDeleteConditions = (request: S3Request, current: StoredObject | undefined): void => {
  for (const name of ['x-amz-if-match-last-modified-time', 'x-amz-if-match-size'])
    if (header(request, name) !== undefined) throw notEmulated(`the header ${name}`);
  const ifMatch = header(request, 'if-match');
  if (ifMatch === undefined) return;
  if (current === undefined) throw new S3Error('NoSuchKey');
  if (!matches(ifMatch, current.etag)) throw failed('If-Match');
};
