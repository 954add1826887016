/**
 * One JSON document as the text of a VARIANT: compact, the keys of each object sorted, numbers with the digits they came with.
 * Errors are worded as Snowflake words them; `position` counts from the document's start.
 */
export class JsonError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'JsonError';
    this.position = position;
  }
}

export type JsonOptions = { allowDuplicate: boolean; stripNullValues: boolean };

type Scan = { text: string; at: number; depth: number; options: JsonOptions };

const depthAtMost = 512;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;

const skipSpaces = (scan: Scan): void => {
  while (isSpace(scan.text.charCodeAt(scan.at))) scan.at++;
};

/** The string's text with its quotes. Escapes stay, except those that a JSON printer would not write. */
const readString = (scan: Scan): string => {
  const start = scan.at;
  const { text } = scan;
  let escaped = false;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      scan.at = at + 1;
      const raw = text.slice(start, at + 1);
      return escaped ? plainEscapes(raw, start) : raw;
    }
    if (code === 92) {
      escaped = true;
      at++;
    } else if (code < 32) {
      throw new JsonError(`invalid character in string, pos ${at}`, at);
    }
  }
  throw new JsonError('unfinished string', text.length);
};

const plainEscapes = (raw: string, at: number): string => {
  try {
    return JSON.stringify(JSON.parse(raw));
  } catch {
    throw new JsonError(`bad escape sequence in string, pos ${at}`, at);
  }
};

/** 1.50 is 1.5 in a VARIANT, and 1.0 is 1. */
const plainNumber = (digits: string): string =>
  digits.includes('.') && !/[eE]/.test(digits) ? digits.replace(/\.?0+$/, '') : digits;

const readNumber = (scan: Scan): string => {
  number.lastIndex = scan.at;
  const match = number.exec(scan.text);
  if (!match) throw new JsonError(`invalid number, pos ${scan.at}`, scan.at);
  scan.at += match[0].length;
  const after = scan.text.charCodeAt(scan.at);
  if ((after >= 48 && after <= 57) || isLetter(after)) throw new JsonError(`invalid number, pos ${scan.at}`, scan.at);
  return plainNumber(match[0]);
};

const readWord = (scan: Scan): string => {
  word.lastIndex = scan.at;
  const found = word.exec(scan.text)?.[0];
  if (found === 'true' || found === 'false' || found === 'null') {
    scan.at += found.length;
    return found;
  }
  if (found) throw new JsonError(`unknown keyword "${found}", pos ${scan.at}`, scan.at);
  throw new JsonError(`misplaced ${scan.text[scan.at]}, pos ${scan.at}`, scan.at);
};

const readArray = (scan: Scan): string => {
  const items: string[] = [];
  scan.at++;
  skipSpaces(scan);
  if (scan.text[scan.at] === ']') {
    scan.at++;
    return '[]';
  }
  for (;;) {
    items.push(readValue(scan));
    skipSpaces(scan);
    const next = scan.text[scan.at];
    if (next === undefined) throw new JsonError('incomplete array value', scan.at);
    if (next !== ',' && next !== ']') throw new JsonError(`missing comma, pos ${scan.at}`, scan.at);
    scan.at++;
    if (next === ']') return `[${items.join(',')}]`;
  }
};

const readKey = (scan: Scan): string => {
  skipSpaces(scan);
  const start = scan.text[scan.at];
  if (start === undefined) throw new JsonError('incomplete object value', scan.at);
  if (start !== '"') throw new JsonError(`object key must be a string, pos ${scan.at}`, scan.at);
  const key = readString(scan);
  skipSpaces(scan);
  const colon = scan.text[scan.at];
  if (colon === undefined) throw new JsonError('incomplete object value', scan.at);
  if (colon !== ':') throw new JsonError(`missing colon, pos ${scan.at}`, scan.at);
  scan.at++;
  return key;
};

const readObject = (scan: Scan): string => {
  const keys: string[] = [];
  const entries = new Map<string, string>();
  let sorted = true;
  scan.at++;
  skipSpaces(scan);
  if (scan.text[scan.at] === '}') {
    scan.at++;
    return '{}';
  }
  for (;;) {
    const keyAt = scan.at;
    const key = readKey(scan);
    const value = readValue(scan);
    if (entries.has(key)) {
      if (!scan.options.allowDuplicate) throw new JsonError(`duplicate object attribute ${key}, pos ${keyAt}`, keyAt);
    } else if (!(scan.options.stripNullValues && value === 'null')) {
      if (sorted && keys.length > 0 && (keys[keys.length - 1] as string) > key) sorted = false;
      keys.push(key);
    }
    entries.set(key, value);
    skipSpaces(scan);
    const next = scan.text[scan.at];
    if (next === undefined) throw new JsonError('incomplete object value', scan.at);
    if (next !== ',' && next !== '}') throw new JsonError(`missing comma, pos ${scan.at}`, scan.at);
    scan.at++;
    if (next === '}') break;
  }
  if (!sorted) keys.sort(byInnerText);
  let out = '{';
  for (const key of keys) out += `${out.length > 1 ? ',' : ''}${key}:${entries.get(key)}`;
  return `${out}}`;
};

/** Keys with their quotes: a closing quote must not count as a character of the key. */
const byInnerText = (left: string, right: string): number => {
  const [a, b] = [left.slice(1, -1), right.slice(1, -1)];
  return a < b ? -1 : a > b ? 1 : 0;
};

const readValue = (scan: Scan): string => {
  skipSpaces(scan);
  const code = scan.text.charCodeAt(scan.at);
  if (Number.isNaN(code)) throw new JsonError('incomplete value', scan.at);
  if (code === 34) return readString(scan);
  if (code === 123 || code === 91) {
    if (++scan.depth > depthAtMost) throw new JsonError('document is nested too deeply', scan.at);
    const value = code === 123 ? readObject(scan) : readArray(scan);
    scan.depth--;
    return value;
  }
  if (code === 45 || (code >= 48 && code <= 57)) return readNumber(scan);
  return readWord(scan);
};

/** Reads exactly one document. */
export const normalizedJson = (text: string, options: JsonOptions): string => {
  const scan: Scan = { text, at: 0, depth: 0, options };
  const value = readValue(scan);
  skipSpaces(scan);
  if (scan.at < text.length) throw new JsonError('more than one document in the input', scan.at);
  return value;
};
