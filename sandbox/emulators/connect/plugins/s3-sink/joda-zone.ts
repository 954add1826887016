// Time zones as Joda's DateTimeZone.forID names them: UTC, +hh:mm, or a name of the tz database.

export type Zone = { offsetMs(epochMs: number): number };

const fixed = /^([+-])(\d{1,2})(?::?(\d{2}))?$/;

const partsIn = (format: Intl.DateTimeFormat, epochMs: number): number => {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epochMs)) part[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour % 24, minute, second);
};

const named = (id: string): Zone => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: id,
    calendar: 'iso8601',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  });
  // Offsets change at whole quarters of an hour only.
  const quarterMs = 900_000;
  const known = new Map<number, number>();
  return {
    offsetMs: (epochMs) => {
      const quarter = Math.floor(epochMs / quarterMs);
      let offset = known.get(quarter);
      if (offset === undefined) {
        const startMs = quarter * quarterMs;
        offset = partsIn(format, startMs) - startMs;
        if (known.size > 1_000) known.clear();
        known.set(quarter, offset);
      }
      return offset;
    },
  };
};

export const zoneOf = (id: string): Zone => {
  const text = id.trim();
  if (text === 'UTC' || text === 'Z') return { offsetMs: () => 0 };
  const match = fixed.exec(text);
  if (match !== null) {
    const minutes = Number(match[2]) * 60 + Number(match[3] ?? '0');
    const offsetMs = (match[1] === '-' ? -minutes : minutes) * 60_000;
    return { offsetMs: () => offsetMs };
  }
  return named(text);
};

export const isTimeZone = (id: string): boolean => {
  try {
    zoneOf(id).offsetMs(0);
    return true;
  } catch {
    return false;
  }
};
