import { type JsonObject, writeJson } from './json-text.ts';
import {
  type AvroSchema,
  type Field,
  isNamed,
  isPrimitive,
  type NamedSchema,
  namespaceOf,
  simpleName,
} from './schema.ts';

type Printing = { seen: Set<string>; namespace: string };

const member = (name: string, json: string): string => `,"${name}":${json}`;
const text = (value: string): string => JSON.stringify(value);
const texts = (values: readonly string[]): string => `[${values.map(text).join(',')}]`;

const properties = (all: JsonObject): string =>
  [...all].map(([key, value]) => `,${JSON.stringify(key)}:${writeJson(value)}`).join('');

const reference = (fullName: string, namespace: string): string => {
  const simple = simpleName(fullName);
  return namespaceOf(fullName) === namespace && !isPrimitive(simple) ? simple : fullName;
};

const head = (schema: NamedSchema, printing: Printing): string => {
  const namespace = namespaceOf(schema.fullName);
  const type = schema.type === 'record' && schema.isError ? 'error' : schema.type;
  let out = `{"type":"${type}","name":${text(simpleName(schema.fullName))}`;
  if (namespace !== printing.namespace) out += member('namespace', text(namespace));
  if (schema.doc !== undefined) out += member('doc', text(schema.doc));
  return out;
};

const tail = (schema: NamedSchema): string => {
  const aliases = schema.aliases.map((alias) => reference(alias, namespaceOf(schema.fullName)));
  return `${properties(schema.properties)}${aliases.length > 0 ? member('aliases', texts(aliases)) : ''}}`;
};

const printField = (field: Field, printing: Printing): string => {
  let out = `{"name":${text(field.name)},"type":${print(field.schema, printing)}`;
  if (field.doc !== undefined) out += member('doc', text(field.doc));
  if (field.defaultValue !== undefined) out += member('default', writeJson(field.defaultValue));
  if (field.order !== 'ascending') out += member('order', text(field.order));
  if (field.aliases.length > 0) out += member('aliases', texts(field.aliases));
  return `${out}${properties(field.properties)}}`;
};

const printNamed = (schema: NamedSchema, printing: Printing): string => {
  if (printing.seen.has(schema.fullName)) return text(reference(schema.fullName, printing.namespace));
  printing.seen.add(schema.fullName);
  const start = head(schema, printing);
  if (schema.type === 'fixed') return `${start}${member('size', `${schema.sizeBytes}`)}${tail(schema)}`;
  if (schema.type === 'enum') {
    const defaultSymbol = schema.defaultSymbol === undefined ? '' : member('default', text(schema.defaultSymbol));
    return `${start}${member('symbols', texts(schema.symbols))}${defaultSymbol}${tail(schema)}`;
  }
  const inside = { seen: printing.seen, namespace: namespaceOf(schema.fullName) };
  const fields = schema.fields.map((field) => printField(field, inside)).join(',');
  return `${start}${member('fields', `[${fields}]`)}${tail(schema)}`;
};

const print = (schema: AvroSchema, printing: Printing): string => {
  if (isNamed(schema)) return printNamed(schema, printing);
  switch (schema.type) {
    case 'union':
      return `[${schema.branches.map((branch) => print(branch, printing)).join(',')}]`;
    case 'array':
      return `{"type":"array","items":${print(schema.items, printing)}${properties(schema.properties)}}`;
    case 'map':
      return `{"type":"map","values":${print(schema.values, printing)}${properties(schema.properties)}}`;
    default:
      return schema.properties.size === 0
        ? text(schema.type)
        : `{"type":"${schema.type}"${properties(schema.properties)}}`;
  }
};

/** The schema as Avro for Java prints it, which is what the registry stores and returns. Names of `references` are not printed out. */
export const printAvro = (schema: AvroSchema, references: Iterable<string> = []): string =>
  print(schema, { seen: new Set(references), namespace: '' });
