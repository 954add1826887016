import type { ConnectSchema, ConnectValue } from '../../../plugin.ts';
import type { TimeMode } from '../settings.ts';

/** A temporal text of MySQL taken apart; undefined for what has a zero month or day, which Java's dates cannot hold. */
export type Parts = { year: number; month: number; day: number; secondOfDay: number; microseconds: number };

const microsecondsOf = (fraction: string | undefined): number =>
  fraction === undefined ? 0 : Number(fraction.padEnd(6, '0'));

const digitsAt = (text: string, at: number, count: number): number => {
  let value = 0;
  for (let index = at; index < at + count; index++) value = value * 10 + text.charCodeAt(index) - 0x30;
  return value;
};

// Of every row, so without a regular expression: `YYYY-MM-DD[ HH:MM:SS[.f…]]` has its parts at fixed places.
export const partsOf = (text: string): Parts | undefined => {
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  if (!(month > 0 && day > 0)) return undefined;
  const year = digitsAt(text, 0, 4);
  if (text.length < 19) return { year, month, day, secondOfDay: 0, microseconds: 0 };
  const secondOfDay = digitsAt(text, 11, 2) * 3600 + digitsAt(text, 14, 2) * 60 + digitsAt(text, 17, 2);
  return { year, month, day, secondOfDay, microseconds: text.length > 20 ? microsecondsOf(text.slice(20)) : 0 };
};

/** Debezium's time adjuster: a year of two digits is of this or the last century. */
export const adjustYear = (year: number): number => (year <= 69 ? year + 2000 : year <= 99 ? year + 1900 : year);

const adjusted = (parts: Parts, adjusts: boolean): Parts =>
  adjusts ? { ...parts, year: adjustYear(parts.year) } : parts;

/** Days since 1970-01-01 of the proleptic Gregorian calendar: years begin with March, so that a leap day comes last. */
export const epochDays = ({ year, month, day }: Parts): number => {
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + dayOfYear - 719_468;
};

const epochSeconds = (parts: Parts): number => epochDays(parts) * 86_400 + parts.secondOfDay;

const epochMicroseconds = (parts: Parts): bigint =>
  BigInt(epochSeconds(parts)) * 1_000_000n + BigInt(parts.microseconds);

const epochMilliseconds = (parts: Parts): number => epochSeconds(parts) * 1000 + Math.floor(parts.microseconds / 1000);

const two = (value: number): string => String(value).padStart(2, '0');

const clockText = (secondOfDay: number): string =>
  `${two(Math.floor(secondOfDay / 3600))}:${two(Math.floor(secondOfDay / 60) % 60)}:${two(secondOfDay % 60)}`;

const dateText = ({ year, month, day }: Parts): string => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;

// java.time's ISO formats print no more digits than the value has.
const shortFraction = (microseconds: number): string =>
  microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0').replace(/0+$/, '')}`;

/** Signed microseconds of a TIME; beyond a day, and below zero, too. */
const timePattern = /^(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

export const timeMicroseconds = (text: string): bigint | undefined => {
  const match = timePattern.exec(text);
  if (!match) return undefined;
  const [, sign, hour, minute, second, fraction] = match;
  const absolute =
    BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1_000_000n + BigInt(microsecondsOf(fraction));
  return sign === '-' ? -absolute : absolute;
};

const dayMicroseconds = 86_400_000_000n;
const withinDay = (microseconds: bigint): boolean => microseconds >= 0n && microseconds < dayMicroseconds;

/** A conversion's outcome: undefined stands for what the mode cannot express. */
export type TemporalForm = {
  schema: ConnectSchema;
  convert: (text: string) => ConnectValue | undefined;
  fallback: ConnectValue;
};

const logical = (type: ConnectSchema['type'], name: string): ConnectSchema => ({ type, name, version: 1 });

const connectDate = logical('int32', 'org.apache.kafka.connect.data.Date');
const connectTime = logical('int32', 'org.apache.kafka.connect.data.Time');
const connectTimestamp = logical('int64', 'org.apache.kafka.connect.data.Timestamp');

const ofParts =
  (adjusts: boolean, convert: (parts: Parts) => ConnectValue) =>
  (text: string): ConnectValue | undefined => {
    const parts = partsOf(text);
    return parts === undefined ? undefined : convert(adjusted(parts, adjusts));
  };

export const dateForm = (mode: TimeMode, adjusts: boolean): TemporalForm => {
  if (mode === 'connect') {
    return {
      schema: connectDate,
      convert: ofParts(adjusts, (parts) => new Date(epochDays(parts) * 86_400_000)),
      fallback: new Date(0),
    };
  }
  if (mode === 'isostring') {
    const schema = logical('string', 'io.debezium.time.IsoDate');
    return { schema, convert: ofParts(adjusts, (parts) => `${dateText(parts)}Z`), fallback: '1970-01-01Z' };
  }
  return { schema: logical('int32', 'io.debezium.time.Date'), convert: ofParts(adjusts, epochDays), fallback: 0 };
};

const ofTime =
  (convert: (microseconds: bigint) => ConnectValue | undefined) =>
  (text: string): ConnectValue | undefined => {
    const microseconds = timeMicroseconds(text);
    return microseconds === undefined ? undefined : convert(microseconds);
  };

const isoTime = (microseconds: bigint): string =>
  `${clockText(Number(microseconds / 1_000_000n))}${shortFraction(Number(microseconds % 1_000_000n))}Z`;

export const timeForm = (mode: TimeMode): TemporalForm => {
  // A java.time.LocalTime has no negative hours and none above 23: such a TIME is null in these two modes.
  if (mode === 'connect') {
    const convert = ofTime((value) => (withinDay(value) ? new Date(Number(value / 1000n)) : undefined));
    return { schema: connectTime, convert, fallback: new Date(0) };
  }
  if (mode === 'isostring') {
    const schema = logical('string', 'io.debezium.time.IsoTime');
    return {
      schema,
      convert: ofTime((value) => (withinDay(value) ? isoTime(value) : undefined)),
      fallback: '00:00:00Z',
    };
  }
  if (mode === 'nanoseconds') {
    return {
      schema: logical('int64', 'io.debezium.time.NanoTime'),
      convert: ofTime((value) => value * 1000n),
      fallback: 0n,
    };
  }
  return { schema: logical('int64', 'io.debezium.time.MicroTime'), convert: ofTime((value) => value), fallback: 0n };
};

const isoTimestamp = (parts: Parts): string =>
  `${dateText(parts)}T${clockText(parts.secondOfDay)}${shortFraction(parts.microseconds)}Z`;

export const datetimeForm = (mode: TimeMode, adjusts: boolean, digits: number): TemporalForm => {
  if (mode === 'connect') {
    const convert = ofParts(adjusts, (parts) => new Date(epochMilliseconds(parts)));
    return { schema: connectTimestamp, convert, fallback: new Date(0) };
  }
  if (mode === 'isostring') {
    const schema = logical('string', 'io.debezium.time.IsoTimestamp');
    return { schema, convert: ofParts(adjusts, isoTimestamp), fallback: '1970-01-01T00:00:00Z' };
  }
  if (mode === 'nanoseconds') {
    const schema = logical('int64', 'io.debezium.time.NanoTimestamp');
    return { schema, convert: ofParts(adjusts, (parts) => epochMicroseconds(parts) * 1000n), fallback: 0n };
  }
  if (mode === 'microseconds' || digits > 3) {
    return {
      schema: logical('int64', 'io.debezium.time.MicroTimestamp'),
      convert: ofParts(adjusts, epochMicroseconds),
      fallback: 0n,
    };
  }
  const convert = ofParts(adjusts, (parts) => BigInt(epochMilliseconds(parts)));
  return { schema: logical('int64', 'io.debezium.time.Timestamp'), convert, fallback: 0n };
};

/** TIMESTAMP, whose text is in UTC: an instant, printed with the column's digits. */
export const timestampForm = (digits: number): TemporalForm => {
  const convert = (text: string): string | undefined =>
    partsOf(text) === undefined
      ? undefined
      : `${text.slice(0, 10)}T${text.slice(11, digits === 0 ? 19 : 20 + digits)}Z`;
  return { schema: logical('string', 'io.debezium.time.ZonedTimestamp'), convert, fallback: '1970-01-01T00:00:00Z' };
};
