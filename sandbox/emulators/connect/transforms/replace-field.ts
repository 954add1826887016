import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import { ConfigError } from '../connect-errors.ts';
import type { ConfigDefinition, ConnectStruct } from '../plugin.ts';
import { cachedSchema, copyBasics, fieldValue } from './schema-change.ts';
import { replaceNullSetting } from './settings.ts';
import { onKeyAndValue, requireMap, requireStruct } from './side.ts';

const listSetting = (name: string, documentation: string): ConfigDefinition => ({
  name,
  type: 'LIST',
  default: '',
  importance: 'MEDIUM',
  documentation,
});

const renameMappings = (mappings: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    mappings.map((mapping) => {
      const parts = mapping.split(':');
      if (parts.length !== 2) {
        throw new ConfigError(
          `Invalid value [${mappings.join(', ')}] for configuration renames: Invalid rename mapping: ${mapping}`,
        );
      }
      return [parts[0] ?? '', parts[1] ?? ''];
    }),
  );

/** org.apache.kafka.connect.transforms.ReplaceField: exclude, include, rename. */
export const replaceField = onKeyAndValue({
  simpleName: 'ReplaceField',
  configDefinitions: [
    listSetting('exclude', 'Fields to exclude. This takes precedence over the fields to include.'),
    listSetting('include', 'Fields to include. If specified, only these fields will be used.'),
    listSetting('renames', 'Field rename mappings.'),
    replaceNullSetting,
  ],
  create: (config) => {
    const exclude = new Set(config.list('exclude'));
    const include = new Set(config.list('include'));
    const renames = renameMappings(config.list('renames'));
    const withDefault = config.flag('replace.null.with.default');
    const keeps = (name: string): boolean => !exclude.has(name) && (include.size === 0 || include.has(name));
    const renamed = (name: string): string => renames.get(name) ?? name;
    const schemaOf = cachedSchema((schema) =>
      copyBasics(
        schema,
        'struct',
        (schema.fields ?? [])
          .filter(({ name }) => keeps(name))
          .map((field) => ({ name: renamed(field.name), schema: field.schema })),
      ),
    );
    return ({ schema, value }) => {
      if (value === null) return { schema, value };
      const updated: ConnectStruct = {};
      if (schema === null) {
        for (const [name, item] of Object.entries(requireMap(value, 'field replacement'))) {
          if (keeps(name)) updated[renamed(name)] = item;
        }
        return { schema, value: asJavaHashMap(updated) };
      }
      const struct = requireStruct(schema, value, 'field replacement');
      for (const field of schema.fields ?? []) {
        if (keeps(field.name)) updated[renamed(field.name)] = fieldValue(struct, field, withDefault);
      }
      return { schema: schemaOf(schema), value: updated };
    };
  },
});
