import type { ConfigDefinition } from '../plugin.ts';

export const nonEmptyList = (name: string, documentation: string): ConfigDefinition => ({
  name,
  type: 'LIST',
  importance: 'HIGH',
  documentation,
  validate: (setting, value) =>
    Array.isArray(value) && value.length > 0 ? null : `Invalid value ${value} for configuration ${setting}: Empty list`,
});

export const replaceNullSetting: ConfigDefinition = {
  name: 'replace.null.with.default',
  type: 'BOOLEAN',
  default: 'true',
  importance: 'MEDIUM',
  documentation:
    'Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used.',
};
