import { type ConfigDefinition, checkConfigValue, topicConfigDefinitions } from './topic-configs.ts';

/** Broker settings by their real names that take effect here, with Kafka 4.3's defaults where no reason is given. */
const brokerDefinitions: readonly ConfigDefinition[] = [
  { name: 'auto.create.topics.enable', type: 'BOOLEAN', defaultValue: 'true' },
  { name: 'connections.max.idle.ms', type: 'LONG', defaultValue: '600000' },
  { name: 'default.replication.factor', type: 'INT', defaultValue: '1', minimum: 1 },
  { name: 'delete.topic.enable', type: 'BOOLEAN', defaultValue: 'true' },
  { name: 'fetch.max.bytes', type: 'INT', defaultValue: '57671680', minimum: 1024 },
  // Kafka's own default is 3000; a single node for development sets 0, as the images' own compose files do.
  { name: 'group.initial.rebalance.delay.ms', type: 'INT', defaultValue: '0', minimum: 0 },
  { name: 'group.max.session.timeout.ms', type: 'INT', defaultValue: '1800000' },
  { name: 'group.max.size', type: 'INT', defaultValue: '2147483647', minimum: 1 },
  { name: 'group.min.session.timeout.ms', type: 'INT', defaultValue: '6000' },
  { name: 'log.cleaner.backoff.ms', type: 'LONG', defaultValue: '15000', minimum: 0 },
  { name: 'log.retention.check.interval.ms', type: 'LONG', defaultValue: '300000', minimum: 1 },
  { name: 'max.connections', type: 'INT', defaultValue: '2147483647', minimum: 0 },
  { name: 'node.id', type: 'INT', defaultValue: '1', minimum: 0 },
  { name: 'num.partitions', type: 'INT', defaultValue: '1', minimum: 1 },
  { name: 'offset.metadata.max.bytes', type: 'INT', defaultValue: '4096' },
  { name: 'offsets.retention.check.interval.ms', type: 'LONG', defaultValue: '600000', minimum: 1 },
  { name: 'offsets.retention.minutes', type: 'INT', defaultValue: '10080', minimum: 1 },
  { name: 'producer.id.expiration.ms', type: 'INT', defaultValue: '86400000', minimum: 1 },
  { name: 'socket.request.max.bytes', type: 'INT', defaultValue: '104857600', minimum: 1 },
  { name: 'transaction.max.timeout.ms', type: 'INT', defaultValue: '900000', minimum: 1 },
];

const topicDefaults = topicConfigDefinitions.flatMap(({ serverName, name: _, ...rest }) =>
  serverName === undefined ? [] : [{ ...rest, name: serverName }],
);

/** Coarser spellings of some settings, in the order in which Kafka lets them win, with Kafka's defaults. */
const coarser = [
  { name: 'log.retention.minutes', of: 'log.retention.ms', unitMs: 60_000, defaultValue: null },
  { name: 'log.retention.hours', of: 'log.retention.ms', unitMs: 3_600_000, defaultValue: '168' },
  { name: 'log.roll.hours', of: 'log.roll.ms', unitMs: 3_600_000, defaultValue: '168' },
] as const;

export const brokerConfigDefinitions: readonly ConfigDefinition[] = [...brokerDefinitions, ...topicDefaults].sort(
  (a, b) => (a.name < b.name ? -1 : 1),
);

/** What a setting is called, of which type it is, and what Kafka says its default is; `null` where it has none of its own. */
export const listedSettings: readonly (Pick<ConfigDefinition, 'name' | 'type' | 'clusterWide'> & {
  defaultValue: string | null;
})[] = [
  ...brokerConfigDefinitions.map(({ unsetOnServer, ...definition }) =>
    unsetOnServer ? { ...definition, defaultValue: null } : definition,
  ),
  ...coarser.map(({ name, defaultValue }) => ({ name, type: 'INT' as const, defaultValue })),
];

export type BrokerSettings = {
  /** The value in force of a broker setting. */
  textOf(name: string): string;
  numberOf(name: string): number;
  flagOf(name: string): boolean;
  /** Given at start, by its own name or a coarser one, not left at its default. */
  isGiven(name: string): boolean;
  /** As it was given at start under this name. */
  given(name: string): string | undefined;
};

/** Throws for an unknown name or a bad value: a broker that ignored its configuration would not start either. */
export const parseSettings = (given: Readonly<Record<string, string>>): BrokerSettings => {
  const definitions = new Map(brokerConfigDefinitions.map((definition) => [definition.name, definition]));
  const values = new Map<string, string>();
  const wanted = new Map(Object.entries(given));
  for (const { name, of, unitMs } of coarser) {
    const value = wanted.get(name);
    if (value === undefined) continue;
    wanted.delete(name);
    if (!wanted.has(of)) wanted.set(of, Number(value) < 0 ? '-1' : String(Number(value) * unitMs));
  }
  for (const [name, value] of wanted) {
    const definition = definitions.get(name);
    if (!definition) throw new Error(`Kafka setting ${name} is not known to the sandbox's broker`);
    values.set(name, checkConfigValue(definition, value));
  }
  const textOf = (name: string): string => {
    const value = values.get(name) ?? definitions.get(name)?.defaultValue;
    if (value === undefined) throw new Error(`no Kafka setting is called ${name}`);
    return value;
  };
  return {
    textOf,
    numberOf: (name) => Number(textOf(name)),
    flagOf: (name) => textOf(name) === 'true',
    isGiven: (name) => values.has(name),
    given: (name) => given[name],
  };
};
