import { isSemiStructured, isTimestamp, physicalType, text, typeName, variant } from './data-types.ts';
import { incompatibleCast } from './errors.ts';
import { quoteText } from './text.ts';
import { exact, nullOf, type Typed } from './typed.ts';
import type { SqlType } from './types.ts';

/** What a cast needs of the session. */
export type CastSession = { timezone: string };

type Cast = (value: Typed, target: SqlType, attempt: boolean, session: CastSession) => string;

/** DuckDB takes 1_000 for a number, Snowflake does not: a mark that is in no number stands in, and engine-errors puts _ back. */
export const underscoreMark = '\u2017';
const withoutUnderscores = (sql: string): string => `replace(${sql}, '_', '${underscoreMark}')`;

const cast = (sql: string, target: SqlType, attempt: boolean): string =>
  `${attempt ? 'TRY_CAST' : 'CAST'}(${sql} AS ${physicalType(target)})`;

/** DuckDB reads a text into 38 digits fifty times slower than into 18: the wide cast is for what does not fit into the narrow one. */
const castNumberFromText: Cast = (value, target, attempt) => {
  const digits = withoutUnderscores(value.sql);
  const wide = cast(digits, target, attempt);
  if (target.kind !== 'number' || target.precision <= 18 || target.scale > 6) return wide;
  const narrow = cast(digits, { ...target, precision: 18 }, true);
  return `coalesce(CAST(${narrow} AS ${physicalType(target)}), ${wide})`;
};

const plain: Cast = (value, target, attempt) => cast(value.sql, target, attempt);

/** 1.0 is '1' in Snowflake and '1.0' in DuckDB. */
const textFromFloat: Cast = (value) => `regexp_replace(CAST(${value.sql} AS VARCHAR), '\\.0$', '')`;

const booleanFromText: Cast = (value, _, attempt) =>
  `CASE WHEN lower(${value.sql}) IN ('true', 't', 'yes', 'y', 'on', '1') THEN true WHEN lower(${value.sql}) IN ('false', 'f', 'no', 'n', 'off', '0') THEN false${
    attempt
      ? ''
      : ` WHEN ${value.sql} IS NOT NULL THEN error('[100037|22018] Boolean value ''' || ${value.sql} || ''' is not recognized')`
  } END`;

/** Drops the zone of an ISO text: TIMESTAMP_NTZ keeps the wall clock. */
const wallClock = (sql: string): string =>
  `regexp_replace(${sql}, '(:\\d\\d(?:\\.\\d+)?)\\s*(?:Z|[+-]\\d\\d(?::?\\d\\d)?)$', '\\1')`;

const isoDate = `'^\\s*\\d{4}-\\d\\d?-\\d\\d?(?:[T ].*)?$'`;

const failing = (attempt: boolean, value: string, code: string, what: string): string =>
  attempt
    ? ''
    : `, CASE WHEN ${value} IS NOT NULL THEN error('[${code}] ${what} ''' || ${value} || ''' is not recognized') END`;

/** ISO texts by DuckDB, all other forms and epochs in digits by a function of our own. */
const timestampFromText: Cast = ({ sql }, _, attempt) =>
  `coalesce(CASE WHEN regexp_matches(${sql}, ${isoDate}) THEN TRY_CAST(${wallClock(sql)} AS TIMESTAMP) END, make_timestamp(sb_timestamp_of_text(${sql}, 'NTZ', ''))${failing(attempt, sql, '100035|22007', 'Timestamp')})`;

const zonedTimestampFromText: Cast = ({ sql }, _, attempt, { timezone }) =>
  `coalesce(make_timestamptz(sb_timestamp_of_text(${sql}, 'LTZ', ${quoteText(timezone)}))${failing(attempt, sql, '100035|22007', 'Timestamp')})`;

const offsetTimestampFromText: Cast = ({ sql }, _, attempt, { timezone }) =>
  `CASE WHEN ${sql} IS NULL THEN NULL ELSE {'utc': coalesce(make_timestamp(sb_timestamp_of_text(${sql}, 'LTZ', ${quoteText(timezone)}))${failing(attempt, sql, '100035|22007', 'Timestamp')}), 'offset_minutes': CAST(sb_offset_of_text(${sql}, ${quoteText(timezone)}) AS INTEGER)} END`;

const dateFromText: Cast = ({ sql }, _, attempt) =>
  `coalesce(CASE WHEN regexp_matches(${sql}, ${isoDate}) THEN TRY_CAST(${wallClock(sql)} AS TIMESTAMP) END, make_timestamp(sb_timestamp_of_text(${sql}, 'NTZ', ''))${failing(attempt, sql, '100040|22007', 'Date')})::DATE`;

const timeFromText: Cast = ({ sql }, _, attempt) =>
  `coalesce(TRY_CAST(${sql} AS TIME), make_timestamp(sb_timestamp_of_text(${sql}, 'NTZ', ''))::TIME${failing(attempt, sql, '100108|22007', 'Time')})`;

const binaryFromText: Cast = ({ sql }, _, attempt) =>
  attempt
    ? `CASE WHEN regexp_full_match(${sql}, '([0-9a-fA-F]{2})*') THEN unhex(${sql}) END`
    : `CASE WHEN NOT regexp_full_match(${sql}, '([0-9a-fA-F]{2})*') THEN error('[100115|22000] The following string is not a legal hex-encoded value: ''' || ${sql} || '''') ELSE unhex(${sql}) END`;

export const timestampText = (sql: string): string => `strftime(${sql}, '%Y-%m-%d %H:%M:%S.%g')`;

const localOf = (sql: string): string => `((${sql}).utc + to_minutes((${sql}).offset_minutes))`;
const atZone = (sql: string, timezone: string): string => `timezone(${quoteText(timezone)}, ${sql})`;
const utcOf = (sql: string): string => `timezone('UTC', ${sql})`;

const offsetAt = (instant: string, timezone: string): string =>
  `CAST(sb_zone_offset(epoch_us(${instant}), ${quoteText(timezone)}) AS INTEGER)`;

const withOffset = (utc: string, offset: string): string =>
  `CASE WHEN ${utc} IS NULL THEN NULL ELSE {'utc': ${utc}, 'offset_minutes': ${offset}} END`;

/** The wall clock of any date or timestamp, as a DuckDB TIMESTAMP. */
export const wallClockOf = (value: Typed, { timezone }: CastSession): string => {
  if (value.type.kind === 'timestamp_ltz') return atZone(value.sql, timezone);
  if (value.type.kind === 'timestamp_tz') return localOf(value.sql);
  if (value.type.kind === 'date') return `CAST(${value.sql} AS TIMESTAMP)`;
  return value.sql;
};

/** The instant of any date or timestamp, as a DuckDB TIMESTAMP in UTC. */
export const instantOf = (value: Typed, { timezone }: CastSession): string => {
  if (value.type.kind === 'timestamp_ltz') return utcOf(value.sql);
  if (value.type.kind === 'timestamp_tz') return `(${value.sql}).utc`;
  return utcOf(atZone(wallClockOf(value, { timezone }), timezone));
};

/** Digits beyond the target's scale are cut, not rounded. */
const cutFraction = (sql: string, from: SqlType, target: SqlType): string => {
  if (!('scale' in target) || target.scale >= 6) return sql;
  if ('scale' in from && from.kind !== 'number' && from.scale <= target.scale) return sql;
  const unit = 10 ** (6 - target.scale);
  if (target.kind === 'timestamp_ntz')
    return target.scale === 3
      ? `date_trunc('millisecond', ${sql})`
      : target.scale === 0
        ? `date_trunc('second', ${sql})`
        : `make_timestamp(epoch_us(${sql}) - epoch_us(${sql}) % ${unit})`;
  if (target.kind === 'timestamp_ltz')
    return target.scale === 3
      ? `date_trunc('millisecond', ${sql})`
      : target.scale === 0
        ? `date_trunc('second', ${sql})`
        : `make_timestamptz(epoch_us(${sql}) - epoch_us(${sql}) % ${unit})`;
  return sql;
};

/** What is left of a VARIANT when it is text: a string without quotes, other values as JSON, JSON's null as NULL. */
export const textOfVariant = (value: Typed): string =>
  value.path ? `json_extract_string(${value.path.base}, ${value.path.path})` : `json_extract_string(${value.sql}, '$')`;

const variantTargets: Readonly<Record<string, string>> = {
  number: 'FIXED',
  float: 'REAL',
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME',
  timestamp_ntz: 'TIMESTAMP_NTZ',
  timestamp_ltz: 'TIMESTAMP_LTZ',
  timestamp_tz: 'TIMESTAMP_TZ',
};

const fromVariant: Cast = (value, target, attempt, session) => {
  const inner: Typed = { sql: textOfVariant(value), type: text };
  if (target.kind === 'text' || target.kind === 'binary') return castSql(inner, target, attempt, session);
  const tried = castSql(inner, target, true, session);
  if (attempt) return tried;
  return `coalesce(${tried}, CASE WHEN ${inner.sql} IS NOT NULL THEN error('[100071|22000] Failed to cast variant value ' || ${value.sql} || ' to ${variantTargets[target.kind]}') END)`;
};

const toVariant: Cast = (value, _target, _attempt, session) => {
  const { kind } = value.type;
  if (kind === 'boolean') return `CAST(${value.sql} AS VARCHAR)`;
  if (kind === 'number') {
    const sql = `CAST(${exact(value).sql} AS VARCHAR)`;
    return value.type.scale === 0 ? sql : `rtrim(rtrim(${sql}, '0'), '.')`;
  }
  if (kind === 'float') return textFromFloat(value, text, false, session);
  return `CAST(to_json(${castSql(value, text, false, session)}) AS VARCHAR)`;
};

/** ARRAY keeps an array and wraps anything else; OBJECT takes only an object. */
const betweenSemiStructured: Cast = (value, target) => {
  if (target.kind === 'variant' || value.type.kind === target.kind) return value.sql;
  if (target.kind === 'array')
    return `CASE WHEN json_type(${value.sql}) = 'ARRAY' THEN ${value.sql} WHEN ${value.sql} <> 'null' THEN '[' || ${value.sql} || ']' END`;
  return `CASE WHEN json_type(${value.sql}) = 'OBJECT' THEN ${value.sql} WHEN ${value.sql} <> 'null' THEN error('[100071|22000] Failed to cast variant value ' || ${value.sql} || ' to OBJECT') END`;
};

const toText: Readonly<Record<string, Cast>> = {
  number: (value) => `CAST(${exact(value).sql} AS VARCHAR)`,
  float: textFromFloat,
  boolean: plain,
  date: plain,
  time: ({ sql }) => `left(CAST(${sql} AS VARCHAR), 8)`,
  binary: ({ sql }) => `hex(${sql})`,
  timestamp_ntz: ({ sql }) => timestampText(sql),
  timestamp_ltz: (value, _, __, session) =>
    `(${timestampText(atZone(value.sql, session.timezone))} || sb_offset_text(sb_zone_offset(epoch_us(${value.sql}), ${quoteText(session.timezone)})))`,
  timestamp_tz: ({ sql }) => `(${timestampText(localOf(sql))} || sb_offset_text((${sql}).offset_minutes))`,
};

const fromText: Readonly<Record<string, Cast>> = {
  number: castNumberFromText,
  float: castNumberFromText,
  boolean: booleanFromText,
  date: dateFromText,
  time: timeFromText,
  binary: binaryFromText,
  timestamp_ntz: timestampFromText,
  timestamp_ltz: zonedTimestampFromText,
  timestamp_tz: offsetTimestampFromText,
};

const toBoolean: Cast = ({ sql }) => `(${sql} <> 0)`;
const numberFromBoolean: Cast = ({ sql }, target) => `CAST(CAST(${sql} AS INTEGER) AS ${physicalType(target)})`;

const betweenTimes: Cast = (value, target, _, session) => {
  const { timezone } = session;
  switch (target.kind) {
    case 'date':
      return `CAST(${wallClockOf(value, session)} AS DATE)`;
    case 'time':
      return `CAST(${wallClockOf(value, session)} AS TIME)`;
    case 'timestamp_ntz':
      return wallClockOf(value, session);
    case 'timestamp_ltz':
      return value.type.kind === 'timestamp_tz'
        ? `timezone('UTC', (${value.sql}).utc)`
        : atZone(wallClockOf(value, session), timezone);
    default: {
      const instant = instantOf(value, session);
      return withOffset(instant, offsetAt(instant, timezone));
    }
  }
};

const timeKinds = new Set(['date', 'timestamp_ntz', 'timestamp_ltz', 'timestamp_tz']);

const findCast = (from: SqlType, to: SqlType): Cast | undefined => {
  if (isSemiStructured(from)) return isSemiStructured(to) ? betweenSemiStructured : fromVariant;
  if (to.kind === 'variant') return toVariant;
  if (from.kind === 'text') return fromText[to.kind];
  if (to.kind === 'text') return toText[from.kind];
  const numeric = from.kind === 'number' || from.kind === 'float';
  if (numeric && (to.kind === 'number' || to.kind === 'float')) return plain;
  if (numeric && to.kind === 'boolean') return toBoolean;
  if (from.kind === 'boolean' && (to.kind === 'number' || to.kind === 'float')) return numberFromBoolean;
  if (timeKinds.has(from.kind) && (timeKinds.has(to.kind) || to.kind === 'time')) return betweenTimes;
  return undefined;
};

const sameType = (from: SqlType, to: SqlType): boolean =>
  from.kind === to.kind &&
  (from.kind !== 'number' || (to.kind === 'number' && from.precision === to.precision && from.scale === to.scale));

const fitLength = (sql: string, from: SqlType, target: SqlType, attempt: boolean): string => {
  if (
    target.kind !== 'text' ||
    target.length === undefined ||
    (from.kind === 'text' && from.length !== undefined && from.length <= target.length)
  )
    return sql;
  // An explicit cast to VARCHAR(n) cuts what is too long.
  return attempt || target.length >= 16_777_216 ? sql : `left(${sql}, ${target.length})`;
};

export const canCast = (from: SqlType, to: SqlType): boolean =>
  from.kind === to.kind || findCast(from, to) !== undefined;

export const castSql = (value: Typed, target: SqlType, attempt: boolean, session: CastSession): string => {
  if (value.isNull) return nullOf(target).sql;
  if (sameType(value.type, target))
    return fitLength(cutFraction(exact(value).sql, value.type, target), value.type, target, attempt);
  const found = findCast(value.type, target);
  if (!found) throw incompatibleCast(typeName(value.type), typeName(target));
  const from = found === plain || value.type.kind !== 'number' ? value : exact(value);
  return fitLength(cutFraction(found(from, target, attempt, session), value.type, target), value.type, target, attempt);
};

/** A value as another type: CAST, ::, TRY_CAST and what Snowflake does unasked. */
export const castTo = (value: Typed, target: SqlType, session: CastSession, attempt = false): Typed => {
  if (value.isNull) return nullOf(target);
  const same = sameType(value.type, target) && !value.loose;
  const sql = castSql(value, target, attempt, session);
  return same && sql === value.sql ? { ...value, type: target } : { sql, type: target };
};

export const asText = (value: Typed, session: CastSession): Typed =>
  value.type.kind === 'text' && !value.isNull ? value : castTo(value, text, session);

export const asVariant = (value: Typed, session: CastSession): Typed =>
  isSemiStructured(value.type) ? value : castTo(value, variant, session);

export const isTime = (type: SqlType): boolean => type.kind === 'date' || isTimestamp(type);
