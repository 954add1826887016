import { MalformedBinlog } from './bytes.ts';
import type { JsonNode } from './jsonb.ts';

// JSON.parse loses what MySQL keeps: integers above 2^53 and the difference of 1 and 1.0.
const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const spacePattern = /[ \t\r\n]*/y;
const stringPattern = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

const depthLimit = 100;

type Reader = { text: string; at: number; depth: number };

const fail = (reader: Reader): never => {
  throw new MalformedBinlog(`invalid JSON text at position ${reader.at}`);
};

const match = (reader: Reader, pattern: RegExp): RegExpExecArray | null => {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found) reader.at = pattern.lastIndex;
  return found;
};

const skipSpace = (reader: Reader): void => {
  match(reader, spacePattern);
};

const take = (reader: Reader, token: string): boolean => {
  skipSpace(reader);
  if (!reader.text.startsWith(token, reader.at)) return false;
  reader.at += token.length;
  return true;
};

const parseNumber = (reader: Reader): JsonNode => {
  const found = match(reader, numberPattern);
  if (!found) return fail(reader);
  const [text, fraction, exponent] = found;
  if (fraction !== undefined || exponent !== undefined) return { kind: 'double', value: Number(text) };
  const value = BigInt(text);
  // rapidjson hands the server 64-bit unsigned only above 2^32; what fits neither is a double.
  if (value > 0xffffffffffffffffn || value < -0x8000000000000000n) return { kind: 'double', value: Number(text) };
  return { kind: 'integer', value, unsigned: value > 0xffffffffn };
};

const parseString = (reader: Reader): string => {
  const found = match(reader, stringPattern);
  return found ? (JSON.parse(found[0]) as string) : fail(reader);
};

const parseArray = (reader: Reader): JsonNode[] => {
  const items: JsonNode[] = [];
  if (take(reader, ']')) return items;
  do items.push(parseValue(reader));
  while (take(reader, ','));
  return take(reader, ']') ? items : fail(reader);
};

const parseObject = (reader: Reader): Map<string, JsonNode> => {
  const members = new Map<string, JsonNode>();
  if (take(reader, '}')) return members;
  do {
    skipSpace(reader);
    const key = parseString(reader);
    if (!take(reader, ':')) fail(reader);
    members.set(key, parseValue(reader));
  } while (take(reader, ','));
  return take(reader, '}') ? members : fail(reader);
};

const parseNested = <T>(reader: Reader, parse: (reader: Reader) => T): T => {
  if (++reader.depth > depthLimit) fail(reader);
  const value = parse(reader);
  reader.depth--;
  return value;
};

const parseValue = (reader: Reader): JsonNode => {
  if (take(reader, '{')) return parseNested(reader, parseObject);
  if (take(reader, '[')) return parseNested(reader, parseArray);
  if (reader.text[reader.at] === '"') return parseString(reader);
  if (take(reader, 'null')) return null;
  if (take(reader, 'true')) return true;
  if (take(reader, 'false')) return false;
  return parseNumber(reader);
};

/** JSON text to the tree that MySQL would store; a repeated key keeps its last value, as MySQL 8 does. */
export const parseJson = (text: string): JsonNode => {
  const reader: Reader = { text, at: 0, depth: 0 };
  const value = parseValue(reader);
  skipSpace(reader);
  return reader.at === text.length ? value : fail(reader);
};
