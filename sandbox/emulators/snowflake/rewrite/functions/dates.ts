import type { Expression } from '../../../../wire/snowflake-sql/ast.ts';
import { castTo, instantOf, isTime, wallClockOf } from '../casts.ts';
import { count, date, number, text, timestampLtz, timestampNtz, timestampTz, typeName } from '../data-types.ts';
import { invalidArgumentTypes, unsupportedFeature } from '../errors.ts';
import { translate } from '../expression.ts';
import { type Context, placeOf } from '../scope.ts';
import { quoteText } from '../text.ts';
import type { Typed } from '../typed.ts';
import type { SqlType } from '../types.ts';
import { argument, type Call, type FunctionRule, rule, special } from './signature.ts';

type Part =
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond'
  | 'dayofweek'
  | 'dayofweekiso'
  | 'dayofyear'
  | 'weekiso'
  | 'yearofweek'
  | 'yearofweekiso'
  | 'epoch_second'
  | 'epoch_millisecond'
  | 'epoch_microsecond'
  | 'epoch_nanosecond'
  | 'timezone_hour'
  | 'timezone_minute'
  | 'date'
  | 'decade'
  | 'century';

const spellings: Readonly<Record<Part, string>> = {
  year: 'y yy yyy yyyy yr years yrs',
  quarter: 'q qtr qtrs quarters',
  month: 'mm mon mons months',
  week: 'w wk weekofyear woy wy weeks',
  day: 'd dd days dayofmonth',
  hour: 'h hh hr hours hrs',
  minute: 'm mi min minutes mins',
  second: 's sec seconds secs',
  millisecond: 'ms msec milliseconds',
  microsecond: 'us usec microseconds',
  nanosecond: 'ns nsec nanosec nsecond nanoseconds nanosecs nseconds',
  dayofweek: 'weekday dow dw',
  dayofweekiso: 'weekday_iso dow_iso dw_iso dayofweek_iso',
  dayofyear: 'yearday doy dy',
  weekiso: 'week_iso weekofyeariso weekofyear_iso',
  yearofweek: '',
  yearofweekiso: '',
  epoch_second: 'epoch epoch_seconds',
  epoch_millisecond: 'epoch_milliseconds',
  epoch_microsecond: 'epoch_microseconds',
  epoch_nanosecond: 'epoch_nanoseconds',
  timezone_hour: 'tzh',
  timezone_minute: 'tzm',
  date: '',
  decade: '',
  century: '',
};

const parts = new Map<string, Part>(
  Object.entries(spellings).flatMap(([part, others]) =>
    [part, ...others.split(' ')].map((word) => [word, part as Part] as const),
  ),
);

/** A part of time stands as a bare word or a text: DATEADD(day, …), DATEADD('day', …). */
const readPart = (expression: Expression, context: Context): Part => {
  const word =
    expression.kind === 'column' && expression.parts.length === 1
      ? (expression.parts[0]?.name ?? '')
      : String(translate(expression, context).constant ?? '');
  const part = parts.get(word.toLowerCase());
  if (!part) throw unsupportedFeature(`date part '${word}'`);
  return part;
};

/** A date or timestamp; text is a timestamp, or a date if it looks like one. */
const temporal = (expression: Expression, context: Context, name: string): Typed => {
  const value = translate(expression, context);
  if (isTime(value.type) || value.type.kind === 'time') return value;
  if (value.type.kind === 'text' || value.type.kind === 'variant') {
    const dateOnly = typeof value.constant === 'string' && /^\s*\d{4}-\d\d?-\d\d?\s*$/.test(value.constant);
    return castTo(value, dateOnly ? date : timestampNtz, context.resolver);
  }
  if (value.isNull) return castTo(value, timestampNtz, context.resolver);
  throw invalidArgumentTypes(name, typeName(value.type), placeOf(context, expression.at));
};

/** A wall clock back to the type of the value it came from. */
const backTo = (type: SqlType, wallClock: string, original: Typed, context: Context): Typed => {
  switch (type.kind) {
    case 'date':
      return { sql: `CAST(${wallClock} AS DATE)`, type };
    case 'timestamp_ltz':
      return { sql: `timezone(${quoteText(context.resolver.timezone)}, ${wallClock})`, type };
    case 'timestamp_tz':
      return {
        sql: `CASE WHEN ${wallClock} IS NULL THEN NULL ELSE {'utc': ${wallClock} - to_minutes((${original.sql}).offset_minutes), 'offset_minutes': (${original.sql}).offset_minutes} END`,
        type,
      };
    case 'time':
      return { sql: `CAST(${wallClock} AS TIME)`, type };
    default:
      return { sql: wallClock, type };
  }
};

const wallClock = (value: Typed, context: Context): string =>
  value.type.kind === 'time' ? `(DATE '1970-01-01' + ${value.sql})` : wallClockOf(value, context.resolver);

const steps: Partial<Record<Part, (amount: string) => string>> = {
  year: (n) => `to_years(${n})`,
  quarter: (n) => `to_months(3 * ${n})`,
  month: (n) => `to_months(${n})`,
  week: (n) => `to_days(7 * ${n})`,
  day: (n) => `to_days(${n})`,
  hour: (n) => `to_hours(${n})`,
  minute: (n) => `to_minutes(${n})`,
  second: (n) => `to_seconds(${n})`,
  millisecond: (n) => `to_milliseconds(${n})`,
  microsecond: (n) => `to_microseconds(${n})`,
  nanosecond: (n) => `to_microseconds(${n} // 1000)`,
};
const wide = new Set<Part>(['hour', 'minute', 'millisecond', 'microsecond', 'nanosecond', 'second']);
const calendar = new Set<Part>(['year', 'quarter', 'month', 'week', 'day']);

/** Adds to a date or timestamp. A date with hours or less added becomes a timestamp. The end of a month stays within it: Jan 31 + 1 month is Feb 29. */
const add = (value: Typed, part: Part, amount: string, context: Context): Typed => {
  const step = steps[part];
  if (!step) throw unsupportedFeature(`adding '${part}'`);
  const shifted = step(`CAST(${amount} AS ${wide.has(part) ? 'BIGINT' : 'INTEGER'})`);
  const type = value.type.kind === 'date' && !calendar.has(part) ? timestampNtz : value.type;
  // Hours and less go along the line of instants, days and more along the calendar of the zone.
  if (type.kind === 'timestamp_ltz' && !calendar.has(part)) return { sql: `(${value.sql} + ${shifted})`, type };
  return backTo(type, `(${wallClock(value, context)} + ${shifted})`, value, context);
};

const amountOf = (expression: Expression, context: Context): string => {
  const value = translate(expression, context);
  if (value.type.kind === 'number' && value.type.scale === 0) return value.sql;
  return castTo(value, number(38, 0), context.resolver).sql;
};

/** DATEADD(part, amount, value) */
const dateadd = special('DATEADD TIMEADD TIMESTAMPADD', 3, 3, (call, context) =>
  add(
    temporal(argument(call, 2), context, 'DATEADD'),
    readPart(argument(call, 0), context),
    amountOf(argument(call, 1), context),
    context,
  ),
);

/** '1 day, 2 hours' of INTERVAL. */
export const addInterval = (value: Typed, interval: string, sign: 1 | -1, context: Context): Typed => {
  let current =
    isTime(value.type) || value.type.kind === 'time' ? value : castTo(value, timestampNtz, context.resolver);
  for (const [, digits = '', word = 'second'] of interval.matchAll(/([+-]?\d+)\s*([a-zA-Z_]+)?/g)) {
    const part = parts.get(word.toLowerCase());
    if (!part) throw unsupportedFeature(`INTERVAL '${interval}'`);
    current = add(current, part, String(sign * Number(digits)), context);
  }
  return current;
};

/** The start of the week as the session's WEEK_START says: 0 and 1 mean Monday. */
const weekStart = (sql: string, context: Context): string => {
  const first = (context.resolver.weekStart ?? 0) || 1;
  return first === 1
    ? `date_trunc('week', ${sql})`
    : `(date_trunc('week', ${sql} - to_days(${first - 1})) + to_days(${first - 1}))`;
};

const truncated = (value: Typed, part: Part, context: Context): Typed => {
  const clock = wallClock(value, context);
  if (part === 'week') return backTo(value.type, weekStart(clock, context), value, context);
  if (part === 'weekiso') return backTo(value.type, `date_trunc('week', ${clock})`, value, context);
  if (!steps[part]) throw unsupportedFeature(`DATE_TRUNC of '${part}'`);
  return backTo(value.type, part === 'nanosecond' ? clock : `date_trunc('${part}', ${clock})`, value, context);
};

/** DATE_TRUNC(part, value) */
const dateTrunc = special('DATE_TRUNC', 2, 2, (call, context) =>
  truncated(temporal(argument(call, 1), context, 'DATE_TRUNC'), readPart(argument(call, 0), context), context),
);

/** TRUNC of a date is DATE_TRUNC with its arguments turned round; of a number it belongs to the numbers. */
export const truncatedDate = (value: Typed, part: Expression, context: Context): Typed =>
  truncated(value, readPart(part, context), context);

/** DATEDIFF(part, from, to) counts the boundaries between: from 23:59 to 00:00 is one day. */
const datediff = special('DATEDIFF TIMEDIFF TIMESTAMPDIFF', 3, 3, (call, context) => {
  const part = readPart(argument(call, 0), context);
  const [from, to] = [1, 2].map((index) =>
    wallClock(temporal(argument(call, index), context, 'DATEDIFF'), context),
  ) as [string, string];
  if (!steps[part]) throw unsupportedFeature(`DATEDIFF of '${part}'`);
  if (part === 'week')
    return {
      sql: `date_diff('day', ${weekStart(from, context)}, ${weekStart(to, context)}) // 7`,
      type: number(9),
      loose: true,
    };
  if (part === 'nanosecond')
    return { sql: `(date_diff('microsecond', ${from}, ${to}) * 1000)`, type: count, loose: true };
  return { sql: `date_diff('${part}', ${from}, ${to})`, type: number(18), loose: true };
});

const extractions: Partial<Record<Part, (clock: string, value: Typed, context: Context) => string>> = {
  year: (clock) => `year(${clock})`,
  quarter: (clock) => `quarter(${clock})`,
  month: (clock) => `month(${clock})`,
  day: (clock) => `day(${clock})`,
  hour: (clock) => `hour(${clock})`,
  minute: (clock) => `minute(${clock})`,
  second: (clock) => `(epoch_us(date_trunc('second', ${clock})) // 1000000 % 60)`,
  millisecond: (clock) => `(epoch_us(${clock}) // 1000 % 1000)`,
  microsecond: (clock) => `(epoch_us(${clock}) % 1000000)`,
  nanosecond: (clock) => `(epoch_us(${clock}) % 1000000 * 1000)`,
  week: (clock) => `weekofyear(${clock})`,
  weekiso: (clock) => `weekofyear(${clock})`,
  dayofweek: (clock, _, context) => {
    const first = context.resolver.weekStart ?? 0;
    return first === 0 ? `dayofweek(${clock})` : `((isodow(${clock}) - ${first} + 7) % 7 + 1)`;
  },
  dayofweekiso: (clock) => `isodow(${clock})`,
  dayofyear: (clock) => `dayofyear(${clock})`,
  yearofweek: (clock) => `isoyear(${clock})`,
  yearofweekiso: (clock) => `isoyear(${clock})`,
  epoch_second: (_, value, context) => `(epoch_us(${instant(value, context)}) // 1000000)`,
  epoch_millisecond: (_, value, context) => `(epoch_us(${instant(value, context)}) // 1000)`,
  epoch_microsecond: (_, value, context) => `epoch_us(${instant(value, context)})`,
  epoch_nanosecond: (_, value, context) => `(epoch_us(${instant(value, context)}) * CAST(1000 AS HUGEINT))`,
  timezone_hour: (clock, value, context) =>
    `((epoch_us(${clock}) - epoch_us(${instantOf(value, context.resolver)})) // 3600000000)`,
  timezone_minute: (clock, value, context) =>
    `((epoch_us(${clock}) - epoch_us(${instantOf(value, context.resolver)})) // 60000000 % 60)`,
};

/** The epoch of a wall clock counts it as UTC. */
const instant = (value: Typed, context: Context): string =>
  value.type.kind === 'timestamp_ltz' || value.type.kind === 'timestamp_tz'
    ? instantOf(value, context.resolver)
    : wallClock(value, context);

const extract = (part: Part, value: Typed, context: Context): Typed => {
  const sql = extractions[part];
  if (!sql) throw unsupportedFeature(`date part '${part}'`);
  return {
    sql: sql(wallClock(value, context), value, context),
    type: number(part.startsWith('epoch') ? 19 : 9),
    loose: true,
  };
};

const datePart = special('DATE_PART EXTRACT', 2, 2, (call, context) =>
  extract(readPart(argument(call, 0), context), temporal(argument(call, 1), context, 'DATE_PART'), context),
);

const partFunction = (names: string, part: Part): FunctionRule =>
  special(names, 1, 1, (call, context) => extract(part, temporal(argument(call, 0), context, names), context));

const asDate = (sql: string): string => `CAST(${sql} AS DATE)`;

/** LAST_DAY(value [, part]) */
const lastDay = special('LAST_DAY', 1, 2, (call, context) => {
  const value = temporal(argument(call, 0), context, 'LAST_DAY');
  const part = call.arguments[1] ? readPart(argument(call, 1), context) : 'month';
  const start = wallClock(truncated({ ...castTo(value, date, context.resolver) }, part, context), context);
  const next = { year: 'to_years(1)', quarter: 'to_months(3)', month: 'to_months(1)', week: 'to_days(7)' }[
    part as 'year'
  ];
  if (!next) throw unsupportedFeature(`LAST_DAY of '${part}'`);
  return { sql: asDate(`(${start} + ${next} - to_days(1))`), type: date };
});

/** ADD_MONTHS goes from the last day of a month to the last day of another. */
const addMonths = special('ADD_MONTHS', 2, 2, (call, context) => {
  const value = temporal(argument(call, 0), context, 'ADD_MONTHS');
  const clock = wallClock(value, context);
  const shifted = `(${clock} + to_months(CAST(${amountOf(argument(call, 1), context)} AS INTEGER)))`;
  const sql = `CASE WHEN CAST(${clock} AS DATE) = last_day(${clock}) THEN last_day(${shifted}) + (${clock} - date_trunc('day', ${clock})) ELSE ${shifted} END`;
  return backTo(value.type, sql, value, context);
});

const monthsBetween = special('MONTHS_BETWEEN', 2, 2, (call, context) => {
  const [a, b] = [0, 1].map((index) =>
    wallClock(temporal(argument(call, index), context, 'MONTHS_BETWEEN'), context),
  ) as [string, string];
  const whole = `((year(${a}) - year(${b})) * 12 + month(${a}) - month(${b}))`;
  const aligned = `(day(${a}) = day(${b}) OR (CAST(${a} AS DATE) = last_day(${a}) AND CAST(${b} AS DATE) = last_day(${b})))`;
  return {
    sql: `CASE WHEN ${aligned} THEN ${whole}::DOUBLE ELSE round(${whole} + (day(${a}) - day(${b})) / 31.0, 6)::DOUBLE END`,
    type: { kind: 'float' },
  };
});

/** CONVERT_TIMEZONE(from, to, NTZ) is NTZ; CONVERT_TIMEZONE(to, value) is TZ. */
const convertTimezone = special('CONVERT_TIMEZONE', 2, 3, (call, context) => {
  const zone = (index: number) => castTo(translate(argument(call, index), context), text, context.resolver).sql;
  if (call.arguments.length === 3) {
    const value = castTo(temporal(argument(call, 2), context, 'CONVERT_TIMEZONE'), timestampNtz, context.resolver);
    return { sql: `timezone(${zone(1)}, timezone(${zone(0)}, ${value.sql}))`, type: timestampNtz };
  }
  const value = temporal(argument(call, 1), context, 'CONVERT_TIMEZONE');
  const utc = instantOf(value, context.resolver);
  return {
    sql: `CASE WHEN ${utc} IS NULL THEN NULL ELSE {'utc': ${utc}, 'offset_minutes': CAST(sb_zone_offset(epoch_us(${utc}), ${zone(0)}) AS INTEGER)} END`,
    type: timestampTz,
  };
});

const weekdays = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];

const neighbourDay = (name: string, forward: boolean): FunctionRule =>
  special(name, 2, 2, (call, context) => {
    const day = castTo(temporal(argument(call, 0), context, name), date, context.resolver).sql;
    const word = String(translate(argument(call, 1), context).constant ?? '')
      .trim()
      .slice(0, 2)
      .toLowerCase();
    const wanted = weekdays.indexOf(word);
    if (wanted < 0) throw unsupportedFeature(`${name} of '${word}'`);
    const distance = forward
      ? `(${wanted} - dayofweek(${day}) + 6) % 7 + 1`
      : `(dayofweek(${day}) - ${wanted} + 6) % 7 + 1`;
    return { sql: asDate(`(${day} ${forward ? '+' : '-'} CAST(${distance} AS INTEGER))`), type: date };
  });

/** TIME_SLICE(value, length, part [, 'START' | 'END']) */
const timeSlice = special('TIME_SLICE', 3, 4, (call, context) => {
  const value = temporal(argument(call, 0), context, 'TIME_SLICE');
  const length = amountOf(argument(call, 1), context);
  const part = readPart(argument(call, 2), context);
  const step = steps[part];
  if (!step) throw unsupportedFeature(`TIME_SLICE of '${part}'`);
  const width = step(`CAST(${length} AS INTEGER)`);
  const origin = part === 'week' ? "TIMESTAMP '1969-12-29'" : "TIMESTAMP '1970-01-01'";
  const start = `time_bucket(${width}, ${wallClock(value, context)}, ${origin})`;
  const atEnd =
    String(call.arguments[3] ? translate(argument(call, 3), context).constant : 'START').toUpperCase() === 'END';
  return backTo(value.type, atEnd ? `(${start} + ${width})` : start, value, context);
});

const nowLtz = (context: Context): Typed => {
  const { now } = context.resolver;
  return { sql: `make_timestamptz(${now})`, type: timestampLtz, nullable: false };
};

const clock = (names: string, shape: (now: Typed, context: Context) => Typed): FunctionRule =>
  special(names, 0, 1, (_call: Call, context) => shape(nowLtz(context), context));

const fromParts = rule(
  'TIMESTAMP_FROM_PARTS TIMESTAMP_NTZ_FROM_PARTS TIMESTAMPFROMPARTS TIMESTAMPNTZFROMPARTS',
  'iiiiii?i',
  timestampNtz,
  ([year, month, day, hour, minute, second, nanos = '0']) =>
    `(CAST(make_date(${year}, 1, 1) AS TIMESTAMP) + to_months(CAST(${month} - 1 AS INTEGER)) + to_days(CAST(${day} - 1 AS INTEGER)) + to_seconds(${hour} * 3600 + ${minute} * 60 + ${second}) + to_microseconds(${nanos} // 1000))`,
);

export const dates: readonly FunctionRule[] = [
  dateadd,
  datediff,
  dateTrunc,
  datePart,
  lastDay,
  addMonths,
  monthsBetween,
  convertTimezone,
  timeSlice,
  neighbourDay('NEXT_DAY', true),
  neighbourDay('PREVIOUS_DAY', false),
  partFunction('YEAR', 'year'),
  partFunction('QUARTER', 'quarter'),
  partFunction('MONTH', 'month'),
  partFunction('WEEK WEEKOFYEAR', 'week'),
  partFunction('WEEKISO', 'weekiso'),
  partFunction('DAY DAYOFMONTH', 'day'),
  partFunction('DAYOFWEEK', 'dayofweek'),
  partFunction('DAYOFWEEKISO', 'dayofweekiso'),
  partFunction('DAYOFYEAR', 'dayofyear'),
  partFunction('YEAROFWEEK', 'yearofweek'),
  partFunction('YEAROFWEEKISO', 'yearofweekiso'),
  partFunction('HOUR', 'hour'),
  partFunction('MINUTE', 'minute'),
  partFunction('SECOND', 'second'),
  rule('DAYNAME', 's', text, ([value]) => `strftime(${value}, '%a')`),
  rule('MONTHNAME', 's', text, ([value]) => `strftime(${value}, '%b')`),
  rule('DATE_FROM_PARTS DATEFROMPARTS', 'iii', date, ([year, month, day]) =>
    asDate(
      `(make_date(${year}, 1, 1) + to_months(CAST(${month} - 1 AS INTEGER)) + to_days(CAST(${day} - 1 AS INTEGER)))`,
    ),
  ),
  rule(
    'TIME_FROM_PARTS TIMEFROMPARTS',
    'iii?i',
    { kind: 'time', scale: 9 },
    ([hour, minute, second, nanos = '0']) =>
      `CAST(TIMESTAMP '1970-01-01' + to_seconds(${hour} * 3600 + ${minute} * 60 + ${second}) + to_microseconds(${nanos} // 1000) AS TIME)`,
  ),
  fromParts,
  special('TIMESTAMP_LTZ_FROM_PARTS TIMESTAMPLTZFROMPARTS', 6, 7, (call, context) =>
    castTo(fromParts.translate(call, context, ''), timestampLtz, context.resolver),
  ),
  clock('CURRENT_TIMESTAMP GETDATE SYSTIMESTAMP LOCALTIMESTAMP', (now) => now),
  clock('SYSDATE', (now, context) => ({ sql: instantOf(now, context.resolver), type: timestampNtz, nullable: false })),
  clock('CURRENT_DATE', (now, context) => castTo(now, date, context.resolver)),
  clock('CURRENT_TIME LOCALTIME', (now, context) => castTo(now, { kind: 'time', scale: 9 }, context.resolver)),
];
