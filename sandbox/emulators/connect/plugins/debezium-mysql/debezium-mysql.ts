import { ConnectError } from '../../connect-errors.ts';
import type { ConnectorConfig, SourcePlugin } from '../../plugin.ts';
import { configDefinitions } from './config-definitions.ts';
import { validateConfig } from './config-validation.ts';
import { splitList } from './filters.ts';
import { debeziumVersion } from './source-info.ts';
import { startSourceTask } from './source-task.ts';

const checkHistory = (config: ConnectorConfig): void => {
  const topic = config['schema.history.internal.kafka.topic']?.trim();
  const servers = splitList(config['schema.history.internal.kafka.bootstrap.servers']);
  if (topic && servers.length > 0) return;
  throw new ConnectError('Error configuring an instance of KafkaSchemaHistory; check the logs for details');
};

/**
 * io.debezium.connector.mysql.MySqlConnector: a snapshot of the captured tables, then their changes from the binary log. Runs one task.
 * Signals, incremental snapshots, notifications and what else config-validation.ts does not know are refused by name.
 */
export const debeziumMysql: SourcePlugin = {
  type: 'source',
  className: 'io.debezium.connector.mysql.MySqlConnector',
  taskClassName: 'io.debezium.connector.mysql.MySqlConnectorTask',
  version: debeziumVersion,
  configDefinitions,
  invalidConfigMessage:
    'Cannot invoke "org.apache.kafka.connect.runtime.rest.entities.ConfigValueInfo.errors()" because the return value of "org.apache.kafka.connect.runtime.rest.entities.ConfigInfo.configValue()" is null',
  showsNoValues: true,
  validate: validateConfig,
  startConnector: async (config) => ({
    taskConfigs: () => [config],
    stop: async () => {},
  }),
  startTask: async (config, context) => {
    checkHistory(config);
    return startSourceTask(config, context);
  },
};
