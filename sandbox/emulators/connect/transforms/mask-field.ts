import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import { parseDecimal } from '../../../wire/connect/java-number.ts';
import { DataError } from '../connect-errors.ts';
import type { ConnectSchema, ConnectStruct, ConnectValue } from '../plugin.ts';
import { fieldValue } from './schema-change.ts';
import { nonEmptyList, replaceNullSetting } from './settings.ts';
import { onKeyAndValue, requireMap, requireStruct } from './side.ts';

const isDecimal = (value: object): boolean => 'unscaled' in value && 'scale' in value;

const emptyValue = (value: ConnectValue): ConnectValue => {
  if (typeof value === 'boolean') return false;
  if (typeof value === 'bigint') return 0n;
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return '';
  if (value instanceof Date) return new Date(0);
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  if (value instanceof Uint8Array || value === null) throw new DataError('Cannot mask value of type: class [B');
  return isDecimal(value) ? { unscaled: 0n, scale: 0 } : {};
};

const replaced = (schema: ConnectSchema | null, value: ConnectValue, replacement: string): ConnectValue => {
  const notANumber = (): DataError =>
    new DataError(`Unable to convert ${replacement} (class java.lang.String) to number`);
  if (typeof value === 'string') return replacement;
  if (typeof value === 'bigint' || (typeof value === 'number' && schema?.type.startsWith('int') === true)) {
    if (!/^[+-]?\d+$/.test(replacement)) throw notANumber();
    return typeof value === 'bigint' ? BigInt(replacement.replace(/^\+/, '')) : Number(replacement);
  }
  if (typeof value === 'number') {
    const number = Number(replacement);
    if (replacement.trim() === '' || Number.isNaN(number)) throw notANumber();
    return number;
  }
  if (typeof value === 'object' && value !== null && isDecimal(value)) {
    const decimal = parseDecimal(replacement);
    if (decimal === null) throw notANumber();
    return decimal;
  }
  throw new DataError(`Cannot mask value of type ${schema?.type ?? typeof value} with custom replacement.`);
};

/** org.apache.kafka.connect.transforms.MaskField: an empty value of the type, or the replacement, in place of what is there. */
export const maskField = onKeyAndValue({
  simpleName: 'MaskField',
  configDefinitions: [
    nonEmptyList('fields', 'Names of fields to mask.'),
    {
      name: 'replacement',
      type: 'STRING',
      default: null,
      importance: 'LOW',
      documentation:
        "Custom value replacement, that will be applied to all 'fields' values (numeric or non-empty string values only).",
      validate: (name, value) =>
        value === '' ? `Invalid value  for configuration ${name}: String must be non-empty` : null,
    },
    replaceNullSetting,
  ],
  create: (config) => {
    const masked = new Set(config.list('fields'));
    const replacement = config.optionalText('replacement');
    const withDefault = config.flag('replace.null.with.default');
    const mask = (schema: ConnectSchema | null, value: ConnectValue): ConnectValue => {
      if (value === null) return null;
      return replacement === null ? emptyValue(value) : replaced(schema, value, replacement);
    };
    return ({ schema, value }) => {
      const updated: ConnectStruct = {};
      if (schema === null) {
        const map = requireMap(value, 'mask fields');
        Object.assign(updated, map);
        for (const name of masked) updated[name] = mask(null, map[name] ?? null);
        return { schema, value: asJavaHashMap(updated) };
      }
      const struct = requireStruct(schema, value, 'mask fields');
      for (const field of schema.fields ?? []) {
        const item = fieldValue(struct, field, withDefault);
        updated[field.name] = masked.has(field.name) ? mask(field.schema, item) : item;
      }
      return { schema, value: updated };
    };
  },
});
