import { ConfigError } from '../connect-errors.ts';
import { clientPrefixes, securitySettings } from './kafka-security.ts';

/** Settings of the worker by their real names, with the real defaults. Source: DistributedConfig, WorkerConfig. */
export type WorkerSettings = {
  bootstrapServers: string;
  groupId: string;
  configTopic: string;
  offsetTopic: string;
  offsetPartitions: number;
  statusTopic: string;
  statusPartitions: number;
  offsetFlushIntervalMs: number;
  offsetFlushTimeoutMs: number;
  taskShutdownTimeoutMs: number;
  topicTracking: boolean;
  topicTrackingReset: boolean;
  topicCreation: boolean;
  keyConverter: string;
  valueConverter: string;
  /** Converter settings of the worker, by full name (`key.converter.schemas.enable`). */
  converterSettings: Readonly<Record<string, string>>;
};

const known: Readonly<Record<string, string>> = {
  'group.id': 'connect-cluster',
  'config.storage.topic': 'connect-configs',
  'offset.storage.topic': 'connect-offsets',
  'offset.storage.partitions': '25',
  'status.storage.topic': 'connect-status',
  'status.storage.partitions': '5',
  'offset.flush.interval.ms': '60000',
  'offset.flush.timeout.ms': '5000',
  'task.shutdown.graceful.timeout.ms': '5000',
  'topic.tracking.enable': 'true',
  'topic.tracking.allow.reset': 'true',
  'topic.creation.enable': 'true',
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
};

const isConverterSetting = (name: string): boolean =>
  name.startsWith('key.converter.') || name.startsWith('value.converter.');

const isSecuritySetting = (name: string): boolean =>
  ['', ...clientPrefixes].some(
    (prefix) => name.startsWith(prefix) && securitySettings.includes(name.slice(prefix.length)),
  );

export const workerSettings = (
  bootstrapServers: string,
  groupId: string | undefined,
  given: Readonly<Record<string, string>>,
): WorkerSettings => {
  for (const name of Object.keys(given)) {
    if (!(name in known) && !isConverterSetting(name) && !isSecuritySetting(name))
      throw new ConfigError(`Worker setting ${name} is not emulated`);
  }
  const text = (name: string): string => given[name] ?? known[name] ?? '';
  const number = (name: string): number => {
    const value = Number(text(name));
    if (!Number.isInteger(value) || value < 0) {
      throw new ConfigError(`Invalid value ${text(name)} for configuration ${name}: Not a number of type LONG`);
    }
    return value;
  };
  return {
    bootstrapServers,
    groupId: groupId ?? text('group.id'),
    configTopic: text('config.storage.topic'),
    offsetTopic: text('offset.storage.topic'),
    offsetPartitions: number('offset.storage.partitions'),
    statusTopic: text('status.storage.topic'),
    statusPartitions: number('status.storage.partitions'),
    offsetFlushIntervalMs: number('offset.flush.interval.ms'),
    offsetFlushTimeoutMs: number('offset.flush.timeout.ms'),
    taskShutdownTimeoutMs: number('task.shutdown.graceful.timeout.ms'),
    topicTracking: text('topic.tracking.enable') === 'true',
    topicTrackingReset: text('topic.tracking.allow.reset') === 'true',
    topicCreation: text('topic.creation.enable') === 'true',
    keyConverter: text('key.converter'),
    valueConverter: text('value.converter'),
    converterSettings: Object.fromEntries(Object.entries(given).filter(([name]) => isConverterSetting(name))),
  };
};
