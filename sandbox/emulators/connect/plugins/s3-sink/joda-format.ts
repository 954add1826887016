import { ConfigError } from '../../connect-errors.ts';
import type { Zone } from './joda-zone.ts';

// path.format: a pattern of Joda-Time's DateTimeFormat, which is not java.time's (Y is the year of the era, x the week year).

type Field = (local: Date, offsetMs: number) => string;

const padded = (value: number, width: number): string => String(value).padStart(width, '0');

const dayMs = 86_400_000;

const weekOf = (local: Date): { year: number; week: number } => {
  const thursday = new Date(local.getTime() + (4 - (local.getUTCDay() || 7)) * dayMs);
  const year = thursday.getUTCFullYear();
  const startMs = Date.UTC(year, 0, 1);
  return { year, week: Math.floor((thursday.getTime() - startMs) / dayMs / 7) + 1 };
};

const dayOfYear = (local: Date): number =>
  Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / dayMs) + 1;

const year = (value: number, count: number): string => (count === 2 ? padded(value % 100, 2) : padded(value, count));

const offsetText = (offsetMs: number, colon: boolean): string => {
  const minutes = Math.abs(offsetMs) / 60_000;
  return `${offsetMs < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60), 2)}${colon ? ':' : ''}${padded(minutes % 60, 2)}`;
};

const fieldOf = (letter: string, count: number, locale: string): Field | undefined => {
  const named = (options: Intl.DateTimeFormatOptions): Field => {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    return (local) => format.format(local);
  };
  const number =
    (get: (local: Date) => number): Field =>
    (local) =>
      padded(get(local), count);
  switch (letter) {
    case 'G':
      return () => 'AD';
    case 'C':
      return number((local) => Math.floor(local.getUTCFullYear() / 100));
    case 'Y':
    case 'y':
      return (local) => year(local.getUTCFullYear(), count);
    case 'x':
      return (local) => year(weekOf(local).year, count);
    case 'w':
      return number((local) => weekOf(local).week);
    case 'e':
      return number((local) => local.getUTCDay() || 7);
    case 'E':
      return named({ weekday: count >= 4 ? 'long' : 'short' });
    case 'D':
      return number(dayOfYear);
    case 'M':
      return count >= 3 ? named({ month: count >= 4 ? 'long' : 'short' }) : number((local) => local.getUTCMonth() + 1);
    case 'd':
      return number((local) => local.getUTCDate());
    case 'a':
      return (local) => (local.getUTCHours() < 12 ? 'AM' : 'PM');
    case 'K':
      return number((local) => local.getUTCHours() % 12);
    case 'h':
      return number((local) => local.getUTCHours() % 12 || 12);
    case 'H':
      return number((local) => local.getUTCHours());
    case 'k':
      return number((local) => local.getUTCHours() || 24);
    case 'm':
      return number((local) => local.getUTCMinutes());
    case 's':
      return number((local) => local.getUTCSeconds());
    case 'S':
      return (local) => padded(local.getUTCMilliseconds(), 3).padEnd(count, '0').slice(0, count);
    case 'Z':
      return (_local, offsetMs) => offsetText(offsetMs, count >= 2);
    default:
      return undefined;
  }
};

const tokens = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g;

/** Compiles a pattern to a function of an instant. Throws what Joda throws for an illegal one. */
export const jodaFormat = (pattern: string, locale: string, zone: Zone): ((epochMs: number) => string) => {
  const parts: (string | Field)[] = [];
  let reached = 0;
  for (const match of pattern.matchAll(tokens)) {
    const [token, quoted, letter] = match;
    reached = match.index + token.length;
    if (quoted !== undefined) parts.push(quoted === '' ? "'" : quoted.replaceAll("''", "'"));
    else if (letter === undefined) parts.push(token);
    else {
      const field = fieldOf(letter, token.length, locale);
      if (field === undefined) {
        throw new ConfigError(
          `Invalid value ${pattern} for configuration path.format: Illegal pattern component: ${token}`,
        );
      }
      parts.push(field);
    }
  }
  if (reached < pattern.length) {
    throw new ConfigError(
      `Invalid value ${pattern} for configuration path.format: Illegal pattern component: ${pattern.slice(reached)}`,
    );
  }
  return (epochMs) => {
    const offsetMs = zone.offsetMs(epochMs);
    const local = new Date(epochMs + offsetMs);
    return parts.map((part) => (typeof part === 'string' ? part : part(local, offsetMs))).join('');
  };
};
