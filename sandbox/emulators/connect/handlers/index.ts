import type { RestHandler } from '../rest/rest-handler.ts';
import { alterConnectorOffsets } from './alter-connector-offsets.ts';
import { createConnector } from './create-connector.ts';
import { deleteConnector } from './delete-connector.ts';
import { getConnector } from './get-connector.ts';
import { getConnectorConfig } from './get-connector-config.ts';
import { getConnectorOffsets } from './get-connector-offsets.ts';
import { getConnectorStatus } from './get-connector-status.ts';
import { getConnectorTasks } from './get-connector-tasks.ts';
import { getConnectorTopics } from './get-connector-topics.ts';
import { getHealth } from './get-health.ts';
import { getLogger } from './get-logger.ts';
import { getPluginConfig } from './get-plugin-config.ts';
import { getRoot } from './get-root.ts';
import { getTaskStatus } from './get-task-status.ts';
import { listConnectors } from './list-connectors.ts';
import { listLoggers } from './list-loggers.ts';
import { listPlugins } from './list-plugins.ts';
import { patchConnectorConfig } from './patch-connector-config.ts';
import { pauseConnector } from './pause-connector.ts';
import { putConnectorConfig } from './put-connector-config.ts';
import { resetConnectorOffsets } from './reset-connector-offsets.ts';
import { resetConnectorTopics } from './reset-connector-topics.ts';
import { restartConnector } from './restart-connector.ts';
import { restartTask } from './restart-task.ts';
import { resumeConnector } from './resume-connector.ts';
import { setLogger } from './set-logger.ts';
import { stopConnector } from './stop-connector.ts';
import { validatePluginConfig } from './validate-plugin-config.ts';

/** The one list: routing, 405, OPTIONS and SUPPORT.md all read it. */
export const handlers: readonly RestHandler[] = [
  alterConnectorOffsets,
  createConnector,
  deleteConnector,
  getConnectorConfig,
  getConnectorOffsets,
  getConnectorStatus,
  getConnectorTasks,
  getConnectorTopics,
  getConnector,
  getHealth,
  getLogger,
  getPluginConfig,
  getRoot,
  getTaskStatus,
  listConnectors,
  listLoggers,
  listPlugins,
  patchConnectorConfig,
  pauseConnector,
  putConnectorConfig,
  resetConnectorOffsets,
  resetConnectorTopics,
  restartConnector,
  restartTask,
  resumeConnector,
  setLogger,
  stopConnector,
  validatePluginConfig,
];
