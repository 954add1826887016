/** Parts of a date and time; an invalid or zero month or day is kept as it is. */
export type DateParts = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  microsecond: number;
};

export type TimeParts = { negative: boolean; hour: number; minute: number; second: number; microsecond: number };

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
const four = (value: number): string => String(value).padStart(4, '0');

/** Days from 0000-03-01-like civil calendar to 1970-01-01 (proleptic Gregorian). */
export const daysFromCivil = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
};

export const civilFromDays = (days: number): { year: number; month: number; day: number } => {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
};

/** MySQL's TO_DAYS: day 1 is 0000-01-01. */
export const dayNumber = (parts: { year: number; month: number; day: number }): number =>
  daysFromCivil(parts.year, parts.month, parts.day) + 719528;

export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] ?? 31);

export const fraction = (microsecond: number, digits: number): string =>
  digits === 0 ? '' : `.${String(microsecond).padStart(6, '0').slice(0, digits)}`;

export const formatDate = ({ year, month, day }: { year: number; month: number; day: number }): string =>
  `${four(year)}-${two(month)}-${two(day)}`;

export const formatDatetime = (parts: DateParts, digits: number): string =>
  `${formatDate(parts)} ${two(parts.hour)}:${two(parts.minute)}:${two(parts.second)}${fraction(parts.microsecond, digits)}`;

export const formatTime = (parts: TimeParts, digits: number): string =>
  `${parts.negative ? '-' : ''}${two(parts.hour)}:${two(parts.minute)}:${two(parts.second)}${fraction(parts.microsecond, digits)}`;

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48;
const pair = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

const microsecondsAt = (text: string, dot: number): number => {
  if (text.length <= dot) return 0;
  let value = 0;
  for (let index = dot + 1; index <= dot + 6; index++)
    value = value * 10 + (index < text.length ? digit(text, index) : 0);
  return value;
};

/** Reads what formatDate and formatDatetime write; no other text. */
export const readDatetime = (text: string): DateParts => ({
  year: pair(text, 0) * 100 + pair(text, 2),
  month: pair(text, 5),
  day: pair(text, 8),
  hour: text.length > 10 ? pair(text, 11) : 0,
  minute: text.length > 10 ? pair(text, 14) : 0,
  second: text.length > 10 ? pair(text, 17) : 0,
  microsecond: microsecondsAt(text, 19),
});

/** Reads what formatTime writes. */
export const readTime = (text: string): TimeParts => {
  const negative = text.charCodeAt(0) === 45;
  const body = negative ? text.slice(1) : text;
  const colon = body.indexOf(':');
  return {
    negative,
    hour: Number(body.slice(0, colon)),
    minute: pair(body, colon + 1),
    second: pair(body, colon + 4),
    microsecond: microsecondsAt(body, colon + 6),
  };
};

const dayMicroseconds = 86_400_000_000n;

/** Microseconds since 1970 as if the parts were UTC. Exact: the largest, of year 9999, is below 2^53 × 32, so bigint. */
export const toEpochMicroseconds = (parts: DateParts): bigint =>
  BigInt(daysFromCivil(parts.year, parts.month, parts.day)) * dayMicroseconds +
  BigInt(parts.hour * 3_600_000_000 + parts.minute * 60_000_000 + parts.second * 1_000_000 + parts.microsecond);

export const fromEpochMicroseconds = (microseconds: bigint): DateParts => {
  let days = Number(microseconds / dayMicroseconds);
  let time = Number(microseconds % dayMicroseconds);
  if (time < 0) {
    time += 86_400_000_000;
    days--;
  }
  return {
    ...civilFromDays(days),
    hour: Math.floor(time / 3_600_000_000),
    minute: Math.floor(time / 60_000_000) % 60,
    second: Math.floor(time / 1_000_000) % 60,
    microsecond: time % 1_000_000,
  };
};

export const timeToMicroseconds = (parts: TimeParts): number => {
  const value = parts.hour * 3_600_000_000 + parts.minute * 60_000_000 + parts.second * 1_000_000 + parts.microsecond;
  return parts.negative ? -value : value;
};

/** 838:59:59.000000 */
export const maximumTimeMicroseconds = 3_020_399_000_000;

export const timeFromMicroseconds = (microseconds: number): TimeParts => {
  const negative = microseconds < 0;
  const value = Math.abs(microseconds);
  return {
    negative,
    hour: Math.floor(value / 3_600_000_000),
    minute: Math.floor(value / 60_000_000) % 60,
    second: Math.floor(value / 1_000_000) % 60,
    microsecond: value % 1_000_000,
  };
};

export const isValidTimeOfDay = (parts: DateParts): boolean =>
  parts.hour < 24 && parts.minute < 60 && parts.second < 60;

export const isZeroDate = (parts: DateParts): boolean => parts.year === 0 && parts.month === 0 && parts.day === 0;

/** Is it a day of the calendar, or one with zero parts? */
export const isPossibleDate = (parts: DateParts, allowInvalid: boolean): boolean =>
  parts.month <= 12 && parts.day <= (allowInvalid || parts.month === 0 ? 31 : daysInMonth(parts.year, parts.month));

const expandYear = (year: number, digits: number): number =>
  digits > 2 ? year : year < 70 ? 2000 + year : 1900 + year;

const readFraction = (text: string): { microsecond: number; carry: boolean } => {
  // The seventh digit rounds.
  const value = Number(text.slice(0, 6).padEnd(6, '0')) + (text.length > 6 && text.charCodeAt(6) >= 53 ? 1 : 0);
  return value === 1_000_000 ? { microsecond: 0, carry: true } : { microsecond: value, carry: false };
};

export type ParsedDatetime = {
  parts: DateParts;
  hasTime: boolean /** Something followed that was not read. */;
  truncated: boolean;
  offsetMinutes: number | null;
};

const delimited =
  /^\s*(\d{1,4})[^\d\s](\d{1,2})[^\d\s](\d{1,2})(?:(?:T|\s+|[^\dA-Za-z\s])(\d{1,2})(?:[^\d\s](\d{1,2})(?:[^\d\s.](\d{1,2}))?)?(?:\.(\d*))?)?(?:([+-])(\d{2}):(\d{2}))?\s*/i;
const compact = /^\s*(\d{14}|\d{12}|\d{8}|\d{6})(?:T?(?:(\d{6})))?(?:\.(\d*))?\s*/;

/** Reads a date or a date with time from a text, as generously as MySQL does; null when there is none. */
export const parseDatetime = (text: string): ParsedDatetime | null => {
  const match = delimited.exec(text);
  if (match) {
    const [whole, year = '', month, day, hour, minute, second, rest, sign, offsetHour, offsetMinute] = match;
    const { microsecond, carry } = readFraction(rest ?? '');
    const parts: DateParts = {
      year: expandYear(Number(year), year.length),
      month: Number(month),
      day: Number(day),
      hour: Number(hour ?? 0),
      minute: Number(minute ?? 0),
      second: Number(second ?? 0),
      microsecond,
    };
    const offsetMinutes = sign ? (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute)) : null;
    return {
      parts: carry ? addSecond(parts) : parts,
      hasTime: hour !== undefined,
      truncated: whole.length < text.length,
      offsetMinutes,
    };
  }
  const digits = compact.exec(text);
  if (!digits) return null;
  const all = (digits[1] ?? '') + (digits[2] ?? '');
  const long = all.length === 14 || all.length === 8;
  const { microsecond, carry } = readFraction(digits[3] ?? '');
  const at = long ? 4 : 2;
  const number = (from: number) => Number(all.slice(from, from + 2) || 0);
  const parts: DateParts = {
    year: expandYear(Number(all.slice(0, at)), at),
    month: number(at),
    day: number(at + 2),
    hour: number(at + 4),
    minute: number(at + 6),
    second: number(at + 8),
    microsecond,
  };
  return {
    parts: carry ? addSecond(parts) : parts,
    hasTime: all.length > 8,
    truncated: digits[0].length < text.length,
    offsetMinutes: null,
  };
};

const addSecond = (parts: DateParts): DateParts =>
  isZeroDate(parts) || parts.month === 0 || parts.day === 0
    ? parts
    : fromEpochMicroseconds(toEpochMicroseconds(parts) + 1_000_000n);

/** A number as a date: 20260102, 260102, 20260102030405. */
export const datetimeFromNumber = (value: bigint, microsecond = 0): ParsedDatetime | null => {
  if (value === 0n)
    return {
      parts: { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, microsecond },
      hasTime: false,
      truncated: false,
      offsetMinutes: null,
    };
  if (value < 0n) return null;
  const text = value.toString();
  const lengths = [6, 8, 12, 14];
  const length = lengths.find((candidate) => text.length <= candidate);
  // 101 to 999999 are YYMMDD, and so on; below 101 is no date.
  if (length === undefined || value < 101n) return null;
  const parsed = parseDatetime(text.padStart(length, '0'));
  return parsed && { ...parsed, parts: { ...parsed.parts, microsecond } };
};

export type ParsedTime = { parts: TimeParts; truncated: boolean };

const timeText = /^\s*(-?)(?:(\d{1,3})\s+)?(\d{1,3})(?::(\d{1,2}))?(?::(\d{1,2}))?(?:\.(\d*))?\s*/;

/** Reads '[-][D ]hh:mm:ss.frac', 'hhmmss', 'ss'; null when there is no time. Hours past 838 are kept, for the caller to clip. */
export const parseTime = (text: string): ParsedTime | null => {
  const datetime = /^\s*\d{1,4}[^\d\s:.]\d{1,2}[^\d\s:.]\d{1,2}/.test(text) ? parseDatetime(text) : null;
  if (datetime) {
    const { hour, minute, second, microsecond } = datetime.parts;
    return { parts: { negative: false, hour, minute, second, microsecond }, truncated: datetime.truncated };
  }
  const numeric = /^\s*(-?)(\d+)(?:\.(\d*))?\s*$/.exec(text);
  if (numeric)
    return timeFromNumber(BigInt(numeric[2] ?? '0'), numeric[1] === '-', readFraction(numeric[3] ?? '').microsecond);
  const match = timeText.exec(text);
  if (!match || (match[4] === undefined && match[2] === undefined)) return null;
  const [whole, sign, days, hour, minute, second, rest] = match;
  const { microsecond, carry } = readFraction(rest ?? '');
  const parts: TimeParts = {
    negative: sign === '-',
    hour: Number(days ?? 0) * 24 + Number(hour),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    microsecond,
  };
  const adjusted = carry
    ? { ...timeFromMicroseconds(Math.abs(timeToMicroseconds(parts)) + 1_000_000), negative: parts.negative }
    : parts;
  return { parts: adjusted, truncated: whole.length < text.length };
};

export const timeFromNumber = (value: bigint, negative: boolean, microsecond: number): ParsedTime | null => {
  if (value > 99_999_999_999_999n) return null;
  // More digits than a time has are a date and time.
  if (value > 9_999_999n) {
    const parsed = datetimeFromNumber(value, microsecond);
    if (!parsed) return null;
    const { hour, minute, second } = parsed.parts;
    return { parts: { negative, hour, minute, second, microsecond }, truncated: false };
  }
  const number = Number(value);
  return {
    parts: {
      negative,
      hour: Math.floor(number / 10000),
      minute: Math.floor(number / 100) % 100,
      second: number % 100,
      microsecond,
    },
    truncated: false,
  };
};

const roundingUnits = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/** To `digits` fraction digits, carrying into the day; dates with zero parts carry nothing. */
export const roundDatetime = (parts: DateParts, digits: number): DateParts => {
  const unit = roundingUnits[digits] ?? 1;
  const rest = parts.microsecond % unit;
  if (rest === 0) return parts;
  if (parts.month === 0 || parts.day === 0 || rest * 2 < unit)
    return { ...parts, microsecond: parts.microsecond - rest };
  return fromEpochMicroseconds(toEpochMicroseconds(parts) + BigInt(unit - rest));
};
