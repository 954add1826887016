import { createHash } from 'node:crypto';
import { normalizedText } from './avro/normalize.ts';
import { type Names, parseAvro } from './avro/parse.ts';
import { printAvro } from './avro/print.ts';
import { type AvroSchema, InvalidAvro } from './avro/schema.ts';
import { notEmulated, registryError } from './errors.ts';
import { type Config, everySubject, type Mode, type Reference, type SchemaVersion, type Store } from './store.ts';

/** A schema that came in: parsed, and printed as the registry keeps it. */
export type IncomingSchema = { text: string; avro: AvroSchema; references: Reference[] };

export const isControl = (text: string): boolean => /[\u0000-\u001f\u007f-\u009f]/.test(text);

/** Subjects may hold anything but control characters; `:.context:subject` names another context, which is not emulated. */
export const checkSubject = (subject: string): string => {
  if (subject.startsWith(':.') || subject.startsWith(':*:')) throw notEmulated('schema contexts');
  if (subject === '__GLOBAL' || subject === '__EMPTY' || isControl(subject)) throw registryError(42208, subject);
  return subject;
};

export const liveVersions = (store: Store, subject: string): SchemaVersion[] =>
  store.versions(subject).filter((version) => !version.isDeleted);

export const visibleVersions = (store: Store, subject: string, withDeleted: boolean): readonly SchemaVersion[] =>
  withDeleted ? store.versions(subject) : liveVersions(store, subject);

/** `1` to `2147483647`, or `latest` (also `-1`). */
export const parseVersion = (text: string): number | 'latest' => {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === 'latest' || trimmed === '-1') return 'latest';
  const version = /^\+?\d{1,10}$/.test(trimmed) ? Number(trimmed) : 0;
  if (version < 1 || version > 2147483647) throw registryError(42202, text);
  return version;
};

export const findVersion = (
  store: Store,
  subject: string,
  version: number | 'latest',
  withDeleted: boolean,
): SchemaVersion | undefined => {
  const candidates = visibleVersions(store, subject, withDeleted);
  // "latest" is the last one that is not deleted, unless all are.
  if (version === 'latest') return liveVersions(store, subject).at(-1) ?? candidates.at(-1);
  return candidates.find((candidate) => candidate.version === version);
};

export const requireVersion = (store: Store, subject: string, text: string, withDeleted: boolean): SchemaVersion => {
  const version = parseVersion(text);
  const found = findVersion(store, subject, version, withDeleted);
  if (found !== undefined) return found;
  if (visibleVersions(store, subject, withDeleted).length === 0) throw registryError(40401, subject);
  throw registryError(40402, version === 'latest' ? '-1' : `${version}`);
};

const defaultConfig: Required<Config> = { compatibilityLevel: 'BACKWARD', normalize: false };

/** What is in force for a subject: its own setting, else the global one, else the default. */
export const configInScope = (store: Store, subject: string): Required<Config> => ({
  ...defaultConfig,
  ...store.config(everySubject),
  ...store.config(subject),
});

export const modeInScope = (store: Store, subject: string): Mode =>
  store.mode(subject) ?? store.mode(everySubject) ?? 'READWRITE';

export const isReadOnly = (mode: Mode): boolean => mode === 'READONLY' || mode === 'READONLY_OVERRIDE';

export const checkWritable = (store: Store, subject: string): void => {
  if (isReadOnly(modeInScope(store, subject)))
    throw registryError(42205, `Subject ${subject} in context . is in read-only mode`);
};

/** Names that the references define, those of their own references first. `-1` as version means the latest. */
const namesOf = (store: Store, references: Reference[], names: Names): Names => {
  for (const reference of references) {
    const wanted = reference.version === -1 ? 'latest' : reference.version;
    const found = findVersion(store, reference.subject, wanted, true);
    if (found === undefined)
      throw new InvalidAvro(
        `No schema reference found for subject "${reference.subject}" and version ${reference.version}`,
      );
    reference.version = found.version;
    namesOf(store, found.references, names);
    if (!names.has(reference.name)) parseAvro(found.schema, names);
  }
  return names;
};

/** The parsed form of what is stored. */
export const parseStored = (store: Store, version: SchemaVersion): AvroSchema =>
  parseAvro(version.schema, namesOf(store, version.references, new Map()));

export const parseIncoming = (
  store: Store,
  text: string,
  references: readonly Reference[],
  normalize: boolean,
): IncomingSchema => {
  const resolved = references.map((reference) => ({ ...reference }));
  const parse = (source: string) => {
    const names = namesOf(store, resolved, new Map());
    const known = [...names.keys()];
    const avro = parseAvro(source, names);
    return { avro, text: printAvro(avro, known), normalized: () => normalizedText(avro, known) };
  };
  try {
    const first = parse(text);
    const { avro, text: printed } = normalize ? parse(first.normalized()) : first;
    return { avro, text: printed, references: resolved };
  } catch (error) {
    if (error instanceof InvalidAvro)
      throw registryError(42201, `Invalid schema of type AVRO, details: ${error.message}`);
    throw error;
  }
};

const sameReferences = (left: readonly Reference[], right: readonly Reference[]): boolean =>
  left.length === right.length &&
  left.every((reference, index) => {
    const other = right[index];
    return reference.name === other?.name && reference.subject === other.subject && reference.version === other.version;
  });

export const isSame = (stored: SchemaVersion, incoming: IncomingSchema): boolean =>
  stored.schema === incoming.text && sameReferences(stored.references, incoming.references);

/** The version under a subject that holds this schema, the newest first. */
export const lookUp = (
  store: Store,
  subject: string,
  incoming: IncomingSchema,
  withDeleted: boolean,
): SchemaVersion | undefined =>
  [...visibleVersions(store, subject, withDeleted)].reverse().find((version) => isSame(version, incoming));

/** The id of a schema is one for all subjects, and stays when all of its versions are soft-deleted. */
export const idOf = (store: Store, incoming: IncomingSchema): number | undefined => {
  for (const subject of store.subjects()) {
    const found = store.versions(subject).find((version) => isSame(version, incoming));
    if (found !== undefined) return found.id;
  }
  return undefined;
};

export const referencedBy = (store: Store, target: SchemaVersion, withDeleted: boolean): SchemaVersion[] =>
  store
    .subjects()
    .flatMap((subject) =>
      visibleVersions(store, subject, withDeleted).filter((version) =>
        version.references.some(
          (reference) => reference.subject === target.subject && reference.version === target.version,
        ),
      ),
    );

export const keyText = ({ subject, version }: SchemaVersion): string =>
  `{magic=1,keytype=SCHEMA,subject=${subject},version=${version}}`;

const guidOf = ({ schema, references }: SchemaVersion): string => {
  const hash = createHash('md5').update(schema);
  for (const { name, subject, version } of references) {
    const number = Buffer.alloc(4);
    number.writeInt32BE(version);
    hash.update(name).update(subject).update(number);
  }
  return hash.digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** A version as the API shows it. */
export const describeVersion = (version: SchemaVersion): object => ({
  subject: version.subject,
  version: version.version,
  id: version.id,
  guid: guidOf(version),
  schemaType: 'AVRO',
  ...(version.references.length > 0 && { references: version.references }),
  schema: version.schema,
});
