import { ConfigError } from '../connect-errors.ts';
import type { ConfigDefinition } from '../plugin.ts';

/** `check` throws a ConfigError for what no list of this setting may hold. */
export const nonEmptyList = (
  name: string,
  documentation: string,
  check: (items: readonly string[]) => void = () => {},
): ConfigDefinition => ({
  name,
  type: 'LIST',
  importance: 'HIGH',
  documentation,
  validate: (setting, value) => {
    if (!Array.isArray(value) || value.length === 0)
      return `Invalid value ${value} for configuration ${setting}: Empty list`;
    try {
      check(value);
      return null;
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  },
});

export const replaceNullSetting: ConfigDefinition = {
  name: 'replace.null.with.default',
  type: 'BOOLEAN',
  default: 'true',
  importance: 'MEDIUM',
  documentation:
    'Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used.',
};
