import { restErrors } from '../errors.ts';
import type { RestHandler } from '../rest/rest-handler.ts';

/** PUT /connectors/{connector}/topics/reset: forgets the topics used so far. */
export const resetConnectorTopics: RestHandler = {
  method: 'PUT',
  path: '/connectors/{connector}/topics/reset',
  answer: ({ params }, { herder }) => {
    if (!herder.settings.topicTracking) throw restErrors.topicTrackingDisabled();
    if (!herder.settings.topicTrackingReset) throw restErrors.topicResetDisabled();
    herder.statuses.resetTopics(params['connector'] ?? '');
    return { status: 202 };
  },
};
