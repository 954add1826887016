import { plainDecimal } from '../../../../wire/connect/java-number.ts';
import { type JsonValue, printJson } from '../../../../wire/connect/json-text.ts';
import type { TypedConfig } from '../../config/definitions.ts';
import { DataError } from '../../connect-errors.ts';
import { jsonConverter } from '../../converters/json-converter.ts';
import type { ConnectSchema, ConnectValue, SinkRecord } from '../../plugin.ts';
import { byteArrayFormat } from './definitions.ts';

/** format.class: one record as it stands in an object, its separator included. Throws DataError. */
export type RecordFormat = { extension: string; format(record: SinkRecord): string | Uint8Array };

/** A value that is no struct goes through Jackson's ObjectMapper as the Java object it is. */
const mapped = (schema: ConnectSchema | null, value: ConnectValue): string => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return printJson(value);
  if (typeof value === 'number') return schema?.type.startsWith('int') ? String(value) : printJson(value);
  if (value instanceof Uint8Array) return printJson(Buffer.from(value).toString('base64'));
  if (value instanceof Date) return String(value.getTime());
  if (Array.isArray(value)) return `[${value.map((item) => mapped(schema?.valueSchema ?? null, item)).join(',')}]`;
  if (value instanceof Map) {
    const members = [...value].map(
      ([key, item]) => `${printJson(String(key))}:${mapped(schema?.valueSchema ?? null, item)}`,
    );
    return `{${members.join(',')}}`;
  }
  if ('unscaled' in value && typeof value['unscaled'] === 'bigint')
    return plainDecimal(value['unscaled'], Number(value['scale']));
  return printJson(value as JsonValue);
};

const jsonLines = (config: TypedConfig, suffix: string): RecordFormat => {
  const converter = jsonConverter.create({
    'schemas.enable': 'false',
    'decimal.format': config.text('json.decimal.format'),
  });
  return {
    extension: `.json${suffix}`,
    format: ({ topic, valueSchema, value }) => {
      if (valueSchema?.type !== 'struct' || value === null) return `${mapped(valueSchema, value)}\n`;
      return `${converter.fromConnect(topic, valueSchema, value)?.toString('utf8') ?? 'null'}\n`;
    },
  };
};

const unescapeSeparator = (text: string): string =>
  text.replace(/\\(n|r|t|\\)/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? '\\');

const bytes = (config: TypedConfig, suffix: string): RecordFormat => {
  const separator = Buffer.from(unescapeSeparator(config.optionalText('format.bytearray.separator') ?? '\n'));
  return {
    extension: `${config.text('format.bytearray.extension')}${suffix}`,
    format: ({ valueSchema, value }) => {
      if (valueSchema !== null && valueSchema.type !== 'bytes') {
        throw new DataError(`Invalid schema type for ByteArrayConverter: ${valueSchema.type.toUpperCase()}`);
      }
      if (!(value instanceof Uint8Array))
        throw new DataError('ByteArrayConverter is not compatible with objects of this type');
      return Buffer.concat([value, separator]);
    },
  };
};

export const createRecordFormat = (config: TypedConfig): RecordFormat => {
  const suffix = config.text('s3.compression.type') === 'gzip' ? '.gz' : '';
  return config.text('format.class') === byteArrayFormat ? bytes(config, suffix) : jsonLines(config, suffix);
};
