import {
  bigEndianBytes,
  bigIntegerOf,
  javaDouble,
  javaFloat,
  parseDecimal,
  plainDecimal,
} from '../../../wire/connect/java-number.ts';
import {
  JsonSyntaxError,
  type JsonValue,
  parseJson,
  printJson,
  printJsonString,
} from '../../../wire/connect/json-text.ts';
import { oneOfAnyCase } from '../config/validators.ts';
import { ConfigError, ConnectError, DataError } from '../connect-errors.ts';
import type { ConnectSchema, ConnectStruct, ConnectValue, Decimal } from '../plugin.ts';
import { type Converter, type ConverterFactory, type ConverterSettings, converterType, nothing } from './converter.ts';
import { printSchema, readSchema } from './json-schema.ts';

// org.apache.kafka.connect.json.JsonConverter. Deviates in one thing: a schemaless value beyond 64 bits wraps as in Java,
// but a schemaless number with a fraction is a double in both directions, as there.

type Options = { schemasEnabled: boolean; numericDecimals: boolean; replaceNullWithDefault: boolean };

const decimalName = 'org.apache.kafka.connect.data.Decimal';
const dateName = 'org.apache.kafka.connect.data.Date';
const timeName = 'org.apache.kafka.connect.data.Time';
const timestampName = 'org.apache.kafka.connect.data.Timestamp';
const dayMs = 86_400_000;

const isDecimal = (value: ConnectValue): value is Decimal =>
  typeof value === 'object' && value !== null && 'unscaled' in value && 'scale' in value;

const javaClassOf = (value: ConnectValue): string => {
  if (typeof value === 'string') return 'class java.lang.String';
  if (typeof value === 'bigint') return 'class java.lang.Long';
  if (typeof value === 'number') return 'class java.lang.Double';
  if (typeof value === 'boolean') return 'class java.lang.Boolean';
  if (value instanceof Date) return 'class java.util.Date';
  if (value instanceof Uint8Array) return 'class [B';
  if (Array.isArray(value)) return 'class java.util.ArrayList';
  return 'class java.util.HashMap';
};

const wrongType = (schema: ConnectSchema, value: ConnectValue): DataError =>
  new DataError(`Invalid type for ${schema.type.toUpperCase()}: ${javaClassOf(value)}`);

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const printLogical = (schema: ConnectSchema, value: ConnectValue, options: Options): string | null => {
  switch (schema.name) {
    case decimalName:
      if (!isDecimal(value)) {
        throw new DataError(`Invalid type for Decimal, expected BigDecimal but was ${javaClassOf(value)}`);
      }
      return options.numericDecimals
        ? plainDecimal(value.unscaled, value.scale)
        : `"${base64(bigEndianBytes(value.unscaled))}"`;
    case dateName:
    case timeName:
    case timestampName: {
      const name = schema.name.slice(schema.name.lastIndexOf('.') + 1);
      if (!(value instanceof Date)) {
        throw new DataError(`Invalid type for ${name}, expected Date but was ${javaClassOf(value)}`);
      }
      return String(schema.name === dateName ? Math.floor(value.getTime() / dayMs) : value.getTime());
    }
    default:
      return null;
  }
};

const printStruct = (schema: ConnectSchema, value: ConnectStruct, options: Options): string => {
  let text = '{';
  for (const field of schema.fields ?? []) {
    const printed = printValue(field.schema, value[field.name] ?? null, options);
    text += `${text === '{' ? '' : ','}${printJsonString(field.name)}:${printed}`;
  }
  return `${text}}`;
};

const printMap = (schema: ConnectSchema, value: Map<ConnectValue, ConnectValue>, options: Options): string => {
  const keySchema = schema.keySchema ?? null;
  const valueSchema = schema.valueSchema ?? null;
  const entries = [...value].map(([key, item]) => [
    printValue(keySchema, key, options),
    printValue(valueSchema, item, options),
  ]);
  if (keySchema?.type === 'string') return `{${entries.map(([key, item]) => `${key}:${item}`).join(',')}}`;
  return `[${entries.map(([key, item]) => `[${key},${item}]`).join(',')}]`;
};

const printTyped = (schema: ConnectSchema, value: ConnectValue, options: Options): string => {
  switch (schema.type) {
    case 'int8':
    case 'int16':
    case 'int32':
      if (typeof value === 'number') return String(value);
      break;
    case 'int64':
      if (typeof value === 'bigint') return String(value);
      break;
    case 'float32':
    case 'float64':
      if (typeof value === 'number') {
        const text = schema.type === 'float32' ? javaFloat(value) : javaDouble(value);
        return Number.isFinite(value) ? text : `"${text}"`;
      }
      break;
    case 'boolean':
      if (typeof value === 'boolean') return String(value);
      break;
    case 'string':
      if (typeof value === 'string') return printJsonString(value);
      break;
    case 'bytes':
      if (value instanceof Uint8Array) return `"${base64(value)}"`;
      break;
    case 'array':
      if (Array.isArray(value)) {
        return `[${value.map((item) => printValue(schema.valueSchema ?? null, item, options)).join(',')}]`;
      }
      break;
    case 'map':
      if (value instanceof Map) return printMap(schema, value, options);
      break;
    case 'struct':
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return printStruct(schema, value as ConnectStruct, options);
      }
      break;
  }
  throw wrongType(schema, value);
};

const schemalessJson = (value: ConnectValue): JsonValue => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(schemalessJson);
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof Date || isDecimal(value)) {
    throw new DataError(`Java ${javaClassOf(value)} does not have corresponding schema type.`);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const json: { [key: string]: JsonValue } = {};
  for (const [key, item] of entries) json[String(key)] = schemalessJson(item);
  return json;
};

const printValue = (schema: ConnectSchema | null, value: ConnectValue, options: Options): string => {
  if (schema === null) return printJson(schemalessJson(value));
  if (value === null) {
    const byDefault = schema.default ?? null;
    if (byDefault !== null && options.replaceNullWithDefault) return printValue(schema, byDefault, options);
    if (schema.optional === true) return 'null';
    throw new DataError('Conversion error: null value for field that is required and has no default value');
  }
  if (schema.name !== undefined) {
    const logical = printLogical(schema, value, options);
    if (logical !== null) return logical;
  }
  return printTyped(schema, value, options);
};

// ---------------------------------------------------------------- reading

const nodeTypeOf = (json: JsonValue): string => {
  if (json === null) return 'NULL';
  if (typeof json === 'string') return 'STRING';
  if (typeof json === 'boolean') return 'BOOLEAN';
  if (typeof json === 'number' || typeof json === 'bigint') return 'NUMBER';
  return Array.isArray(json) ? 'ARRAY' : 'OBJECT';
};

const wrapToLong = (json: JsonValue): void => {
  if (json === null || typeof json !== 'object') return;
  const container = json as { [key: string]: JsonValue };
  for (const key in container) {
    const item = container[key] ?? null;
    if (typeof item === 'bigint') container[key] = BigInt.asIntN(64, item);
    else wrapToLong(item);
  }
};

/** Numbers with a fraction are kept as text by the reading with schemas: `{ decimalText }`. */
type DecimalText = { decimalText: string };
const decimalTextOf = (json: JsonValue): string | undefined =>
  typeof json === 'object' && json !== null && 'decimalText' in json ? (json as DecimalText).decimalText : undefined;

const numberOf = (json: JsonValue): number => {
  const text = decimalTextOf(json);
  if (text !== undefined) return Number(text);
  return typeof json === 'bigint' ? Number(json) : typeof json === 'number' ? json : 0;
};

const readLogical = (schema: ConnectSchema, json: JsonValue): ConnectValue | undefined => {
  switch (schema.name) {
    case decimalName: {
      const text = decimalTextOf(json) ?? (typeof json === 'bigint' ? String(json) : undefined);
      if (text !== undefined) return parseDecimal(text);
      if (typeof json !== 'string') {
        throw new DataError(
          `Invalid type for Decimal, underlying representation should be numeric or bytes but was ${nodeTypeOf(json)}`,
        );
      }
      const scale = Number(schema.parameters?.['scale']);
      if (!Number.isInteger(scale)) throw new DataError('Invalid Decimal schema: scale parameter not found.');
      return { unscaled: bigIntegerOf(Buffer.from(json, 'base64')), scale };
    }
    case dateName:
    case timeName:
    case timestampName:
      if (typeof json !== 'bigint') {
        const kind = schema.name === timestampName ? 'integral' : 'integer';
        const name = schema.name.slice(schema.name.lastIndexOf('.') + 1);
        throw new DataError(
          `Invalid type for ${name}, underlying representation should be ${kind} but was ${nodeTypeOf(json)}`,
        );
      }
      return new Date(Number(json) * (schema.name === dateName ? dayMs : 1));
    default:
      return undefined;
  }
};

const readMap = (schema: ConnectSchema, json: JsonValue, options: Options): ConnectValue => {
  const keySchema = schema.keySchema as ConnectSchema;
  const valueSchema = schema.valueSchema as ConnectSchema;
  if (keySchema.type === 'string') {
    if (nodeTypeOf(json) !== 'OBJECT') {
      throw new DataError(`Maps with string fields should be encoded as JSON objects, but found ${nodeTypeOf(json)}`);
    }
    const entries = Object.entries(json as { [key: string]: JsonValue });
    return new Map(entries.map(([key, item]) => [key, readValue(valueSchema, item, options)]));
  }
  if (!Array.isArray(json)) {
    throw new DataError(
      `Maps with non-string fields should be encoded as JSON array of tuples, but found ${nodeTypeOf(json)}`,
    );
  }
  return new Map(
    json.map((entry) => {
      if (!Array.isArray(entry))
        throw new DataError(`Found invalid map entry instead of array tuple: ${nodeTypeOf(entry)}`);
      if (entry.length !== 2) {
        throw new DataError(`Found invalid map entry, expected length 2 but found :${entry.length}`);
      }
      return [readValue(keySchema, entry[0] ?? null, options), readValue(valueSchema, entry[1] ?? null, options)];
    }),
  );
};

const readTyped = (schema: ConnectSchema, json: JsonValue, options: Options): ConnectValue => {
  switch (schema.type) {
    case 'int8':
      return (numberOf(json) << 24) >> 24;
    case 'int16':
      return (numberOf(json) << 16) >> 16;
    case 'int32':
      return typeof json === 'bigint' ? Number(BigInt.asIntN(32, json)) : Math.trunc(numberOf(json)) | 0;
    case 'int64':
      return BigInt.asIntN(64, typeof json === 'bigint' ? json : BigInt(Math.trunc(numberOf(json))));
    case 'float32':
      return Math.fround(numberOf(json));
    case 'float64':
      return numberOf(json);
    case 'boolean':
      return json === true;
    case 'string':
      return typeof json === 'string' ? json : null;
    case 'bytes':
      if (typeof json !== 'string') throw new DataError('Invalid bytes field');
      return Buffer.from(json, 'base64');
    case 'array':
      return Array.isArray(json)
        ? json.map((item) => readValue(schema.valueSchema as ConnectSchema, item, options))
        : [];
    case 'map':
      return readMap(schema, json, options);
    case 'struct': {
      if (nodeTypeOf(json) !== 'OBJECT') {
        throw new DataError(`Structs should be encoded as JSON objects, but found ${nodeTypeOf(json)}`);
      }
      const struct: ConnectStruct = {};
      const members = json as { [key: string]: JsonValue };
      for (const field of schema.fields ?? [])
        struct[field.name] = readValue(field.schema, members[field.name] ?? null, options);
      return struct;
    }
  }
};

const readValue = (schema: ConnectSchema, json: JsonValue, options: Options): ConnectValue => {
  if (json === null) {
    if (schema.default !== undefined && schema.default !== null && options.replaceNullWithDefault)
      return schema.default;
    if (schema.optional === true) return null;
    throw new DataError(`Invalid null value for required ${schema.type.toUpperCase()} field`);
  }
  const logical = schema.name === undefined ? undefined : readLogical(schema, json);
  return logical === undefined ? readTyped(schema, json, options) : logical;
};

const serializationFailed = (cause: unknown): DataError =>
  new DataError('Converting byte[] to Kafka Connect data failed due to serialization error: ', {
    cause:
      cause instanceof JsonSyntaxError
        ? new ConnectError(`com.fasterxml.jackson.core.JsonParseException: ${cause.message}`, {
            javaClass: 'org.apache.kafka.common.errors.SerializationException',
            cause: new ConnectError(cause.message, { javaClass: 'com.fasterxml.jackson.core.JsonParseException' }),
          })
        : cause,
  });

const parse = (bytes: Uint8Array, options: Options): JsonValue => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  // Jackson's deserializer gives a missing node for an empty text, which Connect takes for null.
  if (text.trim() === '') return null;
  try {
    if (!options.schemasEnabled) return parseJson(text);
    return parseJson(text, { decimal: (decimalText) => ({ decimalText }), keepOrder: true });
  } catch (error) {
    throw serializationFailed(error);
  }
};

const maximumCachedSchemas = 1_000;

const readEnvelope = (bytes: Uint8Array, options: Options, schemas: Map<string, ConnectSchema | null>) => {
  const json = parse(bytes, options);
  const members = json as { [key: string]: JsonValue };
  if (
    nodeTypeOf(json) !== 'OBJECT' ||
    Object.keys(members).length !== 2 ||
    !('schema' in members) ||
    !('payload' in members)
  ) {
    throw new DataError(
      'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields.' +
        ' If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.',
    );
  }
  const schemaText = printJson(members['schema'] ?? null);
  let schema = schemas.get(schemaText);
  if (schema === undefined) {
    schema = readSchema(members['schema'] ?? null, (typed, value) => readValue(typed, value, options));
    if (schemas.size >= maximumCachedSchemas) schemas.clear();
    schemas.set(schemaText, schema);
  }
  const payload = members['payload'] ?? null;
  return { schema, value: schema === null ? (payload as ConnectValue) : readValue(schema, payload, options) };
};

const flag = (settings: ConverterSettings, name: string, byDefault: boolean): boolean => {
  const text = settings[name]?.trim().toLowerCase() ?? String(byDefault);
  if (text !== 'true' && text !== 'false') {
    throw new ConfigError(
      `Invalid value ${settings[name]} for configuration ${name}: Expected value to be either true or false`,
    );
  }
  return text === 'true';
};

const optionsOf = (settings: ConverterSettings): Options => {
  const decimalFormat = (settings['decimal.format'] ?? 'BASE64').toUpperCase();
  if (decimalFormat !== 'BASE64' && decimalFormat !== 'NUMERIC') {
    throw new ConfigError(
      `Invalid value ${settings['decimal.format']} for configuration decimal.format: String must be one of (case insensitive): NUMERIC, BASE64`,
    );
  }
  return {
    schemasEnabled: flag(settings, 'schemas.enable', true),
    numericDecimals: decimalFormat === 'NUMERIC',
    replaceNullWithDefault: flag(settings, 'replace.null.with.default', true),
  };
};

const create = (settings: ConverterSettings): Converter => {
  const options = optionsOf(settings);
  const print = (schema: ConnectSchema | null, value: ConnectValue): string => printValue(schema, value, options);
  const printedSchemas = new WeakMap<ConnectSchema, string>();
  const readSchemas = new Map<string, ConnectSchema | null>();
  const schemaText = (schema: ConnectSchema | null): string => {
    if (schema === null) return 'null';
    let text = printedSchemas.get(schema);
    if (text === undefined) printedSchemas.set(schema, (text = printSchema(schema, print)));
    return text;
  };
  return {
    fromConnect: (_topic, schema, value) => {
      if (schema === null && value === null) return null;
      const payload = print(schema, value);
      return Buffer.from(options.schemasEnabled ? `{"schema":${schemaText(schema)},"payload":${payload}}` : payload);
    },
    toConnect: (_topic, bytes) => {
      if (bytes === null) return nothing;
      if (options.schemasEnabled) return readEnvelope(bytes, options, readSchemas);
      const json = parse(bytes, options);
      wrapToLong(json);
      return { schema: null, value: (typeof json === 'bigint' ? BigInt.asIntN(64, json) : json) as ConnectValue };
    },
  };
};

export const jsonConverter: ConverterFactory = {
  className: 'org.apache.kafka.connect.json.JsonConverter',
  version: '4.3.1',
  configDefinitions: [
    converterType,
    {
      name: 'schemas.enable',
      type: 'BOOLEAN',
      default: 'true',
      importance: 'HIGH',
      documentation: 'Include schemas within each of the serialized values and keys.',
      group: 'Schemas',
      orderInGroup: 0,
      width: 'MEDIUM',
      displayName: 'Enable Schemas',
    },
    {
      name: 'schemas.cache.size',
      type: 'INT',
      default: '1000',
      importance: 'HIGH',
      documentation: 'The maximum number of schemas that can be cached in this converter instance.',
      group: 'Schemas',
      orderInGroup: 1,
      width: 'MEDIUM',
      displayName: 'Schema Cache Size',
    },
    {
      name: 'decimal.format',
      type: 'STRING',
      default: 'BASE64',
      importance: 'LOW',
      documentation:
        "Controls which format this converter will serialize decimals in. This value is case insensitive and can be either 'BASE64' (default) or 'NUMERIC'",
      group: 'Serialization',
      orderInGroup: 0,
      width: 'MEDIUM',
      displayName: 'Decimal Format',
      validate: oneOfAnyCase(['NUMERIC', 'BASE64']),
    },
    {
      name: 'replace.null.with.default',
      type: 'BOOLEAN',
      default: 'true',
      importance: 'LOW',
      documentation:
        'Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used.',
      group: 'Schemas',
      orderInGroup: 2,
      width: 'MEDIUM',
      displayName: 'Replace null with default',
    },
  ],
  create,
};
