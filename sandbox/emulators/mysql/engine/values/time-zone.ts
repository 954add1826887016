import {
  type DateParts,
  formatDatetime,
  fromEpochMicroseconds,
  readDatetime,
  toEpochMicroseconds,
} from './temporal.ts';

/** A session's time zone: how far local time is ahead of UTC at an instant. */
export type TimeZone = { readonly name: string; offsetMinutes(epochMs: number): number };

const fixed = (name: string, minutes: number): TimeZone => ({ name, offsetMinutes: () => minutes });

export const utc = fixed('UTC', 0);

const named = (name: string): TimeZone | undefined => {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return {
    name,
    offsetMinutes: (epochMs) => {
      const part: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(epochMs)) part[type] = Number(value);
      const local = Date.UTC(
        part['year'] ?? 0,
        (part['month'] ?? 1) - 1,
        part['day'],
        part['hour'],
        part['minute'],
        part['second'],
      );
      return Math.round((local - Math.floor(epochMs / 1000) * 1000) / 60_000);
    },
  };
};

/** 'SYSTEM' (UTC here), '+02:00', or a name of the tz database; undefined for what is none. */
export const findTimeZone = (name: string): TimeZone | undefined => {
  if (name.toUpperCase() === 'SYSTEM') return fixed('SYSTEM', 0);
  if (name.toUpperCase() === 'UTC') return fixed(name, 0);
  const offset = /^([+-])(\d{1,2}):(\d{2})$/.exec(name);
  if (!offset) return /^[A-Za-z]/.test(name) ? named(name) : undefined;
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  // The range of the server: -13:59 to +14:00.
  if (Number(offset[3]) > 59 || minutes > (offset[1] === '-' ? 839 : 840)) return undefined;
  return fixed(name, offset[1] === '-' ? -minutes : minutes);
};

export const utcToLocal = (microseconds: bigint, zone: TimeZone): DateParts =>
  fromEpochMicroseconds(microseconds + BigInt(zone.offsetMinutes(Number(microseconds / 1000n))) * 60_000_000n);

export const localToUtc = (parts: DateParts, zone: TimeZone): bigint => {
  const local = toEpochMicroseconds(parts);
  const guess = local - BigInt(zone.offsetMinutes(Number(local / 1000n))) * 60_000_000n;
  // The offset may differ on the other side of a change.
  return local - BigInt(zone.offsetMinutes(Number(guess / 1000n))) * 60_000_000n;
};

/** A stored TIMESTAMP (canonical text in UTC) as the session sees it. */
export const timestampToLocal = (text: string, zone: TimeZone, digits: number): string => {
  if (zone.name === 'SYSTEM' || zone.name === 'UTC' || text.startsWith('0000')) return text;
  return formatDatetime(utcToLocal(toEpochMicroseconds(readDatetime(text)), zone), digits);
};
