import { byteArrayConverter } from './byte-array-converter.ts';
import type { ConverterFactory } from './converter.ts';
import { jsonConverter } from './json-converter.ts';
import { numberConverters } from './number-converters.ts';
import { stringConverter } from './string-converter.ts';

/** The one list: GET /connector-plugins, validation and creation all read it. */
export const converters: readonly ConverterFactory[] = [
  ...numberConverters,
  byteArrayConverter,
  jsonConverter,
  stringConverter,
];

/** Converters of the real distributions that are known by name, and refused by it. */
export const refusedConverters: readonly string[] = [
  'io.confluent.connect.avro.AvroConverter',
  'io.confluent.connect.json.JsonSchemaConverter',
  'io.confluent.connect.protobuf.ProtobufConverter',
  'io.debezium.converters.BinaryDataConverter',
  'io.debezium.converters.ByteArrayConverter',
  'io.debezium.converters.CloudEventsConverter',
];

/** By full class name, simple name, or simple name without "Converter", as the plug-in loader resolves aliases. */
export const findConverter = (name: string): ConverterFactory | undefined =>
  converters.find(({ className }) => {
    const simple = className.slice(className.lastIndexOf('.') + 1);
    return name === className || name === simple || name === simple.replace(/Converter$/, '');
  });
