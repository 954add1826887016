/** A number keeps its digits, for they may be exact beyond a double. */
export type JsonNumber = { digits: string };
export type Json = null | boolean | string | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

/** Code 100069, SQLSTATE 22P02. */
export class JsonError extends Error {}

const nestingLimit = 1000;
const blank = /[ \t\n\r]*/y;
const plainString = /"((?:[^"\\\u0000-\u001f])*)"/y;
const escapedString = /"(?:[^"\\]|\\[\s\S])*"/y;
const number = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const keyword = /[a-zA-Z]+/y;

const padExponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');

/** Sixteen digits; the very largest doubles would round to infinity, and keep theirs. */
const canonicalDouble = (digits: string): string => {
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new JsonError(`Error parsing JSON: numeric value out of range "${digits}", pos 1`);
  const text = value.toExponential(15);
  return padExponent(Number.isFinite(Number(text)) ? text : value.toExponential());
};

/** 1.50 is 1.5, 1e3 a double printed as Snowflake prints doubles: 1.000000000000000e+03. */
export const canonicalNumber = (digits: string): string => {
  if (/[eE]/.test(digits)) return canonicalDouble(digits);
  const negative = digits.startsWith('-');
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  const integral = whole.replace(/^0+(?=\d)/, '') || '0';
  const decimals = fraction.replace(/0+$/, '');
  if (integral.length + decimals.length > 38) return canonicalDouble(digits);
  const text = decimals ? `${integral}.${decimals}` : integral;
  return negative && text !== '0' ? `-${text}` : text;
};

type Reader = { text: string; at: number };

const match = (reader: Reader, pattern: RegExp): RegExpExecArray | null => {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found) reader.at += found[0].length;
  return found;
};

const skip = (reader: Reader): string | undefined => {
  match(reader, blank);
  return reader.text[reader.at];
};

const fail = (reader: Reader, what: string): JsonError =>
  new JsonError(`Error parsing JSON: ${what}, pos ${reader.at + 1}`);

const readString = (reader: Reader): string => {
  const plain = match(reader, plainString);
  if (plain) return plain[1] ?? '';
  const found = match(reader, escapedString);
  if (!found) throw fail(reader, 'unfinished string');
  const cleaned = found[0].replace(
    /[\u0000-\u001f]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  try {
    return JSON.parse(cleaned);
  } catch {
    throw fail(reader, 'unsupported escape sequence in string');
  }
};

const readObject = (reader: Reader, depth: number): ReadonlyMap<string, Json> => {
  const entries = new Map<string, Json>();
  reader.at++;
  if (skip(reader) === '}') {
    reader.at++;
    return entries;
  }
  for (;;) {
    if (skip(reader) !== '"')
      throw fail(reader, skip(reader) === undefined ? 'incomplete object value' : 'misplaced object attribute');
    const key = readString(reader);
    if (skip(reader) !== ':') throw fail(reader, 'missing colon');
    reader.at++;
    const value = readValue(reader, depth);
    if (entries.has(key)) throw fail(reader, `duplicate object attribute "${key}"`);
    entries.set(key, value);
    const next = skip(reader);
    if (next !== '}' && next !== ',')
      throw fail(reader, next === undefined ? 'incomplete object value' : 'missing comma');
    reader.at++;
    if (next === '}') return sorted(entries);
  }
};

/** Keys stand in the order of their bytes. */
export const sorted = (entries: ReadonlyMap<string, Json>): ReadonlyMap<string, Json> => {
  let last = '';
  let inOrder = true;
  for (const key of entries.keys()) {
    if (key < last) inOrder = false;
    last = key;
  }
  return inOrder ? entries : new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
};

const readArray = (reader: Reader, depth: number): Json[] => {
  const items: Json[] = [];
  reader.at++;
  if (skip(reader) === ']') {
    reader.at++;
    return items;
  }
  for (;;) {
    items.push(readValue(reader, depth));
    const next = skip(reader);
    if (next !== ']' && next !== ',')
      throw fail(reader, next === undefined ? 'incomplete array value' : 'missing comma');
    reader.at++;
    if (next === ']') return items;
  }
};

const keywords: Readonly<Record<string, Json>> = { true: true, false: false, null: null };

const readValue = (reader: Reader, depth: number): Json => {
  if (depth > nestingLimit) throw fail(reader, 'nested too deeply');
  const first = skip(reader);
  if (first === '{') return readObject(reader, depth + 1);
  if (first === '[') return readArray(reader, depth + 1);
  if (first === '"') return readString(reader);
  const digits = match(reader, number);
  if (digits) return { digits: canonicalNumber(digits[0]) };
  const word = match(reader, keyword)?.[0];
  if (word === undefined) throw fail(reader, first === undefined ? 'empty input' : `unknown character "${first}"`);
  const value = keywords[word.toLowerCase()];
  if (value === undefined) throw fail(reader, `unknown keyword "${word}"`);
  return value;
};

/** Reads one value; keys are sorted, a repeated key is an error. */
export const parseJson = (text: string): Json => {
  const reader = { text, at: 0 };
  const value = readValue(reader, 0);
  if (skip(reader) !== undefined) throw fail(reader, 'more than one document in the input');
  return value;
};

export const isNumber = (value: Json): value is JsonNumber =>
  typeof value === 'object' && value !== null && 'digits' in value;
export const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
export const isObject = (value: Json): value is ReadonlyMap<string, Json> => value instanceof Map;

/** Compact, as VARIANTs are stored. */
export const printJson = (value: Json): string => {
  if (isNumber(value)) return value.digits;
  if (isArray(value)) return `[${value.map(printJson).join(',')}]`;
  if (isObject(value))
    return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}:${printJson(item)}`).join(',')}}`;
  return JSON.stringify(value);
};

/** As results show a VARIANT: two blanks a level, a blank after a colon. */
export const prettyJson = (value: Json, indent = ''): string => {
  const inner = `${indent}  `;
  if (isArray(value)) {
    return value.length === 0
      ? '[]'
      : `[\n${value.map((item) => inner + prettyJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (isObject(value)) {
    const lines = [...value].map(([key, item]) => `${inner}${JSON.stringify(key)}: ${prettyJson(item, inner)}`);
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
  }
  return printJson(value);
};
