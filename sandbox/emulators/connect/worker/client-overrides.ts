import { CompressionTypes } from 'kafkajs';
import { NotEmulated } from '../../../core/not-emulated.ts';
import { ConfigError } from '../connect-errors.ts';
import type { ConnectorConfig } from '../plugin.ts';

// `consumer.override.*` and `producer.override.*` of a connector: what the clients here can do is done, what makes no difference here is
// accepted, everything else is refused by name.

export type ConsumerSettings = {
  groupId: string | undefined;
  sessionTimeoutMs: number;
  heartbeatIntervalMs: number;
  rebalanceTimeoutMs: number;
  fromBeginning: boolean;
  maximumPollRecords: number;
  minimumFetchBytes: number;
  maximumFetchWaitMs: number;
  maximumFetchBytes: number;
  maximumPartitionBytes: number;
  metadataMaxAgeMs: number;
  readUncommitted: boolean;
};

export type ProducerSettings = { acks: number; compression: CompressionTypes; maximumRequestBytes: number };

const consumerDefaults: Readonly<Record<string, string>> = {
  'auto.offset.reset': 'earliest',
  'fetch.max.bytes': '52428800',
  // The real default is 500; here it only bounds how long a stop waits, as data ends the wait.
  'fetch.max.wait.ms': '100',
  'fetch.min.bytes': '1',
  'heartbeat.interval.ms': '3000',
  'isolation.level': 'read_uncommitted',
  'max.partition.fetch.bytes': '1048576',
  'max.poll.interval.ms': '300000',
  'max.poll.records': '500',
  'metadata.max.age.ms': '300000',
  'session.timeout.ms': '45000',
};

const withoutEffect: Readonly<Record<'consumer' | 'producer', readonly string[]>> = {
  consumer: [
    'client.id',
    'check.crcs',
    'receive.buffer.bytes',
    'send.buffer.bytes',
    'request.timeout.ms',
    'default.api.timeout.ms',
  ],
  producer: [
    'batch.size',
    'buffer.memory',
    'client.id',
    'delivery.timeout.ms',
    'enable.idempotence',
    'linger.ms',
    'max.block.ms',
    'max.in.flight.requests.per.connection',
    'request.timeout.ms',
    'retries',
  ],
};

const producerDefaults: Readonly<Record<string, string>> = {
  acks: 'all',
  'compression.type': 'none',
  'max.request.size': '1048576',
};

const overridesOf = (
  client: 'consumer' | 'producer',
  config: ConnectorConfig,
  understood: readonly string[],
): Readonly<Record<string, string>> => {
  const prefix = `${client}.override.`;
  const overrides: Record<string, string> = {};
  for (const [name, value] of Object.entries(config)) {
    if (!name.startsWith(prefix)) continue;
    const setting = name.slice(prefix.length);
    if (understood.includes(setting)) overrides[setting] = value.trim();
    else if (!withoutEffect[client].includes(setting)) throw new NotEmulated('connect', `Setting ${name}`);
  }
  return overrides;
};

const positiveInteger = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new ConfigError(`Invalid value ${text} for configuration ${name}: Not a number of type INT`);
  }
  return value;
};

const oneOf = (name: string, text: string, allowed: readonly string[]): string => {
  if (allowed.includes(text)) return text;
  throw new ConfigError(
    `Invalid value ${text} for configuration ${name}: String must be one of: ${allowed.join(', ')}`,
  );
};

export const consumerSettings = (config: ConnectorConfig): ConsumerSettings => {
  const overrides = overridesOf('consumer', config, [...Object.keys(consumerDefaults), 'group.id']);
  const text = (name: string): string => overrides[name] ?? consumerDefaults[name] ?? '';
  const number = (name: string): number => positiveInteger(name, text(name));
  const sessionTimeoutMs = number('session.timeout.ms');
  const heartbeatIntervalMs = number('heartbeat.interval.ms');
  const reset = oneOf('auto.offset.reset', text('auto.offset.reset'), ['earliest', 'latest', 'none']);
  if (reset === 'none') throw new NotEmulated('connect', 'consumer.override.auto.offset.reset=none');
  return {
    groupId: overrides['group.id'],
    sessionTimeoutMs,
    // The real consumer refuses a heartbeat as long as the session; a shorter session alone must work, so the default gives way.
    heartbeatIntervalMs: Math.min(heartbeatIntervalMs, Math.max(1, Math.floor(sessionTimeoutMs / 3))),
    rebalanceTimeoutMs: number('max.poll.interval.ms'),
    fromBeginning: reset === 'earliest',
    maximumPollRecords: Math.max(1, number('max.poll.records')),
    minimumFetchBytes: number('fetch.min.bytes'),
    maximumFetchWaitMs: number('fetch.max.wait.ms'),
    maximumFetchBytes: number('fetch.max.bytes'),
    maximumPartitionBytes: number('max.partition.fetch.bytes'),
    metadataMaxAgeMs: number('metadata.max.age.ms'),
    readUncommitted:
      oneOf('isolation.level', text('isolation.level'), ['read_uncommitted', 'read_committed']) === 'read_uncommitted',
  };
};

const acksValues: Readonly<Record<string, number>> = { all: -1, '-1': -1, '0': 0, '1': 1 };

export const producerSettings = (config: ConnectorConfig): ProducerSettings => {
  const overrides = overridesOf('producer', config, Object.keys(producerDefaults));
  const text = (name: string): string => overrides[name] ?? producerDefaults[name] ?? '';
  const compression = oneOf('compression.type', text('compression.type'), ['none', 'gzip', 'snappy', 'lz4', 'zstd']);
  if (compression !== 'none' && compression !== 'gzip') {
    throw new NotEmulated('connect', `producer.override.compression.type=${compression}`);
  }
  return {
    acks: acksValues[oneOf('acks', text('acks'), Object.keys(acksValues))] ?? -1,
    compression: compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None,
    maximumRequestBytes: positiveInteger('max.request.size', text('max.request.size')),
  };
};
