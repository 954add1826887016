import { checkDefault } from './default-value.ts';
import { isNumber, isObject, type Json, type JsonObject, MalformedJson, readJson, writeJson } from './json-text.ts';
import {
  type AvroSchema,
  type EnumSchema,
  type Field,
  type FixedSchema,
  InvalidAvro,
  isNamed,
  isPrimitive,
  type NamedSchema,
  namespaceOf,
  qualify,
  type RecordSchema,
  type UnionSchema,
} from './schema.ts';

export type Names = Map<string, NamedSchema>;

type Scope = { names: Names; namespace: string };

const schemaAttributes = new Set([
  'doc',
  'fields',
  'items',
  'name',
  'namespace',
  'size',
  'symbols',
  'values',
  'type',
  'aliases',
]);
const fieldAttributes = new Set(['default', 'doc', 'name', 'order', 'type', 'aliases']);

const propertiesOf = (object: JsonObject, own: ReadonlySet<string>, alsoOwn?: string): JsonObject =>
  new Map([...object].filter(([key]) => !own.has(key) && key !== alsoOwn));

const textMember = (object: JsonObject, name: string): string | undefined => {
  const value = object.get(name);
  return typeof value === 'string' ? value : undefined;
};

const checkName = (name: string) => {
  for (const part of name.split('.')) {
    if (part === '') throw new InvalidAvro('Empty name');
    if (!/^[A-Za-z_]/.test(part)) throw new InvalidAvro(`Illegal initial character: ${part}`);
    if (!/^\w+$/.test(part)) throw new InvalidAvro(`Illegal character in: ${part}`);
  }
};

const aliasesOf = (object: JsonObject, namespace: string): string[] => {
  const aliases = object.get('aliases');
  if (aliases === undefined) return [];
  if (!Array.isArray(aliases)) throw new InvalidAvro(`aliases not an array: ${writeJson(aliases)}`);
  return aliases.map((alias) => {
    if (typeof alias !== 'string') throw new InvalidAvro(`alias not a string: ${writeJson(alias)}`);
    return qualify(alias, namespace);
  });
};

const parseNamedHead = (object: JsonObject, scope: Scope): Pick<NamedSchema, 'fullName' | 'aliases' | 'doc'> => {
  const name = textMember(object, 'name');
  if (name === undefined) throw new InvalidAvro(`No name in schema: ${writeJson(object)}`);
  const fullName = qualify(name, textMember(object, 'namespace') ?? scope.namespace);
  checkName(fullName);
  if (isPrimitive(fullName)) throw new InvalidAvro(`Schemas may not be named after primitives: ${fullName}`);
  return { fullName, aliases: aliasesOf(object, namespaceOf(fullName)), doc: textMember(object, 'doc') };
};

const define = <Schema extends NamedSchema>(schema: Schema, names: Names): Schema => {
  if (names.has(schema.fullName)) throw new InvalidAvro(`Can't redefine: ${schema.fullName}`);
  names.set(schema.fullName, schema);
  return schema;
};

const parseOrder = (text: string | undefined): Field['order'] => {
  const order = text?.toLowerCase() ?? 'ascending';
  if (order !== 'ascending' && order !== 'descending' && order !== 'ignore')
    throw new InvalidAvro(`No enum constant org.apache.avro.Schema.Field.Order.${text?.toUpperCase()}`);
  return order;
};

const parseField = (json: Json, scope: Scope): Field => {
  if (!isObject(json)) throw new InvalidAvro(`field not an object: ${writeJson(json)}`);
  const name = textMember(json, 'name');
  if (name === undefined) throw new InvalidAvro(`No field name: ${writeJson(json)}`);
  if (name.includes('.')) throw new InvalidAvro(`Illegal character in: ${name}`);
  checkName(name);
  const type = json.get('type');
  if (type === undefined) throw new InvalidAvro(`No field type: ${writeJson(json)}`);
  if (typeof type === 'string' && !isPrimitive(type) && !lookUp(type, scope))
    throw new InvalidAvro(
      `"${type}" is not a defined name. The type of the "${name}" field must be a defined name or a {"type": ...} expression.`,
    );
  return {
    name,
    schema: parseSchema(type, scope),
    doc: textMember(json, 'doc'),
    defaultValue: json.get('default'),
    order: parseOrder(textMember(json, 'order')),
    aliases: aliasesOf(json, ''),
    properties: propertiesOf(json, fieldAttributes),
  };
};

const parseRecord = (object: JsonObject, scope: Scope, isError: boolean): RecordSchema => {
  const head = parseNamedHead(object, scope);
  const properties = propertiesOf(object, schemaAttributes);
  const record = define<RecordSchema>({ type: 'record', isError, ...head, fields: [], properties }, scope.names);
  const fields = object.get('fields');
  if (!Array.isArray(fields)) throw new InvalidAvro(`Record has no fields: ${writeJson(object)}`);
  const inside = { names: scope.names, namespace: namespaceOf(head.fullName) };
  for (const json of fields) {
    const field = parseField(json, inside);
    if (record.fields.some(({ name }) => name === field.name))
      throw new InvalidAvro(`Duplicate field ${field.name} in record ${head.fullName}`);
    record.fields.push(field);
  }
  return record;
};

const parseEnum = (object: JsonObject, scope: Scope): EnumSchema => {
  const head = parseNamedHead(object, scope);
  const symbols = object.get('symbols');
  if (!Array.isArray(symbols)) throw new InvalidAvro(`Enum has no symbols: ${writeJson(object)}`);
  const texts = symbols.map((symbol) => {
    if (typeof symbol !== 'string') throw new InvalidAvro(`Enum has no symbols: ${writeJson(object)}`);
    checkName(symbol);
    return symbol;
  });
  const repeated = texts.find((symbol, index) => texts.indexOf(symbol) !== index);
  if (repeated !== undefined) throw new InvalidAvro(`Duplicate enum symbol: ${repeated}`);
  const defaultSymbol = textMember(object, 'default');
  if (defaultSymbol !== undefined && !texts.includes(defaultSymbol))
    throw new InvalidAvro(`The Enum Default: ${defaultSymbol} is not in the enum symbol set: [${texts.join(', ')}]`);
  const properties = propertiesOf(object, schemaAttributes, 'default');
  return define<EnumSchema>({ type: 'enum', ...head, symbols: texts, defaultSymbol, properties }, scope.names);
};

const parseFixed = (object: JsonObject, scope: Scope): FixedSchema => {
  const head = parseNamedHead(object, scope);
  const size = object.get('size');
  if (!isNumber(size) || !/^\d{1,9}$/.test(size.number))
    throw new InvalidAvro(`Invalid or no size: ${writeJson(object)}`);
  const properties = propertiesOf(object, schemaAttributes);
  return define<FixedSchema>({ type: 'fixed', ...head, sizeBytes: Number(size.number), properties }, scope.names);
};

const parseUnion = (branches: readonly Json[], scope: Scope): UnionSchema => {
  const union: UnionSchema = { type: 'union', branches: [] };
  const seen = new Set<string>();
  for (const json of branches) {
    const branch = parseSchema(json, scope);
    if (branch.type === 'union') throw new InvalidAvro('Nested union');
    const name = isNamed(branch) ? branch.fullName : branch.type;
    if (seen.has(name)) throw new InvalidAvro(`Duplicate in union:${name}`);
    seen.add(name);
    union.branches.push(branch);
  }
  return union;
};

const lookUp = (name: string, scope: Scope): NamedSchema | undefined =>
  scope.names.get(qualify(name, scope.namespace)) ?? scope.names.get(name);

const parseTyped = (object: JsonObject, scope: Scope): AvroSchema => {
  const type = textMember(object, 'type');
  if (type === undefined) throw new InvalidAvro(`No type: ${writeJson(object)}`);
  const properties = propertiesOf(object, schemaAttributes);
  if (isPrimitive(type)) return { type, properties };
  switch (type) {
    case 'record':
    case 'error':
      return parseRecord(object, scope, type === 'error');
    case 'enum':
      return parseEnum(object, scope);
    case 'fixed':
      return parseFixed(object, scope);
    case 'array':
    case 'map': {
      const member = type === 'array' ? 'items' : 'values';
      const inside = object.get(member);
      if (inside === undefined)
        throw new InvalidAvro(
          `${type === 'array' ? 'Array has no items' : 'Map has no values'} type: ${writeJson(object)}`,
        );
      const schema = parseSchema(inside, scope);
      return type === 'array' ? { type, items: schema, properties } : { type, values: schema, properties };
    }
    default: {
      const named = lookUp(type, scope);
      if (named === undefined) throw new InvalidAvro(`Type not supported: ${type}`);
      return named;
    }
  }
};

const parseSchema = (json: Json, scope: Scope): AvroSchema => {
  if (typeof json === 'string') {
    if (isPrimitive(json)) return { type: json, properties: new Map() };
    const named = lookUp(json, scope);
    if (named === undefined) throw new InvalidAvro(`Undefined name: "${json}"`);
    return named;
  }
  if (Array.isArray(json)) return parseUnion(json, scope);
  if (isObject(json)) return parseTyped(json, scope);
  throw new InvalidAvro(`Schema not yet supported: ${writeJson(json)}`);
};

/** Reads a schema that may use `known` names; those that it defines are added to them. Throws InvalidAvro. */
export const parseAvro = (text: string, known: Names = new Map()): AvroSchema => {
  const before = new Set(known.keys());
  let json: Json;
  try {
    json = readJson(text);
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    // The Java parser takes a bare name too.
    if (!/^[\w.]+$/.test(text.trim())) throw new InvalidAvro(`it is not JSON: ${error.message}`);
    json = text.trim();
  }
  const schema = parseSchema(json, { names: known, namespace: '' });
  for (const [name, named] of known)
    if (!before.has(name) && named.type === 'record') for (const field of named.fields) checkDefault(field);
  return schema;
};
