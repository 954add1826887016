import type { Broker } from './broker.ts';
import { brokerConfigDefinitions } from './settings.ts';
import { type ConfigDefinition, configTypes, topicConfigDefinitions } from './topic-configs.ts';
import { configValue } from './topics.ts';

/** DescribeConfigs' numbers for where a value comes from. */
const sources = { topic: 1, broker: 4, default: 5 } as const;

export type ConfigEntry = {
  name: string;
  value: string;
  readOnly: boolean;
  configSource: number;
  isSensitive: boolean;
  synonyms: { name: string; value: string; source: number }[];
  configType: number;
};

const topicSynonyms = (
  broker: Broker,
  overrides: ReadonlyMap<string, string>,
  { name, serverName, defaultValue }: ConfigDefinition,
): ConfigEntry['synonyms'] => {
  const own = overrides.get(name);
  const all = own === undefined ? [] : [{ name, value: own, source: sources.topic as number }];
  if (serverName === undefined) return all;
  if (broker.settings.isGiven(serverName)) {
    all.push({ name: serverName, value: broker.settings.textOf(serverName), source: sources.broker });
  }
  return [...all, { name: serverName, value: defaultValue, source: sources.default }];
};

/** All configurations of a topic with the values in force. */
export const describeTopicConfigs = (
  broker: Broker,
  topic: { overrides: ReadonlyMap<string, string> },
): ConfigEntry[] =>
  topicConfigDefinitions.map((definition) => {
    const { value, source } = configValue(topic, broker.settings, definition.name);
    return {
      name: definition.name,
      value,
      readOnly: false,
      configSource: sources[source],
      isSensitive: false,
      synonyms: topicSynonyms(broker, topic.overrides, definition),
      configType: configTypes[definition.type],
    };
  });

/** The broker's settings. They are set at start, so all are read-only. */
export const describeBrokerConfigs = (broker: Broker): ConfigEntry[] =>
  brokerConfigDefinitions.map(({ name, type, defaultValue }) => {
    const value = broker.settings.textOf(name);
    const isGiven = broker.settings.isGiven(name);
    const synonyms = [{ name, value: defaultValue, source: sources.default as number }];
    if (isGiven) synonyms.unshift({ name, value, source: sources.broker });
    return {
      name,
      value,
      readOnly: true,
      configSource: isGiven ? sources.broker : sources.default,
      isSensitive: false,
      synonyms,
      configType: configTypes[type],
    };
  });
