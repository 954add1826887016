import { notEmulated } from '../errors.ts';
import { flag, operation, page } from '../operation.ts';
import { liveVersions } from '../registry.ts';

const everything = ':*:';

/** GET /subjects – by name; `deleted`, `deletedOnly`, `subjectPrefix`, `offset`, `limit`. */
export const listSubjects = operation({
  name: 'list subjects',
  method: 'GET',
  path: '/subjects',
  handle: (store, request) => {
    const asked = request.query.get('subjectPrefix') ?? everything;
    const prefix = asked === everything ? '' : asked;
    if (prefix.startsWith(':.')) throw notEmulated('schema contexts');
    const subjects = store.subjects().filter((subject) => {
      const isLive = liveVersions(store, subject).length > 0;
      const isWanted = flag(request, 'deletedOnly') ? !isLive : isLive || flag(request, 'deleted');
      return isWanted && subject.startsWith(prefix);
    });
    return page(request, subjects);
  },
});
