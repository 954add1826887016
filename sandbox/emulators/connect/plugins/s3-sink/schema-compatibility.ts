import { ConfigError, DataError } from '../../connect-errors.ts';
import type { ConnectSchema, ConnectStruct, ConnectValue, SinkRecord } from '../../plugin.ts';

// schema.compatibility: when a record's schema begins a new file, and to which schema it is projected otherwise.
// Source: StorageSchemaCompatibility, SchemaProjector.

export type SchemaCompatibility = {
  mustRotate(schema: ConnectSchema | null, current: ConnectSchema | null): boolean;
  project(record: SinkRecord, current: ConnectSchema | null): SinkRecord;
};

const projectorError = (message: string): DataError => new DataError(message);

const sameText = new WeakMap<ConnectSchema, string>();
const textOf = (schema: ConnectSchema): string => {
  let text = sameText.get(schema);
  if (text === undefined) {
    text = JSON.stringify(schema, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
    sameText.set(schema, text);
  }
  return text;
};

export const equalSchemas = (left: ConnectSchema, right: ConnectSchema): boolean =>
  left === right || textOf(left) === textOf(right);

const numeric = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64'];

const isPromotable = (from: ConnectSchema, to: ConnectSchema): boolean =>
  numeric.includes(from.type) && numeric.indexOf(from.type) <= numeric.indexOf(to.type);

const projectValue = (from: ConnectSchema, value: ConnectValue, to: ConnectSchema): ConnectValue => {
  if (from.type !== to.type && !isPromotable(from, to)) {
    throw projectorError(
      `Schema type mismatch. source type: ${from.type.toUpperCase()} and target type: ${to.type.toUpperCase()}`,
    );
  }
  if (value === null) {
    if (to.default !== undefined) return to.default;
    if (to.optional === true) return null;
    throw projectorError('Writer schema is optional, however, target schema does not provide a default value.');
  }
  if (to.type === 'struct') {
    const struct = value as ConnectStruct;
    const projected: ConnectStruct = {};
    for (const { name, schema } of to.fields ?? []) {
      const source = from.fields?.find((field) => field.name === name);
      if (source !== undefined) projected[name] = projectValue(source.schema, struct[name] ?? null, schema);
      else if (schema.default !== undefined) projected[name] = schema.default;
      else if (schema.optional === true) projected[name] = null;
      else throw projectorError(`Required field \`${name}\` is missing from source schema`);
    }
    return projected;
  }
  if (from.type !== to.type) {
    if (to.type === 'int64') return BigInt(value as number);
    return Number(value);
  }
  return value;
};

const none: SchemaCompatibility = {
  mustRotate: (schema, current) => {
    if (schema === null && current === null) return false;
    if (schema === null || current === null) {
      throw projectorError('Switch between schema-based and schema-less data is not supported');
    }
    return !equalSchemas(schema, current);
  },
  project: (record) => record,
};

const byVersion = (
  name: string,
  isIncompatible: (version: number, current: number) => boolean,
): SchemaCompatibility => ({
  mustRotate: (schema, current) => {
    if (schema === null && current === null) return false;
    if (schema === null || current === null) {
      throw projectorError('Switch between schema-based and schema-less data is not supported');
    }
    if (equalSchemas(schema, current)) return false;
    if (schema.version === undefined || current.version === undefined) {
      throw projectorError(`Schema version required for ${name} compatibility`);
    }
    if (schema.name !== current.name || (schema.type !== current.type && !isPromotable(schema, current))) return true;
    return isIncompatible(schema.version, current.version);
  },
  project: (record, current) => {
    const { valueSchema, value } = record;
    if (valueSchema === null || current === null || equalSchemas(valueSchema, current)) return record;
    return { ...record, valueSchema: current, value: projectValue(valueSchema, value, current) };
  },
});

const compatibilities: Readonly<Record<string, SchemaCompatibility>> = {
  NONE: none,
  BACKWARD: byVersion('BACKWARD', (version, current) => version > current),
  FORWARD: byVersion('FORWARD', (version, current) => version < current),
  FULL: byVersion('FULL', (version, current) => version > current),
};

export const schemaCompatibility = (name: string): SchemaCompatibility => {
  const found = compatibilities[name];
  if (found === undefined)
    throw new ConfigError(`Invalid value ${name} for configuration schema.compatibility: unknown`);
  return found;
};
