import { engineError, type Native } from './native.ts';
import { instantOfWallClock, offsetMinutes } from './time-zones.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthNames = [
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
const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

type Fields = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
  /** Minutes east of UTC, if the text says. */
  offset?: number | undefined;
};

/** Microseconds since 1970 of the wall clock, or undefined for the 30th of February. */
const wallClockMicros = ({ year, month, day, hour, minute, second, micros }: Fields): number | undefined => {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return (date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000) * 1000 + micros;
};

const readOffset = (text: string | undefined): number | undefined => {
  if (!text) return undefined;
  if (/^z$/i.test(text)) return 0;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d?):?(\d\d)?$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -total : total;
};

const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9})\d*)?)?`;
const zone = String.raw`\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?`;
const iso = new RegExp(`^\\s*(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})(?:[T ]\\s*${clock}${zone})?\\s*$`, 'i');
const american = new RegExp(`^\\s*(\\d{1,2})/(\\d{1,2})/(\\d{4})(?:\\s+${clock}${zone})?\\s*$`, 'i');
const dayFirst = new RegExp(
  `^\\s*(?:[a-z]{3},\\s*)?(\\d{1,2})[- ]([a-z]{3})[a-z]*[- ](\\d{4})(?:\\s+${clock}${zone})?\\s*$`,
  'i',
);
const weekdayFirst = new RegExp(`^\\s*[a-z]{3}\\s+([a-z]{3})\\s+(\\d{1,2})\\s+${clock}${zone}\\s+(\\d{4})\\s*$`, 'i');

const micros = (digits: string | undefined): number => Number((digits ?? '').padEnd(6, '0').slice(0, 6));

const fields = (year = '', month: number, day = '', rest: readonly (string | undefined)[]): Fields => {
  const [hour = '0', minute = '0', second = '0', fraction, offset] = rest;
  return {
    year: Number(year),
    month,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    micros: micros(fraction),
    offset: readOffset(offset),
  };
};

/** The forms that AUTO takes: ISO, 3/31/2024, 31-MAR-2024, RFC 822, Sun Mar 31 10:00:00 +0000 2024. */
const readAuto = (text: string): Fields | undefined => {
  const isoMatch = iso.exec(text);
  if (isoMatch) return fields(isoMatch[1], Number(isoMatch[2]), isoMatch[3], isoMatch.slice(4));
  const americanMatch = american.exec(text);
  if (americanMatch)
    return fields(americanMatch[3], Number(americanMatch[1]), americanMatch[2], americanMatch.slice(4));
  const dayMatch = dayFirst.exec(text);
  if (dayMatch)
    return fields(dayMatch[3], months.indexOf((dayMatch[2] ?? '').toLowerCase()) + 1, dayMatch[1], dayMatch.slice(4));
  const weekdayMatch = weekdayFirst.exec(text);
  if (weekdayMatch)
    return fields(
      weekdayMatch[8],
      months.indexOf((weekdayMatch[1] ?? '').toLowerCase()) + 1,
      weekdayMatch[2],
      weekdayMatch.slice(3, 8),
    );
  return undefined;
};

/** Digits are seconds, and from 31536000000 on milliseconds, then micro- and nanoseconds. Source: Snowflake's TO_TIMESTAMP. */
const epochMicros = (text: string): number | undefined => {
  if (!/^\s*-?\d{1,19}\s*$/.test(text)) return undefined;
  const value = Number(text);
  const size = Math.abs(value);
  if (size < 31_536_000_000) return value * 1_000_000;
  if (size < 31_536_000_000_000) return value * 1000;
  if (size < 31_536_000_000_000_000) return value;
  return Number(BigInt(text.trim()) / 1000n);
};

const instant = (found: Fields, zoneName: string): number | undefined => {
  const wall = wallClockMicros(found);
  if (wall === undefined) return undefined;
  if (found.offset !== undefined) return wall - found.offset * 60_000_000;
  const ms = Math.floor(wall / 1000);
  return instantOfWallClock(ms, zoneName) * 1000 + (wall - ms * 1000);
};

/** mode NTZ: microseconds of the wall clock, whatever zone stands behind it; LTZ: of the instant, in the zone unless the text says another. */
const timestampOfText = (text: string, mode: string, zoneName: string): number | null => {
  const epoch = epochMicros(text);
  if (epoch !== undefined) return epoch;
  const found = readAuto(text);
  if (!found) return null;
  return (mode === 'NTZ' ? wallClockMicros(found) : instant(found, zoneName)) ?? null;
};

const offsetOfText = (text: string, zoneName: string): number | null => {
  const found = readAuto(text);
  if (found?.offset !== undefined) return found.offset;
  const at = found ? instant(found, zoneName) : epochMicros(text);
  return at === undefined ? null : zoneOffset(at, zoneName);
};

const zoneOffset = (atMicros: number, zoneName: string): number => {
  const offset = offsetMinutes(Math.floor(atMicros / 1000), zoneName);
  if (offset === undefined) throw engineError('100300', '22023', `Unknown timezone: '${zoneName}'`);
  return offset;
};

const pad = (value: number, length = 2): string => String(Math.abs(value)).padStart(length, '0');
const offsetText = (minutes: number, separator: string): string =>
  `${minutes < 0 ? '-' : '+'}${pad(Math.trunc(minutes / 60))}${separator}${pad(minutes % 60)}`;

// ── Formats ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const element = /"([^"]*)"|YYYY|YY|MMMM|MON|MM|DD|DY|HH24|HH12|HH|AM|PM|MI|SS|FF(\d)?|TZHTZM|TZH:TZM|TZH|TZM|UUUU/gi;

type Piece = { literal: string } | { element: string; digits?: number };
const formats = new Map<string, readonly Piece[]>();

const piecesOf = (format: string): readonly Piece[] => {
  const known = formats.get(format);
  if (known) return known;
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of format.matchAll(element)) {
    if (found.index > at) pieces.push({ literal: format.slice(at, found.index) });
    at = found.index + found[0].length;
    if (found[1] !== undefined) pieces.push({ literal: found[1] });
    else if (/^ff/i.test(found[0])) pieces.push({ element: 'FF', digits: Number(found[2] ?? 9) });
    else pieces.push({ element: found[0].toUpperCase() });
  }
  if (at < format.length) pieces.push({ literal: format.slice(at) });
  if (formats.size > 1000) formats.clear();
  formats.set(format, pieces);
  return pieces;
};

const formatElement = (name: string, digits: number, date: Date, fraction: number, offset: number): string => {
  const hour = date.getUTCHours();
  switch (name) {
    case 'YYYY':
    case 'UUUU':
      return pad(date.getUTCFullYear(), 4);
    case 'YY':
      return pad(date.getUTCFullYear() % 100);
    case 'MM':
      return pad(date.getUTCMonth() + 1);
    case 'MON':
      return (monthNames[date.getUTCMonth()] ?? '').slice(0, 3);
    case 'MMMM':
      return monthNames[date.getUTCMonth()] ?? '';
    case 'DD':
      return pad(date.getUTCDate());
    case 'DY':
      return dayNames[date.getUTCDay()] ?? '';
    case 'HH24':
    case 'HH':
      return pad(hour);
    case 'HH12':
      return pad(hour % 12 || 12);
    case 'AM':
    case 'PM':
      return hour < 12 ? 'AM' : 'PM';
    case 'MI':
      return pad(date.getUTCMinutes());
    case 'SS':
      return pad(date.getUTCSeconds());
    case 'FF':
      return digits === 0 ? '' : `${pad(fraction, 6)}000`.slice(0, digits);
    case 'TZHTZM':
      return offsetText(offset, '');
    case 'TZH:TZM':
      return offsetText(offset, ':');
    case 'TZH':
      return offsetText(offset, '').slice(0, 3);
    default:
      return pad(offset % 60);
  }
};

const format = (wallMicros: number, offset: number, pattern: string): string => {
  const seconds = Math.floor(wallMicros / 1_000_000);
  const date = new Date(seconds * 1000);
  const fraction = wallMicros - seconds * 1_000_000;
  return piecesOf(pattern)
    .map((piece) =>
      'literal' in piece ? piece.literal : formatElement(piece.element, piece.digits ?? 9, date, fraction, offset),
    )
    .join('');
};

const readers: Readonly<Record<string, RegExp>> = {
  YYYY: /^\d{4}/,
  UUUU: /^\d{4}/,
  YY: /^\d{2}/,
  MM: /^\d{1,2}/,
  MON: /^[a-z]{3}/i,
  MMMM: /^[a-z]+/i,
  DD: /^\d{1,2}/,
  DY: /^[a-z]{3}/i,
  HH24: /^\d{1,2}/,
  HH12: /^\d{1,2}/,
  HH: /^\d{1,2}/,
  AM: /^[ap]m/i,
  PM: /^[ap]m/i,
  MI: /^\d{1,2}/,
  SS: /^\d{1,2}/,
  FF: /^\d{1,9}/,
  TZHTZM: /^(?:z|[+-]\d{2}:?\d{2})/i,
  'TZH:TZM': /^(?:z|[+-]\d{2}:?\d{2})/i,
  TZH: /^[+-]\d{1,2}/,
  TZM: /^\d{2}/,
};

const setElement = (found: Fields & { afternoon?: boolean }, name: string, text: string): void => {
  const value = Number(text);
  if (name === 'YYYY' || name === 'UUUU') found.year = value;
  else if (name === 'YY') found.year = value < 70 ? 2000 + value : 1900 + value;
  else if (name === 'MM') found.month = value;
  else if (name === 'MON' || name === 'MMMM') found.month = months.indexOf(text.slice(0, 3).toLowerCase()) + 1;
  else if (name === 'DD') found.day = value;
  else if (name.startsWith('HH')) found.hour = value;
  else if (name === 'AM' || name === 'PM') found.afternoon = /^p/i.test(text);
  else if (name === 'MI') found.minute = value;
  else if (name === 'SS') found.second = value;
  else if (name === 'FF') found.micros = micros(text);
  else if (name === 'TZM') found.offset = (found.offset ?? 0) + ((found.offset ?? 0) < 0 ? -value : value);
  else if (name.startsWith('TZH')) found.offset = readOffset(text);
};

const parseWith = (text: string, pattern: string): Fields | undefined => {
  const found: Fields & { afternoon?: boolean } = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    micros: 0,
  };
  let rest = text.trim();
  for (const piece of piecesOf(pattern)) {
    if ('literal' in piece) {
      if (!rest.startsWith(piece.literal)) return undefined;
      rest = rest.slice(piece.literal.length);
      continue;
    }
    const matched = readers[piece.element]?.exec(rest)?.[0];
    if (matched === undefined) return undefined;
    setElement(found, piece.element, matched);
    rest = rest.slice(matched.length);
  }
  if (rest !== '') return undefined;
  if (found.afternoon !== undefined) found.hour = (found.hour % 12) + (found.afternoon ? 12 : 0);
  return found;
};

/** With a zone: microseconds of the instant; without ('') of the wall clock. */
const parse = (text: string, pattern: string, zoneName: string): number | null => {
  if (pattern.toUpperCase() === 'AUTO') return timestampOfText(text, zoneName ? 'LTZ' : 'NTZ', zoneName);
  const found = parseWith(text, pattern);
  if (!found || found.month < 1) return null;
  return (zoneName ? instant(found, zoneName) : wallClockMicros(found)) ?? null;
};

export const timestampNatives: readonly Native[] = [
  { name: 'sb_timestamp_of_text', parameters: ['text', 'text', 'text'], returns: 'integer', run: timestampOfText },
  { name: 'sb_offset_of_text', parameters: ['text', 'text'], returns: 'integer', run: offsetOfText },
  { name: 'sb_zone_offset', parameters: ['integer', 'text'], returns: 'integer', run: zoneOffset },
  {
    name: 'sb_offset_text',
    parameters: ['integer'],
    returns: 'text',
    run: (minutes: number) => ` ${offsetText(minutes, '')}`,
  },
  { name: 'sb_format_timestamp', parameters: ['integer', 'integer', 'text'], returns: 'text', run: format },
  { name: 'sb_parse_timestamp', parameters: ['text', 'text', 'text'], returns: 'integer', run: parse },
];
