import { httpError, registryError } from '../errors.ts';
import { flag, operation, page, RawJson, type RegistryRequest } from '../operation.ts';
import { describeVersion, visibleVersions } from '../registry.ts';
import type { SchemaVersion, Store } from '../store.ts';

const idOf = (request: RegistryRequest): number => {
  const text = request.path['id'] ?? '';
  // A path that is no integer matches no resource.
  if (!/^-?\d{1,10}$/.test(text)) throw httpError(404, 'HTTP 404 Not Found');
  return Number(text);
};

const holdersOf = (store: Store, request: RegistryRequest): SchemaVersion[] => {
  const id = idOf(request);
  const holders = store.versionsOfId(id);
  if (holders.length === 0) throw registryError(40403, `${id}`);
  return holders;
};

const firstHolder = (store: Store, request: RegistryRequest): SchemaVersion => {
  const holders = holdersOf(store, request);
  const asked = request.query.get('subject');
  return (holders.find(({ subject }) => subject === asked) ?? holders[0]) as SchemaVersion;
};

/** GET /schemas – all versions, `subjectPrefix`, `deleted`, `latestOnly`. */
export const listSchemas = operation({
  name: 'list schemas',
  method: 'GET',
  path: '/schemas',
  handle: (store, request) => {
    const prefix = request.query.get('subjectPrefix') ?? '';
    const subjects = store.subjects().filter((subject) => prefix === ':*:' || subject.startsWith(prefix));
    const versions = subjects.flatMap((subject) => {
      const visible = visibleVersions(store, subject, flag(request, 'deleted'));
      return flag(request, 'latestOnly') ? visible.slice(-1) : visible;
    });
    return page(request, versions).map(describeVersion);
  },
});

/** GET /schemas/ids/{id} – the schema of an id, soft-deleted ones too: written data must stay readable. */
export const getSchemaById = operation({
  name: 'get schema by id',
  method: 'GET',
  path: '/schemas/ids/{id}',
  handle: (store, request) => {
    const { id: _, ...rest } = describeVersion(firstHolder(store, request)) as Record<string, unknown>;
    return flag(request, 'fetchMaxId') ? { ...rest, maxId: store.greatestId() } : rest;
  },
});

/** GET /schemas/ids/{id}/schema – the schema alone, unescaped. */
export const getSchemaTextById = operation({
  name: 'get schema text by id',
  method: 'GET',
  path: '/schemas/ids/{id}/schema',
  handle: (store, request) => new RawJson(firstHolder(store, request).schema),
});

const visibleHolders = (store: Store, request: RegistryRequest): SchemaVersion[] =>
  holdersOf(store, request).filter((version) => flag(request, 'deleted') || !version.isDeleted);

/** GET /schemas/ids/{id}/subjects */
export const getSubjectsOfId = operation({
  name: 'get subjects of id',
  method: 'GET',
  path: '/schemas/ids/{id}/subjects',
  handle: (store, request) =>
    page(request, [...new Set(visibleHolders(store, request).map(({ subject }) => subject))].sort()),
});

/** GET /schemas/ids/{id}/versions */
export const getVersionsOfId = operation({
  name: 'get versions of id',
  method: 'GET',
  path: '/schemas/ids/{id}/versions',
  handle: (store, request) =>
    page(
      request,
      visibleHolders(store, request).map(({ subject, version }) => ({ subject, version })),
    ),
});

/** GET /schemas/types – those that can be registered; the real one knows JSON and PROTOBUF too. */
export const listTypes = operation({
  name: 'list schema types',
  method: 'GET',
  path: '/schemas/types',
  handle: () => ['AVRO'],
});

/** GET /contexts – the default one, the only one here. */
export const listContexts = operation({
  name: 'list contexts',
  method: 'GET',
  path: '/contexts',
  handle: () => ['.'],
});

/** GET / – an empty object: what clients ask to see whether the registry is there. */
export const getRoot = operation({ name: 'get root', method: 'GET', path: '/', handle: () => ({}) });
