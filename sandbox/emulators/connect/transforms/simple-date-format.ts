import { ConfigError } from '../connect-errors.ts';

// java.text.SimpleDateFormat in UTC, with English names; letters that are not here are refused.

export type DateFormat = {
  pattern: string;
  format(date: Date): string;
  /** Null when the text does not match. */
  parse(text: string): Date | null;
};

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

type Parts = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  pm: boolean | undefined;
  offsetMinutes: number;
};

type Field = {
  print(date: Date): string;
  /** Of a number, its digits are bounded when another number follows at once. */
  source(adjacent: boolean): string;
  read(text: string, parts: Parts): void;
};

const padded = (value: number, width: number): string => String(value).padStart(width, '0');

const number = (count: number, get: (date: Date) => number, read: Field['read']): Field => ({
  print: (date) => padded(get(date), count),
  source: (adjacent) => (adjacent ? `\\d{${count}}` : '\\d+'),
  read,
});

const readOffset = (text: string, parts: Parts): void => {
  if (text === 'Z' || text === 'UTC' || text === 'GMT') return;
  const digits = text.replace(/^GMT/, '').replace(':', '');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5) || '0');
  parts.offsetMinutes = digits.startsWith('-') ? -minutes : minutes;
};

const named = (
  names: readonly string[],
  short: boolean,
  get: (date: Date) => number,
  read: (index: number, parts: Parts) => void,
): Field => {
  const texts = short ? names.map((name) => name.slice(0, 3)) : names;
  return {
    print: (date) => texts[get(date)] ?? '',
    source: () => names.flatMap((name) => [name, name.slice(0, 3)]).join('|'),
    read: (text, parts) =>
      read(
        names.findIndex((name) => name.slice(0, 3).toLowerCase() === text.slice(0, 3).toLowerCase()),
        parts,
      ),
  };
};

const fieldOf = (letter: string, count: number): Field | undefined => {
  switch (letter) {
    case 'y':
    case 'u':
      return {
        print: (date) => (count === 2 ? padded(date.getUTCFullYear() % 100, 2) : padded(date.getUTCFullYear(), count)),
        source: (adjacent) => (adjacent ? `\\d{${count}}` : '\\d+'),
        read: (text, parts) => {
          // Two digits mean the year within 80 years before and 20 after now in Java; here 1970 to 2069.
          parts.year =
            count === 2 && text.length === 2 ? Number(text) + (Number(text) < 70 ? 2000 : 1900) : Number(text);
        },
      };
    case 'M':
      if (count >= 3)
        return named(
          months,
          count === 3,
          (date) => date.getUTCMonth(),
          (index, parts) => (parts.month = index),
        );
      return number(
        count,
        (date) => date.getUTCMonth() + 1,
        (text, parts) => (parts.month = Number(text) - 1),
      );
    case 'd':
      return number(
        count,
        (date) => date.getUTCDate(),
        (text, parts) => (parts.day = Number(text)),
      );
    case 'E':
      return named(
        days,
        count <= 3,
        (date) => date.getUTCDay(),
        () => {},
      );
    case 'H':
      return number(
        count,
        (date) => date.getUTCHours(),
        (text, parts) => (parts.hour = Number(text)),
      );
    case 'k':
      return number(
        count,
        (date) => date.getUTCHours() || 24,
        (text, parts) => (parts.hour = Number(text) % 24),
      );
    case 'h':
      return number(
        count,
        (date) => date.getUTCHours() % 12 || 12,
        (text, parts) => (parts.hour = Number(text) % 12),
      );
    case 'K':
      return number(
        count,
        (date) => date.getUTCHours() % 12,
        (text, parts) => (parts.hour = Number(text)),
      );
    case 'm':
      return number(
        count,
        (date) => date.getUTCMinutes(),
        (text, parts) => (parts.minute = Number(text)),
      );
    case 's':
      return number(
        count,
        (date) => date.getUTCSeconds(),
        (text, parts) => (parts.second = Number(text)),
      );
    case 'S':
      return number(
        count,
        (date) => date.getUTCMilliseconds(),
        (text, parts) => (parts.millisecond = Number(text)),
      );
    case 'a':
      return {
        print: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
        source: () => '[AaPp][Mm]',
        read: (text, parts) => (parts.pm = text.toLowerCase() === 'pm'),
      };
    case 'Z':
      return { print: () => '+0000', source: () => '[+-]\\d{4}', read: readOffset };
    case 'X':
      return { print: () => 'Z', source: () => 'Z|[+-]\\d{2}(?::?\\d{2})?', read: readOffset };
    case 'z':
      return { print: () => 'UTC', source: () => 'UTC|GMT(?:[+-]\\d{2}:\\d{2})?|[+-]\\d{4}', read: readOffset };
    default:
      return undefined;
  }
};

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const compile = (pattern: string): (string | Field)[] => {
  const parts: (string | Field)[] = [];
  for (const [token, quoted, letter] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)) {
    if (quoted !== undefined) parts.push(quoted === '' ? "'" : quoted.replaceAll("''", "'"));
    else if (letter === undefined) parts.push(token);
    else {
      const field = fieldOf(letter, token.length);
      if (field === undefined) throw new ConfigError(`Illegal pattern character '${letter}'`);
      parts.push(field);
    }
  }
  return parts;
};

export const simpleDateFormat = (pattern: string): DateFormat => {
  const compiled = compile(pattern);
  const fields = compiled.filter((part) => typeof part !== 'string');
  const source = compiled
    .map((part, index) =>
      typeof part === 'string' ? escapePattern(part) : `(${part.source(typeof compiled[index + 1] === 'object')})`,
    )
    .join('');
  const matcher = new RegExp(`^${source}`);
  return {
    pattern,
    format: (date) => compiled.map((part) => (typeof part === 'string' ? part : part.print(date))).join(''),
    parse: (text) => {
      const match = matcher.exec(text);
      if (match === null) return null;
      const parts: Parts = {
        year: 1970,
        month: 0,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        millisecond: 0,
        pm: undefined,
        offsetMinutes: 0,
      };
      for (const [index, field] of fields.entries()) field.read(match[index + 1] ?? '', parts);
      const hour = parts.pm === true ? (parts.hour % 12) + 12 : parts.hour;
      const localMs = Date.UTC(parts.year, parts.month, parts.day, hour, parts.minute, parts.second, parts.millisecond);
      return new Date(localMs - parts.offsetMinutes * 60_000);
    },
  };
};
