import { javaDouble, plainDecimal } from '../../../wire/connect/java-number.ts';
import type { ConnectSchema, ConnectStruct, ConnectValue } from '../plugin.ts';

/** Object.toString of a Connect value on the JVM: what StringConverter writes for everything that is not text. */
export const javaText = (schema: ConnectSchema | null, value: ConnectValue): string => {
  if (value === null) return 'null';
  if (typeof value === 'number') {
    return schema === null || schema.type.startsWith('float') ? javaDouble(value) : String(value);
  }
  if (typeof value !== 'object') return String(value);
  if (value instanceof Date) return value.toUTCString();
  if (value instanceof Uint8Array) return `[B@${value.byteLength.toString(16)}`;
  if (Array.isArray(value)) return `[${value.map((item) => javaText(schema?.valueSchema ?? null, item)).join(', ')}]`;
  if (value instanceof Map) {
    const entries = [...value].map(
      ([key, item]) => `${javaText(schema?.keySchema ?? null, key)}=${javaText(schema?.valueSchema ?? null, item)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  if ('unscaled' in value && typeof value['unscaled'] === 'bigint') {
    return plainDecimal(value['unscaled'], Number(value['scale']));
  }
  const struct = value as ConnectStruct;
  if (schema?.type === 'struct') {
    // Struct.toString leaves out fields that are null.
    const fields = (schema.fields ?? []).filter((field) => (struct[field.name] ?? null) !== null);
    return `Struct{${fields.map((field) => `${field.name}=${javaText(field.schema, struct[field.name] ?? null)}`).join(',')}}`;
  }
  return `{${Object.entries(struct)
    .map(([key, item]) => `${key}=${javaText(null, item)}`)
    .join(', ')}}`;
};
