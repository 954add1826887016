import { cachedSchema } from './schema-change.ts';
import { onKeyAndValue, textSetting } from './side.ts';

/** org.apache.kafka.connect.transforms.HoistField: the whole becomes the one field of a struct or map. */
export const hoistField = onKeyAndValue({
  simpleName: 'HoistField',
  configDefinitions: [
    textSetting('field', 'Field name for the single field that will be created in the resulting Struct or Map.'),
  ],
  create: (config) => {
    const name = config.text('field');
    const schemaOf = cachedSchema((schema) => ({ type: 'struct', fields: [{ name, schema }] }));
    return ({ schema, value }) => ({ schema: schema === null ? null : schemaOf(schema), value: { [name]: value } });
  },
});
