import { ConfigError, DataError } from '../connect-errors.ts';
import type { ConnectSchema, ConnectStruct } from '../plugin.ts';
import { cachedSchema, fieldValue } from './schema-change.ts';
import { replaceNullSetting } from './settings.ts';
import { onKeyAndValue, textSetting } from './side.ts';

/** org.apache.kafka.connect.transforms.SetSchemaMetadata: name and version of the schema. */
export const setSchemaMetadata = onKeyAndValue({
  simpleName: 'SetSchemaMetadata',
  configDefinitions: [
    { ...textSetting('schema.name', 'Schema name to set.', null), importance: 'HIGH' },
    { name: 'schema.version', type: 'INT', default: null, importance: 'HIGH', documentation: 'Schema version to set.' },
    replaceNullSetting,
  ],
  create: (config) => {
    const name = config.optionalText('schema.name');
    const version = config.optionalText('schema.version');
    if (name === null && version === null) throw new ConfigError('Neither schema name nor version configured');
    const withDefault = config.flag('replace.null.with.default');
    const schemaOf = cachedSchema(
      (schema): ConnectSchema => ({
        ...schema,
        ...(name === null ? {} : { name }),
        ...(version === null ? {} : { version: Number(version) }),
      }),
    );
    return ({ schema, value }) => {
      if (schema === null && value === null) return { schema, value };
      if (schema === null) throw new DataError('Schema required for [updating schema metadata]');
      if (schema.type !== 'struct' || value === null) return { schema: schemaOf(schema), value };
      const updated: ConnectStruct = {};
      for (const field of schema.fields ?? [])
        updated[field.name] = fieldValue(value as ConnectStruct, field, withDefault);
      return { schema: schemaOf(schema), value: updated };
    };
  },
});
