import { ConfigError } from '../connect-errors.ts';
import type { ConnectorConfig } from '../plugin.ts';
import { wholeMatch } from '../transforms/predicates.ts';
import type { KafkaAccess } from './kafka-access.ts';

// `topic.creation.default.*` and `topic.creation.<group>.*` of a source connector: topics are made with these before the first record.
// Without `topic.creation.default.replication.factor` and `.partitions` the broker makes them by itself. Source: KIP-158, TopicCreation.

type Group = {
  matches(topic: string): boolean;
  partitions: number;
  replicationFactor: number;
  configs: readonly { name: string; value: string }[];
};

const ownSettings = ['include', 'exclude', 'partitions', 'replication.factor'];

const integer = (config: ConnectorConfig, name: string, byDefault: string | undefined): number => {
  const text = config[name] ?? byDefault;
  if (text === undefined) throw new ConfigError(`Missing required configuration "${name}" which has no default value.`);
  const value = Number(text);
  if (Number.isInteger(value) && (value > 0 || value === -1)) return value;
  throw new ConfigError(
    `Invalid value ${text} for configuration ${name}: Value must be larger than 0, or -1 to use the broker's default`,
  );
};

const patterns = (config: ConnectorConfig, name: string): readonly RegExp[] =>
  (config[name] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => wholeMatch(name, text));

const groupOf = (alias: string, config: ConnectorConfig, matches: (topic: string) => boolean): Group => {
  const prefix = `topic.creation.${alias}.`;
  const configs = Object.entries(config)
    .filter(([name]) => name.startsWith(prefix) && !ownSettings.includes(name.slice(prefix.length)))
    .map(([name, value]) => ({ name: name.slice(prefix.length), value }));
  const byDefault = (name: string): string | undefined =>
    alias === 'default' ? undefined : config[`topic.creation.default.${name}`];
  return {
    matches,
    partitions: integer(config, `${prefix}partitions`, byDefault('partitions')),
    replicationFactor: integer(config, `${prefix}replication.factor`, byDefault('replication.factor')),
    configs,
  };
};

const groupsOf = (config: ConnectorConfig): readonly Group[] => {
  if (config['topic.creation.default.replication.factor'] === undefined) return [];
  const aliases = (config['topic.creation.groups'] ?? '')
    .split(',')
    .map((alias) => alias.trim())
    .filter((alias) => alias !== '' && alias !== 'default');
  const named = aliases.map((alias) => {
    const included = patterns(config, `topic.creation.${alias}.include`);
    const excluded = patterns(config, `topic.creation.${alias}.exclude`);
    const some = (list: readonly RegExp[], topic: string): boolean => list.some((pattern) => pattern.test(topic));
    return groupOf(alias, config, (topic) => some(included, topic) && !some(excluded, topic));
  });
  return [...named, groupOf('default', config, () => true)];
};

/** Gives a function that makes sure of a topic once, before it is first written to. */
export const topicCreation = (access: KafkaAccess, config: ConnectorConfig, enabled: boolean) => {
  const groups = enabled ? groupsOf(config) : [];
  const known = new Set<string>();
  return async (topic: string): Promise<void> => {
    if (known.has(topic)) return;
    const group = groups.find((candidate) => candidate.matches(topic));
    if (group !== undefined) {
      await access.withAdmin((admin) =>
        admin.createTopics({
          waitForLeaders: true,
          topics: [
            {
              topic,
              numPartitions: group.partitions,
              replicationFactor: group.replicationFactor,
              configEntries: [...group.configs],
            },
          ],
        }),
      );
    }
    known.add(topic);
  };
};
