import { DataError } from '../connect-errors.ts';
import type { ConnectField, ConnectSchema, ConnectStruct, ConnectValue } from '../plugin.ts';
import { cachedSchema, copyBasics } from './schema-change.ts';
import { onKeyAndValue, requireMap, requireStruct, textSetting } from './side.ts';

const isMap = (value: ConnectValue): value is ConnectStruct =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof Date) &&
  !(value instanceof Map);

const flattenedFields = (schema: ConnectSchema, prefix: string, optional: boolean, delimiter: string): ConnectField[] =>
  (schema.fields ?? []).flatMap((field): ConnectField[] => {
    const name = `${prefix}${field.name}`;
    const isOptional = optional || field.schema.optional === true;
    if (field.schema.type === 'struct')
      return flattenedFields(field.schema, `${name}${delimiter}`, isOptional, delimiter);
    if (field.schema.type === 'map') {
      throw new DataError(`Flatten transformation does not support MAP for record with schemas (for field ${name}).`);
    }
    return [
      {
        name,
        schema: isOptional && field.schema.optional !== true ? { ...field.schema, optional: true } : field.schema,
      },
    ];
  });

const flattenStruct = (
  schema: ConnectSchema,
  struct: ConnectStruct | null,
  prefix: string,
  delimiter: string,
  into: ConnectStruct,
): void => {
  for (const field of schema.fields ?? []) {
    const name = `${prefix}${field.name}`;
    const value = struct?.[field.name] ?? null;
    if (field.schema.type === 'struct') {
      flattenStruct(
        field.schema,
        value === null ? null : (value as ConnectStruct),
        `${name}${delimiter}`,
        delimiter,
        into,
      );
    } else into[name] = value;
  }
};

const flattenMap = (map: ConnectStruct, prefix: string, delimiter: string, into: ConnectStruct): void => {
  for (const [key, value] of Object.entries(map)) {
    if (isMap(value)) flattenMap(value, `${prefix}${key}${delimiter}`, delimiter, into);
    else into[`${prefix}${key}`] = value;
  }
};

/** org.apache.kafka.connect.transforms.Flatten: nested structs and maps to one level; arrays stay. */
export const flatten = onKeyAndValue({
  simpleName: 'Flatten',
  configDefinitions: [
    textSetting(
      'delimiter',
      'Delimiter to insert between field names from the input record when generating field names for the output record',
      '.',
    ),
  ],
  create: (config) => {
    const delimiter = config.text('delimiter');
    const schemaOf = cachedSchema((schema) =>
      copyBasics(schema, 'struct', flattenedFields(schema, '', schema.optional === true, delimiter)),
    );
    return ({ schema, value }) => {
      if (value === null) return { schema, value };
      const updated: ConnectStruct = {};
      if (schema === null) flattenMap(requireMap(value, 'flattening'), '', delimiter, updated);
      else flattenStruct(schema, requireStruct(schema, value, 'flattening'), '', delimiter, updated);
      return { schema: schema === null ? null : schemaOf(schema), value: updated };
    };
  },
});
