import { checkCompatibility } from '../compatibility-check.ts';
import { RegistryError, registryError } from '../errors.ts';
import { flag, operation, type RegistryRequest, subjectOf } from '../operation.ts';
import { configInScope, findVersion, liveVersions, parseIncoming, parseVersion } from '../registry.ts';
import { readSchemaRequest } from '../schema-request.ts';
import type { SchemaVersion, Store } from '../store.ts';

const problemsWith = (store: Store, request: RegistryRequest, earlier: readonly SchemaVersion[]): string[] => {
  const subject = subjectOf(request);
  const { schema, references } = readSchemaRequest(request);
  const { compatibilityLevel, normalize } = configInScope(store, subject);
  if (!schema?.trim()) throw registryError(42201, 'Empty schema');
  const incoming = parseIncoming(store, schema, references, flag(request, 'normalize') || normalize);
  return checkCompatibility(store, compatibilityLevel, incoming.avro, earlier);
};

/** An invalid schema is a problem to be told when the client asks for details, and an error when not. */
const answer = (store: Store, request: RegistryRequest, earlier: readonly SchemaVersion[]): object => {
  const verbose = flag(request, 'verbose');
  let messages: string[];
  try {
    messages = problemsWith(store, request, earlier);
  } catch (error) {
    if (!verbose || !(error instanceof RegistryError) || error.code !== 42201) throw error;
    messages = [error.message];
  }
  return { is_compatible: messages.length === 0, ...(verbose && messages.length > 0 && { messages }) };
};

/** POST /compatibility/subjects/{subject}/versions/{version} – against one version, by the level in force for the subject. */
export const checkAgainstVersion = operation({
  name: 'check compatibility with version',
  method: 'POST',
  path: '/compatibility/subjects/{subject}/versions/{version}',
  handle: (store, request) => {
    const version = parseVersion(request.path['version'] ?? '');
    const found = findVersion(store, subjectOf(request), version, false);
    if (found === undefined && version !== 'latest') throw registryError(40402, `${version}`);
    return answer(store, request, found ? [found] : []);
  },
});

/** POST /compatibility/subjects/{subject}/versions – against all that registering would check. */
export const checkAgainstSubject = operation({
  name: 'check compatibility with subject',
  method: 'POST',
  path: '/compatibility/subjects/{subject}/versions',
  handle: (store, request) => answer(store, request, liveVersions(store, subjectOf(request))),
});
