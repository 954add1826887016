import type { SourcePlugin } from '../../plugin.ts';
import { connectorDefinitions } from './definitions.ts';
import { startHttpSourceTask } from './http-source-task.ts';

/**
 * com.github.castorm.kafka.connect.http.HttpSourceConnector, release 0.8.x: polls a JSON API with the offset of the last confirmed record in its
 * request. Its version is 0.0.0.0 because the real one's build never fills it in (golden/connectors/expand-status-info.json).
 */
export const httpSource: SourcePlugin = {
  type: 'source',
  className: 'com.github.castorm.kafka.connect.http.HttpSourceConnector',
  taskClassName: 'com.github.castorm.kafka.connect.http.HttpSourceTask',
  version: '0.0.0.0',
  configDefinitions: connectorDefinitions,
  startConnector: async (config) => ({
    // Every task polls the same URL, as the real one: more than one task makes every record as many times.
    taskConfigs: (maxTasks) => Array.from({ length: maxTasks }, () => config),
    stop: async () => {},
  }),
  startTask: startHttpSourceTask,
};
