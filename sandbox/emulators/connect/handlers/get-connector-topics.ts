import { restErrors } from '../errors.ts';
import type { RestHandler } from '../rest/rest-handler.ts';

/** GET /connectors/{connector}/topics: topics used since the last reset; an unknown connector has none, and is no error. */
export const getConnectorTopics: RestHandler = {
  method: 'GET',
  path: '/connectors/{connector}/topics',
  answer: ({ params }, { herder }) => {
    if (!herder.settings.topicTracking) throw restErrors.topicTrackingDisabled();
    const name = params['connector'] ?? '';
    return { status: 200, body: { [name]: { topics: herder.statuses.topics(name) } } };
  },
};
