import type {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBValue,
} from '@duckdb/node-api';
import type { SqlType } from '../rewrite/types.ts';
import { indentedJson } from './json-text.ts';

/**
 * Values as a JSON rowset carries them, all as text: numbers in digits, booleans 1 or 0, dates in days and times in seconds since
 * 1970 or midnight with nine digits of fraction, a timestamp_tz followed by its offset in minutes plus 1440, binary in hex.
 */
export type Encoder = (value: DuckDBValue) => string | null;

const micros = 1_000_000n;

const seconds = (value: bigint): string => {
  const whole = value / micros;
  const fraction = value % micros;
  // Floored, so that the fraction counts upward also before 1970.
  const [floor, rest] = fraction < 0n ? [whole - 1n, fraction + micros] : [whole, fraction];
  return `${floor}.${String(rest).padStart(6, '0')}000`;
};

const decimal = (value: bigint, scale: number): string => {
  if (scale === 0) return String(value);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

const number = (value: DuckDBValue, scale: number): string => {
  if (typeof value === 'bigint' || typeof value === 'number')
    return scale === 0 ? String(value) : decimal(BigInt(value), 0);
  const { value: unscaled, scale: own } = value as DuckDBDecimalValue;
  return decimal(unscaled, own);
};

const float = (value: DuckDBValue): string => {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  return String(value);
};

const encoderOf = (type: SqlType, jsonIndent: number): ((value: DuckDBValue) => string) => {
  switch (type.kind) {
    case 'number':
      return (value) => number(value, type.scale);
    case 'float':
      return float;
    case 'boolean':
      return (value) => (value ? '1' : '0');
    case 'date':
      return (value) => String((value as DuckDBDateValue).days);
    case 'time':
      return (value) => seconds((value as DuckDBTimeValue).micros);
    case 'timestamp_ntz':
      return (value) => seconds((value as DuckDBTimestampValue).micros);
    case 'timestamp_ltz':
      return (value) => seconds((value as DuckDBTimestampTZValue).micros);
    case 'timestamp_tz':
      return (value) => {
        const { utc, offset_minutes: offsetMinutes } = (value as DuckDBStructValue).entries;
        return `${seconds((utc as DuckDBTimestampValue).micros)} ${Number(offsetMinutes) + 1440}`;
      };
    case 'binary':
      return (value) =>
        Buffer.from((value as DuckDBBlobValue).bytes)
          .toString('hex')
          .toUpperCase();
    case 'text':
      return (value) => String(value);
    case 'variant':
    case 'object':
    case 'array':
      return (value) => indentedJson(String(value), jsonIndent);
  }
};

export const encoder = (type: SqlType, jsonIndent: number): Encoder => {
  const encode = encoderOf(type, jsonIndent);
  return (value) => (value === null || value === undefined ? null : encode(value));
};
