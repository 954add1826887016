import { S3Error } from './errors.ts';
import { operations } from './handlers/index.ts';
import type { Operation } from './operation.ts';
import { hasParameter, header, longestKeyBytes, type S3Request } from './request.ts';

const targetOf = (request: S3Request): Operation['target'] => {
  if (request.key !== undefined) return 'object';
  return request.bucket === undefined ? 'service' : 'bucket';
};

// An operation that asks for more is the one that is meant.
const demands = (candidate: Operation): number => (candidate.parameters?.length ?? 0) + (candidate.header ? 1 : 0);
const mostDemandingFirst = [...operations].sort((left, right) => demands(right) - demands(left));

const asksFor = (request: S3Request, candidate: Operation): boolean =>
  (candidate.parameters ?? []).every((name) => hasParameter(request, name)) &&
  (candidate.header === undefined || header(request, candidate.header) !== undefined);

/** Parameters that name a part of a bucket or object: with one of them, a plain PUT or DELETE must never be meant. */
const subresources = new Set(operations.flatMap((candidate) => candidate.parameters ?? []));
subresources.delete('partNumber');

export const findOperation = (request: S3Request): Operation => {
  const target = targetOf(request);
  if (request.key !== undefined && Buffer.byteLength(request.key) > longestKeyBytes)
    throw new S3Error('KeyTooLongError', undefined, [
      ['Size', `${Buffer.byteLength(request.key)}`],
      ['MaxSizeAllowed', `${longestKeyBytes}`],
    ]);
  const named = request.query.some(([name]) => subresources.has(name));
  const found = mostDemandingFirst.find(
    (candidate) =>
      candidate.method === request.method &&
      candidate.target === target &&
      asksFor(request, candidate) &&
      (!named || candidate.method === 'HEAD' || (candidate.parameters?.length ?? 0) > 0),
  );
  if (found === undefined)
    throw new S3Error('MethodNotAllowed', undefined, [
      ['Method', request.method],
      ['ResourceType', target.toUpperCase()],
    ]);
  return found;
};
