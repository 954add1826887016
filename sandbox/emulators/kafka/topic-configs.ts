import { NotEmulated } from '../../core/not-emulated.ts';
import { KafkaError } from './errors.ts';

/** Wire codes of DescribeConfigs' ConfigType. */
export const configTypes = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const;
export type ConfigType = keyof typeof configTypes;

export type ConfigDefinition = {
  name: string;
  type: ConfigType;
  defaultValue: string;
  /** The broker setting whose value is the default of topics. */
  serverName?: string;
  /** The broker setting has no value of its own until one is given: one in coarser units has it. */
  unsetOnServer?: true;
  /** Kept for the whole cluster from its first start on, as Kafka does where it elects eligible leader replicas. */
  clusterWide?: true;
  minimum?: number;
  maximum?: number;
  oneOf?: readonly string[];
  /** Known, listed with its default; any other value is refused because it would have no effect here. */
  onlyDefault?: true;
};

const maxLong = '9223372036854775807';

/** Topic configurations of Kafka 4.3 (LogConfig): names, types, defaults and bounds. */
export const topicConfigDefinitions: readonly ConfigDefinition[] = [
  {
    name: 'cleanup.policy',
    type: 'LIST',
    defaultValue: 'delete',
    serverName: 'log.cleanup.policy',
    oneOf: ['compact', 'delete'],
  },
  {
    name: 'compression.gzip.level',
    type: 'INT',
    defaultValue: '-1',
    serverName: 'compression.gzip.level',
    onlyDefault: true,
  },
  {
    name: 'compression.lz4.level',
    type: 'INT',
    defaultValue: '9',
    serverName: 'compression.lz4.level',
    onlyDefault: true,
  },
  {
    name: 'compression.type',
    type: 'STRING',
    defaultValue: 'producer',
    serverName: 'compression.type',
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    onlyDefault: true,
  },
  {
    name: 'compression.zstd.level',
    type: 'INT',
    defaultValue: '3',
    serverName: 'compression.zstd.level',
    onlyDefault: true,
  },
  {
    name: 'delete.retention.ms',
    type: 'LONG',
    defaultValue: '86400000',
    serverName: 'log.cleaner.delete.retention.ms',
    minimum: 0,
  },
  {
    name: 'file.delete.delay.ms',
    type: 'LONG',
    defaultValue: '60000',
    serverName: 'log.segment.delete.delay.ms',
    minimum: 0,
    onlyDefault: true,
  },
  {
    name: 'flush.messages',
    type: 'LONG',
    defaultValue: maxLong,
    serverName: 'log.flush.interval.messages',
    minimum: 1,
  },
  {
    name: 'flush.ms',
    type: 'LONG',
    defaultValue: maxLong,
    serverName: 'log.flush.interval.ms',
    unsetOnServer: true,
    minimum: 0,
  },
  { name: 'follower.replication.throttled.replicas', type: 'LIST', defaultValue: '', onlyDefault: true },
  {
    name: 'index.interval.bytes',
    type: 'INT',
    defaultValue: '4096',
    serverName: 'log.index.interval.bytes',
    minimum: 0,
  },
  { name: 'leader.replication.throttled.replicas', type: 'LIST', defaultValue: '', onlyDefault: true },
  {
    name: 'local.retention.bytes',
    type: 'LONG',
    defaultValue: '-2',
    serverName: 'log.local.retention.bytes',
    onlyDefault: true,
  },
  {
    name: 'local.retention.ms',
    type: 'LONG',
    defaultValue: '-2',
    serverName: 'log.local.retention.ms',
    onlyDefault: true,
  },
  {
    name: 'max.compaction.lag.ms',
    type: 'LONG',
    defaultValue: maxLong,
    serverName: 'log.cleaner.max.compaction.lag.ms',
    minimum: 1,
  },
  { name: 'max.message.bytes', type: 'INT', defaultValue: '1048588', serverName: 'message.max.bytes', minimum: 0 },
  {
    name: 'message.timestamp.after.max.ms',
    type: 'LONG',
    defaultValue: '3600000',
    serverName: 'log.message.timestamp.after.max.ms',
    minimum: 0,
  },
  {
    name: 'message.timestamp.before.max.ms',
    type: 'LONG',
    defaultValue: maxLong,
    serverName: 'log.message.timestamp.before.max.ms',
    minimum: 0,
  },
  {
    name: 'message.timestamp.type',
    type: 'STRING',
    defaultValue: 'CreateTime',
    serverName: 'log.message.timestamp.type',
    oneOf: ['CreateTime', 'LogAppendTime'],
  },
  {
    name: 'min.cleanable.dirty.ratio',
    type: 'DOUBLE',
    defaultValue: '0.5',
    serverName: 'log.cleaner.min.cleanable.ratio',
    minimum: 0,
    maximum: 1,
  },
  {
    name: 'min.compaction.lag.ms',
    type: 'LONG',
    defaultValue: '0',
    serverName: 'log.cleaner.min.compaction.lag.ms',
    minimum: 0,
  },
  {
    name: 'min.insync.replicas',
    type: 'INT',
    defaultValue: '1',
    serverName: 'min.insync.replicas',
    clusterWide: true,
    minimum: 1,
  },
  { name: 'preallocate', type: 'BOOLEAN', defaultValue: 'false', serverName: 'log.preallocate', onlyDefault: true },
  { name: 'remote.log.copy.disable', type: 'BOOLEAN', defaultValue: 'false', onlyDefault: true },
  { name: 'remote.log.delete.on.disable', type: 'BOOLEAN', defaultValue: 'false', onlyDefault: true },
  { name: 'remote.storage.enable', type: 'BOOLEAN', defaultValue: 'false', onlyDefault: true },
  { name: 'retention.bytes', type: 'LONG', defaultValue: '-1', serverName: 'log.retention.bytes' },
  {
    name: 'retention.ms',
    type: 'LONG',
    defaultValue: '604800000',
    serverName: 'log.retention.ms',
    unsetOnServer: true,
    minimum: -1,
  },
  {
    name: 'segment.bytes',
    type: 'INT',
    defaultValue: '1073741824',
    serverName: 'log.segment.bytes',
    minimum: 1_048_576,
  },
  {
    name: 'segment.index.bytes',
    type: 'INT',
    defaultValue: '10485760',
    serverName: 'log.index.size.max.bytes',
    minimum: 4,
  },
  {
    name: 'segment.jitter.ms',
    type: 'LONG',
    defaultValue: '0',
    serverName: 'log.roll.jitter.ms',
    unsetOnServer: true,
    minimum: 0,
    onlyDefault: true,
  },
  {
    name: 'segment.ms',
    type: 'LONG',
    defaultValue: '604800000',
    serverName: 'log.roll.ms',
    unsetOnServer: true,
    minimum: 1,
  },
  // With one replica there is never another leader to elect, so both values behave alike on a single real broker too.
  {
    name: 'unclean.leader.election.enable',
    type: 'BOOLEAN',
    defaultValue: 'false',
    serverName: 'unclean.leader.election.enable',
  },
];

const definitionsByName = new Map(topicConfigDefinitions.map((definition) => [definition.name, definition]));

const integerBounds = { INT: [-(2n ** 31n), 2n ** 31n - 1n], LONG: [-(2n ** 63n), 2n ** 63n - 1n] } as const;

const invalid = (name: string, value: string | null, why: string) =>
  new KafkaError('INVALID_CONFIG', `Invalid value ${value} for configuration ${name}: ${why}`);

const checkBounds = (definition: ConfigDefinition, value: string): void => {
  const { name, minimum, maximum } = definition;
  if (minimum !== undefined && Number(value) < minimum) throw invalid(name, value, `Value must be at least ${minimum}`);
  if (maximum !== undefined && Number(value) > maximum)
    throw invalid(name, value, `Value must be no more than ${maximum}`);
};

const checkNumber = (definition: ConfigDefinition, value: string): void => {
  const { name, type } = definition;
  const wrong = () => invalid(name, value, `Not a number of type ${type}`);
  if (type === 'INT' || type === 'LONG') {
    if (!/^[+-]?\d+$/.test(value)) throw wrong();
    const [low, high] = integerBounds[type];
    if (BigInt(value) < low || BigInt(value) > high) throw wrong();
  } else if (value === '' || !Number.isFinite(Number(value))) throw wrong();
  checkBounds(definition, value);
};

export const listOf = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const checkChoice = ({ name, type, oneOf }: ConfigDefinition, value: string): void => {
  if (!oneOf) return;
  const items = type === 'LIST' ? listOf(value) : [value];
  if (items.some((item) => !oneOf.includes(item))) {
    throw invalid(name, value, `String must be one of: ${oneOf.join(', ')}`);
  }
};

/** Answers as the real broker does when the value is not one of its type; refuses what would have no effect here. */
export const checkConfigValue = (definition: ConfigDefinition, given: string): string => {
  const { name, type, defaultValue, onlyDefault } = definition;
  const value = given.trim();
  if (type === 'BOOLEAN' && !/^(true|false)$/i.test(value)) {
    throw invalid(name, value, 'Expected value to be either true or false');
  }
  if (type === 'INT' || type === 'LONG' || type === 'DOUBLE') checkNumber(definition, value);
  checkChoice(definition, value);
  const normal = type === 'BOOLEAN' ? value.toLowerCase() : value;
  if (onlyDefault && normal !== defaultValue) throw new NotEmulated('kafka', `topic configuration ${name}=${normal}`);
  return normal;
};

export const checkTopicConfig = (name: string, value: string | null): string => {
  const definition = definitionsByName.get(name);
  if (!definition) throw new KafkaError('INVALID_CONFIG', `Unknown topic config name: ${name}`);
  if (value === null) throw new KafkaError('INVALID_CONFIG', `Null value not supported for topic configs: ${name}`);
  return checkConfigValue(definition, value);
};

/** The configurations that the log acts on, parsed. Times that are "never" in Kafka (Long.MAX_VALUE) stay huge numbers. */
export type TopicConfig = {
  compact: boolean;
  deleteOld: boolean;
  deleteRetentionMs: number;
  flushMessages: number;
  flushMs: number;
  indexIntervalBytes: number;
  maxCompactionLagMs: number;
  maxMessageBytes: number;
  timestampAfterMaxMs: number;
  timestampBeforeMaxMs: number;
  logAppendTime: boolean;
  minCleanableDirtyRatio: number;
  minCompactionLagMs: number;
  /** Negative: without limit. */
  retentionBytes: number;
  /** Negative: without limit. */
  retentionMs: number;
  segmentBytes: number;
  segmentIndexBytes: number;
  segmentMs: number;
};

/** `textOf` gives the value in force: the topic's own, else the broker's default. */
export const parseTopicConfig = (textOf: (name: string) => string): TopicConfig => {
  const number = (name: string) => Number(textOf(name));
  const policies = listOf(textOf('cleanup.policy'));
  return {
    compact: policies.includes('compact'),
    deleteOld: policies.includes('delete'),
    deleteRetentionMs: number('delete.retention.ms'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    indexIntervalBytes: number('index.interval.bytes'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    maxMessageBytes: number('max.message.bytes'),
    timestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    timestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    logAppendTime: textOf('message.timestamp.type') === 'LogAppendTime',
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    retentionBytes: number('retention.bytes'),
    retentionMs: number('retention.ms'),
    segmentBytes: number('segment.bytes'),
    segmentIndexBytes: number('segment.index.bytes'),
    segmentMs: number('segment.ms'),
  };
};
