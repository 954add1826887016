import { oneOf } from '../config/validators.ts';
import { ConfigError, ConnectError } from '../connect-errors.ts';
import type { ConnectSchema, ConnectStruct, ConnectValue } from '../plugin.ts';
import { onKeyAndValue, requireMap, requireStruct, textSetting } from './side.ts';

/** `a.b` with backticks around names that hold dots. Source: SingleFieldPath, V2 (KIP-821). */
const parsePath = (text: string): readonly string[] => {
  const steps: string[] = [];
  for (const match of text.matchAll(/(?:^|\.)(?:`((?:[^`\\]|\\.)*)`|([^.]*))(?=\.|$)/g))
    steps.push(match[1]?.replace(/\\`/g, '`') ?? match[2] ?? '');
  return steps;
};

const unknownField = (field: string): ConnectError =>
  new ConnectError(`Unknown field: ${field}`, { javaClass: 'java.lang.IllegalArgumentException' });

/** org.apache.kafka.connect.transforms.ExtractField: one field in place of the whole. Null passes. */
export const extractField = onKeyAndValue({
  simpleName: 'ExtractField',
  configDefinitions: [
    textSetting('field', 'Field name to extract.'),
    {
      ...textSetting('field.syntax.version', 'Defines the version of the syntax to access fields: V1 or V2.', 'V1'),
      importance: 'HIGH',
      validate: oneOf(['V1', 'V2']),
    },
    {
      name: 'replace.null.with.default',
      type: 'BOOLEAN',
      default: 'true',
      importance: 'MEDIUM',
      documentation:
        'Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used.',
    },
  ],
  create: (config) => {
    const name = config.text('field');
    const path = config.text('field.syntax.version') === 'V2' ? parsePath(name) : [name];
    if (path.length === 0) throw new ConfigError('Empty field path');
    const withDefault = config.flag('replace.null.with.default');
    return ({ schema, value }) => {
      let current: ConnectValue = value;
      if (schema === null) {
        for (const step of path)
          current = current === null ? null : (requireMap(current, 'field extraction')[step] ?? null);
        return { schema: null, value: current };
      }
      let currentSchema: ConnectSchema = schema;
      for (const step of path) {
        const struct: ConnectStruct | null =
          current === null ? null : requireStruct(currentSchema, current, 'field extraction');
        const found = currentSchema.fields?.find((field) => field.name === step);
        if (found === undefined) throw unknownField(name);
        currentSchema = found.schema;
        current = struct === null ? null : (struct[step] ?? (withDefault ? (found.schema.default ?? null) : null));
      }
      return { schema: currentSchema, value: current };
    };
  },
});
