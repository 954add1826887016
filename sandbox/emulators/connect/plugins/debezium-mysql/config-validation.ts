import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { ConfigErrors, ConnectorConfig, ConnectorContext } from '../../plugin.ts';
import { isColumnTransformation } from './column-transformations.ts';
import { configDefinitions } from './config-definitions.ts';
import { splitList } from './filters.ts';
import { connectMysql } from './mysql-connection.ts';
import { settingsOf, tinyIntConverter } from './settings.ts';

/** Gives what is wrong with a value, or undefined. */
type Check = (value: string | undefined, config: ConnectorConfig) => string | undefined;

const required: Check = (value) => (value === undefined || value.trim() === '' ? 'A value is required' : undefined);

const given =
  (check: (value: string) => string | undefined): Check =>
  (value) =>
    value === undefined ? undefined : check(value.trim());

const integer = given((value) => (/^-?\d+$/.test(value) ? undefined : 'An integer is expected'));
const nonNegative = given((value) => (/^\d+$/.test(value) ? undefined : 'An non-negative integer is expected'));
const positive = given((value) =>
  /^0*[1-9]\d*$/.test(value) ? undefined : 'A positive, non-zero integer value is expected',
);
const positiveLong = given((value) =>
  /^0*[1-9]\d*$/.test(value) ? undefined : 'A positive, non-zero long value is expected',
);
const flag = given((value) => (/^(true|false)$/i.test(value) ? undefined : "Either 'true' or 'false' is expected"));

const oneOf = (...options: readonly string[]): Check =>
  given((value) => (options.includes(value.toLowerCase()) ? undefined : `Value must be one of ${options.join(', ')}`));

const expressions: Check = given((value) => {
  for (const expression of splitList(value)) {
    try {
      new RegExp(expression);
    } catch (error) {
      return `A comma-separated list of valid regular expressions is expected, but ${(error as Error).message}`;
    }
  }
  return undefined;
});

const exclusive =
  (other: string, message: string): Check =>
  (value, config) =>
    value !== undefined && config[other] !== undefined ? message : expressions(value, config);

const topicPrefix: Check = (value, config) => {
  const missing = required(value, config);
  if (missing) return missing;
  return /^[\w.-]+$/.test(value as string)
    ? undefined
    : `${value} has invalid format (only the underscore, hyphen, dot and alphanumeric characters are allowed)`;
};

const queueSize: Check = (value, config) => {
  const complaint = integer(value, config);
  if (complaint || value === undefined) return complaint;
  if (Number(value) <= 0) return 'A positive queue size is required';
  return Number(value) <= Number(config['max.batch.size'] ?? 2048)
    ? 'Must be larger than the maximum batch size'
    : undefined;
};

const skippedOperations: Check = given((value) => {
  const operations = splitList(value);
  if (operations.some((operation) => !['c', 'u', 'd', 't', 'none'].includes(operation))) return 'Invalid operation';
  return operations.includes('none') && operations.length > 1
    ? "'none' cannot be specified with other skipped operation types"
    : undefined;
});

const timePrecision: Check = (value, config) => {
  const modes = ['adaptive', 'adaptive_time_microseconds', 'connect', 'isostring', 'microseconds', 'nanoseconds'];
  if (value?.trim().toLowerCase() === 'adaptive') return "The 'adaptive' time.precision.mode is no longer supported";
  return oneOf(...modes)(value, config);
};

const failureModes = oneOf('fail', 'warn', 'skip', 'ignore');

/** Debezium's own checks of its settings; a flag or number without one here is checked by its type. */
const checks: Readonly<Record<string, Check>> = {
  'topic.prefix': topicPrefix,
  'database.hostname': required,
  'database.user': required,
  'database.server.id': (value, config) => required(value, config) ?? positiveLong(value, config),
  'database.port': integer,
  'database.ssl.mode': oneOf('disabled', 'preferred', 'required', 'verify_ca', 'verify_identity'),
  'event.processing.failure.handling.mode': failureModes,
  'event.deserialization.failure.handling.mode': failureModes,
  'inconsistent.schema.handling.mode': failureModes,
  'max.batch.size': positive,
  'max.queue.size': queueSize,
  'poll.interval.ms': positiveLong,
  'heartbeat.interval.ms': nonNegative,
  'snapshot.lock.timeout.ms': positive,
  'connect.timeout.ms': positive,
  'connect.keep.alive.interval.ms': positive,
  'retriable.restart.connector.wait.ms': positive,
  'errors.max.retries': integer,
  'decimal.handling.mode': oneOf('precise', 'double', 'string'),
  'binary.handling.mode': oneOf('bytes', 'base64', 'base64-url-safe', 'hex'),
  'bigint.unsigned.handling.mode': oneOf('precise', 'long'),
  'time.precision.mode': timePrecision,
  'snapshot.mode': oneOf(
    'always',
    'initial',
    'initial_only',
    'no_data',
    'schema_only',
    'schema_only_recovery',
    'recovery',
    'when_needed',
    'configuration_based',
    'custom',
  ),
  'snapshot.locking.mode': oneOf(
    'extended',
    'minimal',
    'minimal_percona',
    'minimal_percona_no_table_locks',
    'none',
    'custom',
  ),
  'skipped.operations': skippedOperations,
  'database.include.list': expressions,
  'database.exclude.list': exclusive('database.include.list', '"database.include.list" is already specified'),
  'table.include.list': expressions,
  'table.exclude.list': exclusive('table.include.list', '"table.include.list" is already specified'),
  'column.include.list': expressions,
  'column.exclude.list': exclusive('column.include.list', '"column.include.list" is already specified'),
};

const integerTypes = new Set(['INT', 'LONG', 'SHORT']);

const checkOf = (name: string, type: string): Check | undefined =>
  checks[name] ?? (type === 'BOOLEAN' ? flag : integerTypes.has(type) ? integer : undefined);

const problems = (config: ConnectorConfig): Record<string, string[]> => {
  const found: Record<string, string[]> = {};
  for (const { name, type } of configDefinitions) {
    const complaint = checkOf(name, type)?.(config[name], config);
    if (complaint) found[name] = [`The '${name}' value is invalid: ${complaint}`];
  }
  return found;
};

/** Settings that do here what they do in Debezium. */
export const implemented: ReadonlySet<string> = new Set([
  'topic.prefix',
  'database.hostname',
  'database.port',
  'database.user',
  'database.password',
  'database.initial.statements',
  'database.server.id',
  'event.processing.failure.handling.mode',
  'event.deserialization.failure.handling.mode',
  'inconsistent.schema.handling.mode',
  'max.batch.size',
  'max.queue.size',
  'poll.interval.ms',
  'provide.transaction.metadata',
  'skipped.operations',
  'snapshot.delay.ms',
  'streaming.delay.ms',
  'snapshot.include.collection.list',
  'retriable.restart.connector.wait.ms',
  'errors.max.retries',
  'extended.headers.enabled',
  'decimal.handling.mode',
  'snapshot.lock.timeout.ms',
  'connect.timeout.ms',
  'connect.keep.alive.interval.ms',
  'bigint.unsigned.handling.mode',
  'time.precision.mode',
  'enable.time.adjuster',
  'schema.history.internal.skip.unparseable.ddl',
  'schema.history.internal.store.only.captured.tables.ddl',
  'schema.history.internal.store.only.captured.databases.ddl',
  'tombstones.on.delete',
  'heartbeat.interval.ms',
  'heartbeat.topics.prefix',
  'column.include.list',
  'column.exclude.list',
  'table.include.list',
  'table.exclude.list',
  'message.key.columns',
  'snapshot.select.statement.overrides',
  'include.schema.changes',
  'include.schema.comments',
  'include.query',
  'table.ignore.builtin',
  'database.include.list',
  'database.exclude.list',
  'gtid.ignore.on.recovery',
]);

/** Settings that change nothing one can see here: sizes of fetches and buffers, metrics, threads' patience, what logs mask. */
export const harmless: ReadonlySet<string> = new Set([
  'database.query.timeout.ms',
  'database.server.id.offset',
  'snapshot.fetch.size',
  'query.fetch.size',
  'min.row.count.to.stream.results',
  'connection.validation.timeout.ms',
  'executor.shutdown.timeout.ms',
  'connect.keep.alive',
  'use.nongraceful.disconnect',
  'custom.sanitize.pattern',
  'statistics.metrics.enabled',
  'custom.metric.tags',
  'ddl.parser.type',
  'signal.poll.interval.ms',
  'incremental.snapshot.chunk.size',
  'incremental.snapshot.allow.schema.changes',
  'incremental.snapshot.watermarking.strategy',
]);

/** Of these, some values are as good as here. */
export const acceptedValues: Readonly<Record<string, readonly string[]>> = {
  'database.ssl.mode': ['preferred', 'disabled'],
  'snapshot.mode': [
    'always',
    'initial',
    'initial_only',
    'no_data',
    'schema_only',
    'recovery',
    'schema_only_recovery',
    'when_needed',
  ],
  'snapshot.locking.mode': ['extended', 'minimal', 'minimal_percona', 'minimal_percona_no_table_locks', 'none'],
  'snapshot.query.mode': ['select_all'],
  'schema.name.adjustment.mode': ['none'],
};

const known = new Map(configDefinitions.map((definition) => [definition.name, definition]));

const refusesListed = (name: string, value: string): boolean => {
  const accepted = acceptedValues[name];
  if (accepted) return !accepted.includes(value.toLowerCase());
  return value !== '' && value !== (known.get(name)?.default ?? '');
};

// Debezium's settings that are in no list of definitions.
const unlistedPrefixes = [
  'driver.',
  'signal.',
  'notification.',
  'post.processors.',
  'openlineage.',
  'incremental.snapshot.',
  'snapshot.mode.',
  'column.propagate.',
  'datatype.propagate.',
];

const harmlessUnlisted = new Set(['driver.allowPublicKeyRetrieval', 'database.allowPublicKeyRetrieval']);

const refusesUnlisted = (name: string): boolean => {
  if (harmlessUnlisted.has(name)) return false;
  if (/^column\.(mask|truncate)\./.test(name)) return !isColumnTransformation(name);
  return unlistedPrefixes.some((prefix) => name.startsWith(prefix));
};

const refusedConverter = (config: ConnectorConfig): string | undefined => {
  const name = splitList(config.converters).find((one) => !config[`${one}.type`]?.endsWith(`.${tinyIntConverter}`));
  return name === undefined ? undefined : `The converter ${config[`${name}.type`] ?? name} (setting converters)`;
};

/** The first setting that Debezium knows and this connector does not act upon, as words for NotEmulated. */
export const refusedSetting = (config: ConnectorConfig): string | undefined => {
  for (const [name, value] of Object.entries(config)) {
    const trimmed = value.trim();
    if (name === 'converters' || implemented.has(name) || harmless.has(name)) continue;
    const refused = known.has(name) ? refusesListed(name, trimmed) : refusesUnlisted(name);
    if (refused) return `The setting ${name}=${/password/.test(name) ? '…' : trimmed} of Debezium`;
  }
  return refusedConverter(config);
};

const connectionProblem = async (config: ConnectorConfig): Promise<string | undefined> => {
  try {
    const connection = await connectMysql(settingsOf(config));
    await connection.query('SELECT version()');
    await connection.close();
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT'
      ? 'Communications link failure'
      : message;
  }
};

/** MySqlConnector.validate: the settings, then whether the database lets the user in. */
export const validateConfig = async (config: ConnectorConfig, context: ConnectorContext): Promise<ConfigErrors> => {
  const refused = refusedSetting(config);
  if (refused !== undefined) {
    context.emit({ component: 'connect', kind: 'not-emulated', message: `${context.connectorName}: ${refused}` });
    throw new NotEmulated('connect', refused);
  }
  const found = problems(config);
  if (Object.keys(found).length > 0) return found;
  const complaint = await connectionProblem(config);
  return complaint === undefined ? {} : { 'database.hostname': [`Unable to connect: ${complaint}`] };
};
