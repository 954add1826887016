import { registryError } from '../errors.ts';
import { flag, operation, subjectOf } from '../operation.ts';
import {
  checkWritable,
  findVersion,
  keyText,
  liveVersions,
  parseVersion,
  referencedBy,
  visibleVersions,
} from '../registry.ts';

/** DELETE /subjects/{subject} – soft, or for good with `permanent=true` after a soft one. Ids of soft-deleted versions still read. */
export const deleteSubject = operation({
  name: 'delete subject',
  method: 'DELETE',
  path: '/subjects/{subject}',
  handle: (store, request) => {
    const subject = subjectOf(request);
    const permanent = flag(request, 'permanent');
    checkWritable(store, subject);
    if (store.versions(subject).length === 0) throw registryError(40401, subject);
    if (!permanent && liveVersions(store, subject).length === 0) throw registryError(40404, subject);
    const going = visibleVersions(store, subject, permanent);
    for (const version of going) {
      const others = referencedBy(store, version, permanent).filter((other) => other.subject !== subject);
      if (others.length > 0) throw registryError(42206, keyText(version));
      if (permanent && !version.isDeleted) throw registryError(40405, subject);
    }
    const versions = going.map(({ version }) => version);
    store.commit({ kind: permanent ? 'versions-removed' : 'versions-deleted', subject, versions });
    return versions;
  },
});

/** DELETE /subjects/{subject}/versions/{version} – one version, likewise. */
export const deleteVersion = operation({
  name: 'delete version',
  method: 'DELETE',
  path: '/subjects/{subject}/versions/{version}',
  handle: (store, request) => {
    const subject = subjectOf(request);
    const wanted = parseVersion(request.path['version'] ?? '');
    const permanent = flag(request, 'permanent');
    const found = findVersion(store, subject, wanted, true);
    if (found === undefined) {
      if (store.versions(subject).length === 0) throw registryError(40401, subject);
      throw registryError(40402, wanted === 'latest' ? '-1' : `${wanted}`);
    }
    if (!permanent && found.isDeleted) throw registryError(40406, subject, `${found.version}`);
    checkWritable(store, subject);
    if (referencedBy(store, found, permanent).length > 0) throw registryError(42206, keyText(found));
    if (permanent && !found.isDeleted) throw registryError(40407, subject, `${found.version}`);
    const versions = [found.version];
    store.commit({ kind: permanent ? 'versions-removed' : 'versions-deleted', subject, versions });
    return found.version;
  },
});
