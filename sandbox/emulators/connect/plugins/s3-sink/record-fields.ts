import { DataError } from '../../connect-errors.ts';
import type { ConnectSchema, ConnectStruct, ConnectValue, SinkRecord } from '../../plugin.ts';

// `a.b.c` into a record's value. Source: DataUtils.

export type FoundField = { value: ConnectValue; schema: ConnectSchema | null };

const isStructOrMap = (value: ConnectValue): value is ConnectStruct =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof Date) &&
  !('unscaled' in value && 'scale' in value && typeof value.unscaled === 'bigint') &&
  !(value instanceof Map);

/** Null when the value is no struct or map at all. Throws when the path leads nowhere. */
export const nestedField = ({ value, valueSchema }: SinkRecord, path: string): FoundField | null => {
  if (!isStructOrMap(value)) return null;
  let current: ConnectValue = value;
  let schema: ConnectSchema | null = valueSchema;
  for (const name of path.split('.')) {
    if (!isStructOrMap(current)) throw new DataError(`The field '${path}' does not exist.`);
    const next: ConnectValue | undefined = (current as ConnectStruct)[name];
    if (next === undefined || next === null) throw new DataError(`The field '${path}' does not exist.`);
    schema = schema?.fields?.find((field) => field.name === name)?.schema ?? null;
    current = next;
  }
  return { value: current, schema };
};
