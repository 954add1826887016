import { castTo, instantOf, isTime, textOfVariant, wallClockOf } from '../casts.ts';
import {
  array,
  binary,
  boolean,
  date,
  float,
  isSemiStructured,
  number,
  object,
  text,
  time,
  timestampLtz,
  timestampNtz,
  timestampTz,
  typeName,
  variant,
} from '../data-types.ts';
import { invalidArgumentTypes, unsupportedFeature } from '../errors.ts';
import { translate } from '../expression.ts';
import { type Context, placeOf } from '../scope.ts';
import { quoteText } from '../text.ts';
import { exact, nullOf, type Typed } from '../typed.ts';
import type { SqlType } from '../types.ts';
import { argument, type Call, type FunctionRule, special } from './signature.ts';

const optional = (call: Call, index: number, context: Context): Typed | undefined => {
  const value = call.arguments[index]?.value;
  return value && translate(value, context);
};

const constantNumber = (value: Typed | undefined): number | undefined =>
  typeof value?.constant === 'number' ? value.constant : undefined;

/** TO_NUMBER(x [, 'format'] [, precision [, scale]]): NUMBER(38,0) by default, so 12.5 is 13. */
const toNumber = (names: string, attempt: boolean): FunctionRule =>
  special(names, 1, 4, (call, context) => {
    const value = translate(argument(call, 0), context);
    const second = optional(call, 1, context);
    const format = second && second.type.kind === 'text' && !second.isNull ? second : undefined;
    const at = format ? 2 : 1;
    const precision = constantNumber(optional(call, at, context)) ?? 38;
    const scale = constantNumber(optional(call, at + 1, context)) ?? 0;
    const type = number(precision, scale);
    if (!format) return castTo(value, type, context.resolver, attempt);
    const digits = `${attempt ? 'sb_try_number_of' : 'sb_number_of'}(${castTo(value, text, context.resolver).sql}, ${format.sql})`;
    return castTo({ sql: digits, type: text }, type, context.resolver, attempt);
  });

const simple = (names: string, type: SqlType, attempt: boolean): FunctionRule =>
  special(names, 1, 1, (call, context) =>
    castTo(translate(argument(call, 0), context), type, context.resolver, attempt),
  );

/** TO_VARCHAR(x [, 'format']) */
const toVarchar = special('TO_VARCHAR TO_CHAR', 1, 2, (call, context) => {
  const value = translate(argument(call, 0), context);
  const format = optional(call, 1, context);
  if (!format || value.isNull) return castTo(value, text, context.resolver);
  const session = context.resolver;
  if (isTime(value.type)) {
    const offset = `CAST((epoch_us(${wallClockOf(value, session)}) - epoch_us(${instantOf(value, session)})) // 60000000 AS BIGINT)`;
    return {
      sql: `sb_format_timestamp(epoch_us(${wallClockOf(value, session)}), ${offset}, ${format.sql})`,
      type: text,
    };
  }
  if (value.type.kind === 'time') {
    return { sql: `sb_format_timestamp(epoch_us(DATE '1970-01-01' + ${value.sql}), 0, ${format.sql})`, type: text };
  }
  if (value.type.kind === 'binary') return { sql: `sb_format_binary(hex(${value.sql}), ${format.sql})`, type: text };
  if (value.type.kind === 'number' || value.type.kind === 'float') {
    return { sql: `sb_format_number(CAST(${exact(value).sql} AS VARCHAR), ${format.sql})`, type: text };
  }
  if (isSemiStructured(value.type) || value.type.kind === 'text') {
    const asNumber = castTo(value, number(38, 9), session);
    return { sql: `sb_format_number(CAST(${asNumber.sql} AS VARCHAR), ${format.sql})`, type: text };
  }
  throw invalidArgumentTypes('TO_VARCHAR', typeName(value.type), placeOf(context, call.at));
});

/** TO_BINARY(x [, 'HEX' | 'BASE64' | 'UTF-8']) */
const toBinary = (names: string, attempt: boolean): FunctionRule =>
  special(names, 1, 2, (call, context) => {
    const value = translate(argument(call, 0), context);
    const format = String(optional(call, 1, context)?.constant ?? 'HEX').toUpperCase();
    if (format === 'HEX') return castTo(value, binary, context.resolver, attempt);
    const { sql } = castTo(value, text, context.resolver);
    if (format === 'UTF-8' || format === 'UTF8') return { sql: `encode(${sql})`, type: binary };
    if (format !== 'BASE64') throw unsupportedFeature(`binary format '${format}'`);
    return { sql: attempt ? `TRY(from_base64(${sql}))` : `from_base64(${sql})`, type: binary };
  });

type TimeType = Extract<SqlType, { kind: 'date' | 'time' | `timestamp_${string}` }>;

const modes: Readonly<Record<string, string>> = { timestamp_ltz: 'LTZ', timestamp_tz: 'LTZ' };

const failure = (type: TimeType): { code: string; what: string } =>
  type.kind === 'date'
    ? { code: '100040|22007', what: 'Date' }
    : type.kind === 'time'
      ? { code: '100108|22007', what: 'Time' }
      : { code: '100035|22007', what: 'Timestamp' };

/** A text in a given format. */
const parsed = (value: Typed, format: Typed, type: TimeType, attempt: boolean, context: Context): Typed => {
  const zone = modes[type.kind] ? context.resolver.timezone : '';
  const micros = `sb_parse_timestamp(${value.sql}, ${format.sql}, ${quoteText(zone)})`;
  const { code, what } = failure(type);
  const checked = attempt
    ? micros
    : `coalesce(${micros}, CASE WHEN ${value.sql} IS NOT NULL AND ${format.sql} IS NOT NULL THEN error('[${code}] Can''t parse ''' || ${value.sql} || ''' as ${what.toLowerCase()} with format ''' || ${format.sql} || '''') END)`;
  const stamp: Typed = modes[type.kind]
    ? { sql: `make_timestamptz(${checked})`, type: timestampLtz }
    : { sql: `make_timestamp(${checked})`, type: timestampNtz };
  return castTo(stamp, type, context.resolver);
};

/** A number as seconds, or with a scale thousandths (3), millionths (6), … since 1970. */
const fromEpoch = (value: Typed, scale: number, type: TimeType, context: Context): Typed => {
  const wide = value.type.kind === 'float' ? castTo(value, number(38, 9), context.resolver) : exact(value);
  const micros =
    scale <= 6
      ? `CAST(${wide.sql} * ${10 ** (6 - scale)} AS BIGINT)`
      : `CAST(floor(${wide.sql} / ${10 ** (scale - 6)}) AS BIGINT)`;
  if (type.kind === 'timestamp_ltz' || type.kind === 'timestamp_tz') {
    return castTo({ sql: `make_timestamptz(${micros})`, type: timestampLtz }, type, context.resolver);
  }
  return castTo({ sql: `make_timestamp(${micros})`, type: timestampNtz }, type, context.resolver);
};

/** TO_DATE, TO_TIME, TO_TIMESTAMP_…(x [, scale | 'format']) and their TRY_ forms. */
const toTime = (names: string, type: TimeType, attempt: boolean): FunctionRule =>
  special(names, 1, 2, (call, context) => {
    const value = translate(argument(call, 0), context);
    if (value.isNull) return nullOf(type);
    const second = optional(call, 1, context);
    const isNumber = value.type.kind === 'number' || value.type.kind === 'float';
    if (isNumber) return fromEpoch(value, constantNumber(second) ?? 0, type, context);
    if (isSemiStructured(value.type) && second && second.type.kind !== 'text') {
      return fromEpoch(
        castTo(value, number(38, 0), context.resolver, attempt),
        constantNumber(second) ?? 0,
        type,
        context,
      );
    }
    if (isSemiStructured(value.type)) {
      const inner: Typed = { sql: textOfVariant(value), type: text };
      return second?.type.kind === 'text' && second.constant !== 'AUTO'
        ? parsed(inner, second, type, attempt, context)
        : castTo(value, type, context.resolver, attempt);
    }
    if (second && value.type.kind === 'text') {
      if (second.type.kind !== 'text') {
        return fromEpoch(
          castTo(value, number(38, 0), context.resolver, attempt),
          constantNumber(second) ?? 0,
          type,
          context,
        );
      }
      if (second.constant !== 'AUTO') return parsed(value, second, type, attempt, context);
    }
    return castTo(value, type, context.resolver, attempt);
  });

export const conversions: readonly FunctionRule[] = [
  toNumber('TO_NUMBER TO_DECIMAL TO_NUMERIC', false),
  toNumber('TRY_TO_NUMBER TRY_TO_DECIMAL TRY_TO_NUMERIC', true),
  simple('TO_DOUBLE', float, false),
  simple('TRY_TO_DOUBLE', float, true),
  simple('TO_BOOLEAN', boolean, false),
  simple('TRY_TO_BOOLEAN', boolean, true),
  simple('TO_VARIANT', variant, false),
  special('TO_ARRAY', 1, 1, (call, context) =>
    castTo(castTo(translate(argument(call, 0), context), variant, context.resolver), array, context.resolver),
  ),
  simple('TO_OBJECT', object, false),
  toBinary('TO_BINARY', false),
  toBinary('TRY_TO_BINARY', true),
  toVarchar,
  toTime('TO_DATE DATE', date, false),
  toTime('TRY_TO_DATE', date, true),
  toTime('TO_TIME TIME', time, false),
  toTime('TRY_TO_TIME', time, true),
  toTime('TO_TIMESTAMP_NTZ TO_TIMESTAMP', timestampNtz, false),
  toTime('TRY_TO_TIMESTAMP_NTZ TRY_TO_TIMESTAMP', timestampNtz, true),
  toTime('TO_TIMESTAMP_LTZ', timestampLtz, false),
  toTime('TRY_TO_TIMESTAMP_LTZ', timestampLtz, true),
  toTime('TO_TIMESTAMP_TZ', timestampTz, false),
  toTime('TRY_TO_TIMESTAMP_TZ', timestampTz, true),
];
