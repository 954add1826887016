import { printJson } from '../../../wire/connect/json-text.ts';
import type { ConnectSchema, ConnectStruct, ConnectValue } from '../plugin.ts';
import type { SchemaAndValue } from './converter.ts';
import { findConverter } from './index.ts';
import { javaText } from './java-text.ts';

// Headers. SimpleHeaderConverter, the default, writes text (Values.convertToString) and reads it back by guessing (Values.parseString).

export type HeaderConverter = {
  fromConnect(topic: string, schema: ConnectSchema | null, value: ConnectValue): Buffer | null;
  toConnect(topic: string, bytes: Uint8Array | null): SchemaAndValue;
};

const print = (schema: ConnectSchema | null, value: ConnectValue): string => {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map((item) => quoted(schema?.valueSchema ?? null, item)).join(',')}]`;
  if (schema?.type === 'struct') return printStruct(schema, value as ConnectStruct);
  return javaText(schema, value);
};

// Debezium's __debezium.newkey and __debezium.oldkey: {"id":400}.
const printStruct = (schema: ConnectSchema, struct: ConnectStruct): string =>
  `{${(schema.fields ?? []).map((field) => `${printJson(field.name)}:${quoted(field.schema, struct[field.name] ?? null)}`).join(',')}}`;

const quoted = (schema: ConnectSchema | null, value: ConnectValue): string =>
  typeof value === 'string' ? printJson(value) : print(schema, value);

const integerSchema = (value: bigint): ConnectSchema['type'] => {
  if (value >= -128n && value <= 127n) return 'int8';
  if (value >= -32_768n && value <= 32_767n) return 'int16';
  return value >= -2_147_483_648n && value <= 2_147_483_647n ? 'int32' : 'int64';
};

/** Scalars only: what looks like a list or map is kept as text, which is also what the real one falls back to. */
export const parseHeaderText = (text: string): SchemaAndValue => {
  if (text === 'null') return { schema: null, value: null };
  if (text === 'true' || text === 'false') return { schema: { type: 'boolean' }, value: text === 'true' };
  if (/^[+-]?\d{1,18}$/.test(text)) {
    const value = BigInt(text.replace(/^\+/, ''));
    const type = integerSchema(value);
    return { schema: { type }, value: type === 'int64' ? value : Number(value) };
  }
  return { schema: { type: 'string' }, value: text };
};

const simple: HeaderConverter = {
  fromConnect: (_topic, schema, value) => (value === null ? null : Buffer.from(print(schema, value))),
  toConnect: (_topic, bytes) =>
    bytes === null ? { schema: null, value: null } : parseHeaderText(Buffer.from(bytes).toString('utf8')),
};

export const createHeaderConverter = (
  name: string | undefined,
  settings: Readonly<Record<string, string>>,
): HeaderConverter => (name === undefined ? undefined : findConverter(name))?.create(settings) ?? simple;
