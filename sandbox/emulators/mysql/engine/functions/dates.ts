import { MysqlError, mysqlError } from '../../errors.ts';
import { type Compiled, constant, derive, emptyFrame, isConstant } from '../query/compiled.ts';
import type { Compiler } from '../query/compiler.ts';
import { localTextToUtc, toDatetime, toDecimal, toInteger, toText } from '../values/convert.ts';
import { decimal, rescale } from '../values/decimal.ts';
import {
  bigintType,
  type Datum,
  dateType,
  datetimeType,
  decimalType,
  kindOf,
  stringType,
  timeType,
  yearType,
} from '../values/sql-type.ts';
import {
  civilFromDays,
  dayNumber,
  daysFromCivil,
  daysInMonth,
  formatDate,
  formatDatetime,
  formatTime,
  fromEpochMicroseconds,
  isLeapYear,
  maximumTimeMicroseconds,
  parseDatetime,
  readDatetime,
  timeFromMicroseconds,
  toEpochMicroseconds,
} from '../values/temporal.ts';
import { findTimeZone, localToUtc, utcToLocal } from '../values/time-zone.ts';
import { addInterval, datePart, differenceIn, intervalMicroseconds, shiftDate, timePart } from './date-arithmetic.ts';
import { at, define, type FunctionDefinition, type FunctionList, integer, strict, text } from './function.ts';

const digitsOf = (inputs: readonly Compiled[], compiler: Compiler, call: string): number => {
  const input = inputs[0];
  if (!input) return 0;
  const digits = Number(
    toInteger(input.evaluate({ rows: [], outer: null, aggregates: [], windows: [] }), input.type, compiler.statement) ??
      0n,
  );
  if (digits > 6) throw mysqlError('ER_TOO_BIG_PRECISION', digits, call.toLowerCase(), 6);
  return digits;
};

const cut = (parts: ReturnType<typeof readDatetime>, digits: number): string => formatDatetime(parts, digits);

const now = (utc: boolean): FunctionDefinition =>
  define(0, 1, (inputs, call, compiler) => {
    const { nowMicroseconds, timeZone } = compiler.statement;
    const digits = digitsOf(inputs, compiler, call.name);
    const parts = utc ? fromEpochMicroseconds(nowMicroseconds) : utcToLocal(nowMicroseconds, timeZone);
    return { ...constant(cut(parts, digits), datetimeType(digits), 4), nullable: false };
  });

const today = (utc: boolean): FunctionDefinition =>
  define(0, 0, (_inputs, _call, compiler) => {
    const { nowMicroseconds, timeZone } = compiler.statement;
    return constant(
      formatDate(utc ? fromEpochMicroseconds(nowMicroseconds) : utcToLocal(nowMicroseconds, timeZone)),
      dateType,
    );
  });

const currentTime = (utc: boolean): FunctionDefinition =>
  define(0, 1, (inputs, call, compiler) => {
    const { nowMicroseconds, timeZone } = compiler.statement;
    const digits = digitsOf(inputs, compiler, call.name);
    const parts = utc ? fromEpochMicroseconds(nowMicroseconds) : utcToLocal(nowMicroseconds, timeZone);
    return constant(formatTime({ negative: false, ...parts }, digits), timeType(digits));
  });

/** A number read off a date; NULL when there is no date. */
const dateNumber = (
  read: (parts: ReturnType<typeof readDatetime>, text: string) => number | null,
  type = bigintType,
  zeros = false,
): FunctionDefinition =>
  define(1, 1, (inputs, _call, compiler) =>
    strict(
      type,
      inputs,
      ([value]) => {
        const input = at(inputs, 0);
        if (type === yearType && input.type.base === 'year') return value as Datum;
        const moment = datePart(value as Datum, input.type, compiler.statement, 'Truncated incorrect date', zeros);
        if (moment === null) return null;
        const result = read(readDatetime(moment), moment);
        return result === null ? null : BigInt(result);
      },
      { nullable: true, coercibility: 5 },
    ),
  );

const timeNumber = (read: (microseconds: number) => number): FunctionDefinition =>
  define(1, 1, (inputs, _call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([value]) => {
        const time = timePart(value as Datum, at(inputs, 0).type, compiler.statement);
        return time === null ? null : BigInt(read(Math.abs(time)));
      },
      { nullable: true, coercibility: 5 },
    ),
  );

type Parts = ReturnType<typeof readDatetime>;

// Monday is 0.
const weekday = (parts: Parts): number | null =>
  parts.month === 0 || parts.day === 0 ? null : (((daysFromCivil(parts.year, parts.month, parts.day) + 3) % 7) + 7) % 7;

const dayOfYear = (parts: Parts): number =>
  daysFromCivil(parts.year, parts.month, parts.day) - daysFromCivil(parts.year, 1, 1) + 1;

/** WEEK's modes: bit 0 Monday first, bit 1 weeks 1 to 53, bit 2 the first week is the one with its first day (or, unset, four days). */
const weekOf = (parts: Parts, mode: number): { year: number; week: number } => {
  const mondayFirst = (mode & 1) !== 0;
  const weekYear = (mode & 2) !== 0;
  const firstWeekday = (mode & 4) !== 0;
  const days = daysFromCivil(parts.year, parts.month, parts.day);
  let { year } = parts;
  let first = daysFromCivil(year, 1, 1);
  const startOf = (day: number): number => (mondayFirst ? (((day + 3) % 7) + 7) % 7 : (((day + 4) % 7) + 7) % 7);
  let start = startOf(first);
  let inWeekYear = weekYear;
  if (parts.month === 1 && parts.day <= 7 - start) {
    if (!inWeekYear && ((firstWeekday && start !== 0) || (!firstWeekday && start >= 4))) return { year, week: 0 };
    inWeekYear = true;
    if ((firstWeekday && start !== 0) || (!firstWeekday && start >= 4)) {
      year--;
      const length = isLeapYear(year) ? 366 : 365;
      first -= length;
      start = (start + 53 * 7 - length) % 7;
    }
  }
  const offset =
    (firstWeekday && start !== 0) || (!firstWeekday && start >= 4)
      ? days - (first + (7 - start))
      : days - (first - start);
  if (inWeekYear && offset >= 52 * 7) {
    const next = (start + (isLeapYear(year) ? 366 : 365)) % 7;
    if ((!firstWeekday && next < 4) || (firstWeekday && next === 0)) return { year: year + 1, week: 1 };
  }
  return { year, week: Math.floor(offset / 7) + 1 };
};

// WEEK(d, mode) has bit 2 of the mode turned when Monday is not first (week_mode in sql_time.cc).
const weekMode = (mode: number): number => ((mode & 1) === 0 ? (mode & 7) ^ 4 : mode & 7);

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
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const two = (value: number): string => String(value).padStart(2, '0');

const ordinal = (day: number): string =>
  `${day}${day % 100 >= 11 && day % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')}`;

const specifiers: Readonly<Record<string, (parts: Parts) => string>> = {
  Y: (parts) => String(parts.year).padStart(4, '0'),
  y: (parts) => two(parts.year % 100),
  m: (parts) => two(parts.month),
  c: (parts) => String(parts.month),
  M: (parts) => months[parts.month - 1] ?? '',
  b: (parts) => (months[parts.month - 1] ?? '').slice(0, 3),
  d: (parts) => two(parts.day),
  e: (parts) => String(parts.day),
  D: (parts) => ordinal(parts.day),
  H: (parts) => two(parts.hour),
  k: (parts) => String(parts.hour),
  h: (parts) => two(parts.hour % 12 || 12),
  I: (parts) => two(parts.hour % 12 || 12),
  l: (parts) => String(parts.hour % 12 || 12),
  i: (parts) => two(parts.minute),
  s: (parts) => two(parts.second),
  S: (parts) => two(parts.second),
  f: (parts) => String(parts.microsecond).padStart(6, '0'),
  p: (parts) => (parts.hour % 24 < 12 ? 'AM' : 'PM'),
  T: (parts) => `${two(parts.hour)}:${two(parts.minute)}:${two(parts.second)}`,
  r: (parts) =>
    `${two(parts.hour % 12 || 12)}:${two(parts.minute)}:${two(parts.second)} ${parts.hour % 24 < 12 ? 'AM' : 'PM'}`,
  j: (parts) => String(dayOfYear(parts)).padStart(3, '0'),
  W: (parts) => weekdays[weekday(parts) ?? 0] ?? '',
  a: (parts) => (weekdays[weekday(parts) ?? 0] ?? '').slice(0, 3),
  w: (parts) => String(((weekday(parts) ?? 0) + 1) % 7),
  U: (parts) => two(weekOf(parts, weekMode(0)).week),
  u: (parts) => two(weekOf(parts, weekMode(1)).week),
  V: (parts) => two(weekOf(parts, weekMode(2) | 2).week),
  v: (parts) => two(weekOf(parts, weekMode(3) | 2).week),
  X: (parts) => String(weekOf(parts, weekMode(2) | 2).year),
  x: (parts) => String(weekOf(parts, weekMode(3) | 2).year),
};

const formatParts = (parts: Parts, format: string): string =>
  format.replace(/%(.)/gs, (_whole, letter: string) => specifiers[letter]?.(parts) ?? letter);

type Reading = Partial<Parts> & { afternoon?: boolean; dayOfYear?: number };

const readers: Readonly<Record<string, readonly [RegExp, (reading: Reading, found: string) => void]>> = {
  Y: [/^\d{1,4}/, (reading, found) => void (reading.year = Number(found))],
  y: [/^\d{1,2}/, (reading, found) => void (reading.year = Number(found) + (Number(found) < 70 ? 2000 : 1900))],
  m: [/^\d{1,2}/, (reading, found) => void (reading.month = Number(found))],
  c: [/^\d{1,2}/, (reading, found) => void (reading.month = Number(found))],
  d: [/^\d{1,2}/, (reading, found) => void (reading.day = Number(found))],
  e: [/^\d{1,2}/, (reading, found) => void (reading.day = Number(found))],
  D: [/^\d{1,2}(?:st|nd|rd|th)/i, (reading, found) => void (reading.day = Number.parseInt(found, 10))],
  H: [/^\d{1,2}/, (reading, found) => void (reading.hour = Number(found))],
  k: [/^\d{1,2}/, (reading, found) => void (reading.hour = Number(found))],
  h: [/^\d{1,2}/, (reading, found) => void (reading.hour = Number(found) % 12)],
  I: [/^\d{1,2}/, (reading, found) => void (reading.hour = Number(found) % 12)],
  l: [/^\d{1,2}/, (reading, found) => void (reading.hour = Number(found) % 12)],
  i: [/^\d{1,2}/, (reading, found) => void (reading.minute = Number(found))],
  s: [/^\d{1,2}/, (reading, found) => void (reading.second = Number(found))],
  S: [/^\d{1,2}/, (reading, found) => void (reading.second = Number(found))],
  f: [/^\d{1,6}/, (reading, found) => void (reading.microsecond = Number(found.padEnd(6, '0')))],
  p: [/^[ap]m/i, (reading, found) => void (reading.afternoon = /^p/i.test(found))],
  M: [
    /^[a-z]+/i,
    (reading, found) =>
      void (reading.month = months.findIndex((name) => name.toLowerCase() === found.toLowerCase()) + 1),
  ],
  b: [
    /^[a-z]{3}/i,
    (reading, found) =>
      void (reading.month = months.findIndex((name) => name.toLowerCase().startsWith(found.toLowerCase())) + 1),
  ],
  a: [/^[a-z]{3}/i, () => undefined],
  W: [/^[a-z]+/i, () => undefined],
  j: [/^\d{1,3}/, (reading, found) => void (reading.dayOfYear = Number(found))],
};

/** STR_TO_DATE: null where the text does not fit the format. */
const readByFormat = (value: string, format: string): Parts | null => {
  const reading: Reading = {};
  let rest = value;
  const whole = format.replaceAll('%T', '%H:%i:%s').replaceAll('%r', '%h:%i:%s %p');
  for (let index = 0; index < whole.length; index++) {
    const character = whole[index] as string;
    if (character === '%') {
      const reader = readers[whole[++index] ?? ''];
      const found = reader?.[0].exec(rest.trimStart())?.[0];
      if (!reader || found === undefined) return null;
      reader[1](reading, found);
      rest = rest.trimStart().slice(found.length);
    } else if (/\s/.test(character)) rest = rest.trimStart();
    else {
      rest = rest.trimStart();
      if (!rest.startsWith(character)) return null;
      rest = rest.slice(1);
    }
  }
  const parts: Parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, microsecond: 0, ...pick(reading) };
  if (reading.afternoon) parts.hour += 12;
  if (reading.dayOfYear !== undefined)
    Object.assign(parts, civilFromDays(daysFromCivil(parts.year, 1, 1) + reading.dayOfYear - 1));
  const possible =
    parts.month <= 12 &&
    parts.day <= daysInMonth(parts.year, parts.month || 1) &&
    parts.hour < 24 &&
    parts.minute < 60 &&
    parts.second < 60;
  return possible ? parts : null;
};

const pick = ({ afternoon: _afternoon, dayOfYear: _dayOfYear, ...parts }: Reading): Partial<Parts> => parts;

const extractors: Readonly<Record<string, (parts: Parts) => bigint>> = {
  MICROSECOND: (parts) => BigInt(parts.microsecond),
  SECOND: (parts) => BigInt(parts.second),
  MINUTE: (parts) => BigInt(parts.minute),
  HOUR: (parts) => BigInt(parts.hour),
  DAY: (parts) => BigInt(parts.day),
  WEEK: (parts) => BigInt(weekOf(parts, weekMode(0)).week),
  MONTH: (parts) => BigInt(parts.month),
  QUARTER: (parts) => BigInt(Math.ceil(parts.month / 3)),
  YEAR: (parts) => BigInt(parts.year),
  YEAR_MONTH: (parts) => BigInt(parts.year * 100 + parts.month),
  DAY_HOUR: (parts) => BigInt(parts.day * 100 + parts.hour),
  DAY_MINUTE: (parts) => BigInt(parts.day * 10000 + parts.hour * 100 + parts.minute),
  DAY_SECOND: (parts) => BigInt(parts.day * 1000000 + parts.hour * 10000 + parts.minute * 100 + parts.second),
  HOUR_MINUTE: (parts) => BigInt(parts.hour * 100 + parts.minute),
  HOUR_SECOND: (parts) => BigInt(parts.hour * 10000 + parts.minute * 100 + parts.second),
  MINUTE_SECOND: (parts) => BigInt(parts.minute * 100 + parts.second),
  SECOND_MICROSECOND: (parts) => BigInt(parts.second) * 1000000n + BigInt(parts.microsecond),
  MINUTE_MICROSECOND: (parts) => BigInt(parts.minute * 100 + parts.second) * 1000000n + BigInt(parts.microsecond),
  HOUR_MICROSECOND: (parts) =>
    BigInt(parts.hour * 10000 + parts.minute * 100 + parts.second) * 1000000n + BigInt(parts.microsecond),
  DAY_MICROSECOND: (parts) =>
    BigInt(parts.day * 1000000 + parts.hour * 10000 + parts.minute * 100 + parts.second) * 1000000n +
    BigInt(parts.microsecond),
};

const fractionOf = (input: Compiled): number => {
  const kind = kindOf(input.type);
  if (kind === 'datetime' || kind === 'time' || kind === 'decimal') return Math.min(6, input.type.decimals);
  if (kind === 'string' && isConstant(input))
    return writtenFraction(toText(input.evaluate(emptyFrame()), input.type) ?? '');
  return kind === 'string' || kind === 'double' ? 6 : 0;
};

const writtenFraction = (value: string): number => Math.min(6, /\.(\d+)\s*$/.exec(value)?.[1]?.length ?? 0);

// A text has as many fraction digits as are written in it; the type only says what may come.
const unpadded = (value: string): string => value.replace(/\.000000$/, '');

const timeUnit = (unit: string): boolean => /HOUR|MINUTE|SECOND/.test(unit) && !unit.startsWith('DAY');

export const dateFunctions: FunctionList = {
  NOW: now(false),
  SYSDATE: define(0, 1, (inputs, call, compiler) => {
    const digits = digitsOf(inputs, compiler, call.name);
    const { server, timeZone } = compiler.statement;
    return derive(
      datetimeType(digits),
      [],
      () => cut(utcToLocal(BigInt(Math.floor(server.clock.nowMs())) * 1000n, timeZone), digits),
      { volatile: true },
    );
  }),
  UTC_TIMESTAMP: now(true),
  CURDATE: today(false),
  UTC_DATE: today(true),
  CURTIME: currentTime(false),
  UTC_TIME: currentTime(true),
  YEAR: dateNumber((parts) => parts.year, yearType),
  MONTH: dateNumber((parts) => parts.month, bigintType, true),
  DAYOFMONTH: dateNumber((parts) => parts.day, bigintType, true),
  QUARTER: dateNumber((parts) => Math.ceil(parts.month / 3), bigintType, true),
  DAYOFWEEK: dateNumber((parts) => {
    const day = weekday(parts);
    return day === null ? null : ((day + 1) % 7) + 1;
  }),
  WEEKDAY: dateNumber(weekday),
  DAYOFYEAR: dateNumber((parts) => (parts.month === 0 || parts.day === 0 ? null : dayOfYear(parts))),
  TO_DAYS: dateNumber((parts) => (parts.month === 0 || parts.day === 0 ? null : dayNumber(parts))),
  TO_SECONDS: define(1, 1, (inputs, _call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([value]) => {
        const moment = datePart(value as Datum, at(inputs, 0).type, compiler.statement);
        return moment === null ? null : toEpochMicroseconds(readDatetime(moment)) / 1_000_000n + 62_167_219_200n;
      },
      { nullable: true, coercibility: 5 },
    ),
  ),
  HOUR: timeNumber((time) => Math.floor(time / 3_600_000_000)),
  MINUTE: timeNumber((time) => Math.floor(time / 60_000_000) % 60),
  SECOND: timeNumber((time) => Math.floor(time / 1_000_000) % 60),
  MICROSECOND: timeNumber((time) => time % 1_000_000),
  TIME_TO_SEC: define(1, 1, (inputs, _call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([value]) => {
        const time = timePart(value as Datum, at(inputs, 0).type, compiler.statement);
        return time === null ? null : BigInt(Math.trunc(time / 1_000_000));
      },
      { nullable: true, coercibility: 5 },
    ),
  ),
  SEC_TO_TIME: define(1, 1, (inputs, _call, compiler) => {
    const digits = fractionOf(at(inputs, 0));
    return strict(
      timeType(digits),
      inputs,
      ([value]) => {
        const micros = Number(
          rescale(toDecimal(value as Datum, at(inputs, 0).type, compiler.statement) ?? decimal(0n), 6).unscaled,
        );
        const clipped = Math.max(-maximumTimeMicroseconds, Math.min(maximumTimeMicroseconds, micros));
        if (clipped !== micros)
          compiler.statement.warn(mysqlError('ER_TRUNCATED_WRONG_VALUE', 'time', text(value as Datum, at(inputs, 0))));
        return formatTime(timeFromMicroseconds(clipped), digits);
      },
      { nullable: true },
    );
  }),
  WEEK: define(1, 2, (inputs, _call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([value, mode]) => {
        const moment = datePart(value as Datum, at(inputs, 0).type, compiler.statement);
        if (moment === null) return null;
        return BigInt(
          weekOf(readDatetime(moment), weekMode(inputs[1] ? Number(integer(mode as Datum, inputs[1], compiler)) : 0))
            .week,
        );
      },
      { nullable: true, coercibility: 5 },
    ),
  ),
  WEEKOFYEAR: dateNumber((parts) => weekOf(parts, weekMode(3)).week),
  YEARWEEK: define(1, 2, (inputs, _call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([value, mode]) => {
        const moment = datePart(value as Datum, at(inputs, 0).type, compiler.statement);
        if (moment === null) return null;
        const { year, week } = weekOf(
          readDatetime(moment),
          weekMode(inputs[1] ? Number(integer(mode as Datum, inputs[1], compiler)) : 0) | 2,
        );
        return BigInt(year * 100 + week);
      },
      { nullable: true, coercibility: 5 },
    ),
  ),
  DAYNAME: define(1, 1, (inputs, _call, compiler) =>
    strict(
      stringType(9),
      inputs,
      ([value]) => {
        const moment = datePart(value as Datum, at(inputs, 0).type, compiler.statement, 'Truncated incorrect date');
        return moment === null ? null : (weekdays[weekday(readDatetime(moment)) ?? -1] ?? null);
      },
      { nullable: true },
    ),
  ),
  MONTHNAME: define(1, 1, (inputs, _call, compiler) =>
    strict(
      stringType(9),
      inputs,
      ([value]) => {
        const moment = datePart(value as Datum, at(inputs, 0).type, compiler.statement, 'Truncated incorrect date');
        return moment === null ? null : (months[readDatetime(moment).month - 1] ?? null);
      },
      { nullable: true },
    ),
  ),
  LAST_DAY: define(1, 1, (inputs, _call, compiler) =>
    strict(
      dateType,
      inputs,
      ([value]) => {
        const moment = datePart(value as Datum, at(inputs, 0).type, compiler.statement, 'Truncated incorrect date');
        if (moment === null) return null;
        const { year, month } = readDatetime(moment);
        return month === 0 ? null : formatDate({ year, month, day: daysInMonth(year, month) });
      },
      { nullable: true },
    ),
  ),
  DATE: define(1, 1, (inputs, _call, compiler) =>
    strict(
      dateType,
      inputs,
      ([value]) =>
        datePart(value as Datum, at(inputs, 0).type, compiler.statement, 'Truncated incorrect date')?.slice(0, 10) ??
        null,
      { nullable: true },
    ),
  ),
  TIME: define(1, 1, (inputs, _call, compiler) => {
    const digits = fractionOf(at(inputs, 0));
    const isText = kindOf(at(inputs, 0).type) === 'string' && !isConstant(at(inputs, 0));
    return strict(
      timeType(isText ? 6 : digits),
      inputs,
      ([value]) => {
        const time = timePart(value as Datum, at(inputs, 0).type, compiler.statement);
        return time === null ? null : formatTime(timeFromMicroseconds(time), isText ? 6 : digits);
      },
      { nullable: true },
    );
  }),
  TIMESTAMP: define(1, 2, (inputs, _call, compiler) => {
    const digits = Math.max(...inputs.map(fractionOf));
    return strict(
      datetimeType(digits),
      inputs,
      ([value, time]) => {
        const moment = datePart(value as Datum, at(inputs, 0).type, compiler.statement);
        if (moment === null) return null;
        const added = inputs[1] ? timePart(time as Datum, inputs[1].type, compiler.statement) : 0;
        return added === null ? null : addInterval(moment, { months: 0, microseconds: BigInt(added) }, digits);
      },
      { nullable: true },
    );
  }),
  DATEDIFF: define(2, 2, (inputs, _call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([left, right]) => {
        const [one, other] = [
          datePart(left as Datum, at(inputs, 0).type, compiler.statement),
          datePart(right as Datum, at(inputs, 1).type, compiler.statement),
        ];
        return one === null || other === null
          ? null
          : BigInt(dayNumber(readDatetime(one)) - dayNumber(readDatetime(other)));
      },
      { nullable: true, coercibility: 5 },
    ),
  ),
  TIMEDIFF: define(2, 2, (inputs, _call, compiler) => {
    const digits = Math.max(...inputs.map(fractionOf));
    return strict(
      timeType(digits),
      inputs,
      ([left, right]) => {
        const [first, second] = [at(inputs, 0), at(inputs, 1)];
        const dated = (input: Compiled, value: Datum) =>
          ['date', 'datetime'].includes(kindOf(input.type)) ||
          (kindOf(input.type) === 'string' &&
            parseDatetime(text(value, input)) !== null &&
            /^\s*\d{2,4}-/.test(text(value, input)));
        let micros: number;
        if (dated(first, left as Datum) && dated(second, right as Datum)) {
          const [one, other] = [
            datePart(left as Datum, first.type, compiler.statement),
            datePart(right as Datum, second.type, compiler.statement),
          ];
          if (one === null || other === null) return null;
          micros = Number(toEpochMicroseconds(readDatetime(one)) - toEpochMicroseconds(readDatetime(other)));
        } else {
          const [one, other] = [
            timePart(left as Datum, first.type, compiler.statement),
            timePart(right as Datum, second.type, compiler.statement),
          ];
          // A date and a time have no difference.
          if (one === null || other === null || dated(first, left as Datum) || dated(second, right as Datum))
            return null;
          micros = one - other;
        }
        return formatTime(
          timeFromMicroseconds(Math.max(-maximumTimeMicroseconds, Math.min(maximumTimeMicroseconds, micros))),
          digits,
        );
      },
      { nullable: true },
    );
  }),
  ADDTIME: addTime(1),
  SUBTIME: addTime(-1),
  TIMESTAMPDIFF: define(2, 2, (inputs, call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([from, to]) => {
        const [one, other] = [
          datePart(from as Datum, at(inputs, 0).type, compiler.statement),
          datePart(to as Datum, at(inputs, 1).type, compiler.statement),
        ];
        return one === null || other === null ? null : differenceIn(call.option ?? 'DAY', one, other);
      },
      { nullable: true, coercibility: 5 },
    ),
  ),
  TIMESTAMPADD: define(2, 2, (inputs, call, compiler) =>
    shiftDate(
      at(inputs, 1),
      intervalMicroseconds(at(inputs, 0), call.option ?? 'DAY', false, compiler.statement),
      compiler.statement,
    ),
  ),
  EXTRACT: define(1, 1, (inputs, call, compiler) => {
    const unit = call.option ?? 'DAY';
    return strict(
      bigintType,
      inputs,
      ([value]) => {
        const input = at(inputs, 0);
        if (timeUnit(unit) && kindOf(input.type) !== 'date' && kindOf(input.type) !== 'datetime') {
          const time = timePart(value as Datum, input.type, compiler.statement);
          if (time === null) return null;
          const { hour, minute, second, microsecond, negative } = timeFromMicroseconds(time);
          const result = (extractors[unit] as (parts: Parts) => bigint)({
            year: 0,
            month: 0,
            day: 0,
            hour,
            minute,
            second,
            microsecond,
          });
          return negative ? -result : result;
        }
        const moment = datePart(value as Datum, input.type, compiler.statement);
        return moment === null ? null : (extractors[unit] as (parts: Parts) => bigint)(readDatetime(moment));
      },
      { nullable: true, coercibility: 5 },
    );
  }),
  DATE_FORMAT: define(2, 2, (inputs, _call, compiler) =>
    strict(
      stringType(255),
      inputs,
      ([value, format]) => {
        const moment = datePart(value as Datum, at(inputs, 0).type, compiler.statement);
        const written = text(format as Datum, at(inputs, 1));
        return moment === null || written === '' ? null : formatParts(readDatetime(moment), written);
      },
      { nullable: true },
    ),
  ),
  TIME_FORMAT: define(2, 2, (inputs, _call, compiler) =>
    strict(
      stringType(255),
      inputs,
      ([value, format]) => {
        const time = timePart(value as Datum, at(inputs, 0).type, compiler.statement);
        if (time === null) return null;
        const { hour, minute, second, microsecond } = timeFromMicroseconds(time);
        return formatParts(
          { year: 0, month: 0, day: 0, hour, minute, second, microsecond },
          text(format as Datum, at(inputs, 1)),
        );
      },
      { nullable: true },
    ),
  ),
  STR_TO_DATE: define(2, 2, (inputs, _call, compiler) => {
    const format = at(inputs, 1);
    const known =
      format.sources === 0 && !format.outer
        ? (toText(format.evaluate({ rows: [], outer: null, aggregates: [], windows: [] }), format.type) ?? '')
        : '%Y-%m-%d %H:%i:%s.%f';
    const hasDate = /%[YymcdeDMbjaW]/.test(known);
    const hasTime = /%[HkhIlisSfpTr]/.test(known);
    const digits = known.includes('%f') ? 6 : 0;
    const type = hasDate && !hasTime ? dateType : hasTime && !hasDate ? timeType(digits) : datetimeType(digits);
    return strict(
      type,
      inputs,
      ([value, pattern]) => {
        const parts = readByFormat(text(value as Datum, at(inputs, 0)), text(pattern as Datum, format));
        if (parts === null) {
          const written = text(value as Datum, at(inputs, 0));
          compiler.statement.warn(
            mysqlError(
              'ER_WRONG_VALUE_FOR_TYPE',
              kindOf(type) === 'time' ? 'time' : 'datetime',
              written,
              'str_to_date',
            ),
          );
          return null;
        }
        if (type === dateType) return formatDate(parts);
        return kindOf(type) === 'time'
          ? formatTime({ negative: false, ...parts }, digits)
          : formatDatetime(parts, digits);
      },
      { nullable: true },
    );
  }),
  FROM_DAYS: define(1, 1, (inputs, _call, compiler) =>
    strict(
      dateType,
      inputs,
      ([value]) => {
        const days = Number(integer(value as Datum, at(inputs, 0), compiler));
        return days < 366 ? '0000-00-00' : formatDate(civilFromDays(days - 719528));
      },
      { nullable: true },
    ),
  ),
  MAKEDATE: define(2, 2, (inputs, _call, compiler) =>
    strict(
      dateType,
      inputs,
      ([year, day]) => {
        const [whole, number] = [
          Number(integer(year as Datum, at(inputs, 0), compiler)),
          Number(integer(day as Datum, at(inputs, 1), compiler)),
        ];
        if (number < 1 || whole > 9999 || whole < 0) return null;
        return formatDate(
          civilFromDays(
            daysFromCivil(whole < 70 ? whole + 2000 : whole < 100 ? whole + 1900 : whole, 1, 1) + number - 1,
          ),
        );
      },
      { nullable: true },
    ),
  ),
  MAKETIME: define(3, 3, (inputs, _call, compiler) => {
    const digits = fractionOf(at(inputs, 2));
    return strict(
      timeType(digits),
      inputs,
      (values) => {
        const [hour = 0, minute = 0] = values
          .slice(0, 2)
          .map((value, index) => Number(integer(value, at(inputs, index), compiler)));
        const seconds = rescale(
          toDecimal(values[2] as Datum, at(inputs, 2).type, compiler.statement) ?? decimal(0n),
          6,
        ).unscaled;
        if (minute < 0 || minute > 59 || seconds < 0n || seconds >= 60_000_000n) return null;
        const time = { hour: Math.abs(hour), minute, second: 0, microsecond: Number(seconds) };
        const micros = time.hour * 3_600_000_000 + time.minute * 60_000_000 + time.microsecond;
        const limited = Math.min(maximumTimeMicroseconds, micros);
        return formatTime(timeFromMicroseconds(hour < 0 ? -limited : limited), digits);
      },
      { nullable: true },
    );
  }),
  UNIX_TIMESTAMP: define(0, 1, (inputs, _call, compiler) => {
    const { statement } = compiler;
    const input = inputs[0];
    if (!input) return constant(statement.nowMicroseconds / 1_000_000n, bigintType);
    const isDate = (value: string) => parseDatetime(value) !== null;
    const unreadable =
      kindOf(input.type) === 'string' &&
      isConstant(input) &&
      !isDate(toText(input.evaluate(emptyFrame()), input.type) ?? '');
    const digits = unreadable ? 6 : ['datetime', 'string'].includes(kindOf(input.type)) ? fractionOf(input) : 0;
    return strict(
      digits === 0 ? bigintType : decimalType(11 + digits, digits),
      inputs,
      ([value]) => {
        const moment = toDatetime(value as Datum, input.type, 6, statement);
        const zero = digits === 0 ? 0n : decimal(0n, digits);
        if (!moment) {
          statement.warn(
            new MysqlError(1292, '22007', `Incorrect datetime value: '${toText(value as Datum, input.type)}'`),
          );
          return zero;
        }
        const micros = localTextToUtc(moment.text, statement);
        if (micros < 0n || micros >= 32_536_771_200_000_000n) return zero;
        return digits === 0 ? micros / 1_000_000n : rescale(decimal(micros, 6), digits);
      },
      { coercibility: 5 },
    );
  }),
  FROM_UNIXTIME: define(1, 2, (inputs, _call, compiler) => {
    const { statement } = compiler;
    // A text may have any fraction, whatever is written in this one.
    const digits = inputs[1] || kindOf(at(inputs, 0).type) === 'string' ? 6 : fractionOf(at(inputs, 0));
    const moment = (value: Datum) => {
      const micros = rescale(toDecimal(value, at(inputs, 0).type, statement) ?? decimal(0n), 6).unscaled;
      return micros < 0n ? null : utcToLocal(micros, statement.timeZone);
    };
    const format = inputs[1];
    if (format)
      return strict(
        stringType(255),
        inputs,
        ([value, pattern]) => {
          const parts = moment(value as Datum);
          return parts && formatParts(parts, text(pattern as Datum, format));
        },
        { nullable: true },
      );
    return strict(
      datetimeType(digits),
      inputs,
      ([value]) => {
        const parts = moment(value as Datum);
        return parts && formatDatetime(parts, digits);
      },
      { nullable: true },
    );
  }),
  CONVERT_TZ: define(3, 3, (inputs, _call, compiler) => {
    const digits = fractionOf(at(inputs, 0));
    return strict(
      datetimeType(digits),
      inputs,
      ([value, from, to]) => {
        const moment = toDatetime(value as Datum, at(inputs, 0).type, 6, compiler.statement);
        const [source, target] = [
          findTimeZone(text(from as Datum, at(inputs, 1))),
          findTimeZone(text(to as Datum, at(inputs, 2))),
        ];
        if (!moment || !source || !target) return null;
        return formatDatetime(utcToLocal(localToUtc(readDatetime(moment.text), source), target), digits);
      },
      { nullable: true },
    );
  }),
  PERIOD_ADD: define(2, 2, (inputs, _call, compiler) =>
    strict(bigintType, inputs, (values) => {
      const [period = 0, count = 0] = values.map((value, index) => Number(integer(value, at(inputs, index), compiler)));
      const total = Math.floor(period / 100) * 12 + (period % 100) - 1 + count;
      return BigInt(Math.floor(total / 12) * 100 + (total % 12) + 1);
    }),
  ),
  PERIOD_DIFF: define(2, 2, (inputs, _call, compiler) =>
    strict(bigintType, inputs, (values) => {
      const [one = 0, other = 0] = values.map((value, index) => {
        const period = Number(integer(value, at(inputs, index), compiler));
        return Math.floor(period / 100) * 12 + (period % 100);
      });
      return BigInt(one - other);
    }),
  ),
  GET_FORMAT: define(1, 1, (inputs, call) => {
    const formats: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      DATE: { USA: '%m.%d.%Y', JIS: '%Y-%m-%d', ISO: '%Y-%m-%d', EUR: '%d.%m.%Y', INTERNAL: '%Y%m%d' },
      TIME: { USA: '%h:%i:%s %p', JIS: '%H:%i:%s', ISO: '%H:%i:%s', EUR: '%H.%i.%s', INTERNAL: '%H%i%s' },
      DATETIME: {
        USA: '%Y-%m-%d %H.%i.%s',
        JIS: '%Y-%m-%d %H:%i:%s',
        ISO: '%Y-%m-%d %H:%i:%s',
        EUR: '%Y-%m-%d %H.%i.%s',
        INTERNAL: '%Y%m%d%H%i%s',
      },
    };
    const kind = call.option === 'TIMESTAMP' ? 'DATETIME' : (call.option ?? 'DATE');
    return strict(
      stringType(17),
      inputs,
      ([value]) => formats[kind]?.[text(value as Datum, at(inputs, 0)).toUpperCase()] ?? null,
      { nullable: true },
    );
  }),
};

function addTime(sign: 1 | -1): FunctionDefinition {
  return define(2, 2, (inputs, _call, compiler) => {
    const [first, second] = [at(inputs, 0), at(inputs, 1)];
    const digits = Math.max(...inputs.map(fractionOf));
    const dated = kindOf(first.type) === 'datetime' || kindOf(first.type) === 'date';
    const isText = kindOf(first.type) === 'string';
    return strict(
      dated ? datetimeType(digits) : isText ? { ...stringType(29), base: 'char' } : timeType(digits),
      inputs,
      ([value, amount]) => {
        const added = timePart(amount as Datum, second.type, compiler.statement);
        if (added === null) return null;
        if (dated || (isText && /^\s*\d{2,4}-/.test(text(value as Datum, first)))) {
          const moment = datePart(value as Datum, first.type, compiler.statement);
          const shifted =
            moment && addInterval(moment, { months: 0, microseconds: BigInt(sign * added) }, dated ? digits : 6);
          return shifted && isText ? unpadded(shifted) : shifted;
        }
        const time = timePart(value as Datum, first.type, compiler.statement);
        if (time === null) return null;
        const total = Math.max(-maximumTimeMicroseconds, Math.min(maximumTimeMicroseconds, time + sign * added));
        const written = formatTime(timeFromMicroseconds(total), isText ? 6 : digits);
        return isText ? unpadded(written) : written;
      },
      { nullable: true },
    );
  });
}

const alias = (name: string): FunctionDefinition => dateFunctions[name] as FunctionDefinition;
export const dateSynonyms: FunctionList = {
  DAY: alias('DAYOFMONTH'),
  LOCALTIME: alias('NOW'),
  CURRENT_TIMESTAMP: alias('NOW'),
  CURRENT_DATE: alias('CURDATE'),
  CURRENT_TIME: alias('CURTIME'),
};
