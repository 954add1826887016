import { type MysqlError, mysqlError } from '../../errors.ts';
import type { ValueContext } from '../context.ts';
import { findCharset } from './collation.ts';
import {
  bytesToInteger,
  bytesToText,
  localTextToUtc,
  toBytes,
  toDate,
  toDatetime,
  toInteger,
  toNumber,
  toText,
  toTime,
} from './convert.ts';
import {
  type Decimal,
  decimal,
  decimalToNumber,
  integerDigits,
  numberToDecimal,
  parseDecimal,
  powerOfTen,
  rescale,
} from './decimal.ts';
import { formatJson, JsonTextError, parseJson, quoteJson } from './json.ts';
import { setText } from './key.ts';
import { type Datum, integerRange, kindOf, maximumBytes, type SqlType } from './sql-type.ts';
import { formatDatetime, fromEpochMicroseconds, parseDatetime } from './temporal.ts';

/** Where a value goes, for the texts of errors. */
export type Destination = { readonly name: string; readonly type: SqlType; readonly table?: string };

type Store = (value: Exclude<Datum, null>, from: SqlType, to: Destination, row: number, context: ValueContext) => Datum;

/** Strict: the error; otherwise a warning, and the value that the column takes instead. */
const adjusted = (context: ValueContext, error: MysqlError, instead: Datum): Datum => {
  if (context.strictWrite) throw error;
  context.warn(error);
  return instead;
};

const lenient = (context: ValueContext): ValueContext => ({ ...context, strictWrite: false, warn: () => undefined });

const numericText = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const numericStart = /^\s*[+-]?(?:\d|\.\d)/;

/** An exact number of a text; what was wrong with it is told for the column. */
const readExact = (
  value: Exclude<Datum, null>,
  from: SqlType,
  to: Destination,
  row: number,
  context: ValueContext,
): Decimal => {
  if (typeof value === 'bigint') return decimal(value);
  if (typeof value === 'number') return numberToDecimal(value);
  if (value instanceof Uint8Array && from.hexadecimal) return decimal(bytesToInteger(value));
  if (typeof value === 'object' && !(value instanceof Uint8Array)) return value;
  const kind = kindOf(from);
  if (kind !== 'string' && kind !== 'binary') return decimal(toInteger(value, from, lenient(context)) ?? 0n);
  if (from.base === 'enum' || from.base === 'set') return decimal(toInteger(value, from, context) ?? 0n);
  const text = typeof value === 'string' ? value : bytesToText(value);
  const parsed = parseDecimal(text.trim());
  if (parsed) return parsed;
  const what = to.type.base === 'decimal' ? 'decimal' : kindOf(to.type) === 'double' ? 'DOUBLE' : 'integer';
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(text);
  if (numericStart.test(text) && what === 'decimal' && !context.strictWrite)
    context.warn(mysqlError('WARN_DATA_TRUNCATED', to.name, row), 'Note');
  else if (numericStart.test(text) && what !== 'decimal')
    adjusted(context, mysqlError('WARN_DATA_TRUNCATED', to.name, row), null);
  else adjusted(context, mysqlError('ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', what, text, to.name, row), null);
  return (match && parseDecimal(match[1] as string)) ?? decimal(0n);
};

const storeInteger: Store = (value, from, to, row, context) => {
  const [low, high] = integerRange(to.type);
  const integer = typeof value === 'bigint' ? value : rescale(readExact(value, from, to, row, context), 0).unscaled;
  if (integer >= low && integer <= high) return integer;
  return adjusted(context, mysqlError('ER_WARN_DATA_OUT_OF_RANGE', to.name, row), integer < low ? low : high);
};

const storeDecimal: Store = (value, from, to, row, context) => {
  const exact = readExact(value, from, to, row, context);
  const rounded = rescale(exact, to.type.decimals);
  if (to.type.unsigned && rounded.unscaled < 0n)
    return adjusted(context, mysqlError('ER_WARN_DATA_OUT_OF_RANGE', to.name, row), decimal(0n, to.type.decimals));
  if (integerDigits(rounded) > to.type.length - to.type.decimals) {
    const largest = powerOfTen(to.type.length) - 1n;
    const limit = decimal(rounded.unscaled < 0n ? -largest : largest, to.type.decimals);
    return adjusted(context, mysqlError('ER_WARN_DATA_OUT_OF_RANGE', to.name, row), limit);
  }
  // Digits that are lost from an exact number are a note, never an error.
  if (exact.scale > rounded.scale && exact.unscaled !== rescale(rounded, exact.scale).unscaled)
    context.warn(mysqlError('WARN_DATA_TRUNCATED', to.name, row), 'Note');
  return rounded;
};

const storeDouble: Store = (value, from, to, row, context) => {
  let number: number;
  if (typeof value === 'number') number = value;
  else if (typeof value === 'string' && kindOf(from) === 'string' && numericText.test(value)) number = Number(value);
  else if (typeof value === 'string' && kindOf(from) !== 'string') number = toNumber(value, from, context) ?? 0;
  else number = decimalToNumber(readExact(value, from, to, row, context));
  if (to.type.base === 'float') number = Math.fround(number);
  const fixed = to.type.decimals < 31;
  if (fixed) number = Number(number.toFixed(to.type.decimals));
  // FLOAT(m,d) holds m digits in all.
  const digits = fixed ? 10 ** (to.type.length - to.type.decimals) - 10 ** -to.type.decimals : Number.POSITIVE_INFINITY;
  const outside = !Number.isFinite(number) || Math.abs(number) > digits || (to.type.unsigned && number < 0);
  if (!outside) return number;
  const largest = Math.min(digits, to.type.base === 'float' ? 3.4028234663852886e38 : Number.MAX_VALUE);
  return adjusted(
    context,
    mysqlError('ER_WARN_DATA_OUT_OF_RANGE', to.name, row),
    number < 0 ? (to.type.unsigned ? 0 : -largest) : largest,
  );
};

const storeBit: Store = (value, from, to, row, context) => {
  let bits: bigint;
  if (typeof value === 'string' && kindOf(from) === 'string') bits = bytesToInteger(Buffer.from(value, 'utf8'));
  else if (value instanceof Uint8Array) bits = bytesToInteger(value);
  else bits = toInteger(value, from, context) ?? 0n;
  const limit = (1n << BigInt(to.type.length)) - 1n;
  if (bits >= 0n && bits <= limit) return bits;
  if (bits < 0n && to.type.length === 64) return BigInt.asUintN(64, bits);
  return adjusted(context, mysqlError('ER_DATA_TOO_LONG', to.name, row), limit);
};

const storeYear: Store = (value, from, to, row, context) => {
  const exact = rescale(readExact(value, from, to, row, context), 0).unscaled;
  const text = typeof value === 'string';
  // 0 as a number is the year 0000, '0' and '00' are 2000.
  const year =
    exact === 0n
      ? text && (value as string).trim().length < 4
        ? 2000n
        : 0n
      : exact < 70n
        ? exact + 2000n
        : exact < 100n
          ? exact + 1900n
          : exact;
  if (year === 0n || (year >= 1901n && year <= 2155n)) return year;
  return adjusted(context, mysqlError('ER_WARN_DATA_OUT_OF_RANGE', to.name, row), 0n);
};

/** Code points, as MySQL counts characters. */
export const characterCount = (text: string): number => {
  let count = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0xd800 && code < 0xdc00) count--;
  }
  return count;
};

export const cutCharacters = (text: string, count: number): string =>
  text.length <= count ? text : [...text].slice(0, count).join('');

const unencodable: Readonly<Record<string, RegExp>> = {
  ascii: /[^\x00-\x7f]/u,
  latin1: /[^\x00-\x7f\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/u,
  utf8mb3: /[\u{10000}-\u{10ffff}]/u,
};

const storeText: Store = (value, from, to, row, context) => {
  let text = toText(value, from) as string;
  if (value instanceof Uint8Array && !isUtf8(value)) {
    const hex = [...value.subarray(0, 6)]
      .map((byte) =>
        byte < 32 || byte > 126 ? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}` : String.fromCharCode(byte),
      )
      .join('');
    return adjusted(context, mysqlError('ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 'string', hex, to.name, row), '');
  }
  const wrong = unencodable[to.type.collation.charset];
  if (wrong?.test(text)) {
    const found = wrong.exec(text)?.[0] ?? '';
    const hex = [...Buffer.from(text.slice(text.indexOf(found)), 'utf8').subarray(0, 6)]
      .map((byte) => `\\x${byte.toString(16).toUpperCase()}`)
      .join('');
    adjusted(context, mysqlError('ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 'string', hex, to.name, row), null);
    text = text.replace(new RegExp(wrong.source, 'gu'), '?');
  }
  const limit = maximumBytes[to.type.base];
  if (limit !== undefined) {
    if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text;
    const cut = Buffer.from(text, 'utf8')
      .subarray(0, limit)
      .toString('utf8')
      .replace(/\ufffd+$/, '');
    return tooLong(to, row, cut, context);
  }
  // CHAR is stored padded and read without its trailing blanks.
  const kept = to.type.base === 'char' ? text.replace(/ +$/, '') : text;
  if (kept.length <= to.type.length || characterCount(kept) <= to.type.length) return kept;
  const cut = cutCharacters(kept, to.type.length);
  if (/^ *$/.test(kept.slice(cut.length))) {
    context.warn(mysqlError('WARN_DATA_TRUNCATED', to.name, row), 'Note');
    return cut;
  }
  return tooLong(to, row, cut, context);
};

// Strict: 1406; otherwise what was lost is told as truncation.
const tooLong = (to: Destination, row: number, cut: Datum, context: ValueContext): Datum => {
  if (context.strictWrite) throw mysqlError('ER_DATA_TOO_LONG', to.name, row);
  context.warn(mysqlError('WARN_DATA_TRUNCATED', to.name, row));
  return cut;
};

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
};
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

const storeBytes: Store = (value, from, to, row, context) => {
  const bytes = toBytes(value, from) as Uint8Array;
  const limit = maximumBytes[to.type.base] ?? to.type.length;
  if (bytes.length > limit) return tooLong(to, row, bytes.slice(0, limit), context);
  if (to.type.base !== 'binary' || bytes.length === to.type.length) return bytes;
  const padded = new Uint8Array(to.type.length);
  padded.set(bytes);
  return padded;
};

const storeEnum: Store = (value, from, to, row, context) => {
  const members = to.type.values;
  const wrong = () => adjusted(context, mysqlError('WARN_DATA_TRUNCATED', to.name, row), '');
  const kind = kindOf(from);
  if (kind !== 'string' && kind !== 'binary') {
    const index = toInteger(value, from, context) ?? 0n;
    return index >= 1n && index <= BigInt(members.length) ? (members[Number(index) - 1] as string) : wrong();
  }
  const text = (toText(value, from) as string).replace(/ +$/, '');
  if (members.includes(text)) return text;
  const folded = members.find((member) => member.toLowerCase() === text.toLowerCase());
  if (folded !== undefined) return folded;
  const index = /^\d+$/.test(text) ? Number(text) : 0;
  return index >= 1 && index <= members.length ? (members[index - 1] as string) : wrong();
};

const storeSet: Store = (value, from, to, row, context) => {
  const members = to.type.values;
  const all = (1n << BigInt(members.length)) - 1n;
  const kind = kindOf(from);
  const bits = kind !== 'string' && kind !== 'binary' ? (toInteger(value, from, context) ?? 0n) : null;
  const text = bits === null ? (toText(value, from) as string) : '';
  if (bits !== null || /^\d+$/.test(text)) {
    const number = bits ?? BigInt(text);
    if (number >= 0n && number <= all) return setText(number, members);
    return adjusted(context, mysqlError('WARN_DATA_TRUNCATED', to.name, row), setText(number & all, members));
  }
  let found = 0n;
  let unknown = false;
  for (const part of text === '' ? [] : text.split(',')) {
    const index = members.findIndex((member) => member.toLowerCase() === part.replace(/ +$/, '').toLowerCase());
    if (index < 0) unknown = true;
    else found |= 1n << BigInt(index);
  }
  return unknown
    ? adjusted(context, mysqlError('WARN_DATA_TRUNCATED', to.name, row), setText(found, members))
    : setText(found, members);
};

const storeJson: Store = (value, from, to, _row, context) => {
  const kind = kindOf(from);
  if (kind === 'json') return value;
  if (value instanceof Uint8Array) throw mysqlError('ER_INVALID_JSON_CHARSET', 'binary');
  if (kind === 'string') {
    try {
      return formatJson(parseJson(value as string));
    } catch (error) {
      if (error instanceof JsonTextError)
        throw mysqlError(
          'ER_INVALID_JSON_TEXT',
          error.reason,
          error.offset,
          to.table ? `${to.table}.${to.name}` : to.name,
        );
      throw error;
    }
  }
  if (typeof value === 'bigint' || typeof value === 'number') return formatJson(value);
  if (typeof value === 'object') return formatJson(value);
  return quoteJson(toText(value, from) ?? String(toNumber(value, from, context)));
};

const wrongTemporal = (what: string, value: Datum, from: SqlType, to: Destination, row: number) =>
  mysqlError('ER_INCORRECT_TEMPORAL', what, toText(value, from) ?? '', to.name, row);

const storeDate: Store = (value, from, to, row, context) => {
  const date = toDate(value, from, context, true);
  // A day that the calendar does not have is out of range where it is no error.
  if (!date && !context.strictWrite && typeof value === 'string' && parseDatetime(value)) {
    context.warn(mysqlError('ER_WARN_DATA_OUT_OF_RANGE', to.name, row));
    return zeroDate;
  }
  if (!date) return adjusted(context, wrongTemporal('date', value, from, to, row), zeroDate);
  if (date.problem === 'truncated') adjusted(context, wrongTemporal('date', value, from, to, row), null);
  else if (kindOf(from) === 'string' && parseDatetime(value as string)?.hasTime)
    context.warn(wrongTemporal('date', value, from, to, row), 'Note');
  return date.text;
};
const zeroDate = '0000-00-00';

const zeroDatetime = (digits: number): string =>
  formatDatetime({ year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, microsecond: 0 }, digits);

const storeDatetime: Store = (value, from, to, row, context) => {
  const { decimals } = to.type;
  const datetime = toDatetime(value, from, decimals, context, true);
  if (!datetime) return adjusted(context, wrongTemporal('datetime', value, from, to, row), zeroDatetime(decimals));
  if (datetime.problem === 'truncated') adjusted(context, wrongTemporal('datetime', value, from, to, row), null);
  return datetime.text;
};

const storeTimestamp: Store = (value, from, to, row, context) => {
  const { decimals } = to.type;
  const local = storeDatetime(value, from, to, row, context) as string;
  if (local.startsWith('0000-00-00')) return zeroDatetime(decimals);
  const instant = localTextToUtc(local, context);
  // 1970-01-01 00:00:01 to 2038-01-19 03:14:07.999999 UTC
  if (instant < 1_000_000n || instant >= 2_147_483_648_000_000n)
    return adjusted(context, wrongTemporal('datetime', value, from, to, row), zeroDatetime(decimals));
  return formatDatetime(fromEpochMicroseconds(instant), decimals);
};

const storeTime: Store = (value, from, to, row, context) => {
  const time = toTime(value, from, to.type.decimals);
  if (!time) return adjusted(context, wrongTemporal('time', value, from, to, row), '00:00:00');
  if (time.clipped) return adjusted(context, wrongTemporal('time', value, from, to, row), time.text);
  if (time.problem === 'truncated') adjusted(context, wrongTemporal('time', value, from, to, row), null);
  else if (kindOf(from) === 'string' && /^\s*\d{1,4}-/.test(value as string))
    context.warn(wrongTemporal('time', value, from, to, row), 'Note');
  return time.text;
};

const storeFor = (type: SqlType): Store => {
  switch (type.base) {
    case 'decimal':
      return storeDecimal;
    case 'float':
    case 'double':
      return storeDouble;
    case 'bit':
      return storeBit;
    case 'year':
      return storeYear;
    case 'enum':
      return storeEnum;
    case 'set':
      return storeSet;
    case 'json':
      return storeJson;
    case 'date':
      return storeDate;
    case 'datetime':
      return storeDatetime;
    case 'timestamp':
      return storeTimestamp;
    case 'time':
      return storeTime;
    default: {
      const kind = kindOf(type);
      if (kind === 'integer') return storeInteger;
      return kind === 'binary' ? storeBytes : storeText;
    }
  }
};

const stores = new Map<SqlType, Store>();

/** The value as the column keeps it. NULL passes: whether it may is not the type's business. */
export const storeValue = (value: Datum, from: SqlType, to: Destination, row: number, context: ValueContext): Datum => {
  if (value === null) return null;
  let store = stores.get(to.type);
  if (!store) {
    store = storeFor(to.type);
    if (stores.size > 10_000) stores.clear();
    stores.set(to.type, store);
  }
  return store(value, from, to, row, context);
};

/** Bytes that the widest character of a charset takes. */
export const bytesPerCharacter = (type: SqlType): number => findCharset(type.collation.charset)?.maxLength ?? 1;
