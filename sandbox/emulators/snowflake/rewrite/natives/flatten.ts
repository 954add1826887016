import { isArray, isObject, type Json, parseJson, printJson } from '../json.ts';
import { follow } from './json.ts';
import type { Native } from './native.ts';

type Row = { key?: string; index?: number; path: string; value: Json; container: Json };

const simpleKey = /^[A-Za-z_][A-Za-z0-9_$]*$/;

const keyPath = (path: string, key: string): string =>
  simpleKey.test(key) ? (path ? `${path}.${key}` : key) : `${path}['${key.replaceAll("'", "\\'")}']`;

function* elements(container: Json, path: string, recursive: boolean, mode: string): Generator<Row> {
  if (isArray(container)) {
    for (const [index, value] of container.entries()) {
      const here = `${path}[${index}]`;
      if (mode !== 'OBJECT') yield { index, path: here, value, container };
      if (recursive) yield* elements(value, here, recursive, mode);
    }
  } else if (isObject(container)) {
    for (const [key, value] of container) {
      const here = keyPath(path, key);
      if (mode !== 'ARRAY') yield { key, path: here, value, container };
      if (recursive) yield* elements(value, here, recursive, mode);
    }
  }
}

let sequence = 0;

const printRow = (number: number, { key, index, path, value, container }: Row): string =>
  `{"s":${number}${key === undefined ? '' : `,"k":${JSON.stringify(key)}`}${index === undefined ? '' : `,"i":${index}`},"p":${JSON.stringify(path)},"v":${printJson(value)},"t":${printJson(container)}}`;

/** FLATTEN's rows as a JSON array of {s: seq, k: key, p: path, i: index, v: value, t: this}; what is absent is NULL. */
const flatten = (text: string | null, path: string | null, options: string | null): string | null => {
  const [mode = 'BOTH', ...flags] = (options ?? '').split(' ');
  const container = text === null ? undefined : follow(parseJson(text), path ?? '');
  const number = ++sequence;
  const rows = container === undefined ? [] : [...elements(container, path ?? '', flags.includes('RECURSIVE'), mode)];
  if (rows.length > 0) return `[${rows.map((row) => printRow(number, row)).join(',')}]`;
  if (!flags.includes('OUTER')) return null;
  return `[{"s":${number},"p":${JSON.stringify(path ?? '')}${container === undefined ? '' : `,"t":${printJson(container)}`}}]`;
};

export const flattenNatives: readonly Native[] = [
  { name: 'sb_flatten', parameters: ['text', 'text', 'text'], returns: 'text', nulls: true, run: flatten },
];
