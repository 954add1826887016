import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import { oneOf } from '../config/validators.ts';
import { ConfigError, ConnectError, DataError } from '../connect-errors.ts';
import type { ConnectSchema, ConnectStruct, ConnectValue } from '../plugin.ts';
import { cachedSchema, copyBasics, fieldValue, withOptionality } from './schema-change.ts';
import { replaceNullSetting } from './settings.ts';
import { onKeyAndValue, requireMap, requireStruct, textSetting } from './side.ts';
import { type DateFormat, simpleDateFormat } from './simple-date-format.ts';

const types = ['string', 'unix', 'Date', 'Time', 'Timestamp'] as const;
type TimestampType = (typeof types)[number];

const logical = (name: string, type: 'int32' | 'int64'): ConnectSchema => ({
  type,
  name: `org.apache.kafka.connect.data.${name}`,
  version: 1,
});

const schemas: Readonly<Record<TimestampType, ConnectSchema>> = {
  string: { type: 'string' },
  unix: { type: 'int64' },
  Date: logical('Date', 'int32'),
  Time: logical('Time', 'int32'),
  Timestamp: logical('Timestamp', 'int64'),
};

/** Units of a millisecond, or milliseconds of a unit. */
const precisions: Readonly<Record<string, (unit: bigint) => { toMs: bigint; fromMs: bigint }>> = {
  seconds: (value) => ({ toMs: value * 1_000n, fromMs: value / 1_000n }),
  milliseconds: (value) => ({ toMs: value, fromMs: value }),
  microseconds: (value) => ({ toMs: value / 1_000n, fromMs: value * 1_000n }),
  nanoseconds: (value) => ({ toMs: value / 1_000_000n, fromMs: value * 1_000_000n }),
};

const dayMs = 86_400_000;

const typeOfSchema = (schema: ConnectSchema): TimestampType => {
  for (const type of ['Timestamp', 'Date', 'Time'] as const) if (schema.name === schemas[type].name) return type;
  if (schema.type === 'string') return 'string';
  if (schema.type === 'int64') return 'unix';
  throw new ConnectError(`Schema ${schema.type} does not correspond to a known timestamp type format`);
};

const typeOfValue = (value: ConnectValue): TimestampType => {
  if (value instanceof Date) return 'Timestamp';
  if (typeof value === 'bigint') return 'unix';
  if (typeof value === 'string') return 'string';
  throw new DataError(`TimestampConverter does not support ${typeof value} objects as timestamps`);
};

type Conversion = { target: TimestampType; format: DateFormat | null; precision: string };

const toRaw = (value: ConnectValue, type: TimestampType, { format, precision }: Conversion): Date => {
  if (type === 'string') {
    if (typeof value !== 'string')
      throw new DataError(`Expected string timestamp to be a String, but found ${typeof value}`);
    const date = format?.parse(value) ?? null;
    if (date === null) {
      throw new DataError(`Could not parse timestamp: value (${value}) does not match pattern (${format?.pattern})`);
    }
    return date;
  }
  if (type === 'unix') {
    if (typeof value !== 'bigint')
      throw new DataError(`Expected Unix timestamp to be a Long, but found ${typeof value}`);
    return new Date(Number(precisions[precision]?.(value).toMs));
  }
  if (!(value instanceof Date))
    throw new DataError(`Expected ${type} to be a java.util.Date, but found ${typeof value}`);
  return value;
};

const toTarget = (date: Date, { target, format, precision }: Conversion): ConnectValue => {
  switch (target) {
    case 'string':
      return format?.format(date) ?? null;
    case 'unix':
      return precisions[precision]?.(BigInt(date.getTime())).fromMs ?? null;
    case 'Date':
      return new Date(Math.floor(date.getTime() / dayMs) * dayMs);
    case 'Time':
      return new Date(((date.getTime() % dayMs) + dayMs) % dayMs);
    case 'Timestamp':
      return date;
  }
};

/** org.apache.kafka.connect.transforms.TimestampConverter: between text, Unix time and Connect's Date, Time and Timestamp. */
export const timestampConverter = onKeyAndValue({
  simpleName: 'TimestampConverter',
  configDefinitions: [
    {
      ...textSetting('field', 'The field containing the timestamp, or empty if the entire value is a timestamp', ''),
      importance: 'HIGH',
    },
    {
      ...textSetting('target.type', 'The desired timestamp representation: string, unix, Date, Time, or Timestamp'),
      importance: 'HIGH',
      validate: oneOf([...types]),
    },
    textSetting('format', 'A SimpleDateFormat-compatible format for the timestamp.', ''),
    {
      ...textSetting(
        'unix.precision',
        'The desired Unix precision for the timestamp: seconds, milliseconds, microseconds, or nanoseconds.',
        'milliseconds',
      ),
      importance: 'LOW',
      validate: oneOf(Object.keys(precisions)),
    },
    replaceNullSetting,
  ],
  create: (config) => {
    const target = config.text('target.type') as TimestampType;
    const pattern = config.text('format');
    if (target === 'string' && pattern.trim() === '') {
      throw new ConfigError('TimestampConverter requires format option to be specified when using string timestamps');
    }
    const conversion: Conversion = {
      target,
      format: pattern.trim() === '' ? null : simpleDateFormat(pattern),
      precision: config.text('unix.precision'),
    };
    const name = config.text('field');
    const withDefault = config.flag('replace.null.with.default');
    const convert = (value: ConnectValue, type: TimestampType): ConnectValue =>
      toTarget(toRaw(value, type, conversion), conversion);
    const typeSchema = (from: ConnectSchema): ConnectSchema => withOptionality(schemas[target], from);
    const wholeSchema = cachedSchema(typeSchema);
    const structSchema = cachedSchema((schema) =>
      withOptionality(
        copyBasics(
          schema,
          'struct',
          (schema.fields ?? []).map((field) =>
            field.name === name ? { name, schema: typeSchema(field.schema) } : field,
          ),
        ),
        schema,
      ),
    );
    return ({ schema, value }) => {
      if (schema === null) {
        if (value === null) return { schema, value };
        if (name === '') return { schema, value: convert(value, typeOfValue(value)) };
        const map = requireMap(value, 'converting timestamp formats');
        const item = map[name] ?? null;
        return {
          schema,
          value: asJavaHashMap({ ...map, [name]: item === null ? null : convert(item, typeOfValue(item)) }),
        };
      }
      if (name === '')
        return { schema: wholeSchema(schema), value: value === null ? null : convert(value, typeOfSchema(schema)) };
      if (value === null) return { schema: structSchema(schema), value };
      const struct = requireStruct(schema, value, 'converting timestamp formats');
      const updated: ConnectStruct = {};
      for (const field of schema.fields ?? []) {
        const item = fieldValue(struct, field, withDefault);
        updated[field.name] = field.name === name && item !== null ? convert(item, typeOfSchema(field.schema)) : item;
      }
      return { schema: structSchema(schema), value: updated };
    };
  },
});
