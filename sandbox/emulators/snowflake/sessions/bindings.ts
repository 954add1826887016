import { SnowflakeError } from '../errors.ts';
import type { SqlType, TypedValue } from '../rewrite/types.ts';

/** A value that the driver sends beside the statement: a text with its type; an array of texts for as many rows. */
export type Binding = { type: string; value: string | null | readonly (string | null)[]; fmt?: string };

export type Bindings = Readonly<Record<string, Binding>>;

const fixedType = (value: string | null): SqlType => {
  const match = /^[-+]?(\d*)(?:\.(\d+))?$/.exec(value ?? '0');
  if (!match) return { kind: 'float' };
  return { kind: 'number', precision: 38, scale: Math.min(match[2]?.length ?? 0, 37) };
};

const byName: Readonly<Record<string, SqlType>> = {
  REAL: { kind: 'float' },
  TEXT: { kind: 'text' },
  ANY: { kind: 'text' },
  CHAR: { kind: 'text' },
  BOOLEAN: { kind: 'boolean' },
  DATE: { kind: 'date' },
  TIME: { kind: 'time', scale: 9 },
  TIMESTAMP: { kind: 'timestamp_ntz', scale: 9 },
  TIMESTAMP_NTZ: { kind: 'timestamp_ntz', scale: 9 },
  TIMESTAMP_LTZ: { kind: 'timestamp_ltz', scale: 9 },
  TIMESTAMP_TZ: { kind: 'timestamp_tz', scale: 9 },
  BINARY: { kind: 'binary' },
  VARIANT: { kind: 'variant' },
  OBJECT: { kind: 'object' },
  ARRAY: { kind: 'array' },
};

const typedValue = (binding: Binding, value: string | null): TypedValue => {
  const name = binding.type.toUpperCase();
  const type = name === 'FIXED' ? fixedType(value) : byName[name];
  if (!type) throw new SnowflakeError('000002', `Unsupported feature 'binding of type ${binding.type}'.`);
  return { type, value };
};

/** How many rows an array binding holds; undefined when all bindings are single values. */
export const boundRows = (bindings: Bindings | undefined): number | undefined => {
  const arrays = Object.values(bindings ?? {}).filter((binding) => Array.isArray(binding.value));
  if (arrays.length === 0) return undefined;
  return Math.max(...arrays.map((binding) => (binding.value as readonly unknown[]).length));
};

/** `name` is a bind's name; of an array binding, the row follows after '#'. */
export const boundValue = (bindings: Bindings | undefined, name: string): TypedValue | undefined => {
  const [bindName, row] = name.split('#') as [string, string | undefined];
  const binding = bindings?.[bindName];
  if (!binding) return undefined;
  if (!Array.isArray(binding.value)) return typedValue(binding, binding.value as string | null);
  return typedValue(binding, (binding.value as readonly (string | null)[])[Number(row ?? 0)] ?? null);
};
