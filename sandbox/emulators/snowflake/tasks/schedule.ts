import { SnowflakeError } from '../errors.ts';

/** When a task runs: every so often, or by a cron line in a time zone. */
export type Schedule =
  | { kind: 'interval'; intervalMs: number }
  | { kind: 'cron'; fields: CronFields; timezone: string };
type CronFields = {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
  anyDay: boolean;
  anyWeekday: boolean;
  lastDay: boolean;
};

const units: Readonly<Record<string, number>> = {
  SECOND: 1_000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  S: 1_000,
  M: 60_000,
  H: 3_600_000,
};
const longestMs = 11_520 * 60_000;
const shortestMs = 10_000;

const invalid = (text: string): SnowflakeError =>
  new SnowflakeError('002049', `SQL compilation error:\ninvalid schedule '${text}' for a task`);

const names = (list: string, from: number): Record<string, number> =>
  Object.fromEntries(list.split(' ').map((name, index) => [name, index + from]));
const months = names('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC', 1);
const weekdays = names('SUN MON TUE WED THU FRI SAT', 0);

const parseField = (
  field: string,
  low: number,
  high: number,
  named: Record<string, number>,
  whole: string,
): Set<number> => {
  const values = new Set<number>();
  const numberOf = (text: string): number => {
    const value = named[text.toUpperCase()] ?? (/^\d+$/.test(text) ? Number(text) : Number.NaN);
    if (Number.isNaN(value) || value < low || value > high) throw invalid(whole);
    return value;
  };
  for (const part of field.split(',')) {
    const [range = '', stepText] = part.split('/') as [string, string | undefined];
    const step = stepText === undefined ? 1 : numberOf(stepText);
    if (step === 0) throw invalid(whole);
    const [fromText = '', toText] = range.split('-') as [string, string | undefined];
    const from = range === '*' ? low : numberOf(fromText);
    const to = range === '*' || (stepText !== undefined && toText === undefined) ? high : numberOf(toText ?? fromText);
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
};

const parseCron = (line: string, whole: string): Schedule => {
  const [minute, hour, day, month, weekday, timezone, ...more] = line.trim().split(/\s+/);
  if (!minute || !hour || !day || !month || !weekday || !timezone || more.length > 0) throw invalid(whole);
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw invalid(whole);
  }
  const lastDay = day.toUpperCase() === 'L';
  if (/L/i.test(weekday))
    throw new SnowflakeError('000002', "Unsupported feature 'L in the weekday of a cron schedule'.");
  const days = lastDay ? new Set<number>() : parseField(day, 1, 31, {}, whole);
  return {
    kind: 'cron',
    timezone,
    fields: {
      minutes: parseField(minute, 0, 59, {}, whole),
      hours: parseField(hour, 0, 23, {}, whole),
      days,
      months: parseField(month, 1, 12, months, whole),
      weekdays: new Set([...parseField(weekday, 0, 7, weekdays, whole)].map((value) => value % 7)),
      anyDay: day === '*',
      anyWeekday: weekday === '*',
      lastDay,
    },
  };
};

/** '5 MINUTES', 'USING CRON 0 9 * * MON-FRI America/New_York'. */
export const parseSchedule = (text: string): Schedule => {
  const cron = /^\s*USING\s+CRON\s+(.*)$/is.exec(text);
  if (cron) return parseCron(cron[1] as string, text);
  const plain = /^\s*(\d+)\s*(SECOND|MINUTE|HOUR|S|M|H)S?\s*$/i.exec(text);
  if (!plain) throw invalid(text);
  const intervalMs = Number(plain[1]) * (units[(plain[2] as string).toUpperCase()] as number);
  if (intervalMs < shortestMs || intervalMs > longestMs) throw invalid(text);
  return { kind: 'interval', intervalMs };
};

const minuteMs = 60_000;

type Local = { minute: number; hour: number; day: number; month: number; weekday: number; year: number };

const localTime = (format: Intl.DateTimeFormat, ms: number): Local => {
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const [year, month, day] = [Number(parts['year']), Number(parts['month']), Number(parts['day'])];
  return {
    minute: Number(parts['minute']),
    hour: Number(parts['hour']) % 24,
    day,
    month,
    year,
    weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(),
  };
};

const dayMatches = (fields: CronFields, { day, weekday, month, year }: Local): boolean => {
  if (fields.lastDay) return day === new Date(Date.UTC(year, month, 0)).getUTCDate();
  const [byDay, byWeekday] = [fields.days.has(day), fields.weekdays.has(weekday)];
  // As cron does: when both are restricted, either will do.
  return fields.anyDay ? byWeekday : fields.anyWeekday ? byDay : byDay || byWeekday;
};

/** The first run after `afterMs`; of an interval, counted from `startMs`. */
export const nextRunMs = (schedule: Schedule, startMs: number, afterMs: number): number => {
  if (schedule.kind === 'interval') {
    const runs = Math.floor((afterMs - startMs) / schedule.intervalMs) + 1;
    return startMs + Math.max(1, runs) * schedule.intervalMs;
  }
  const { fields, timezone } = schedule;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hour12: false,
  });
  let ms = (Math.floor(afterMs / minuteMs) + 1) * minuteMs;
  const end = ms + 366 * 24 * 60 * minuteMs;
  while (ms < end) {
    const local = localTime(format, ms);
    if (!fields.months.has(local.month) || !dayMatches(fields, local)) {
      ms += (60 - local.minute) * minuteMs + Math.max(0, 23 - local.hour - 1) * 60 * minuteMs;
      continue;
    }
    if (!fields.hours.has(local.hour)) {
      ms += (60 - local.minute) * minuteMs;
      continue;
    }
    if (fields.minutes.has(local.minute)) return ms;
    ms += minuteMs;
  }
  return Number.POSITIVE_INFINITY;
};
