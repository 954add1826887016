import { notEmulated, registryError } from '../errors.ts';
import { flag, type Operation, operation, type RegistryRequest, subjectOf } from '../operation.ts';
import { checkSubject, liveVersions, modeInScope } from '../registry.ts';
import { objectBody } from '../schema-request.ts';
import { everySubject, type Mode, modes, type Store } from '../store.ts';

const readMode = (request: RegistryRequest): Mode => {
  const value = objectBody(request)['mode'];
  const name = typeof value === 'string' ? value.toUpperCase() : '';
  if (name === 'FORWARD') throw notEmulated('mode FORWARD');
  const mode = modes.find((candidate) => candidate === name);
  if (mode === undefined) throw registryError(42204);
  return mode;
};

const coveredSubjects = (store: Store, subject: string): string[] =>
  store.subjects().filter((candidate) => subject === everySubject || candidate === subject);

/** Import brings ids of its own: what is there must be gone, and what was soft-deleted goes. */
const prepareImport = (store: Store, subject: string) => {
  const covered = coveredSubjects(store, subject);
  if (covered.some((candidate) => liveVersions(store, candidate).length > 0))
    throw registryError(42205, 'Cannot import since found existing subjects');
  for (const candidate of covered) {
    const versions = store.versions(candidate).map(({ version }) => version);
    store.commit({ kind: 'versions-removed', subject: candidate, versions });
  }
};

const setMode = (store: Store, request: RegistryRequest): object => {
  const subject = checkSubject(subjectOf(request));
  const mode = readMode(request);
  if (mode === 'IMPORT' && modeInScope(store, subject) !== 'IMPORT' && !flag(request, 'force'))
    prepareImport(store, subject);
  store.commit({ kind: 'mode-set', subject, mode });
  return { mode: objectBody(request)['mode'] };
};

const getMode = (store: Store, request: RegistryRequest): object => {
  const subject = subjectOf(request);
  const isSet = store.mode(subject) !== undefined || subject === everySubject || flag(request, 'defaultToGlobal');
  if (!isSet) throw registryError(40409, subject);
  return { mode: modeInScope(store, subject) };
};

const deleteMode = (store: Store, request: RegistryRequest): object => {
  const subject = subjectOf(request);
  const before = store.mode(subject);
  if (before === undefined && subject !== everySubject) throw registryError(40401, subject);
  store.commit({ kind: 'mode-set', subject, mode: null });
  return { mode: before ?? 'READWRITE' };
};

/** /mode and /mode/{subject} – READWRITE, READONLY, READONLY_OVERRIDE, IMPORT. FORWARD is not emulated. */
export const modeOperations: readonly Operation[] = ['/mode', '/mode/{subject}'].flatMap((path) => [
  operation({ name: 'get mode', method: 'GET', path, handle: getMode }),
  operation({ name: 'set mode', method: 'PUT', path, handle: setMode }),
  operation({ name: 'delete mode', method: 'DELETE', path, handle: deleteMode }),
]);
