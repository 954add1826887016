import { DataError } from '../connect-errors.ts';
import type { ConfigDefinition, ConnectRecord, ConnectSchema, ConnectStruct, ConnectValue } from '../plugin.ts';
import type { Transform, TransformFactory } from './transform.ts';

// Most transformations exist twice, for a record's key and for its value.

export type SchemaAndValue = { schema: ConnectSchema | null; value: ConnectValue };

type Side = {
  suffix: 'Key' | 'Value';
  get(record: ConnectRecord): SchemaAndValue;
  set(record: ConnectRecord, to: SchemaAndValue): ConnectRecord;
};

const keySide: Side = {
  suffix: 'Key',
  get: ({ keySchema, key }) => ({ schema: keySchema, value: key }),
  set: (record, { schema, value }) => ({ ...record, keySchema: schema, key: value }),
};

const valueSide: Side = {
  suffix: 'Value',
  get: ({ valueSchema, value }) => ({ schema: valueSchema, value }),
  set: (record, { schema, value }) => ({ ...record, valueSchema: schema, value }),
};

export type SideChange = (data: SchemaAndValue, record: ConnectRecord) => SchemaAndValue | null;

export type SidedFactory = Omit<TransformFactory, 'className' | 'create' | 'version'> & {
  /** Without package and `$Key` or `$Value`. */
  simpleName: string;
  create(config: Parameters<TransformFactory['create']>[0], suffix: 'Key' | 'Value'): SideChange;
};

const forSide = (factory: SidedFactory, side: Side): TransformFactory => ({
  className: `org.apache.kafka.connect.transforms.${factory.simpleName}$${side.suffix}`,
  version: '4.3.1',
  configDefinitions: factory.configDefinitions,
  create: (config): Transform => {
    const change = factory.create(config, side.suffix);
    return (record) => {
      const changed = change(side.get(record), record);
      return changed === null ? null : side.set(record, changed);
    };
  },
});

export const onKeyAndValue = (factory: SidedFactory): readonly TransformFactory[] => [
  forSide(factory, keySide),
  forSide(factory, valueSide),
];

export const textSetting = (name: string, documentation: string, byDefault?: string | null): ConfigDefinition => ({
  name,
  type: 'STRING',
  ...(byDefault === undefined ? {} : { default: byDefault }),
  importance: 'MEDIUM',
  documentation,
});

const classOf = (value: ConnectValue): string => {
  if (value === null) return 'null object';
  if (typeof value === 'string') return 'java.lang.String';
  if (typeof value === 'bigint') return 'java.lang.Long';
  if (typeof value === 'number') return 'java.lang.Double';
  if (typeof value === 'boolean') return 'java.lang.Boolean';
  if (value instanceof Date) return 'java.util.Date';
  if (value instanceof Uint8Array) return '[B';
  if (Array.isArray(value)) return 'java.util.ArrayList';
  return 'unscaled' in value ? 'java.math.BigDecimal' : 'java.util.HashMap';
};

const isPlainObject = (value: ConnectValue): value is ConnectStruct =>
  classOf(value) === 'java.util.HashMap' && !(value instanceof Map);

/** Requirements.requireMap. */
export const requireMap = (value: ConnectValue, purpose: string): ConnectStruct => {
  if (isPlainObject(value)) return value;
  throw new DataError(`Only Map objects supported in absence of schema for [${purpose}], found: ${classOf(value)}`);
};

/** Requirements.requireStruct. */
export const requireStruct = (schema: ConnectSchema, value: ConnectValue, purpose: string): ConnectStruct => {
  if (schema.type === 'struct' && isPlainObject(value)) return value;
  throw new DataError(`Only Struct objects supported for [${purpose}], found: ${classOf(value)}`);
};
