import { type JsonValue, printJsonString } from '../../../wire/connect/json-text.ts';
import { DataError } from '../connect-errors.ts';
import type { ConnectField, ConnectSchema, ConnectType, ConnectValue } from '../plugin.ts';

// A Connect schema as JsonConverter writes it into the envelope, and back. Source: JsonConverter.asJsonSchema, asConnectSchema.

const jsonTypes: Readonly<Record<ConnectType, string>> = {
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  float32: 'float',
  float64: 'double',
  boolean: 'boolean',
  string: 'string',
  bytes: 'bytes',
  array: 'array',
  map: 'map',
  struct: 'struct',
};

const connectTypes = new Map(Object.entries(jsonTypes).map(([type, name]) => [name, type as ConnectType]));

type PrintValue = (schema: ConnectSchema, value: ConnectValue) => string;

const printMembers = (schema: ConnectSchema, printValue: PrintValue): string[] => {
  const members = [`"type":"${jsonTypes[schema.type]}"`];
  if (schema.type === 'array') members.push(`"items":${printSchema(schema.valueSchema as ConnectSchema, printValue)}`);
  if (schema.type === 'map') {
    members.push(`"keys":${printSchema(schema.keySchema as ConnectSchema, printValue)}`);
    members.push(`"values":${printSchema(schema.valueSchema as ConnectSchema, printValue)}`);
  }
  if (schema.type === 'struct') {
    const fields = (schema.fields ?? []).map(
      (field) => `{${[...printMembers(field.schema, printValue), `"field":${printJsonString(field.name)}`].join(',')}}`,
    );
    members.push(`"fields":[${fields.join(',')}]`);
  }
  members.push(`"optional":${schema.optional === true}`);
  if (schema.name !== undefined) members.push(`"name":${printJsonString(schema.name)}`);
  if (schema.version !== undefined) members.push(`"version":${schema.version}`);
  if (schema.doc !== undefined) members.push(`"doc":${printJsonString(schema.doc)}`);
  if (schema.parameters !== undefined) {
    const parameters = Object.entries(schema.parameters).map(
      ([name, value]) => `${printJsonString(name)}:${printJsonString(value)}`,
    );
    members.push(`"parameters":{${parameters.join(',')}}`);
  }
  if (schema.default !== undefined && schema.default !== null) {
    members.push(`"default":${printValue(schema, schema.default)}`);
  }
  return members;
};

export const printSchema = (schema: ConnectSchema, printValue: PrintValue): string =>
  `{${printMembers(schema, printValue).join(',')}}`;

type JsonObject = { [key: string]: JsonValue };
type ReadValue = (schema: ConnectSchema, json: JsonValue) => ConnectValue;

const isObject = (json: JsonValue | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const readFields = (json: JsonObject, readValue: ReadValue): ConnectField[] => {
  const fields = json['fields'];
  if (!Array.isArray(fields)) throw new DataError('Struct schema\'s "fields" argument is not an array.');
  return fields.map((field) => {
    const name = isObject(field) ? field['field'] : undefined;
    if (typeof name !== 'string') throw new DataError("Struct schema's field name not specified properly");
    return { name, schema: readSchema(field as JsonObject, readValue) as ConnectSchema };
  });
};

const readParts = (type: ConnectType, json: JsonObject, readValue: ReadValue): Partial<ConnectSchema> => {
  const part = (name: string, complaint: string): ConnectSchema => {
    const schema = json[name];
    if (schema === undefined || schema === null) throw new DataError(complaint);
    return readSchema(schema, readValue) as ConnectSchema;
  };
  switch (type) {
    case 'array':
      return { valueSchema: part('items', 'Array schema did not specify the element type') };
    case 'map':
      return {
        keySchema: part('keys', 'Map schema did not specify the key type'),
        valueSchema: part('values', 'Map schema did not specify the value type'),
      };
    case 'struct':
      return { fields: readFields(json, readValue) };
    default:
      return {};
  }
};

const readParameters = (json: JsonValue | undefined): Partial<ConnectSchema> => {
  if (!isObject(json)) return {};
  for (const value of Object.values(json)) {
    if (typeof value !== 'string') throw new DataError('Schema parameters must have string values.');
  }
  return { parameters: json as Record<string, string> };
};

export const readSchema = (json: JsonValue, readValue: ReadValue): ConnectSchema | null => {
  if (json === null) return null;
  const name = isObject(json) ? json['type'] : undefined;
  if (!isObject(json) || typeof name !== 'string') throw new DataError("Schema must contain 'type' field");
  const type = connectTypes.get(name);
  if (type === undefined) throw new DataError(`Unknown schema type: ${name}`);
  const schema: ConnectSchema = {
    type,
    ...readParts(type, json, readValue),
    ...(json['optional'] === true ? { optional: true } : {}),
    ...(typeof json['name'] === 'string' ? { name: json['name'] } : {}),
    ...(typeof json['version'] === 'bigint' ? { version: Number(json['version']) } : {}),
    ...(typeof json['doc'] === 'string' ? { doc: json['doc'] } : {}),
    ...readParameters(json['parameters']),
  };
  const byDefault = json['default'];
  return byDefault === undefined || byDefault === null ? schema : { ...schema, default: readValue(schema, byDefault) };
};
