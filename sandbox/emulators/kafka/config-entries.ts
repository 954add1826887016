import type { Broker } from './broker.ts';
import { listedSettings } from './settings.ts';
import { type ConfigDefinition, configTypes, topicConfigDefinitions } from './topic-configs.ts';
import { configValue } from './topics.ts';

/** DescribeConfigs' numbers for where a value comes from. */
const sources = { topic: 1, cluster: 3, broker: 4, default: 5 } as const;

export type ConfigEntry = {
  name: string;
  value: string | null;
  readOnly: boolean;
  configSource: number;
  isSensitive: boolean;
  synonyms: { name: string; value: string; source: number }[];
  configType: number;
};

type Setting = { name: string; clusterWide?: true | undefined; defaultValue: string | null };

/** Where a setting of the broker has values from, the one in force first. */
const settingSynonyms = (
  { settings }: Broker,
  { name, clusterWide, defaultValue }: Setting,
): ConfigEntry['synonyms'] => {
  const given = settings.given(name);
  const all: ConfigEntry['synonyms'] = [];
  if (clusterWide) all.push({ name, value: settings.textOf(name), source: sources.cluster });
  if (given !== undefined) all.push({ name, value: given, source: sources.broker });
  if (defaultValue !== null) all.push({ name, value: defaultValue, source: sources.default });
  return all;
};

const topicSynonyms = (
  broker: Broker,
  overrides: ReadonlyMap<string, string>,
  { name, serverName, clusterWide, unsetOnServer, defaultValue }: ConfigDefinition,
): ConfigEntry['synonyms'] => {
  const own = overrides.get(name);
  const all = own === undefined ? [] : [{ name, value: own, source: sources.topic as number }];
  if (serverName === undefined) return all;
  const setting = { name: serverName, clusterWide, defaultValue: unsetOnServer ? null : defaultValue };
  return [...all, ...settingSynonyms(broker, setting)];
};

/** All configurations of a topic with the values in force. */
export const describeTopicConfigs = (
  broker: Broker,
  topic: { overrides: ReadonlyMap<string, string> },
): ConfigEntry[] =>
  topicConfigDefinitions.map((definition) => {
    const { value, source } = configValue(topic, broker.settings, definition.name);
    const synonyms = topicSynonyms(broker, topic.overrides, definition);
    return {
      name: definition.name,
      value,
      readOnly: false,
      configSource: synonyms[0]?.source ?? sources[source],
      isSensitive: false,
      synonyms,
      configType: configTypes[definition.type],
    };
  });

/** The broker's settings. They are set at start, so all are read-only. */
export const describeBrokerConfigs = (broker: Broker): ConfigEntry[] =>
  listedSettings.map((setting) => {
    const synonyms = settingSynonyms(broker, setting);
    return {
      name: setting.name,
      value: synonyms[0]?.value ?? null,
      readOnly: true,
      configSource: synonyms[0]?.source ?? sources.default,
      isSensitive: false,
      synonyms,
      configType: configTypes[setting.type],
    };
  });
