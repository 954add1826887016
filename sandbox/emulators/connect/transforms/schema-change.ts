import type { ConnectField, ConnectSchema, ConnectStruct, ConnectType, ConnectValue } from '../plugin.ts';

/** SchemaUtil.copySchemaBasics: name, version, doc and parameters, but neither optionality nor default. */
export const copyBasics = (
  schema: ConnectSchema,
  type: ConnectType,
  fields?: readonly ConnectField[],
): ConnectSchema => ({
  type,
  ...(schema.name === undefined ? {} : { name: schema.name }),
  ...(schema.version === undefined ? {} : { version: schema.version }),
  ...(schema.doc === undefined ? {} : { doc: schema.doc }),
  ...(schema.parameters === undefined ? {} : { parameters: schema.parameters }),
  ...(fields === undefined ? {} : { fields }),
});

export const withOptionality = (schema: ConnectSchema, from: ConnectSchema): ConnectSchema =>
  from.optional === true ? { ...schema, optional: true } : schema;

/** One changed schema for each schema that comes by, so that converters recognise it. */
export const cachedSchema = (
  change: (schema: ConnectSchema) => ConnectSchema,
): ((schema: ConnectSchema) => ConnectSchema) => {
  const known = new WeakMap<ConnectSchema, ConnectSchema>();
  return (schema) => {
    let changed = known.get(schema);
    if (changed === undefined) known.set(schema, (changed = change(schema)));
    return changed;
  };
};

/** Struct.get, or getWithoutDefault. */
export const fieldValue = (struct: ConnectStruct, field: ConnectField, withDefault: boolean): ConnectValue =>
  struct[field.name] ?? (withDefault ? (field.schema.default ?? null) : null);
