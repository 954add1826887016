import {
  type AvroSchema,
  type EnumSchema,
  type Field,
  isNamed,
  type NamedSchema,
  type RecordSchema,
} from './schema.ts';

/** Avro's rules of schema resolution: can data written with one schema be read with another?
 *  https://avro.apache.org/docs/1.12.0/specification/#schema-resolution; kinds, places and messages are those of Avro for Java. */
export type Incompatibility = {
  kind:
    | 'NAME_MISMATCH'
    | 'FIXED_SIZE_MISMATCH'
    | 'MISSING_ENUM_SYMBOLS'
    | 'READER_FIELD_MISSING_DEFAULT_VALUE'
    | 'TYPE_MISMATCH'
    | 'MISSING_UNION_BRANCH';
  message: string;
  /** A JSON pointer into the reader's schema. */
  location: string;
};

const typeName = (schema: AvroSchema): string => schema.type.toUpperCase();

const promotions: Partial<Record<AvroSchema['type'], readonly AvroSchema['type'][]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
};

const found = (
  kind: Incompatibility['kind'],
  message: string,
  path: readonly (string | number)[],
): Incompatibility => ({
  kind,
  message,
  location: `/${path.join('/')}`,
});

export const checkReading = (reader: AvroSchema, writer: AvroSchema): Incompatibility[] => {
  // A pair that is being checked already, or was, is not checked again: recursive records end here.
  const checked = new Map<AvroSchema, Map<AvroSchema, Incompatibility[]>>();
  type Path = readonly (string | number)[];

  const check = (read: AvroSchema, written: AvroSchema, path: Path): Incompatibility[] => {
    const results = checked.get(read) ?? new Map<AvroSchema, Incompatibility[]>();
    checked.set(read, results);
    const before = results.get(written);
    if (before !== undefined) return before;
    results.set(written, []);
    const result = compare(read, written, path);
    results.set(written, result);
    return result;
  };

  const compare = (read: AvroSchema, written: AvroSchema, path: Path): Incompatibility[] => {
    if (read.type === 'union' && written.type === 'union') return compareUnions(read, written, path);
    if (written.type === 'union') return written.branches.flatMap((branch) => check(read, branch, path));
    if (read.type === 'union') {
      if (read.branches.some((branch) => check(branch, written, path).length === 0)) return [];
      return [found('MISSING_UNION_BRANCH', `reader union lacking writer type: ${typeName(written)}`, path)];
    }
    if (isNamed(read) && isNamed(written) && read.type === written.type) return compareNamed(read, written, path);
    if (read.type === 'array' && written.type === 'array') return check(read.items, written.items, [...path, 'items']);
    if (read.type === 'map' && written.type === 'map') return check(read.values, written.values, [...path, 'values']);
    if (read.type === written.type || promotions[read.type]?.includes(written.type)) return [];
    return [
      found(
        'TYPE_MISMATCH',
        `reader type: ${typeName(read)} not compatible with writer type: ${typeName(written)}`,
        path,
      ),
    ];
  };

  const compareUnions = (
    read: Extract<AvroSchema, { type: 'union' }>,
    written: Extract<AvroSchema, { type: 'union' }>,
    path: Path,
  ): Incompatibility[] =>
    written.branches.flatMap((branch, index) =>
      check(read, branch, []).length === 0
        ? []
        : [found('MISSING_UNION_BRANCH', `reader union lacking writer type: ${typeName(branch)}`, [...path, index])],
    );

  const compareNames = (read: NamedSchema, written: NamedSchema, path: Path): Incompatibility[] =>
    read.fullName === written.fullName || read.aliases.includes(written.fullName)
      ? []
      : [found('NAME_MISMATCH', `expected: ${written.fullName}`, [...path, 'name'])];

  const compareNamed = (read: NamedSchema, written: NamedSchema, path: Path): Incompatibility[] => {
    const names = compareNames(read, written, path);
    if (read.type === 'fixed' && written.type === 'fixed' && read.sizeBytes !== written.sizeBytes) {
      const message = `expected: ${written.sizeBytes}, found: ${read.sizeBytes}`;
      return [...names, found('FIXED_SIZE_MISMATCH', message, [...path, 'size'])];
    }
    if (read.type === 'enum' && written.type === 'enum') return [...names, ...compareSymbols(read, written, path)];
    if (read.type === 'record' && written.type === 'record') return [...names, ...compareFields(read, written, path)];
    return names;
  };

  const compareSymbols = (read: EnumSchema, written: EnumSchema, path: Path): Incompatibility[] => {
    const missing = written.symbols.filter((symbol) => !read.symbols.includes(symbol)).sort();
    if (missing.length === 0 || read.defaultSymbol !== undefined) return [];
    return [found('MISSING_ENUM_SYMBOLS', `[${missing.join(', ')}]`, [...path, 'symbols'])];
  };

  const writtenField = (written: RecordSchema, field: Field): Field | undefined =>
    written.fields.find(({ name }) => name === field.name) ??
    written.fields.find(({ name }) => field.aliases.includes(name));

  const compareFields = (read: RecordSchema, written: RecordSchema, path: Path): Incompatibility[] =>
    read.fields.flatMap((field, index) => {
      const fieldPath = [...path, 'fields', index];
      const source = writtenField(written, field);
      if (source !== undefined) return check(field.schema, source.schema, [...fieldPath, 'type']);
      if (field.defaultValue !== undefined) return [];
      if (field.schema.type === 'enum' && field.schema.defaultSymbol !== undefined)
        return check(field.schema, written, [...fieldPath, 'type']);
      return [found('READER_FIELD_MISSING_DEFAULT_VALUE', field.name, fieldPath)];
    });

  return check(reader, writer, []);
};
