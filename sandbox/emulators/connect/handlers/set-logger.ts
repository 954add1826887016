import { restErrors } from '../errors.ts';
import { textMap } from '../rest/connector-config-body.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import { logLevels } from '../worker/loggers.ts';

/** PUT /admin/loggers/{logger}: keeps and tells the level; `scope=cluster` answers without the names (KIP-976). */
export const setLogger: RestHandler = {
  method: 'PUT',
  path: '/admin/loggers/{logger}',
  answer: ({ params, query, body, bodyText }, { loggers }) => {
    const level = textMap(body, bodyText)?.['level'];
    if (level === undefined || level === null) throw restErrors.missingLogLevel();
    if (!logLevels.includes(level.toUpperCase())) throw restErrors.badLogLevel(level);
    const changed = loggers.set(params['logger'] ?? '', level.toUpperCase());
    return query.get('scope')?.toLowerCase() === 'cluster' ? { status: 204 } : { status: 200, body: changed };
  },
};
