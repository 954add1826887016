import { registryError } from '../errors.ts';
import { flag, operation, subjectOf } from '../operation.ts';
import { configInScope, describeVersion, lookUp, parseIncoming, visibleVersions } from '../registry.ts';
import { readSchemaRequest } from '../schema-request.ts';

/** POST /subjects/{subject} – is this schema registered under the subject, and as which version? */
export const lookUpSchema = operation({
  name: 'look up schema',
  method: 'POST',
  path: '/subjects/{subject}',
  handle: (store, request) => {
    const subject = subjectOf(request);
    const { schema, references } = readSchemaRequest(request);
    const withDeleted = flag(request, 'deleted');
    const normalize = flag(request, 'normalize') || configInScope(store, subject).normalize;
    const incoming = schema?.trim() ? parseIncoming(store, schema, references, normalize) : undefined;
    const found = incoming && lookUp(store, subject, incoming, withDeleted);
    if (found !== undefined) return describeVersion(found);
    if (visibleVersions(store, subject, withDeleted).length === 0) throw registryError(40401, subject);
    throw registryError(40403);
  },
});
