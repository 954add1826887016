import { checkCompatibility } from '../compatibility-check.ts';
import { registryError } from '../errors.ts';
import { flag, operation, subjectOf } from '../operation.ts';
import {
  checkSubject,
  checkWritable,
  configInScope,
  describeVersion,
  type IncomingSchema,
  idOf,
  isSame,
  liveVersions,
  lookUp,
  modeInScope,
  parseIncoming,
} from '../registry.ts';
import { readSchemaRequest, type SchemaRequest } from '../schema-request.ts';
import type { SchemaVersion, Store } from '../store.ts';

const longestSchema = 1 << 20;

const checkMode = (store: Store, subject: string, { id }: SchemaRequest) => {
  checkWritable(store, subject);
  const mode = modeInScope(store, subject);
  if (id !== undefined && id >= 0 && mode !== 'IMPORT')
    throw registryError(42205, `Subject ${subject} in context . is not in import mode`);
  if ((id === undefined || id < 0) && mode !== 'READWRITE')
    throw registryError(42205, `Subject ${subject} in context . is not in read-write mode`);
};

/** Without a schema, the last one is registered again, as the real registry does. */
const schemaText = (store: Store, subject: string, { schema, references }: SchemaRequest) => {
  if (schema !== undefined && schema.trim() !== '') return { text: schema, references };
  const last = liveVersions(store, subject).at(-1);
  if (last === undefined) throw registryError(42201, 'Empty schema');
  return { text: last.schema, references: last.references };
};

const checkImportedId = (store: Store, id: number, incoming: IncomingSchema) => {
  const holder = store.versionsOfId(id)[0];
  if (holder !== undefined && !isSame(holder, incoming))
    throw registryError(42205, `Overwrite new schema with id ${id} in context . is not permitted.`);
};

const versionNumber = (store: Store, subject: string, asked: number | undefined, isImport: boolean): number => {
  const next = (store.versions(subject).at(-1)?.version ?? 0) + 1;
  if (asked === undefined || asked <= 0 || asked === next) return next;
  if (isImport) return asked;
  throw registryError(42201, 'Version is not one more than previous version');
};

const checkFit = (store: Store, subject: string, incoming: IncomingSchema) => {
  const { compatibilityLevel } = configInScope(store, subject);
  const problems = checkCompatibility(store, compatibilityLevel, incoming.avro, liveVersions(store, subject));
  if (problems.length > 0) throw registryError(40901, subject, `[${problems.join(', ')}]`);
};

const addVersion = (store: Store, subject: string, request: SchemaRequest, incoming: IncomingSchema): SchemaVersion => {
  const isImport = modeInScope(store, subject) === 'IMPORT';
  if (isImport && request.id !== undefined) checkImportedId(store, request.id, incoming);
  const id = (isImport ? request.id : undefined) ?? idOf(store, incoming) ?? store.greatestId() + 1;
  const version: SchemaVersion = {
    subject,
    version: versionNumber(store, subject, request.version, isImport),
    id,
    schema: incoming.text,
    references: incoming.references,
    isDeleted: false,
  };
  // A deleted version of the same schema gives way to the new one.
  const replaced = store
    .versions(subject)
    .filter((old) => old.isDeleted && old.id === id && old.version < version.version);
  store.commit({ kind: 'version-registered', version, replaced: replaced.map((old) => old.version) });
  return version;
};

/** POST /subjects/{subject}/versions – registers an Avro schema under the subject; one that is there already keeps id and version.
 *  `normalize`; `force` skips the compatibility check. Not emulated: JSON Schema, Protobuf, metadata, rules, tags. */
export const registerSchema = operation({
  name: 'register schema',
  method: 'POST',
  path: '/subjects/{subject}/versions',
  handle: (store, httpRequest) => {
    const subject = checkSubject(subjectOf(httpRequest));
    const request = readSchemaRequest(httpRequest);
    const normalize = flag(httpRequest, 'normalize') || configInScope(store, subject).normalize;
    const { text, references } = schemaText(store, subject, request);
    if (text.length > longestSchema) throw registryError(42209);
    const incoming = parseIncoming(store, text, references, normalize);
    const present = lookUp(store, subject, incoming, false);
    const isAsked = request.id === undefined || request.id < 0 || request.id === present?.id;
    const isVersion = !request.version || request.version < 0 || request.version === present?.version;
    if (present !== undefined && isAsked && isVersion) return describeRegistered(present);
    checkMode(store, subject, request);
    if (modeInScope(store, subject) !== 'IMPORT' && !flag(httpRequest, 'force')) checkFit(store, subject, incoming);
    return describeRegistered(addVersion(store, subject, request, incoming));
  },
});

const describeRegistered = (version: SchemaVersion): object => {
  const { subject: _, ...rest } = describeVersion(version) as Record<string, unknown>;
  return rest;
};
