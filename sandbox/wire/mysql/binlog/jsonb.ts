import {
  cursorOf,
  MalformedBinlog,
  newSink,
  reserve,
  type Sink,
  writeBytes,
  writeDouble,
  writeInt64,
  writeUint,
  writeUint8,
  writeUint64,
  written,
} from './bytes.ts';
import { columnTypes } from './column-types.ts';
import { decimalSizeBytes, readDecimal, writeDecimal } from './decimal.ts';
import { unpackDate, unpackDatetime, unpackTime } from './temporal.ts';

/**
 * MySQL's binary JSON (sql-common/json_binary.h of the server) as a tree. Numbers keep their kind, since 1, 1.0 and the DECIMAL 1
 * are three values to MySQL; opaque holds what JSON has no type for (a DATETIME, a BLOB, …) with its column type.
 */
export type JsonNode =
  | null
  | boolean
  | string
  | JsonNode[]
  | Map<string, JsonNode>
  | { kind: 'integer'; value: bigint; unsigned: boolean }
  | { kind: 'double'; value: number }
  | { kind: 'decimal'; text: string; precision: number; scale: number }
  | { kind: 'opaque'; type: number; bytes: Uint8Array };

const smallObject = 0;
const largeObject = 1;
const smallArray = 2;
const largeArray = 3;
const literal = 4;
const int16 = 5;
const uint16 = 6;
const int32 = 7;
const uint32 = 8;
const int64 = 9;
const uint64 = 10;
const double = 11;
const string = 12;
const opaque = 15;

const depthLimit = 100;

const signed = (value: number): JsonNode => ({ kind: 'integer', value: BigInt(value), unsigned: false });
const unsigned = (value: number): JsonNode => ({ kind: 'integer', value: BigInt(value), unsigned: true });

const readLiteral = (value: number): JsonNode => {
  if (value === 0) return null;
  if (value === 1) return true;
  if (value === 2) return false;
  throw new MalformedBinlog(`JSON literal ${value}`);
};

const readVariableLength = (bytes: Buffer, at: number): { length: number; next: number } => {
  let length = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes.readUInt8(at + index);
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { length, next: at + index + 1 };
  }
  throw new MalformedBinlog('JSON length of more than five bytes');
};

const readOpaque = (bytes: Buffer, at: number): JsonNode => {
  const type = bytes.readUInt8(at);
  const { length, next } = readVariableLength(bytes, at + 1);
  const content = slice(bytes, next, length);
  if (type !== columnTypes.decimal) return { kind: 'opaque', type, bytes: content };
  const precision = content.readUInt8(0);
  const scale = content.readUInt8(1);
  return { kind: 'decimal', text: readDecimal(cursorOf(content, 2), precision, scale), precision, scale };
};

const slice = (bytes: Buffer, at: number, length: number): Buffer => {
  if (at + length > bytes.length) throw new MalformedBinlog('JSON value runs past its end');
  return bytes.subarray(at, at + length);
};

const readContainer = (bytes: Buffer, start: number, isObject: boolean, large: boolean, depth: number): JsonNode => {
  if (depth > depthLimit) throw new MalformedBinlog('JSON nested too deep');
  const word = large ? 4 : 2;
  const readWord = (at: number) => (large ? bytes.readUInt32LE(at) : bytes.readUInt16LE(at));
  const count = readWord(start);
  if (count * (isObject ? 2 : 1) > bytes.length) throw new MalformedBinlog('JSON count runs past its end');
  const keysAt = start + 2 * word;
  const valuesAt = keysAt + (isObject ? count * (word + 2) : 0);
  const readEntry = (index: number): JsonNode => {
    const at = valuesAt + index * (1 + word);
    const type = bytes.readUInt8(at);
    if (type === literal) return readLiteral(bytes.readUInt8(at + 1));
    if (type === int16) return signed(bytes.readInt16LE(at + 1));
    if (type === uint16) return unsigned(bytes.readUInt16LE(at + 1));
    if (large && type === int32) return signed(bytes.readInt32LE(at + 1));
    if (large && type === uint32) return unsigned(bytes.readUInt32LE(at + 1));
    return readValue(bytes, type, start + readWord(at + 1), depth + 1);
  };
  if (!isObject) return Array.from({ length: count }, (_, index) => readEntry(index));
  const object = new Map<string, JsonNode>();
  for (let index = 0; index < count; index++) {
    const at = keysAt + index * (word + 2);
    object.set(slice(bytes, start + readWord(at), bytes.readUInt16LE(at + word)).toString('utf8'), readEntry(index));
  }
  return object;
};

const readValue = (bytes: Buffer, type: number, at: number, depth: number): JsonNode => {
  switch (type) {
    case smallObject:
    case largeObject:
    case smallArray:
    case largeArray:
      return readContainer(bytes, at, type < smallArray, type === largeObject || type === largeArray, depth);
    case literal:
      return readLiteral(bytes.readUInt8(at));
    case int16:
      return signed(bytes.readInt16LE(at));
    case uint16:
      return unsigned(bytes.readUInt16LE(at));
    case int32:
      return signed(bytes.readInt32LE(at));
    case uint32:
      return unsigned(bytes.readUInt32LE(at));
    case int64:
      return { kind: 'integer', value: bytes.readBigInt64LE(at), unsigned: false };
    case uint64:
      return { kind: 'integer', value: bytes.readBigUInt64LE(at), unsigned: true };
    case double:
      return { kind: 'double', value: bytes.readDoubleLE(at) };
    case string: {
      const { length, next } = readVariableLength(bytes, at);
      return slice(bytes, next, length).toString('utf8');
    }
    case opaque:
      return readOpaque(bytes, at);
    default:
      throw new MalformedBinlog(`JSON type ${type}`);
  }
};

export const readJson = (value: Uint8Array): JsonNode => {
  // An empty value stands for the JSON null (a JSON column filled by ALTER TABLE … NOT NULL).
  if (value.length === 0) return null;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  try {
    return readValue(bytes, bytes.readUInt8(0), 1, 0);
  } catch (error) {
    if (error instanceof RangeError) throw new MalformedBinlog('JSON value runs past its end');
    throw error;
  }
};

const writeVariableLength = (sink: Sink, length: number): void => {
  let rest = length;
  while (rest >= 0x80) {
    writeUint8(sink, (rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  writeUint8(sink, rest);
};

const scalarType = (node: JsonNode): number => {
  if (node === null || typeof node === 'boolean') return literal;
  if (typeof node === 'string') return string;
  if (Array.isArray(node) || node instanceof Map) return smallArray;
  if (node.kind === 'double') return double;
  if (node.kind === 'decimal' || node.kind === 'opaque') return opaque;
  const { value } = node;
  if (node.unsigned) return value <= 0xffffn ? uint16 : value <= 0xffffffffn ? uint32 : uint64;
  if (value >= -0x8000n && value <= 0x7fffn) return int16;
  return value >= -0x80000000n && value <= 0x7fffffffn ? int32 : int64;
};

const writeOpaque = (sink: Sink, type: number, content: Uint8Array): void => {
  writeUint8(sink, type);
  writeVariableLength(sink, content.length);
  writeBytes(sink, content);
};

const writeScalar = (sink: Sink, type: number, node: Exclude<JsonNode, JsonNode[] | Map<string, JsonNode>>): void => {
  if (node === null) writeUint8(sink, 0);
  else if (typeof node === 'boolean') writeUint8(sink, node ? 1 : 2);
  else if (typeof node === 'string') {
    const text = Buffer.from(node, 'utf8');
    writeVariableLength(sink, text.length);
    writeBytes(sink, text);
  } else if (node.kind === 'double') writeDouble(sink, node.value);
  else if (node.kind === 'decimal') {
    const content = newSink(2 + decimalSizeBytes(node.precision, node.scale));
    writeUint8(content, node.precision);
    writeUint8(content, node.scale);
    writeDecimal(content, node.text, node.precision, node.scale);
    writeOpaque(sink, columnTypes.decimal, written(content));
  } else if (node.kind === 'opaque') writeOpaque(sink, node.type, node.bytes);
  else if (type === int16 || type === uint16) writeUint(sink, Number(node.value & 0xffffn), 2);
  else if (type === int32 || type === uint32) writeUint(sink, Number(node.value & 0xffffffffn), 4);
  else if (type === int64) writeInt64(sink, node.value);
  else writeUint64(sink, node.value);
};

/** A small container's offset does not fit two bytes: it is written again as a large one. */
class TooSmall extends Error {}

const inlineValue = (type: number, node: JsonNode, large: boolean): number | undefined => {
  if (type === literal) return node === null ? 0 : node ? 1 : 2;
  const fits = type === int16 || type === uint16 || (large && (type === int32 || type === uint32));
  if (!fits) return undefined;
  const { value } = node as { value: bigint };
  return Number(value & (large ? 0xffffffffn : 0xffffn));
};

// Keys are sorted by length in bytes, then by bytes: MySQL looks them up by bisection.
const sortedEntries = (object: Map<string, JsonNode>): [Buffer, JsonNode][] =>
  [...object]
    .map(([key, value]): [Buffer, JsonNode] => [Buffer.from(key, 'utf8'), value])
    .sort(([a], [b]) => a.length - b.length || Buffer.compare(a, b));

const writeContainer = (sink: Sink, node: JsonNode[] | Map<string, JsonNode>, large: boolean, depth: number): void => {
  if (depth > depthLimit) throw new MalformedBinlog('JSON nested too deep');
  const word = large ? 4 : 2;
  const start = sink.length;
  const putWord = (at: number, value: number) => {
    if (!large && value > 0xffff) throw new TooSmall();
    sink.buffer.writeUIntLE(value, at, word);
  };
  const entries = Array.isArray(node) ? undefined : sortedEntries(node);
  const values = entries ? entries.map(([, value]) => value) : (node as JsonNode[]);
  putWord(reserve(sink, word), values.length);
  const sizeAt = reserve(sink, word);
  const keysAt = reserve(sink, entries ? entries.length * (word + 2) : 0);
  const valuesAt = reserve(sink, values.length * (1 + word));
  entries?.forEach(([key], index) => {
    if (key.length > 0xffff) throw new MalformedBinlog('JSON key of more than 65535 bytes');
    putWord(keysAt + index * (word + 2), sink.length - start);
    sink.buffer.writeUInt16LE(key.length, keysAt + index * (word + 2) + word);
    writeBytes(sink, key);
  });
  values.forEach((value, index) => {
    const at = valuesAt + index * (1 + word);
    const type = scalarType(value);
    const inline = inlineValue(type, value, large);
    if (inline !== undefined) {
      sink.buffer[at] = type;
      sink.buffer.writeUIntLE(inline, at + 1, word);
      return;
    }
    putWord(at + 1, sink.length - start);
    const written = writeAny(sink, value, depth + 1);
    sink.buffer[at] = written;
  });
  putWord(sizeAt, sink.length - start);
};

/** Writes a value and returns its type byte. */
const writeAny = (sink: Sink, node: JsonNode, depth: number): number => {
  if (!Array.isArray(node) && !(node instanceof Map)) {
    const type = scalarType(node);
    writeScalar(sink, type, node);
    return type;
  }
  const type = Array.isArray(node) ? smallArray : smallObject;
  const start = sink.length;
  try {
    writeContainer(sink, node, false, depth);
    return type;
  } catch (error) {
    if (!(error instanceof TooSmall)) throw error;
    sink.length = start;
    writeContainer(sink, node, true, depth);
    return type + 1;
  }
};

export const writeJson = (node: JsonNode): Buffer => {
  const sink = newSink();
  const at = reserve(sink, 1);
  const type = writeAny(sink, node, 0);
  sink.buffer[at] = type;
  return written(sink);
};

/**
 * A DOUBLE as MySQL prints it in JSON and in text results (my_gcvt): the shortest digits that read back, in plain form while the
 * decimal point stands within 15 digits, else `d.ddde±x` without a plus.
 */
export const formatDouble = (value: number): string => {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  const sign = value < 0 ? '-' : '';
  if (exponent > 14 || exponent < -15) {
    return `${sign}${digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits}e${exponent}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return `${sign}${digits.padEnd(exponent + 1, '0')}`;
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
};

const formatOpaque = (type: number, bytes: Uint8Array): string => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 8) {
    const packed = view.readBigInt64LE(0);
    if (type === columnTypes.date) return unpackDate(packed);
    if (type === columnTypes.oldDatetime || type === columnTypes.oldTimestamp) return unpackDatetime(packed);
    if (type === columnTypes.oldTime) return unpackTime(packed);
  }
  return `base64:type${type}:${view.toString('base64')}`;
};

// MySQL escapes only what JSON demands; JSON.stringify adds escapes for lone surrogates, which MySQL cannot hold.
const quote = (text: string): string => JSON.stringify(text);

/** How a tree becomes text: MySQL's own spelling by default. */
export type JsonSpelling = {
  comma: string;
  colon: string;
  double(value: number): string;
};

const mysqlSpelling: JsonSpelling = {
  comma: ', ',
  colon: ': ',
  double: (value) => {
    const text = formatDouble(value);
    return /^-?\d+$/.test(text) ? `${text}.0` : text;
  },
};

/** As `CAST(json AS CHAR)` prints it. */
export const formatJson = (node: JsonNode, spelling: JsonSpelling = mysqlSpelling): string => {
  if (node === null) return 'null';
  if (typeof node === 'boolean') return String(node);
  if (typeof node === 'string') return quote(node);
  if (Array.isArray(node)) return `[${node.map((item) => formatJson(item, spelling)).join(spelling.comma)}]`;
  if (node instanceof Map) {
    const members = [...node].map(([key, value]) => `${quote(key)}${spelling.colon}${formatJson(value, spelling)}`);
    return `{${members.join(spelling.comma)}}`;
  }
  if (node.kind === 'integer') return String(node.value);
  if (node.kind === 'double') return spelling.double(node.value);
  if (node.kind === 'decimal') return node.text;
  return quote(formatOpaque(node.type, node.bytes));
};
