import { ConnectError } from '../connect-errors.ts';
import { onKeyAndValue, requireMap, requireStruct, textSetting } from './side.ts';

/** org.apache.kafka.connect.transforms.ExtractField: one field in place of the whole. Null passes. */
export const extractField = onKeyAndValue({
  simpleName: 'ExtractField',
  configDefinitions: [textSetting('field', 'Field name to extract.')],
  create: (config) => {
    const field = config.text('field');
    return ({ schema, value }) => {
      if (schema === null) {
        return { schema: null, value: value === null ? null : (requireMap(value, 'field extraction')[field] ?? null) };
      }
      const found = schema.fields?.find(({ name }) => name === field);
      const struct = value === null ? null : requireStruct(schema, value, 'field extraction');
      if (found === undefined) {
        throw new ConnectError(`Unknown field: ${field}`, { javaClass: 'java.lang.IllegalArgumentException' });
      }
      return { schema: found.schema, value: struct?.[field] ?? found.schema.default ?? null };
    };
  },
});
