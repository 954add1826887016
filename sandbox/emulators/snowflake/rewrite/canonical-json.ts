import { canonicalNumber, parseJson, printJson } from './json.ts';

/** `breaks`: there are tabs or ends of lines, which may not stand in a string. */
type Reader = { text: string; at: number; nextBackslash: number; breaks: boolean };

const quote = 34;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

const skip = (reader: Reader): number => {
  let code = reader.text.charCodeAt(reader.at);
  while (isBlank(code)) code = reader.text.charCodeAt(++reader.at);
  return code;
};

/** A string without escapes, as written; undefined: one that is not so simple. */
const readString = (reader: Reader): string | undefined => {
  const end = reader.text.indexOf('"', reader.at + 1);
  if (end < 0) return undefined;
  if (reader.nextBackslash < reader.at) {
    const next = reader.text.indexOf('\\', reader.at);
    reader.nextBackslash = next < 0 ? Number.POSITIVE_INFINITY : next;
  }
  if (reader.nextBackslash < end) return undefined;
  const raw = reader.text.slice(reader.at, end + 1);
  if (reader.breaks && /[\t\n\r]/.test(raw)) return undefined;
  reader.at = end + 1;
  return raw;
};

const readNumber = (reader: Reader): string | undefined => {
  const start = reader.at;
  if (reader.text[reader.at] === '-') reader.at++;
  const first = reader.at;
  let code = reader.text.charCodeAt(reader.at);
  while (isDigit(code)) code = reader.text.charCodeAt(++reader.at);
  if (reader.at === first) return undefined;
  const whole = code !== 46 && code !== 69 && code !== 101;
  while (isDigit(code) || code === 46 || code === 69 || code === 101 || code === 43 || code === 45)
    code = reader.text.charCodeAt(++reader.at);
  const raw = reader.text.slice(start, reader.at);
  if (whole && raw.length < 19 && reader.text.charCodeAt(first) !== 48) return raw;
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(raw) ? canonicalNumber(raw) : undefined;
};

const readWord = (reader: Reader, word: string): string | undefined => {
  if (!reader.text.startsWith(word, reader.at)) return undefined;
  reader.at += word.length;
  return word;
};

const readArray = (reader: Reader, depth: number): string | undefined => {
  reader.at++;
  if (skip(reader) === 93) {
    reader.at++;
    return '[]';
  }
  let text = '[';
  for (;;) {
    const item = readValue(reader, depth);
    if (item === undefined) return undefined;
    text += item;
    const code = skip(reader);
    reader.at++;
    if (code === 93) return `${text}]`;
    if (code !== 44) return undefined;
    text += ',';
  }
};

const readObject = (reader: Reader, depth: number): string | undefined => {
  reader.at++;
  if (skip(reader) === 125) {
    reader.at++;
    return '{}';
  }
  const entries: { key: string; value: string }[] = [];
  let ordered = true;
  let last = '';
  for (;;) {
    const key = skip(reader) === quote ? readString(reader) : undefined;
    if (key === undefined || skip(reader) !== 58) return undefined;
    reader.at++;
    const value = readValue(reader, depth);
    if (value === undefined) return undefined;
    // The closing quote sorts before every other character but a blank and !, so keys are compared without it.
    const name = key.slice(1, -1);
    if (entries.length > 0 && name <= last) ordered = false;
    last = name;
    entries.push({ key: name, value });
    const code = skip(reader);
    reader.at++;
    if (code === 125) break;
    if (code !== 44) return undefined;
  }
  if (!ordered) {
    entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    if (entries.some(({ key }, index) => entries[index + 1]?.key === key)) return undefined;
  }
  let text = '{';
  for (const { key, value } of entries) text += `${text.length > 1 ? ',' : ''}"${key}":${value}`;
  return `${text}}`;
};

const readValue = (reader: Reader, depth: number): string | undefined => {
  if (depth > 200) return undefined;
  switch (skip(reader)) {
    case 123:
      return readObject(reader, depth + 1);
    case 91:
      return readArray(reader, depth + 1);
    case quote:
      return readString(reader);
    case 116:
      return readWord(reader, 'true');
    case 102:
      return readWord(reader, 'false');
    case 110:
      return readWord(reader, 'null');
    default:
      return readNumber(reader);
  }
};

const controlInString = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/**
 * A JSON text as VARIANTs are stored: compact, keys sorted, numbers in their shortest exact form. Throws JsonError.
 * Text without escapes goes a short way that builds no tree; whatever that way does not know, errors too, goes the long one.
 */
export const canonicalJson = (text: string): string => {
  if (!controlInString.test(text)) {
    const reader: Reader = { text, at: 0, nextBackslash: -1, breaks: /[\t\n\r]/.test(text) };
    const value = readValue(reader, 0);
    if (value !== undefined && Number.isNaN(skip(reader))) return value;
  }
  return printJson(parseJson(text));
};
