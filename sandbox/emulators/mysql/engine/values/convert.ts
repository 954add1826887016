import { mysqlError } from '../../errors.ts';
import { complain, type ValueContext } from '../context.ts';
import {
  type Decimal,
  decimal,
  decimalToNumber,
  formatDecimal,
  numberToDecimal,
  parseDecimal,
  rescale,
} from './decimal.ts';
import { type Json, parseJson } from './json.ts';
import { setBits } from './key.ts';
import { type Datum, kindOf, type SqlType } from './sql-type.ts';
import {
  type DateParts,
  datetimeFromNumber,
  formatDate,
  formatDatetime,
  formatTime,
  fromEpochMicroseconds,
  isPossibleDate,
  isValidTimeOfDay,
  isZeroDate,
  maximumTimeMicroseconds,
  parseDatetime,
  parseTime,
  readDatetime,
  readTime,
  roundDatetime,
  timeFromMicroseconds,
  timeFromNumber,
  timeToMicroseconds,
  toEpochMicroseconds,
} from './temporal.ts';
import { localToUtc, utcToLocal } from './time-zone.ts';

/** As MySQL prints a DOUBLE (my_gcvt: exponents outside of 10^-15 … 10^15). */
export const formatDouble = (value: number): string => {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= 15 || exponent < -15) return `${mantissa}e${exponent}`;
  const digits = Math.max(0, mantissa.replace(/^-?\d\.?/, '').length - exponent);
  return digits > 100 ? String(value) : value.toFixed(Math.min(100, digits));
};

/** A FLOAT is printed with six digits. */
export const formatFloat = (value: number): string => formatDouble(Number(value.toPrecision(6)));

export const bytesToText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** Big-endian bytes as a number: hex literals, BIT. */
export const bytesToInteger = (bytes: Uint8Array): bigint => {
  let value = 0n;
  for (const byte of bytes.subarray(-8)) value = (value << 8n) | BigInt(byte);
  return value;
};

export const formatFixed = (value: number, type: SqlType): string =>
  type.decimals < 31 ? value.toFixed(type.decimals) : type.base === 'float' ? formatFloat(value) : formatDouble(value);

/** The text of a value, as a client of the text protocol sees it. Null stays null. */
export const toText = (value: Datum, type: SqlType): string | null => {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return type.zerofill ? value.toString().padStart(type.length, '0') : value.toString();
  if (typeof value === 'number') return formatFixed(value, type);
  if (value instanceof Uint8Array) return bytesToText(value);
  return formatDecimal(value);
};

export const toBytes = (value: Datum, type: SqlType): Uint8Array | null => {
  if (value === null || value instanceof Uint8Array) return value;
  return Buffer.from(toText(value, type) as string, 'utf8');
};

const numberPrefix = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;

/** The number a text begins with; complains when that is not all of it. */
const textToNumber = (text: string, context: ValueContext): number => {
  const match = numberPrefix.exec(text);
  if (text !== '' && (!match || match[0].length < text.trimEnd().length))
    complain(context, mysqlError('ER_TRUNCATED_WRONG_VALUE', 'DOUBLE', text));
  const value = match ? Number(match[1]) : 0;
  if (Number.isFinite(value)) return value;
  complain(context, mysqlError('ER_TRUNCATED_WRONG_VALUE', 'DOUBLE', text));
  return value < 0 ? -Number.MAX_VALUE : Number.MAX_VALUE;
};

/** A temporal as a number: 20260102030405.678 as exact decimal. */
const temporalToDecimal = (text: string, type: SqlType): Decimal => {
  const digits = text.replace(/[-: ]/g, '');
  const negative = text.startsWith('-');
  return parseDecimal(negative ? `-${digits}` : digits) ?? decimal(0n, type.decimals);
};

const jsonToNumber = (text: string, context: ValueContext): number => {
  const value = parseJson(text);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
  if (typeof value === 'string') return textToNumber(value, context);
  complain(context, mysqlError('ER_TRUNCATED_WRONG_VALUE', 'DOUBLE', text));
  return 0;
};

const enumNumber = (value: string, type: SqlType): bigint =>
  type.base === 'enum' ? BigInt(type.values.indexOf(value) + 1) : setBits(value, type.values);

export const toNumber = (value: Datum, type: SqlType, context: ValueContext): number | null => {
  if (value === null) return null;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array)
    return type.hexadecimal ? Number(bytesToInteger(value)) : textToNumber(bytesToText(value), context);
  if (typeof value === 'object') return decimalToNumber(value);
  if (type.base === 'enum' || type.base === 'set') return Number(enumNumber(value, type));
  const kind = kindOf(type);
  if (kind === 'string') return textToNumber(value, context);
  if (kind === 'json') return jsonToNumber(value, context);
  return decimalToNumber(temporalToDecimal(value, type));
};

export const toDecimal = (value: Datum, type: SqlType, context: ValueContext): Decimal | null => {
  if (value === null) return null;
  if (typeof value === 'bigint') return decimal(value);
  if (typeof value === 'number') return numberToDecimal(value);
  if (value instanceof Uint8Array && type.hexadecimal) return decimal(bytesToInteger(value));
  if (typeof value === 'object' && !(value instanceof Uint8Array)) return value;
  if (typeof value === 'string' && kindOf(type) !== 'string') {
    if (kindOf(type) === 'json') {
      const json = parseJson(value);
      return typeof json === 'bigint' ? decimal(json) : numberToDecimal(jsonToNumber(value, context));
    }
    return temporalToDecimal(value, type);
  }
  if (type.base === 'enum' || type.base === 'set') return decimal(enumNumber(value as string, type));
  const text = typeof value === 'string' ? value : bytesToText(value as Uint8Array);
  const match = numberPrefix.exec(text);
  if (!match || match[0].length < text.trimEnd().length)
    complain(context, mysqlError('ER_TRUNCATED_WRONG_VALUE', 'DECIMAL', text));
  return (match && parseDecimal(match[1] as string)) ?? decimal(0n);
};

// As rint() does.
const roundHalfEven = (value: number): number => {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};

const clampToInteger = (value: bigint): bigint =>
  value > 18446744073709551615n ? 18446744073709551615n : value < -9223372036854775808n ? -9223372036854775808n : value;

/** A whole number, fractions rounded; a text counts up to its first character that is no digit. */
export const toInteger = (value: Datum, type: SqlType, context: ValueContext): bigint | null => {
  if (value === null) return null;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return clampToInteger(BigInt(Math.round(Number.isFinite(value) ? value : 0)));
  if (value instanceof Uint8Array && type.hexadecimal) return bytesToInteger(value);
  if (typeof value === 'object' && !(value instanceof Uint8Array)) return clampToInteger(rescale(value, 0).unscaled);
  if (type.base === 'enum' || type.base === 'set') return enumNumber(value as string, type);
  const kind = kindOf(type);
  if (kind === 'string' || kind === 'binary') {
    const text = typeof value === 'string' ? value : bytesToText(value);
    const match = /^\s*([+-]?\d+)/.exec(text);
    if (!match || match[0].length < text.trimEnd().length)
      complain(context, mysqlError('ER_TRUNCATED_WRONG_VALUE', 'INTEGER', text));
    return match ? clampToInteger(BigInt(match[1] as string)) : 0n;
  }
  if (kind === 'json') {
    const json = parseJson(value as string);
    return typeof json === 'bigint' ? json : BigInt(roundHalfEven(jsonToNumber(value as string, context)));
  }
  return rescale(temporalToDecimal(value as string, type), 0).unscaled;
};

/** Is it true in a condition? Null is neither. */
export const toTruth = (value: Datum, type: SqlType, context: ValueContext): boolean | null => {
  if (value === null) return null;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'object' && !(value instanceof Uint8Array)) return value.unscaled !== 0n;
  return toNumber(value, type, context) !== 0;
};

/** Why a text was no date and time. */
export type TemporalProblem = 'invalid' | 'truncated';
export type Temporal = { text: string; problem: TemporalProblem | null } | null;

const acceptableDate = (parts: DateParts, context: ValueContext, forStoring: boolean): boolean => {
  if (!isValidTimeOfDay(parts) || !isPossibleDate(parts, context.sqlMode.allowInvalidDates)) return false;
  if (!forStoring) return true;
  if (isZeroDate(parts)) return !context.sqlMode.noZeroDate;
  return !context.sqlMode.noZeroInDate || (parts.month !== 0 && parts.day !== 0);
};

const datetimeOf = (
  value: Datum,
  type: SqlType,
  context: ValueContext,
): { parts: DateParts; truncated: boolean } | null => {
  const kind = kindOf(type);
  if (kind === 'date' || kind === 'datetime') return { parts: readDatetime(value as string), truncated: false };
  if (kind === 'time') {
    // A time becomes that time of the current day.
    const today = utcToLocal(context.nowMicroseconds, context.timeZone);
    const midnight = toEpochMicroseconds({ ...today, hour: 0, minute: 0, second: 0, microsecond: 0 });
    return {
      parts: fromEpochMicroseconds(midnight + BigInt(timeToMicroseconds(readTime(value as string)))),
      truncated: false,
    };
  }
  let parsed: ReturnType<typeof parseDatetime>;
  if (typeof value === 'bigint') parsed = datetimeFromNumber(value);
  else if (
    typeof value === 'number' ||
    (typeof value === 'object' && value !== null && !(value instanceof Uint8Array))
  ) {
    const exact = typeof value === 'number' ? numberToDecimal(value) : (value as Decimal);
    const micros = rescale(exact, 6).unscaled;
    parsed = datetimeFromNumber(micros / 1_000_000n, Number(micros % 1_000_000n));
  } else if (kind === 'json') {
    const json = parseJson(value as string);
    parsed = typeof json === 'string' ? parseDatetime(json) : null;
  } else parsed = parseDatetime(value instanceof Uint8Array ? bytesToText(value) : String(value));
  if (!parsed) return null;
  if (parsed.offsetMinutes !== null && parsed.parts.month > 0 && parsed.parts.day > 0) {
    const instant = toEpochMicroseconds(parsed.parts) - BigInt(parsed.offsetMinutes) * 60_000_000n;
    return { parts: utcToLocal(instant, context.timeZone), truncated: parsed.truncated };
  }
  return { parts: parsed.parts, truncated: parsed.truncated };
};

/** As DATETIME text with `digits` fraction digits; null when the value is no date. */
export const toDatetime = (
  value: Datum,
  type: SqlType,
  digits: number,
  context: ValueContext,
  forStoring = false,
): Temporal => {
  const read = datetimeOf(value, type, context);
  if (!read || !acceptableDate(read.parts, context, forStoring)) return null;
  const rounded = roundDatetime(read.parts, digits);
  if (rounded.year > 9999) return null;
  return { text: formatDatetime(rounded, digits), problem: read.truncated ? 'truncated' : null };
};

export const toDate = (value: Datum, type: SqlType, context: ValueContext, forStoring = false): Temporal => {
  const read = datetimeOf(value, type, context);
  if (!read || !acceptableDate(read.parts, context, forStoring)) return null;
  return { text: formatDate(read.parts), problem: read.truncated ? 'truncated' : null };
};

/** As TIME text; `clipped` when it lay outside of ±838:59:59. */
export const toTime = (value: Datum, type: SqlType, digits: number): (Temporal & { clipped: boolean }) | null => {
  const kind = kindOf(type);
  let parsed: ReturnType<typeof parseTime>;
  if (kind === 'time') parsed = { parts: readTime(value as string), truncated: false };
  else if (kind === 'datetime') {
    const { hour, minute, second, microsecond } = readDatetime(value as string);
    parsed = { parts: { negative: false, hour, minute, second, microsecond }, truncated: false };
  } else if (kind === 'date') parsed = { parts: timeFromMicroseconds(0), truncated: false };
  else if (typeof value === 'bigint') parsed = timeFromNumber(value < 0n ? -value : value, value < 0n, 0);
  else if (
    typeof value === 'number' ||
    (typeof value === 'object' && value !== null && !(value instanceof Uint8Array))
  ) {
    const micros = rescale(typeof value === 'number' ? numberToDecimal(value) : (value as Decimal), 6).unscaled;
    const magnitude = micros < 0n ? -micros : micros;
    parsed = timeFromNumber(magnitude / 1_000_000n, micros < 0n, Number(magnitude % 1_000_000n));
  } else {
    const text = value instanceof Uint8Array ? bytesToText(value) : String(value);
    parsed = parseTime(kind === 'json' ? String(parseJson(text)) : text);
  }
  if (!parsed || parsed.parts.minute > 59 || parsed.parts.second > 59) return null;
  const unit = 10 ** (6 - digits);
  const exact = timeToMicroseconds(parsed.parts);
  const rounded = Math.sign(exact) * Math.round(Math.abs(exact) / unit) * unit;
  const clipped = Math.abs(rounded) > maximumTimeMicroseconds;
  const limited = clipped ? Math.sign(rounded) * maximumTimeMicroseconds : rounded;
  return {
    text: formatTime(timeFromMicroseconds(limited), digits),
    problem: parsed.truncated ? 'truncated' : null,
    clipped,
  };
};

/** Microseconds since 1970 of a DATETIME text, read in the session's time zone. */
export const localTextToUtc = (text: string, context: ValueContext): bigint =>
  localToUtc(readDatetime(text), context.timeZone);

/** A value as JSON: numbers stay numbers, texts become strings, JSON stays what it is. */
export const toJson = (value: Datum, type: SqlType): Json => {
  if (value === null) return null;
  if (kindOf(type) === 'json') return parseJson(value as string);
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  if (value instanceof Uint8Array) return `base64:type15:${Buffer.from(value).toString('base64')}`;
  if (typeof value === 'object') return value;
  // Temporals get microseconds inside JSON.
  if (kindOf(type) === 'datetime' || kindOf(type) === 'time') {
    const dot = value.indexOf('.');
    return dot < 0 ? `${value}.000000` : value.padEnd(dot + 7, '0');
  }
  return value;
};
