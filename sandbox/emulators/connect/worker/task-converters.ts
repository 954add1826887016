import { ConfigError } from '../connect-errors.ts';
import type { Converter } from '../converters/converter.ts';
import { createHeaderConverter, type HeaderConverter } from '../converters/header-converter.ts';
import { findConverter } from '../converters/index.ts';
import type { ConnectorConfig } from '../plugin.ts';
import type { WorkerSettings } from './worker-settings.ts';

export type TaskConverters = {
  key: Converter;
  value: Converter;
  header: HeaderConverter;
  keyClass: string;
  valueClass: string;
  headerClass: string;
};

const settingsBelow = (prefix: string, config: ConnectorConfig): Record<string, string> =>
  Object.fromEntries(
    Object.entries(config)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );

/** The connector's converter with its settings; without one, the worker's converter with the worker's settings. */
const createConverter = (side: 'key' | 'value', config: ConnectorConfig, worker: WorkerSettings) => {
  const own = config[`${side}.converter`];
  const name = own ?? (side === 'key' ? worker.keyConverter : worker.valueConverter);
  const factory = findConverter(name);
  if (factory === undefined) {
    throw new ConfigError(
      `Invalid value ${name} for configuration ${side}.converter: Class ${name} could not be found.`,
    );
  }
  const settings = settingsBelow(`${side}.converter.`, own === undefined ? worker.converterSettings : config);
  return { converter: factory.create(settings), className: factory.className };
};

export const taskConverters = (config: ConnectorConfig, worker: WorkerSettings): TaskConverters => {
  const key = createConverter('key', config, worker);
  const value = createConverter('value', config, worker);
  const headerClass = config['header.converter'] ?? 'org.apache.kafka.connect.storage.SimpleHeaderConverter';
  return {
    key: key.converter,
    value: value.converter,
    header: createHeaderConverter(config['header.converter'], settingsBelow('header.converter.', config)),
    keyClass: key.className,
    valueClass: value.className,
    headerClass,
  };
};
