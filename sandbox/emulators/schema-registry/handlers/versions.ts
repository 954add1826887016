import { registryError } from '../errors.ts';
import { flag, operation, page, RawJson, subjectOf } from '../operation.ts';
import { describeVersion, referencedBy, requireVersion, visibleVersions } from '../registry.ts';

/** GET /subjects/{subject}/versions – numbers in order; `deleted`, `deletedOnly`, `deletedAsNegative`. */
export const listVersions = operation({
  name: 'list versions',
  method: 'GET',
  path: '/subjects/{subject}/versions',
  handle: (store, request) => {
    const subject = subjectOf(request);
    const onlyDeleted = flag(request, 'deletedOnly');
    const asNegative = flag(request, 'deletedAsNegative');
    const withDeleted = flag(request, 'deleted') || onlyDeleted;
    if (visibleVersions(store, subject, withDeleted).length === 0) throw registryError(40401, subject);
    const listed = visibleVersions(store, subject, withDeleted || asNegative)
      .filter((version) => asNegative || !onlyDeleted || version.isDeleted)
      .map(({ version, isDeleted }) => (asNegative && isDeleted ? -version : version));
    return page(request, listed);
  },
});

/** GET /subjects/{subject}/versions/{version} – a number or `latest`. */
export const getVersion = operation({
  name: 'get version',
  method: 'GET',
  path: '/subjects/{subject}/versions/{version}',
  handle: (store, request) =>
    describeVersion(requireVersion(store, subjectOf(request), request.path['version'] ?? '', flag(request, 'deleted'))),
});

/** GET …/schema – the schema alone, unescaped. */
export const getVersionSchema = operation({
  name: 'get schema of version',
  method: 'GET',
  path: '/subjects/{subject}/versions/{version}/schema',
  handle: (store, request) => {
    const version = request.path['version'] ?? '';
    return new RawJson(requireVersion(store, subjectOf(request), version, flag(request, 'deleted')).schema);
  },
});

/** GET …/referencedby – ids of the schemas that refer to this version. */
export const getReferencedBy = operation({
  name: 'get referenced-by of version',
  method: 'GET',
  path: '/subjects/{subject}/versions/{version}/referencedby',
  handle: (store, request) => {
    const version = requireVersion(store, subjectOf(request), request.path['version'] ?? '', true);
    const ids = referencedBy(store, version, flag(request, 'deleted')).map(({ id }) => id);
    return page(request, [...new Set(ids)]);
  },
});
