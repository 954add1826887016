const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (zone: string): Intl.DateTimeFormat | undefined => {
  const known = formatters.get(zone);
  if (known) return known;
  try {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
    return formatter;
  } catch {
    return undefined;
  }
};

/** Minutes east of UTC at an instant, or undefined if there is no such zone. */
export const offsetMinutes = (instantMs: number, zone: string): number | undefined => {
  if (zone === 'UTC' || zone === 'Etc/UTC' || zone === '') return 0;
  const formatter = formatterOf(zone);
  if (!formatter) return undefined;
  const field: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(instantMs)) field[type] = Number(value);
  const local = Date.UTC(
    field['year'] ?? 0,
    (field['month'] ?? 1) - 1,
    field['day'],
    field['hour'],
    field['minute'],
    field['second'],
  );
  return Math.round((local - Math.floor(instantMs / 1000) * 1000) / 60_000);
};

/** The instant of a wall clock in a zone, in ms. */
export const instantOfWallClock = (wallClockMs: number, zone: string): number => {
  const first = offsetMinutes(wallClockMs, zone) ?? 0;
  const second = offsetMinutes(wallClockMs - first * 60_000, zone) ?? 0;
  return wallClockMs - second * 60_000;
};
