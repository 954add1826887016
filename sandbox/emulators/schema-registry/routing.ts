import { httpError } from './errors.ts';
import { operations } from './handlers/index.ts';
import type { Operation } from './operation.ts';

type Route = { found: Operation; path: Record<string, string> };

const split = (path: string): string[] => path.split('/').filter((part) => part !== '');

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    throw httpError(400, 'HTTP 400 Bad Request');
  }
};

const patterns = operations.map((candidate) => ({ candidate, parts: split(candidate.path) }));

const match = (pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined => {
  if (pattern.length !== parts.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (expected.startsWith('{')) values[expected.slice(1, -1)] = part;
    else if (expected !== part) return undefined;
  }
  return values;
};

export const findRoute = (method: string, rawPath: string): Route => {
  const parts = split(rawPath).map(decode);
  let isKnownPath = false;
  for (const { candidate, parts: pattern } of patterns) {
    const path = match(pattern, parts);
    if (path === undefined) continue;
    if (candidate.method === method) return { found: candidate, path };
    isKnownPath = true;
  }
  throw isKnownPath ? httpError(405, 'HTTP 405 Method Not Allowed') : httpError(404, 'HTTP 404 Not Found');
};
