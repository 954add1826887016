import { ConfigError } from '../connect-errors.ts';
import type { ConfigDefinition, ConfigErrors, ConfigType, ConfigValue, ConnectorConfig } from '../plugin.ts';
import { invalidValue } from './validators.ts';

// org.apache.kafka.common.config.ConfigDef: text to typed values, and what is wrong with it.

const longMaximum = 9_223_372_036_854_775_807n;

const ranges: Partial<Record<ConfigType, bigint>> = { INT: 2_147_483_647n, SHORT: 32_767n, LONG: longMaximum };

const parseInteger = (name: string, text: string, type: ConfigType): number | string => {
  const maximum = ranges[type] ?? longMaximum;
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text.replace(/^\+/, ''));
    if (value <= maximum && value >= -maximum - 1n) return Number(value);
  }
  return invalidValue(name, text, `Not a number of type ${type}`);
};

type Parsed = { value: ConfigValue } | { error: string };

/** ConfigDef.parseType. */
export const parseConfigValue = (name: string, type: ConfigType, given: string): Parsed => {
  const text = given.trim();
  switch (type) {
    case 'BOOLEAN': {
      const flag = text.toLowerCase();
      if (flag === 'true' || flag === 'false') return { value: flag === 'true' };
      return { error: invalidValue(name, given, 'Expected value to be either true or false') };
    }
    case 'INT':
    case 'SHORT':
    case 'LONG': {
      const value = parseInteger(name, text, type);
      return typeof value === 'number' ? { value } : { error: value };
    }
    case 'DOUBLE': {
      const value = Number(text);
      return text === '' || Number.isNaN(value)
        ? { error: invalidValue(name, given, 'Not a number of type DOUBLE') }
        : { value };
    }
    case 'LIST':
      return { value: text === '' ? [] : text.split(/\s*,\s*/) };
    default:
      return { value: text };
  }
};

/** One setting as the validate endpoint shows it. */
export type ValidatedSetting = { definition: ConfigDefinition; value: ConfigValue; errors: string[] };

const validateOne = (definition: ConfigDefinition, config: ConnectorConfig): ValidatedSetting => {
  const { name, type } = definition;
  const given = config[name] ?? definition.default;
  const errors: string[] = [];
  let value: ConfigValue = null;
  if (given === undefined) {
    errors.push(`Missing required configuration "${name}" which has no default value.`);
    return { definition, value, errors };
  }
  if (given !== null) {
    const parsed = parseConfigValue(name, type, given);
    if ('error' in parsed) errors.push(parsed.error);
    else value = parsed.value;
  }
  const complaint = definition.validate?.(name, value, config);
  if (complaint) errors.push(complaint);
  return { definition, value, errors };
};

/** ConfigDef.validate: every setting with its value and what is wrong with it. */
export const validateSettings = (
  definitions: readonly ConfigDefinition[],
  config: ConnectorConfig,
): ValidatedSetting[] => definitions.map((definition) => validateOne(definition, config));

/** Adds errors that a plug-in found by itself to the settings they belong to. */
export const addErrors = (settings: readonly ValidatedSetting[], errors: ConfigErrors): void => {
  for (const setting of settings) setting.errors.push(...(errors[setting.definition.name] ?? []));
};

/** AbstractConfig: typed values by name; throws the first error as a ConfigException. */
export type TypedConfig = {
  text(name: string): string;
  optionalText(name: string): string | null;
  number(name: string): number;
  flag(name: string): boolean;
  list(name: string): readonly string[];
};

export const typedConfig = (definitions: readonly ConfigDefinition[], config: ConnectorConfig): TypedConfig => {
  const values = new Map<string, ConfigValue>();
  for (const { definition, value, errors } of validateSettings(definitions, config)) {
    if (errors[0] !== undefined) throw new ConfigError(errors[0]);
    values.set(definition.name, value);
  }
  const get = (name: string): ConfigValue => {
    const value = values.get(name);
    if (value === undefined) throw new ConfigError(`Unknown configuration '${name}'`);
    return value;
  };
  return {
    text: (name) => String(get(name) ?? ''),
    optionalText: (name) => {
      const value = get(name);
      return value === null ? null : String(value);
    },
    number: (name) => Number(get(name)),
    flag: (name) => get(name) === true,
    list: (name) => {
      const value = get(name);
      return Array.isArray(value) ? value : [];
    },
  };
};
