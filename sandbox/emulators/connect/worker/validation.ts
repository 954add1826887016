import { NotEmulated } from '../../../core/not-emulated.ts';
import { commonDefinitions } from '../config/common-definitions.ts';
import { addErrors, type ValidatedSetting, validateSettings } from '../config/definitions.ts';
import { ConnectError } from '../connect-errors.ts';
import { findConverter } from '../converters/index.ts';
import type {
  ConfigDefinition,
  ConfigErrors,
  ConfigValue,
  ConnectorConfig,
  ConnectorContext,
  ConnectorPlugin,
} from '../plugin.ts';
import { chainDefinitions } from '../transforms/chain.ts';
import { consumerSettings, producerSettings } from './client-overrides.ts';

// AbstractHerder.validateConnectorConfig.

export type Validation = {
  /** connector.class as it was given. */
  name: string;
  groups: readonly string[];
  settings: readonly ValidatedSetting[];
  /** Every message, in order. */
  errors: readonly string[];
};

/** The settings of the converters that the connector itself names. */
const converterDefinitions = (config: ConnectorConfig): readonly ConfigDefinition[] =>
  ['key', 'value'].flatMap((side) =>
    (findConverter(config[`${side}.converter`] ?? '')?.configDefinitions ?? []).map((definition) => ({
      ...definition,
      name: `${side}.converter.${definition.name}`,
      displayName: definition.displayName ?? definition.name,
    })),
  );

/** The settings' definitions for one connector: the worker's, those of its transformations, and its own. */
export const definitionsOf = (plugin: ConnectorPlugin, config: ConnectorConfig): readonly ConfigDefinition[] => {
  const versioned = commonDefinitions(plugin.type).map((definition) =>
    definition.name === 'connector.plugin.version'
      ? { ...definition, default: plugin.version, recommendedValues: () => [plugin.version] }
      : definition,
  );
  return [...versioned, ...chainDefinitions(config), ...plugin.configDefinitions, ...converterDefinitions(config)];
};

const sinkErrors = (config: ConnectorConfig): ConfigErrors => {
  const topics = (config['topics'] ?? '').trim();
  const regex = (config['topics.regex'] ?? '').trim();
  const deadLetters = (config['errors.deadletterqueue.topic.name'] ?? '').trim();
  if (topics === '' && regex === '') {
    const message = 'Must configure one of topics or topics.regex';
    return { topics: [message], 'topics.regex': [message] };
  }
  if (topics !== '' && regex !== '') {
    const message = 'topics and topics.regex are mutually exclusive options, but both are set.';
    return { topics: [message], 'topics.regex': [message] };
  }
  if (deadLetters !== '' && topics.split(',').some((topic) => topic.trim() === deadLetters)) {
    const list = topics.split(',').map((topic) => topic.trim());
    const message = `The DLQ topic '${deadLetters}' may not be included in the list of topics ('topics=[${list.join(', ')}]') consumed by the connector`;
    return { topics: [message] };
  }
  return {};
};

/** What only shows when a thing is made: overrides of the clients. */
const trialErrors = (config: ConnectorConfig, type: ConnectorPlugin['type']): ConfigErrors => {
  const errors: Record<string, string[]> = {};
  try {
    if (type === 'sink') consumerSettings(config);
    else producerSettings(config);
  } catch (error) {
    if (!(error instanceof NotEmulated) && !(error instanceof ConnectError)) throw error;
    errors['connector.class'] = [error.message];
  }
  return errors;
};

export const validateConnector = async (
  plugin: ConnectorPlugin,
  config: ConnectorConfig,
  context: ConnectorContext,
): Promise<Validation> => {
  // The worker says itself which side a converter is on.
  const sides = { 'key.converter.converter.type': 'key', 'value.converter.converter.type': 'value' };
  const settings = validateSettings(definitionsOf(plugin, config), { ...config, ...sides });
  if (plugin.type === 'sink') addErrors(settings, sinkErrors(config));
  addErrors(settings, trialErrors(config, plugin.type));
  if (plugin.validate !== undefined) addErrors(settings, await plugin.validate(config, context));
  const groups = [
    ...new Set(settings.map(({ definition }) => definition.group).filter((group) => group !== undefined)),
  ];
  return {
    name: config['connector.class'] ?? plugin.className,
    groups,
    settings,
    errors: settings.flatMap(({ errors }) => errors),
  };
};

/** ConfigDef.convertToString. */
export const printConfigValue = (definition: ConfigDefinition, value: ConfigValue): string | null => {
  if (value === null) return null;
  if (definition.type === 'PASSWORD') return '[hidden]';
  return Array.isArray(value) ? value.join(',') : String(value);
};
