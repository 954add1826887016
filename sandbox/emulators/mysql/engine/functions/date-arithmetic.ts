import { MysqlError } from '../../errors.ts';
import { complain } from '../context.ts';
import { type Compiled, derive, type Frame } from '../query/compiled.ts';
import type { Statement } from '../query/statement.ts';
import { toDatetime, toDecimal, toText, toTime } from '../values/convert.ts';
import { type Decimal, rescale } from '../values/decimal.ts';
import { type Datum, dateType, datetimeType, kindOf, type SqlType, stringType, timeType } from '../values/sql-type.ts';
import {
  daysInMonth,
  formatDatetime,
  formatTime,
  fromEpochMicroseconds,
  maximumTimeMicroseconds,
  parseDatetime,
  readDatetime,
  readTime,
  timeFromMicroseconds,
  timeToMicroseconds,
  toEpochMicroseconds,
} from '../values/temporal.ts';

export type Interval = { months: number; microseconds: bigint };
export type CompiledInterval = { readonly input: Compiled; readonly unit: string; read(frame: Frame): Interval | null };

const unitMicroseconds: Readonly<Record<string, bigint>> = {
  MICROSECOND: 1n,
  SECOND: 1_000_000n,
  MINUTE: 60_000_000n,
  HOUR: 3_600_000_000n,
  DAY: 86_400_000_000n,
  WEEK: 604_800_000_000n,
};

const unitMonths: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

// Units made of several, by their parts from large to small.
const compound: Readonly<Record<string, readonly string[]>> = {
  SECOND_MICROSECOND: ['SECOND', 'MICROSECOND'],
  MINUTE_MICROSECOND: ['MINUTE', 'SECOND', 'MICROSECOND'],
  MINUTE_SECOND: ['MINUTE', 'SECOND'],
  HOUR_MICROSECOND: ['HOUR', 'MINUTE', 'SECOND', 'MICROSECOND'],
  HOUR_SECOND: ['HOUR', 'MINUTE', 'SECOND'],
  HOUR_MINUTE: ['HOUR', 'MINUTE'],
  DAY_MICROSECOND: ['DAY', 'HOUR', 'MINUTE', 'SECOND', 'MICROSECOND'],
  DAY_SECOND: ['DAY', 'HOUR', 'MINUTE', 'SECOND'],
  DAY_MINUTE: ['DAY', 'HOUR', 'MINUTE'],
  DAY_HOUR: ['DAY', 'HOUR'],
  YEAR_MONTH: ['YEAR', 'MONTH'],
};

const compoundInterval = (text: string, parts: readonly string[]): Interval => {
  const negative = text.trim().startsWith('-');
  const numbers = text.match(/\d+/g) ?? [];
  // Missing leading parts: '10:30' as DAY_SECOND is minutes and seconds.
  const used = parts.slice(Math.max(0, parts.length - numbers.length));
  let months = 0;
  let microseconds = 0n;
  used.forEach((unit, index) => {
    const digits = numbers[index] ?? '0';
    if (unitMonths[unit]) months += Number(digits) * (unitMonths[unit] as number);
    else
      microseconds +=
        BigInt(unit === 'MICROSECOND' ? digits.padEnd(6, '0').slice(0, 6) : digits) *
        (unitMicroseconds[unit] as bigint);
  });
  return negative ? { months: -months, microseconds: -microseconds } : { months, microseconds };
};

const readInterval = (value: Datum, type: SqlType, unit: string, statement: Statement): Interval | null => {
  if (value === null) return null;
  const parts = compound[unit];
  if (parts) return compoundInterval(toText(value, type) ?? '', parts);
  const exact = toDecimal(value, type, statement) as Decimal;
  const months = unitMonths[unit];
  if (months) return { months: Number(rescale(exact, 0).unscaled) * months, microseconds: 0n };
  // Only seconds have a fraction.
  if (unit === 'SECOND') return { months: 0, microseconds: rescale(exact, 6).unscaled };
  return { months: 0, microseconds: rescale(exact, 0).unscaled * (unitMicroseconds[unit] as bigint) };
};

export const intervalMicroseconds = (
  input: Compiled,
  unit: string,
  subtract: boolean,
  statement: Statement,
): CompiledInterval => ({
  input,
  unit,
  read: (frame) => {
    const interval = readInterval(input.evaluate(frame), input.type, unit, statement);
    return interval && subtract ? { months: -interval.months, microseconds: -interval.microseconds } : interval;
  },
});

/** Adds to a DATETIME text; null when that leaves the years 0 to 9999. */
export const addInterval = (text: string, interval: Interval, digits: number): string | null => {
  let parts = readDatetime(text);
  if (interval.months !== 0) {
    const total = parts.year * 12 + parts.month - 1 + interval.months;
    const year = Math.floor(total / 12);
    const month = (total % 12) + 1;
    if (year < 0 || year > 9999) return null;
    parts = { ...parts, year, month, day: Math.min(parts.day, daysInMonth(year, month)) };
  }
  if (interval.microseconds !== 0n) parts = fromEpochMicroseconds(toEpochMicroseconds(parts) + interval.microseconds);
  return parts.year < 0 || parts.year > 9999 ? null : formatDatetime(parts, digits);
};

const timeUnits = /HOUR|MINUTE|SECOND/;

/** date ± INTERVAL: a DATE when date and unit have no time, a TIME of a TIME, else a DATETIME, or a text when a text came in. */
export const shiftDate = (operand: Compiled, interval: CompiledInterval, statement: Statement): Compiled => {
  const kind = kindOf(operand.type);
  const hasTime = timeUnits.test(interval.unit);
  const unitDigits = interval.unit.includes('MICROSECOND')
    ? 6
    : interval.unit === 'SECOND'
      ? Math.min(
          6,
          interval.input.type.decimals === 31
            ? 6
            : kindOf(interval.input.type) === 'decimal'
              ? interval.input.type.decimals
              : 0,
        )
      : 0;
  const digits = Math.max(kind === 'datetime' || kind === 'time' ? operand.type.decimals : 0, unitDigits);
  const inputs = [operand, interval.input];
  const overflow = (): null => {
    complain(statement, new MysqlError(1441, '22008', 'Datetime function: datetime field overflow'));
    return null;
  };
  if (kind === 'time' && (hasTime || interval.unit === 'MICROSECOND'))
    return derive(
      timeType(digits),
      inputs,
      (frame) => {
        const value = operand.evaluate(frame);
        const change = interval.read(frame);
        if (value === null || change === null) return null;
        const total = timeToMicroseconds(readTime(value as string)) + Number(change.microseconds);
        return Math.abs(total) > maximumTimeMicroseconds ? overflow() : formatTime(timeFromMicroseconds(total), digits);
      },
      { nullable: true },
    );
  const asDate = kind === 'date' && !hasTime;
  const asText = kind === 'string' || kind === 'binary';
  // What is no date yet may become one with or without a time: a text.
  const type = asDate
    ? dateType
    : asText || kind === 'null'
      ? { ...stringType(29), base: 'char' as const }
      : datetimeType(digits);
  return derive(
    type,
    inputs,
    (frame) => {
      const value = operand.evaluate(frame);
      const change = interval.read(frame);
      if (value === null || change === null) return null;
      const moment = toDatetime(value, operand.type, 6, statement);
      if (
        !moment ||
        moment.text.startsWith('0000-00-00') ||
        moment.text.slice(5, 7) === '00' ||
        moment.text.slice(8, 10) === '00'
      ) {
        if (!moment)
          complain(
            statement,
            new MysqlError(1292, '22007', `Incorrect datetime value: '${toText(value, operand.type)}'`),
          );
        return null;
      }
      const shifted = addInterval(moment.text, change, 6);
      if (shifted === null) return overflow();
      if (asDate) return shifted.slice(0, 10);
      if (!asText) return digits === 0 ? shifted.slice(0, 19) : shifted.slice(0, 20 + digits);
      // A text stays a date if it was one and the unit has no time.
      const hadTime = parseDatetime(toText(value, operand.type) ?? '')?.hasTime === true;
      if (!hadTime && !hasTime) return shifted.slice(0, 10);
      return shifted.endsWith('.000000') ? shifted.slice(0, 19) : shifted;
    },
    { nullable: true },
  );
};

const wholeMonths = (from: string, to: string): number => {
  const [a, b] = [readDatetime(from), readDatetime(to)];
  if (from > to) return -wholeMonths(to, from);
  const months = (b.year - a.year) * 12 + b.month - a.month;
  const rest = (text: string) => text.slice(8);
  return rest(to) < rest(from) ? months - 1 : months;
};

/** TIMESTAMPDIFF of two DATETIME texts with six digits. */
export const differenceIn = (unit: string, from: string, to: string): bigint => {
  const months = unitMonths[unit];
  if (months) return BigInt(Math.trunc(wholeMonths(from, to) / months));
  return (
    (toEpochMicroseconds(readDatetime(to)) - toEpochMicroseconds(readDatetime(from))) /
    (unitMicroseconds[unit] as bigint)
  );
};

/** DATE text of a value for functions of dates; null when it is none. */
export const datePart = (
  value: Datum,
  type: SqlType,
  statement: Statement,
  wrong = 'Incorrect datetime',
  zeros = wrong === 'Incorrect datetime',
): string | null => {
  if (value === null) return null;
  const moment = toDatetime(value, type, 6, statement);
  const { noZeroDate, noZeroInDate } = statement.sqlMode;
  const refused =
    !zeros &&
    kindOf(type) === 'string' &&
    moment !== null &&
    (moment.text.startsWith('0000-00-00') ? noZeroDate : noZeroInDate && /-00/.test(moment.text.slice(4, 10)));
  if (moment && !refused) return moment.text;
  complain(statement, new MysqlError(1292, '22007', `${wrong} value: '${toText(value, type)}'`));
  return null;
};

export const timePart = (value: Datum, type: SqlType, statement: Statement): number | null => {
  if (value === null) return null;
  const time = toTime(value, type, 6);
  if (time) return timeToMicroseconds(readTime(time.text));
  complain(statement, new MysqlError(1292, '22007', `Truncated incorrect time value: '${toText(value, type)}'`));
  return null;
};
