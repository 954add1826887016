import { type Decimal, formatDecimal } from './decimal.ts';

/** A JSON document: objects are Maps in MySQL's key order. A bigint is an INTEGER, a number a DOUBLE. */
export type Json = null | boolean | bigint | number | string | Decimal | Json[] | Map<string, Json>;

export const isObject = (value: Json): value is Map<string, Json> => value instanceof Map;
export const isDecimal = (value: Json): value is Decimal =>
  typeof value === 'object' && value !== null && 'unscaled' in value;

export class JsonTextError extends Error {
  readonly offset: number;
  readonly reason: string;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
    this.reason = reason;
  }
}

const maximumDepth = 100;

/** MySQL orders keys by length in bytes, then by bytes. */
const compareKeys = (left: string, right: string): number =>
  Buffer.byteLength(left) - Buffer.byteLength(right) || Buffer.compare(Buffer.from(left), Buffer.from(right));

/** An object in MySQL's order; of equal keys the last one counts. */
export const jsonObject = (entries: Iterable<readonly [string, Json]>): Map<string, Json> =>
  new Map([...new Map(entries)].sort(([one], [other]) => compareKeys(one, other)));

/** Reads a text; throws JsonTextError where it is none. */
export const parseJson = (text: string): Json => {
  let at = 0;
  const error = (reason: string, offset = at): never => {
    throw new JsonTextError(reason, offset);
  };
  const space = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at++;
  };
  const string = (): string => {
    const start = at;
    for (at++; at < text.length; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '"') {
        at++;
        try {
          return JSON.parse(text.slice(start, at)) as string;
        } catch {
          return error('Invalid escape character in string.', start);
        }
      }
    }
    return error('Missing a closing quotation mark in string.', text.length);
  };
  const number = (): Json => {
    // A word that is not finished is wrong where it goes astray.
    for (const word of ['true', 'false', 'null'])
      if (text[at] === word[0]) {
        let same = 0;
        while (text[at + same] === word[same]) same++;
        error('Invalid value.', at + same);
      }
    const match = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(text.slice(at, at + 400));
    if (!match) return error('Invalid value.');
    at += match[0].length;
    if (!match[2] && !match[3]) {
      const integer = BigInt(match[0]);
      if (integer >= -(2n ** 63n) && integer < 2n ** 64n) return integer;
    }
    const double = Number(match[0]);
    return Number.isFinite(double) ? double : error('Number too big to be stored in double.');
  };
  const value = (depth: number): Json => {
    if (depth > maximumDepth) error('The JSON document exceeds the maximum depth.');
    space();
    const character = text[at];
    if (character === undefined) return error('The document is empty.');
    if (character === '{') {
      at++;
      const entries: [string, Json][] = [];
      space();
      if (text[at] === '}') {
        at++;
        return new Map();
      }
      for (;;) {
        space();
        if (text[at] !== '"') error('Missing a name for object member.');
        const key = string();
        space();
        if (text[at] !== ':') error('Missing a colon after a name of object member.');
        at++;
        entries.push([key, value(depth + 1)]);
        space();
        if (text[at] === ',') at++;
        else if (text[at] === '}') {
          at++;
          return jsonObject(entries);
        } else error("Missing a comma or '}' after an object member.");
      }
    }
    if (character === '[') {
      at++;
      const items: Json[] = [];
      space();
      if (text[at] === ']') {
        at++;
        return items;
      }
      for (;;) {
        items.push(value(depth + 1));
        space();
        if (text[at] === ',') at++;
        else if (text[at] === ']') {
          at++;
          return items;
        } else error("Missing a comma or ']' after an array element.");
      }
    }
    if (character === '"') return string();
    for (const [word, meaning] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const)
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    return number();
  };
  const result = value(1);
  space();
  if (at < text.length) error('The document root must not be followed by other values.');
  return result;
};

const formatDouble = (value: number): string => {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return `${Object.is(value, -0) ? '-0' : value}.0`;
  return String(value).replace('e+', 'e');
};

export const quoteJson = (text: string): string => JSON.stringify(text);

/** As MySQL prints it: a space after each comma and colon. */
export const formatJson = (value: Json): string => {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoteJson(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return formatDouble(value);
  if (Array.isArray(value)) return `[${value.map(formatJson).join(', ')}]`;
  if (isDecimal(value)) return formatDecimal(value);
  return `{${[...value].map(([key, item]) => `${quoteJson(key)}: ${formatJson(item)}`).join(', ')}}`;
};

/** With the line breaks of JSON_PRETTY. */
export const prettyJson = (value: Json, indent = ''): string => {
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return value.length === 0
      ? '[]'
      : `[\n${value.map((item) => inner + prettyJson(item, inner)).join(',\n')}\n${indent}]`;
  if (isObject(value))
    return value.size === 0
      ? '{}'
      : `{\n${[...value].map(([key, item]) => `${inner}${quoteJson(key)}: ${prettyJson(item, inner)}`).join(',\n')}\n${indent}}`;
  return formatJson(value);
};

export const jsonType = (value: Json): string => {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return 'BOOLEAN';
  if (typeof value === 'bigint') return value > 9223372036854775807n ? 'UNSIGNED INTEGER' : 'INTEGER';
  if (typeof value === 'number') return 'DOUBLE';
  if (typeof value === 'string') return 'STRING';
  if (Array.isArray(value)) return 'ARRAY';
  return isDecimal(value) ? 'DECIMAL' : 'OBJECT';
};

export type PathLeg =
  | { kind: 'key'; name: string }
  | { kind: 'index'; index: number; fromLast: boolean }
  | { kind: 'range'; from: { index: number; fromLast: boolean }; to: { index: number; fromLast: boolean } }
  | { kind: 'anyKey' }
  | { kind: 'anyIndex' }
  | { kind: 'descend' };

const indexOf = (text: string): { index: number; fromLast: boolean } => {
  const fromLast = text.startsWith('last');
  return { index: fromLast ? Number(text.split('-')[1] ?? 0) : Number(text), fromLast };
};

/** Reads '$.a[0].*'; null when it is no path. */
export const parsePath = (text: string): PathLeg[] | null => {
  const body = text.trim();
  if (!body.startsWith('$')) return null;
  const legs: PathLeg[] = [];
  let rest = body.slice(1);
  while (rest !== '') {
    const match =
      /^\s*\.\s*(\*)\s*/.exec(rest) ??
      /^\s*\.\s*([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)\s*/.exec(rest) ??
      /^\s*\.\s*("(?:[^"\\]|\\.)*")\s*/.exec(rest) ??
      /^\s*\[\s*(\*|(?:\d+|last(?:\s*-\s*\d+)?)(?:\s+to\s+(?:\d+|last(?:\s*-\s*\d+)?))?)\s*\]\s*/.exec(rest) ??
      /^\s*(\*\*)\s*/.exec(rest);
    if (!match) return null;
    const what = match[1] as string;
    const bracket = match[0].trimStart().startsWith('[');
    if (what === '**') legs.push({ kind: 'descend' });
    else if (bracket && / to /.test(what)) {
      const [from = '', to = ''] = what.split(/\s+to\s+/);
      legs.push({ kind: 'range', from: indexOf(from), to: indexOf(to) });
    } else if (what === '*') legs.push({ kind: bracket ? 'anyIndex' : 'anyKey' });
    else if (bracket) legs.push({ kind: 'index', ...indexOf(what) });
    else legs.push({ kind: 'key', name: what.startsWith('"') ? (JSON.parse(what) as string) : what });
    rest = rest.slice(match[0].length);
  }
  return legs.at(-1)?.kind === 'descend' ? null : legs;
};

export const pathHasWildcard = (path: readonly PathLeg[]): boolean =>
  path.some(
    (leg) => leg.kind === 'range' || leg.kind === 'anyKey' || leg.kind === 'anyIndex' || leg.kind === 'descend',
  );

/** Every value that the path leads to. */
export const followPath = (value: Json, path: readonly PathLeg[]): Json[] => {
  const [leg, ...rest] = path;
  if (!leg) return [value];
  if (leg.kind === 'key')
    return isObject(value) && value.has(leg.name) ? followPath(value.get(leg.name) as Json, rest) : [];
  if (leg.kind === 'index') {
    // A value that is no array acts as an array of itself.
    const items = Array.isArray(value) ? value : [value];
    const index = leg.fromLast ? items.length - 1 - leg.index : leg.index;
    return index >= 0 && index < items.length ? followPath(items[index] as Json, rest) : [];
  }
  if (leg.kind === 'range') {
    if (!Array.isArray(value)) return [];
    const place = ({ index, fromLast }: { index: number; fromLast: boolean }) =>
      fromLast ? value.length - 1 - index : index;
    return value
      .slice(Math.max(0, place(leg.from)), Math.max(0, place(leg.to) + 1))
      .flatMap((item) => followPath(item, rest));
  }
  if (leg.kind === 'anyKey')
    return isObject(value) ? [...value.values()].flatMap((item) => followPath(item, rest)) : [];
  if (leg.kind === 'anyIndex') return Array.isArray(value) ? value.flatMap((item) => followPath(item, rest)) : [];
  const children = Array.isArray(value) ? value : isObject(value) ? [...value.values()] : [];
  return [...followPath(value, rest), ...children.flatMap((item) => followPath(item, path))];
};

export type PathEdit = 'set' | 'insert' | 'replace' | 'remove' | 'append';

/** A copy in which the place the path names is set, inserted, replaced or removed; unchanged where the operation does not apply. */
export const editPath = (value: Json, path: readonly PathLeg[], edit: PathEdit, replacement: Json): Json => {
  const [leg, ...rest] = path;
  if (!leg) {
    if (edit === 'append') return [...(Array.isArray(value) ? value : [value]), replacement];
    return edit === 'insert' ? value : replacement;
  }
  if (leg.kind === 'key' && isObject(value)) {
    const has = value.has(leg.name);
    if (rest.length > 0) {
      if (!has) return value;
      return jsonObject([...value, [leg.name, editPath(value.get(leg.name) as Json, rest, edit, replacement)]]);
    }
    if (edit === 'remove') return new Map([...value].filter(([key]) => key !== leg.name));
    if (edit === 'append')
      return has
        ? jsonObject([...value, [leg.name, editPath(value.get(leg.name) as Json, [], 'append', replacement)]])
        : value;
    if ((edit === 'insert' && has) || (edit === 'replace' && !has)) return value;
    return jsonObject([...value, [leg.name, replacement]]);
  }
  if (leg.kind !== 'index') return value;
  const items = Array.isArray(value) ? value : [value];
  const index = leg.fromLast ? items.length - 1 - leg.index : leg.index;
  const inside = index >= 0 && index < items.length;
  if (rest.length > 0 || (inside && edit === 'append')) {
    if (!inside) return value;
    const changed = editPath(items[index] as Json, rest, edit, replacement);
    return Array.isArray(value) ? items.with(index, changed) : changed;
  }
  if (edit === 'remove') return Array.isArray(value) && inside ? items.toSpliced(index, 1) : value;
  if (edit === 'append') return value;
  if (inside) {
    if (edit === 'insert') return value;
    return Array.isArray(value) ? items.with(index, replacement) : replacement;
  }
  if (edit === 'replace') return value;
  return index < 0 ? [replacement, ...items] : [...items, replacement];
};

const rank = (value: Json): number => {
  if (value === null) return 0;
  if (typeof value === 'bigint' || typeof value === 'number' || (typeof value === 'object' && isDecimal(value)))
    return 1;
  if (typeof value === 'string') return 2;
  if (isObject(value)) return 3;
  return Array.isArray(value) ? 4 : 5;
};

/** MySQL's order of JSON values: by type first, then by value. */
export const compareJson = (left: Json, right: Json): number => {
  const order = rank(left) - rank(right);
  if (order !== 0) return order;
  if (typeof left === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right as string));
  if (typeof left === 'boolean') return Number(left) - Number(right);
  if (Array.isArray(left)) {
    const other = right as Json[];
    for (let index = 0; index < Math.min(left.length, other.length); index++) {
      const difference = compareJson(left[index] as Json, other[index] as Json);
      if (difference !== 0) return difference;
    }
    return left.length - other.length;
  }
  if (left !== null && typeof left === 'object' && isObject(left)) {
    const one = formatJson(left);
    const other = formatJson(right);
    return left.size - (right as Map<string, Json>).size || (one < other ? -1 : one > other ? 1 : 0);
  }
  if (left === null) return 0;
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : left > right ? 1 : 0;
  const number = (value: Json) => (typeof value === 'object' ? Number(formatJson(value)) : Number(value));
  return number(left) - number(right);
};
