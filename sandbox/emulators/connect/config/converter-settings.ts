import { converters, findConverter } from '../converters/index.ts';
import type { ConfigDefinition } from '../plugin.ts';
import { invalidValue } from './validators.ts';

type Validate = NonNullable<ConfigDefinition['validate']>;

export const simpleHeaderConverter = 'org.apache.kafka.connect.storage.SimpleHeaderConverter';

/** As `recommended_values` lists them; the real worker repeats StringConverter, which two of its loaders find. */
export const converterNames: readonly string[] = converters.map(({ className }) => className).sort();

export const headerConverterNames: readonly string[] = [...converterNames, simpleHeaderConverter].sort();

// The real worker says that the class could not be found; a converter that exists there but not here is refused by its name.
const complaint = (name: string, value: unknown): string =>
  invalidValue(
    name,
    String(value),
    `Class ${value} could not be found. (converters emulated: ${converterNames.join(', ')})`,
  );

export const knownConverter: Validate = (name, value) =>
  value === null || findConverter(String(value)) !== undefined ? null : complaint(name, value);

export const knownHeaderConverter: Validate = (name, value) =>
  value === null || simpleHeaderConverter.endsWith(String(value)) || findConverter(String(value)) !== undefined
    ? null
    : complaint(name, value);
