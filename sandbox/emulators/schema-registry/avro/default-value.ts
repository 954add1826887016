import { isNumber, isObject, type Json, writeJson } from './json-text.ts';
import { printAvro } from './print.ts';
import { type AvroSchema, type Field, InvalidAvro, type RecordSchema } from './schema.ts';

const isWhole = (json: Json, bits: bigint): boolean => {
  if (!isNumber(json) || !/^-?\d+$/.test(json.number)) return false;
  const value = BigInt(json.number);
  const limit = 1n << (bits - 1n);
  return value >= -limit && value < limit;
};

const fitsRecord = (schema: RecordSchema, json: Json): boolean =>
  isObject(json) &&
  schema.fields.every((field) => {
    const value = json.get(field.name) ?? (json.has(field.name) ? null : field.defaultValue);
    return value !== undefined && fits(field.schema, value);
  });

const fits = (schema: AvroSchema, json: Json): boolean => {
  switch (schema.type) {
    case 'null':
      return json === null;
    case 'boolean':
      return typeof json === 'boolean';
    case 'int':
      return isWhole(json, 32n);
    case 'long':
      return isWhole(json, 64n);
    case 'float':
    case 'double':
      return isNumber(json);
    case 'string':
    case 'bytes':
    case 'enum':
    case 'fixed':
      return typeof json === 'string';
    case 'array':
      return Array.isArray(json) && json.every((item) => fits(schema.items, item));
    case 'map':
      return isObject(json) && [...json.values()].every((value) => fits(schema.values, value));
    case 'union':
      // Any branch will do since Avro 1.12; before, it had to be the first.
      return schema.branches.some((branch) => fits(branch, json));
    case 'record':
      return fitsRecord(schema, json);
  }
};

/** Throws InvalidAvro when the field's default is not a value of its type. */
export const checkDefault = (field: Field): void => {
  if (field.defaultValue === undefined || fits(field.schema, field.defaultValue)) return;
  throw new InvalidAvro(
    `Invalid default for field ${field.name}: ${writeJson(field.defaultValue)} not a ${printAvro(field.schema)}`,
  );
};
