import type { ConfigDefinition, ConnectSchema, ConnectValue } from '../plugin.ts';

/** A schema and a value of it, as org.apache.kafka.connect.data.SchemaAndValue. */
export type SchemaAndValue = { schema: ConnectSchema | null; value: ConnectValue };

/** org.apache.kafka.connect.storage.Converter: bytes on the topic ⇄ Connect data. Both directions throw DataError. */
export type Converter = {
  fromConnect(topic: string, schema: ConnectSchema | null, value: ConnectValue): Buffer | null;
  toConnect(topic: string, bytes: Uint8Array | null): SchemaAndValue;
};

/** Settings of one converter: those below `key.converter.` or `value.converter.`, without that prefix. */
export type ConverterSettings = Readonly<Record<string, string>>;

export type ConverterFactory = {
  className: string;
  /** Shown by GET /connector-plugins?connectorsOnly=false. */
  version: string;
  /** Validated below `key.converter.` or `value.converter.` when the connector names the converter. */
  configDefinitions: readonly ConfigDefinition[];
  create(settings: ConverterSettings): Converter;
};

/** Filled in by the worker, never by a user. */
export const converterType: ConfigDefinition = {
  name: 'converter.type',
  type: 'STRING',
  importance: 'LOW',
  documentation: 'How this converter will be used.',
};

export const nothing: SchemaAndValue = { schema: null, value: null };
