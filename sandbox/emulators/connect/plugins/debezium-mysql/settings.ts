import type { ConnectorConfig } from '../../plugin.ts';
import { type ColumnTransformation, columnTransformationsOf } from './column-transformations.ts';
import { type Filters, filtersOf, splitList, wholeMatch } from './filters.ts';

export type DecimalMode = 'precise' | 'double' | 'string';
export type TimeMode = 'adaptive_time_microseconds' | 'connect' | 'isostring' | 'microseconds' | 'nanoseconds';
export type BinaryMode = 'bytes' | 'base64' | 'base64-url-safe' | 'hex';
export type SnapshotMode = 'always' | 'initial' | 'initial_only' | 'no_data' | 'when_needed' | 'never' | 'recovery';
export type LockingMode = 'minimal' | 'extended' | 'none' | 'minimal_percona' | 'minimal_percona_no_table_locks';
export type FailureMode = 'fail' | 'warn' | 'skip';

/** Columns whose names match are the key of the tables that match, instead of the primary key. */
export type KeyColumns = { table: RegExp; columns: readonly string[] };

/** A connector's configuration, read once. Names follow Debezium's settings. */
export type Settings = {
  hostname: string;
  port: number;
  user: string;
  password: string;
  serverId: number;
  topicPrefix: string;
  connectTimeoutMs: number;
  keepAliveIntervalMs: number;
  initialStatements: readonly string[];
  filters: Filters;
  snapshotIncludes: ((name: string) => boolean) | undefined;
  snapshotMode: SnapshotMode;
  lockingMode: LockingMode;
  lockTimeoutMs: number;
  snapshotFetchSize: number;
  snapshotDelayMs: number;
  streamingDelayMs: number;
  selectOverrides: ReadonlyMap<string, string>;
  decimalMode: DecimalMode;
  timeMode: TimeMode;
  adjustsYears: boolean;
  binaryMode: BinaryMode;
  preciseUnsignedBigint: boolean;
  transformation: ColumnTransformation;
  keyColumns: readonly KeyColumns[];
  /** TinyIntOneToBooleanConverter: which columns, undefined when it is not configured. */
  booleanColumns: ((name: string) => boolean) | undefined;
  tombstones: boolean;
  skippedOperations: ReadonlySet<string>;
  includesSchemaChanges: boolean;
  includesComments: boolean;
  includesQuery: boolean;
  heartbeatIntervalMs: number;
  heartbeatTopicsPrefix: string;
  heartbeatQuery: string | undefined;
  transactionMetadata: boolean;
  transactionTopic: string;
  topicDelimiter: string;
  extendedHeaders: boolean;
  pollIntervalMs: number;
  maxBatchSize: number;
  maxQueueSize: number;
  maxRetries: number;
  retryDelayMs: number;
  failureMode: FailureMode;
  inconsistentSchemaMode: FailureMode;
  ignoresGtids: boolean;
  historyTopic: string;
  historyBootstrapServers: readonly string[];
  skipsUnparseableDdl: boolean;
  storesOnlyCapturedTables: boolean;
  storesOnlyCapturedDatabases: boolean;
};

const flag = (config: ConnectorConfig, name: string, fallback: boolean): boolean => {
  const text = config[name]?.trim().toLowerCase();
  return text === undefined || text === '' ? fallback : text === 'true';
};

const number = (config: ConnectorConfig, name: string, fallback: number): number => {
  const text = config[name]?.trim();
  return text === undefined || text === '' ? fallback : Number(text);
};

const choice = <T extends string>(config: ConnectorConfig, name: string, fallback: T): T =>
  (config[name]?.trim().toLowerCase() as T | undefined) || fallback;

const keyColumnsOf = (text: string | undefined): KeyColumns[] =>
  (text ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const colon = part.lastIndexOf(':');
      return { table: wholeMatch(part.slice(0, colon).trim()), columns: splitList(part.slice(colon + 1)) };
    });

const overridesOf = (config: ConnectorConfig): ReadonlyMap<string, string> =>
  new Map(
    splitList(config['snapshot.select.statement.overrides']).map((table) => [
      table.toLowerCase(),
      config[`snapshot.select.statement.overrides.${table}`] ?? '',
    ]),
  );

export const tinyIntConverter = 'TinyIntOneToBooleanConverter';

const booleanColumnsOf = (config: ConnectorConfig): Settings['booleanColumns'] => {
  const name = splitList(config.converters).find((one) => config[`${one}.type`]?.endsWith(`.${tinyIntConverter}`));
  if (name === undefined) return undefined;
  const selectors = splitList(config[`${name}.selector`]).map(wholeMatch);
  return selectors.length === 0 ? () => true : (column) => selectors.some((selector) => selector.test(column));
};

const snapshotModeOf = (config: ConnectorConfig): SnapshotMode => {
  const mode = choice<string>(config, 'snapshot.mode', 'initial');
  return (mode === 'schema_only' ? 'no_data' : mode === 'schema_only_recovery' ? 'recovery' : mode) as SnapshotMode;
};

const snapshotIncludesOf = (config: ConnectorConfig): Settings['snapshotIncludes'] => {
  const expressions = splitList(config['snapshot.include.collection.list']).map(wholeMatch);
  return expressions.length === 0 ? undefined : (name) => expressions.some((expression) => expression.test(name));
};

const failureMode = (config: ConnectorConfig, name: string, older: string): FailureMode => {
  const mode = choice<string>(config, name, choice<string>(config, older, 'fail'));
  return (mode === 'ignore' ? 'skip' : mode) as FailureMode;
};

const modesOf = (config: ConnectorConfig) => ({
  snapshotMode: snapshotModeOf(config),
  lockingMode: choice<LockingMode>(config, 'snapshot.locking.mode', 'minimal'),
  decimalMode: choice<DecimalMode>(config, 'decimal.handling.mode', 'precise'),
  timeMode: choice<TimeMode>(config, 'time.precision.mode', 'adaptive_time_microseconds'),
  adjustsYears: flag(config, 'enable.time.adjuster', true),
  binaryMode: choice<BinaryMode>(config, 'binary.handling.mode', 'bytes'),
  preciseUnsignedBigint: choice<string>(config, 'bigint.unsigned.handling.mode', 'long') === 'precise',
  failureMode: failureMode(
    config,
    'event.processing.failure.handling.mode',
    'event.deserialization.failure.handling.mode',
  ),
  inconsistentSchemaMode: failureMode(config, 'inconsistent.schema.handling.mode', ''),
});

const timingOf = (config: ConnectorConfig) => ({
  connectTimeoutMs: number(config, 'connect.timeout.ms', 30_000),
  keepAliveIntervalMs: number(config, 'connect.keep.alive.interval.ms', 60_000),
  lockTimeoutMs: number(config, 'snapshot.lock.timeout.ms', 10_000),
  snapshotDelayMs: number(config, 'snapshot.delay.ms', 0),
  streamingDelayMs: number(config, 'streaming.delay.ms', 0),
  heartbeatIntervalMs: number(config, 'heartbeat.interval.ms', 0),
  pollIntervalMs: number(config, 'poll.interval.ms', 500),
  maxBatchSize: number(config, 'max.batch.size', 2048),
  maxQueueSize: number(config, 'max.queue.size', 8192),
  maxRetries: number(config, 'errors.max.retries', -1),
  retryDelayMs: number(config, 'retriable.restart.connector.wait.ms', 10_000),
  snapshotFetchSize: number(config, 'snapshot.fetch.size', 10_000),
});

const historyOf = (config: ConnectorConfig) => ({
  historyTopic: config['schema.history.internal.kafka.topic'] ?? '',
  historyBootstrapServers: splitList(config['schema.history.internal.kafka.bootstrap.servers']),
  skipsUnparseableDdl: flag(config, 'schema.history.internal.skip.unparseable.ddl', false),
  storesOnlyCapturedTables: flag(config, 'schema.history.internal.store.only.captured.tables.ddl', false),
  storesOnlyCapturedDatabases: flag(config, 'schema.history.internal.store.only.captured.databases.ddl', false),
});

const recordsOf = (config: ConnectorConfig, topicPrefix: string) => ({
  tombstones: flag(config, 'tombstones.on.delete', true),
  skippedOperations: new Set(splitList(config['skipped.operations'] ?? 't')),
  includesSchemaChanges: flag(config, 'include.schema.changes', true),
  includesComments: flag(config, 'include.schema.comments', false),
  includesQuery: flag(config, 'include.query', false),
  heartbeatTopicsPrefix:
    config['topic.heartbeat.prefix'] ?? config['heartbeat.topics.prefix'] ?? '__debezium-heartbeat',
  heartbeatQuery: config['heartbeat.action.query'],
  transactionMetadata: flag(config, 'provide.transaction.metadata', false),
  transactionTopic: `${topicPrefix}${config['topic.delimiter'] ?? '.'}${config['topic.transaction'] ?? 'transaction'}`,
  topicDelimiter: config['topic.delimiter'] ?? '.',
  extendedHeaders: flag(config, 'extended.headers.enabled', true),
});

/** The configuration must have passed `validate` before. */
export const settingsOf = (config: ConnectorConfig): Settings => {
  const topicPrefix = config['topic.prefix'] ?? '';
  return {
    hostname: config['database.hostname'] ?? '',
    port: number(config, 'database.port', 3306),
    user: config['database.user'] ?? '',
    password: config['database.password'] ?? '',
    serverId: number(config, 'database.server.id', 0),
    topicPrefix,
    initialStatements: (config['database.initial.statements'] ?? '')
      .split(/(?<!;);(?!;)/)
      .flatMap((one) => one.trim().replaceAll(';;', ';') || []),
    filters: filtersOf(config),
    snapshotIncludes: snapshotIncludesOf(config),
    selectOverrides: overridesOf(config),
    transformation: columnTransformationsOf(config),
    keyColumns: keyColumnsOf(config['message.key.columns']),
    booleanColumns: booleanColumnsOf(config),
    ignoresGtids: flag(config, 'gtid.ignore.on.recovery', false),
    ...modesOf(config),
    ...timingOf(config),
    ...historyOf(config),
    ...recordsOf(config, topicPrefix),
  };
};
