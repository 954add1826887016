import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import { ConfigError, DataError } from '../connect-errors.ts';
import { javaText } from '../converters/java-text.ts';
import type { ConnectSchema, ConnectStruct, ConnectType, ConnectValue } from '../plugin.ts';
import { cachedSchema, copyBasics, fieldValue, withOptionality } from './schema-change.ts';
import { nonEmptyList, replaceNullSetting } from './settings.ts';
import { onKeyAndValue, requireMap, requireStruct } from './side.ts';

const outputTypes: readonly ConnectType[] = [
  'int8',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'boolean',
  'string',
];
const otherTypes: readonly ConnectType[] = ['bytes', 'array', 'map', 'struct'];
const dayMs = 86_400_000;

const widths: Partial<Record<ConnectType, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 };

/** Values.dateFormatFor: a time, a date or both, as the instant is. */
const dateText = (date: Date): string => {
  const text = date.toISOString();
  if (date.getTime() < dayMs) return text.slice(11);
  return date.getTime() % dayMs === 0 ? text.slice(0, 10) : text;
};

const outOfRange = (value: ConnectValue): DataError =>
  new DataError(`Value (${value}) was out of range for requested data type`);

const integerFromText = (text: string, bits: number): bigint => {
  if (!/^[+-]?\d+$/.test(text)) throw outOfRange(text);
  const value = BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(bits, value) !== value) throw outOfRange(text);
  return value;
};

const castToInteger = (value: ConnectValue, bits: number): bigint => {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string') return integerFromText(value, bits);
  if (typeof value === 'bigint') return BigInt.asIntN(bits, value);
  // Java cuts a double to the nearest int or long, and then to the narrower types by their low bits.
  const limit = bits === 64 ? 2 ** 63 : 2 ** 31;
  const number = Number.isNaN(value) ? 0 : Math.max(-limit, Math.min(limit - 1, Math.trunc(Number(value))));
  return BigInt.asIntN(bits, BigInt(number));
};

const castToNumber = (value: ConnectValue): number => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (typeof value === 'string' && Number.isNaN(number) && value !== 'NaN') throw outOfRange(value);
  return number;
};

const rawLogical = (schema: ConnectSchema | null, value: ConnectValue): ConnectValue => {
  if (!(value instanceof Date)) return value;
  if (schema?.name === 'org.apache.kafka.connect.data.Date') return Math.floor(value.getTime() / dayMs);
  return schema?.name === 'org.apache.kafka.connect.data.Time' ? value.getTime() : BigInt(value.getTime());
};

const castValue = (schema: ConnectSchema | null, value: ConnectValue, type: ConnectType): ConnectValue => {
  if (value === null) return null;
  if (
    Array.isArray(value) ||
    value instanceof Map ||
    (schema === null && typeof value === 'object' && !(value instanceof Date) && !(value instanceof Uint8Array))
  ) {
    throw new DataError(`Cast transformation does not support casting from ${schema?.type.toUpperCase() ?? 'MAP'}`);
  }
  if (type === 'string') {
    if (value instanceof Date) return dateText(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : javaText(schema, value);
  }
  const raw = rawLogical(schema, value);
  if (typeof raw === 'object')
    throw new DataError(`Unexpected type in Cast transformation: ${schema?.type ?? 'object'}`);
  if (type === 'boolean') {
    if (typeof raw === 'boolean') return raw;
    return typeof raw === 'string' ? raw.toLowerCase() === 'true' : castToInteger(raw, 64) !== 0n;
  }
  if (type === 'float64') return castToNumber(raw);
  if (type === 'float32') return Math.fround(castToNumber(raw));
  const integer = castToInteger(raw, widths[type] ?? 64);
  // Without a schema every integer is Java's Long here.
  return type === 'int64' || schema === null ? integer : Number(integer);
};

type Spec = { whole: ConnectType | undefined; fields: ReadonlyMap<string, ConnectType> };

const typeOf = (text: string): ConnectType => {
  const type = text.trim().toLowerCase() as ConnectType;
  if (outputTypes.includes(type)) return type;
  // A ConfigException that was given its cause for the value, and the sentence for the name.
  if (!otherTypes.includes(type)) {
    const why = `No enum constant org.apache.kafka.connect.data.Schema.Type.${text.trim().toUpperCase()}`;
    throw new ConfigError(
      `Invalid value java.lang.IllegalArgumentException: ${why} for configuration Invalid type found in casting spec: ${text.trim()}`,
    );
  }
  throw new ConfigError(`Invalid type found in casting spec: ${text.trim()}`);
};

const parseSpec = (mappings: readonly string[]): Spec => {
  let whole: ConnectType | undefined;
  const fields = new Map<string, ConnectType>();
  for (const mapping of mappings) {
    const parts = mapping.split(':');
    if (parts.length > 2) throw new ConfigError(`Invalid rename mapping: ${mapping}`);
    if (parts.length === 1) whole = typeOf(parts[0] ?? '');
    else fields.set((parts[0] ?? '').trim(), typeOf(parts[1] ?? ''));
  }
  if (whole !== undefined && mappings.length > 1) {
    throw new ConfigError(
      'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec',
    );
  }
  return { whole, fields };
};

const castSchema = (schema: ConnectSchema, { whole, fields }: Spec): ConnectSchema => {
  const castDefault = (to: ConnectSchema, from: ConnectSchema): ConnectSchema =>
    from.default === undefined || from.default === null
      ? to
      : { ...to, default: castValue(from, from.default, to.type) };
  const updated =
    whole !== undefined
      ? copyBasics(schema, whole)
      : copyBasics(
          schema,
          'struct',
          (schema.fields ?? []).map((field) => {
            const type = fields.get(field.name);
            if (type === undefined) return field;
            return { name: field.name, schema: castDefault(withOptionality({ type }, field.schema), field.schema) };
          }),
        );
  return whole === undefined ? withOptionality(updated, schema) : castDefault(withOptionality(updated, schema), schema);
};

const specSetting = nonEmptyList(
  'spec',
  'List of fields and the type to cast them to of the form field1:type,field2:type to cast fields of Maps or Structs. A single type to cast the entire value.',
  (mappings) => void parseSpec(mappings),
);

/** org.apache.kafka.connect.transforms.Cast: `field:type,…`, or one type for the whole. */
export const cast = onKeyAndValue({
  simpleName: 'Cast',
  configDefinitions: [specSetting, replaceNullSetting],
  create: (config) => {
    const spec = parseSpec(config.list('spec'));
    const { whole, fields } = spec;
    const withDefault = config.flag('replace.null.with.default');
    const schemaOf = cachedSchema((schema) => castSchema(schema, spec));
    return ({ schema, value }) => {
      if (value === null) return { schema, value };
      if (whole !== undefined) {
        return { schema: schema === null ? null : schemaOf(schema), value: castValue(schema, value, whole) };
      }
      const updated: ConnectStruct = {};
      if (schema === null) {
        const map = requireMap(value, 'type casting');
        Object.assign(updated, map);
        for (const [name, type] of fields) updated[name] = castValue(null, map[name] ?? null, type);
        return { schema, value: asJavaHashMap(updated) };
      }
      const struct = requireStruct(schema, value, 'type casting');
      for (const field of schema.fields ?? []) {
        const type = fields.get(field.name);
        const item = fieldValue(struct, field, withDefault);
        updated[field.name] = type === undefined ? item : castValue(field.schema, item, type);
      }
      return { schema: schemaOf(schema), value: updated };
    };
  },
});
