import type { ConfigDefinition, ConfigValue } from '../plugin.ts';

type Validate = NonNullable<ConfigDefinition['validate']>;

/** The message of a ConfigException made of name, value and reason. */
export const invalidValue = (name: string, value: ConfigValue, reason: string): string =>
  `Invalid value ${Array.isArray(value) ? `[${value.join(', ')}]` : value} for configuration ${name}: ${reason}`;

/** ConfigDef.Range.atLeast. */
export const atLeast =
  (minimum: number): Validate =>
  (name, value) => {
    if (value === null) return invalidValue(name, value, 'Value must be non-null');
    return Number(value) < minimum ? invalidValue(name, value, `Value must be at least ${minimum}`) : null;
  };

/** ConfigDef.ValidString.in. */
export const oneOf =
  (allowed: readonly string[]): Validate =>
  (name, value) =>
    allowed.includes(String(value)) ? null : invalidValue(name, value, `String must be one of: ${allowed.join(', ')}`);

/** ConfigDef.CaseInsensitiveValidString.in. */
export const oneOfAnyCase =
  (allowed: readonly string[]): Validate =>
  (name, value) =>
    allowed.some((item) => item.toLowerCase() === String(value).toLowerCase())
      ? null
      : invalidValue(name, value, `String must be one of (case insensitive): ${allowed.join(', ')}`);

/** A connector's name: not empty, without control characters. */
export const connectorName: Validate = (name, value) => {
  if (value === null || value === '') return invalidValue(name, value, 'String may not be empty');
  return /[\u0000-\u001f\u007f]/.test(String(value))
    ? invalidValue(name, value, 'String may not contain control sequences')
    : null;
};

/** Aliases of transformations or predicates must be distinct. */
export const uniqueNames: Validate = (name, value) => {
  const aliases = Array.isArray(value) ? value : [];
  return new Set(aliases).size === aliases.length ? null : invalidValue(name, value, 'Duplicate alias provided.');
};
