import type { Json, JsonObject } from './json-text.ts';

export const primitiveTypes = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type PrimitiveType = (typeof primitiveTypes)[number];

export const isPrimitive = (name: string): name is PrimitiveType =>
  (primitiveTypes as readonly string[]).includes(name);

/** Properties that are not Avro's own, logical types among them, in the order in which they were written. */
type WithProperties = { properties: JsonObject };

type Named = WithProperties & {
  /** With its namespace. */
  fullName: string;
  /** With their namespaces. */
  aliases: string[];
  doc: string | undefined;
};

export type PrimitiveSchema = WithProperties & { type: PrimitiveType };
export type ArraySchema = WithProperties & { type: 'array'; items: AvroSchema };
export type MapSchema = WithProperties & { type: 'map'; values: AvroSchema };
export type UnionSchema = { type: 'union'; branches: AvroSchema[] };
export type FixedSchema = Named & { type: 'fixed'; sizeBytes: number };
export type EnumSchema = Named & { type: 'enum'; symbols: string[]; defaultSymbol: string | undefined };
export type RecordSchema = Named & { type: 'record'; isError: boolean; fields: Field[] };

export type Field = WithProperties & {
  name: string;
  schema: AvroSchema;
  doc: string | undefined;
  defaultValue: Json | undefined;
  order: 'ascending' | 'descending' | 'ignore';
  aliases: string[];
};

export type NamedSchema = FixedSchema | EnumSchema | RecordSchema;
export type AvroSchema = PrimitiveSchema | ArraySchema | MapSchema | UnionSchema | NamedSchema;

export const isNamed = (schema: AvroSchema): schema is NamedSchema =>
  schema.type === 'fixed' || schema.type === 'enum' || schema.type === 'record';

export const namespaceOf = (fullName: string): string => fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')));
export const simpleName = (fullName: string): string => fullName.slice(fullName.lastIndexOf('.') + 1);
export const qualify = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name.replace(/^\./, '') : `${namespace}.${name}`;

/** Why a text is no Avro schema, in words like those of Avro for Java. */
export class InvalidAvro extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidAvro';
  }
}
