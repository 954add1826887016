import { javaHashOrder } from './java-hash-order.ts';
import { javaDouble } from './java-number.ts';

// JSON as Jackson reads and writes it for Connect: every integer exact (bigint), every other number a double, objects in the order of a HashMap.

export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | { [key: string]: JsonValue };

export type JsonReading = {
  /** What becomes of a number with point or exponent; a double unless given. */
  decimal?: (text: string) => JsonValue;
  /** Keeps objects in the order of the text, as Jackson's ObjectNode does; otherwise as the HashMap they are put into. */
  keepOrder?: boolean;
};

export class JsonSyntaxError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'JsonSyntaxError';
    this.position = position;
  }
}

const maximumDepth = 1_000;
const quote = 0x22;
const controlCharacter = /[\u0000-\u001f]/;
const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

type Cursor = { text: string; at: number; reading: JsonReading };

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const skipSpace = (cursor: Cursor): number => {
  let code = cursor.text.charCodeAt(cursor.at);
  while (isSpace(code)) code = cursor.text.charCodeAt(++cursor.at);
  return code;
};

const anyValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

const fail = (cursor: Cursor, expected: string): never => {
  const found = cursor.text.codePointAt(cursor.at);
  throw found === undefined
    ? new JsonSyntaxError('Unexpected end-of-input', cursor.at)
    : new JsonSyntaxError(
        `Unexpected character ('${String.fromCodePoint(found)}' (code ${found})): ${expected}`,
        cursor.at,
      );
};

const failOnValue = (cursor: Cursor): never => {
  const token = /[A-Za-z_$][\w$]*/y;
  token.lastIndex = cursor.at;
  const match = token.exec(cursor.text);
  if (match === null) return fail(cursor, `expected a valid value ${anyValue}`);
  throw new JsonSyntaxError(`Unrecognized token '${match[0]}': was expecting ${anyValue}`, cursor.at);
};

const readString = (cursor: Cursor): string => {
  const { text } = cursor;
  const start = cursor.at + 1;
  let end = text.indexOf('"', start);
  if (end < 0) throw new JsonSyntaxError('Unexpected end-of-input in a string', text.length);
  const plain = text.slice(start, end);
  if (!plain.includes('\\')) {
    if (controlCharacter.test(plain)) throw new JsonSyntaxError('Illegal unquoted character', start);
    cursor.at = end + 1;
    return plain;
  }
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) throw new JsonSyntaxError('Unexpected end-of-input in a string', at);
    if (code === 0x5c) at++;
    else if (code === quote) {
      end = at;
      break;
    }
  }
  cursor.at = end + 1;
  try {
    return JSON.parse(text.slice(start - 1, end + 1)) as string;
  } catch {
    throw new JsonSyntaxError('Unrecognized character escape', start);
  }
};

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;

const readNumber = (cursor: Cursor): JsonValue => {
  const { text } = cursor;
  const start = cursor.at;
  let at = start;
  if (text.charCodeAt(at) === 0x2d) at++;
  const firstDigit = at;
  while (isDigit(text.charCodeAt(at))) at++;
  const next = text.charCodeAt(at);
  const wholeDigits = at - firstDigit;
  // A short integer, which nearly all are: the general pattern is only for the others, and for what is no number.
  if (
    next !== 0x2e &&
    next !== 0x65 &&
    next !== 0x45 &&
    wholeDigits > 0 &&
    (wholeDigits === 1 || text.charCodeAt(firstDigit) !== 0x30)
  ) {
    cursor.at = at;
    const digits = text.slice(start, at);
    return wholeDigits <= 15 ? BigInt(Number(digits)) : BigInt(digits);
  }
  numberPattern.lastIndex = start;
  const match = numberPattern.exec(text);
  if (match === null) return failOnValue(cursor);
  cursor.at = numberPattern.lastIndex;
  if (match[1] === undefined && match[2] === undefined) return BigInt(match[0]);
  return (cursor.reading.decimal ?? Number)(match[0]);
};

const literals = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

const readLiteral = (cursor: Cursor): JsonValue => {
  for (const [name, value] of literals) {
    if (cursor.text.startsWith(name, cursor.at)) {
      cursor.at += name.length;
      return value;
    }
  }
  return failOnValue(cursor);
};

const readArray = (cursor: Cursor, depth: number): JsonValue[] => {
  const items: JsonValue[] = [];
  cursor.at++;
  if (skipSpace(cursor) === 0x5d) {
    cursor.at++;
    return items;
  }
  for (;;) {
    items.push(readValue(cursor, depth));
    const code = skipSpace(cursor);
    cursor.at++;
    if (code === 0x5d) return items;
    if (code !== 0x2c) {
      cursor.at--;
      fail(cursor, 'was expecting comma to separate Array entries');
    }
  }
};

/**
 * A node of the tree of key sequences seen so far: what comes after these keys, and how an object of exactly these is laid out. Records of a
 * topic have few shapes, so the order of a HashMap is worked out once for each.
 */
type Shape = { after: Map<string, Shape>; keys: readonly string[]; kept?: Layout; hashed?: Layout };
/** Properties in their order, each with the place of its value in the text's sequence: of a repeated key the last. */
type Layout = readonly { key: string; index: number }[];

const maximumShapes = 50_000;
let shapeCount = 0;
let rootShape: Shape = { after: new Map(), keys: [] };

const shapeAfter = (shape: Shape, key: string): Shape => {
  const known = shape.after.get(key);
  if (known !== undefined) return known;
  const created: Shape = { after: new Map(), keys: [...shape.keys, key] };
  // Keys that are data would grow the tree without end: it starts anew, and objects under way keep their part of it.
  if (++shapeCount > maximumShapes) {
    shapeCount = 0;
    rootShape = { after: new Map(), keys: [] };
  }
  if (shape.keys.length < maximumShapeKeys) shape.after.set(key, created);
  return created;
};

const maximumShapeKeys = 256;

const layoutOf = (shape: Shape, keepOrder: boolean): Layout => {
  const lastIndex = new Map(shape.keys.map((key, index) => [key, index]));
  const keys = [...lastIndex.keys()];
  return (keepOrder ? keys : javaHashOrder(keys)).map((key) => ({ key, index: lastIndex.get(key) as number }));
};

const readObject = (cursor: Cursor, depth: number): JsonValue => {
  const object: { [key: string]: JsonValue } = {};
  cursor.at++;
  if (skipSpace(cursor) === 0x7d) {
    cursor.at++;
    return object;
  }
  let shape = rootShape;
  const values: JsonValue[] = [];
  for (;;) {
    if (skipSpace(cursor) !== quote) fail(cursor, 'was expecting double-quote to start field name');
    shape = shapeAfter(shape, readString(cursor));
    if (skipSpace(cursor) !== 0x3a) fail(cursor, 'was expecting a colon to separate field name and value');
    cursor.at++;
    values.push(readValue(cursor, depth));
    const code = skipSpace(cursor);
    cursor.at++;
    if (code === 0x7d) break;
    if (code !== 0x2c) {
      cursor.at--;
      fail(cursor, 'was expecting comma to separate Object entries');
    }
  }
  const layout =
    cursor.reading.keepOrder === true
      ? (shape.kept ??= layoutOf(shape, true))
      : (shape.hashed ??= layoutOf(shape, false));
  for (const { key, index } of layout) {
    const value = values[index] as JsonValue;
    if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, writable: true });
    else object[key] = value;
  }
  return object;
};

const readValue = (cursor: Cursor, depth: number): JsonValue => {
  if (depth > maximumDepth) throw new JsonSyntaxError(`Document nesting depth exceeds ${maximumDepth}`, cursor.at);
  switch (skipSpace(cursor)) {
    case quote:
      return readString(cursor);
    case 0x7b:
      return readObject(cursor, depth + 1);
    case 0x5b:
      return readArray(cursor, depth + 1);
    case 0x74:
    case 0x66:
    case 0x6e:
      return readLiteral(cursor);
    default:
      return readNumber(cursor);
  }
};

/** Reads one JSON document. Like Jackson's readTree, a repeated key keeps its last value. Throws JsonSyntaxError. */
export const parseJson = (text: string, reading: JsonReading = {}): JsonValue => {
  const cursor = { text, at: 0, reading };
  const value = readValue(cursor, 0);
  skipSpace(cursor);
  if (cursor.at < text.length) failOnValue(cursor);
  return value;
};

const upperCaseDigits = (sequence: string): string =>
  sequence.startsWith('\\u') ? `\\u${sequence.slice(2).toUpperCase()}` : sequence;

/** Nothing to escape: neither quote, backslash, control character nor surrogate. */
const plainText = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const surrogate = /[\ud800-\udfff]/;
const surrogates = /[\ud800-\udfff]/g;

const escapeSurrogate = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).toUpperCase()}`;

/**
 * A JSON string as Jackson writes it to characters: like JSON.stringify, but with upper-case hexadecimal digits.
 */
const printCharacters = (text: string): string => {
  if (plainText.test(text)) return `"${text}"`;
  const printed = JSON.stringify(text);
  return printed.includes('\\u') ? printed.replace(/\\(?:u00[01][0-9a-f]|.)/g, upperCaseDigits) : printed;
};

/** A JSON string as Jackson writes it to UTF-8 bytes: characters beyond the basic plane become two escapes (golden types_precise, c_varchar). */
export const printJsonString = (text: string): string => {
  if (plainText.test(text)) return `"${text}"`;
  const printed = printCharacters(text);
  return surrogate.test(printed) ? printed.replace(surrogates, escapeSurrogate) : printed;
};

type PrintString = (text: string) => string;

const print = (value: JsonValue, printString: PrintString): string => {
  if (typeof value === 'string') return printString(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return Number.isFinite(value) ? javaDouble(value) : `"${javaDouble(value)}"`;
  if (Array.isArray(value)) return `[${value.map((item) => print(item, printString)).join(',')}]`;
  let text = '{';
  for (const key in value) {
    text += `${text === '{' ? '' : ','}${printString(key)}:${print(value[key] ?? null, printString)}`;
  }
  return `${text}}`;
};

/** Compact JSON as Jackson writes it to bytes; number is a Java double, bigint an integer. */
export const printJson = (value: JsonValue): string => print(value, printJsonString);

/** The same as Jackson writes it to a String: no character is escaped that need not be. */
export const printJsonText = (value: JsonValue): string => print(value, printCharacters);
