import { isNumber, isObject, type Json, type JsonObject, writeJson } from './json-text.ts';
import { type AvroSchema, type Field, isNamed, type NamedSchema } from './schema.ts';

const text = (value: string): string => JSON.stringify(value);

const sortedJson = (json: Json): Json => {
  if (Array.isArray(json)) return json.map(sortedJson);
  if (!isObject(json) || isNumber(json)) return json;
  return new Map([...json].sort(byName).map(([key, value]) => [key, sortedJson(value)]));
};

const byName = (left: readonly [string, unknown], right: readonly [string, unknown]): number =>
  left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0;

const logicalMembers = ['logicalType', 'precision', 'scale'];

/** A logical type's own members come first, then all others by name. */
const properties = (all: JsonObject): string => {
  const isLogical = typeof all.get('logicalType') === 'string';
  const first = isLogical ? logicalMembers.filter((name) => all.has(name)) : [];
  const rest = [...all.keys()].filter((name) => !first.includes(name)).sort();
  return [...first, ...rest].map((name) => `,${text(name)}:${writeJson(sortedJson(all.get(name) as Json))}`).join('');
};

const aliasesOf = (aliases: readonly string[]): string =>
  aliases.length === 0 ? '' : `,"aliases":${writeJson([...aliases].sort())}`;

const normalizeField = (field: Field, seen: Set<string>): string => {
  let out = `{"name":${text(field.name)},"type":${normalize(field.schema, seen)}`;
  // Java prints the order's constant by its name, and always.
  out += `,"order":"${field.order.toUpperCase()}"`;
  if (field.doc !== undefined) out += `,"doc":${text(field.doc)}`;
  out += aliasesOf(field.aliases);
  if (field.defaultValue !== undefined) out += `,"default":${writeJson(sortedJson(field.defaultValue))}`;
  return `${out}${properties(field.properties)}}`;
};

const normalizeNamed = (schema: NamedSchema, seen: Set<string>): string => {
  if (seen.has(schema.fullName)) return text(schema.fullName);
  seen.add(schema.fullName);
  let out = `{"name":${text(schema.fullName)},"type":"${schema.type}"`;
  if (schema.type === 'enum') out += `,"symbols":${writeJson(schema.symbols)}`;
  if (schema.type === 'fixed') out += `,"size":${schema.sizeBytes}`;
  if (schema.type === 'record')
    out += `,"fields":[${schema.fields.map((field) => normalizeField(field, seen)).join(',')}]`;
  if (schema.doc) out += `,"doc":${text(schema.doc)}`;
  out += aliasesOf(schema.aliases);
  if (schema.type === 'enum' && schema.defaultSymbol !== undefined) out += `,"default":${text(schema.defaultSymbol)}`;
  return `${out}${properties(schema.properties)}}`;
};

const normalize = (schema: AvroSchema, seen: Set<string>): string => {
  if (isNamed(schema)) return normalizeNamed(schema, seen);
  switch (schema.type) {
    case 'union':
      return `[${schema.branches.map((branch) => normalize(branch, seen)).join(',')}]`;
    case 'array':
      return `{"type":"array","items":${normalize(schema.items, seen)}${properties(schema.properties)}}`;
    case 'map':
      return `{"type":"map","values":${normalize(schema.values, seen)}${properties(schema.properties)}}`;
    default:
      return schema.properties.size === 0
        ? text(schema.type)
        : `{"type":"${schema.type}"${properties(schema.properties)}}`;
  }
};

/** The form that `normalize=true` compares: full names, members in one order, properties sorted. Parsed again before it is stored. */
export const normalizedText = (schema: AvroSchema, references: Iterable<string> = []): string =>
  normalize(schema, new Set(references));
