import type { TypedConfig } from '../../config/definitions.ts';
import { ConfigError, ConnectError, DataError } from '../../connect-errors.ts';
import type { ConnectSchema, SinkRecord } from '../../plugin.ts';
import { jodaFormat } from './joda-format.ts';
import { zoneOf } from './joda-zone.ts';
import { nestedField } from './record-fields.ts';
import { type TimestampExtractor, timestampExtractor } from './timestamp-extractor.ts';

// partitioner.class: the folder a record goes to ("encoded partition"). Sources: *Partitioner of kafka-connect-storage-common.

export type Partitioner = {
  encode(record: SinkRecord, nowMs: number): string;
  /** Only the time-based ones have one: without, rotate.interval.ms is ignored. */
  timestampExtractor: TimestampExtractor | null;
};

const partitionError = (message: string): ConnectError =>
  new ConnectError(message, { javaClass: 'io.confluent.connect.storage.errors.PartitionException' });

const byKafkaPartition: Partitioner = {
  encode: ({ partition }) => `partition=${partition}`,
  timestampExtractor: null,
};

const fieldText = (name: string, schema: ConnectSchema, value: unknown): string => {
  if (['int8', 'int16', 'int32', 'int64', 'string', 'boolean'].includes(schema.type)) return `${name}=${value}`;
  throw partitionError('Error encoding partition.');
};

const schemaAt = (schema: ConnectSchema | null, path: string): ConnectSchema | undefined => {
  let current = schema ?? undefined;
  for (const name of path.split('.')) current = current?.fields?.find((field) => field.name === name)?.schema;
  return current;
};

const byFields = (config: TypedConfig): Partitioner => {
  const names = config.list('partition.field.name');
  const delimiter = config.text('directory.delim');
  return {
    timestampExtractor: null,
    encode: (record) => {
      if (record.valueSchema?.type !== 'struct' || record.value === null)
        throw partitionError('Error encoding partition.');
      const parts = names.map((name) => {
        const schema = schemaAt(record.valueSchema, name);
        if (schema === undefined) throw new DataError(`Field '${name}' is not present in the schema.`);
        try {
          return fieldText(name, schema, nestedField(record, name)?.value);
        } catch (error) {
          if (error instanceof DataError) return `${name}=null`;
          throw error;
        }
      });
      return parts.join(delimiter);
    },
  };
};

type TimeSettings = { durationMs: number; pathFormat: string };

const byTime = (config: TypedConfig, { durationMs, pathFormat }: TimeSettings): Partitioner => {
  const delimiter = config.text('directory.delim');
  const invalid = (name: string, value: unknown, reason: string): ConfigError =>
    new ConfigError(`Invalid value ${value} for configuration ${name}: ${reason}`);
  if (durationMs < 0) throw invalid('partition.duration.ms', durationMs, 'Partition duration needs to be a positive.');
  if (pathFormat.trim() === '' || pathFormat === delimiter)
    throw invalid('path.format', pathFormat, 'Path format cannot be empty.');
  const locale = config.text('locale');
  const timezone = config.text('timezone');
  if (locale.trim() === '') throw invalid('locale', locale, 'Locale cannot be empty.');
  if (timezone.trim() === '') throw invalid('timezone', timezone, 'Timezone cannot be empty.');
  if (durationMs === 0) throw new ConnectError('/ by zero', { javaClass: 'java.lang.ArithmeticException' });
  const zone = zoneOf(timezone);
  const pattern =
    delimiter !== '' && pathFormat.endsWith(delimiter) ? pathFormat.slice(0, -delimiter.length) : pathFormat;
  const format = jodaFormat(pattern, localeTag(locale), zone);
  const extract = timestampExtractor(config);
  let lastBucketMs = Number.NaN;
  let lastText = '';
  return {
    timestampExtractor: extract,
    encode: (record, nowMs) => {
      const timestampMs = extract(record, nowMs);
      if (timestampMs === null) {
        throw partitionError(
          `Unable to determine timestamp using timestamp.extractor ${config.text('timestamp.extractor')}`,
        );
      }
      const offsetMs = zone.offsetMs(timestampMs);
      const localMs = Math.trunc((timestampMs + offsetMs) / durationMs) * durationMs;
      const bucketMs = localMs - zone.offsetMs(localMs - offsetMs);
      if (bucketMs !== lastBucketMs) {
        lastBucketMs = bucketMs;
        lastText = format(bucketMs);
      }
      return lastText;
    },
  };
};

/** A locale that is not known gives English names, as the JVM's root locale nearly does. */
const localeTag = (text: string): string => {
  try {
    return Intl.getCanonicalLocales(text.replace('_', '-'))[0] ?? 'en';
  } catch {
    return 'en';
  }
};

const hourMs = 3_600_000;

export const createPartitioner = (config: TypedConfig): Partitioner => {
  const className = config.text('partitioner.class');
  const delimiter = config.text('directory.delim');
  const dayPath = `'year'=YYYY${delimiter}'month'=MM${delimiter}'day'=dd`;
  switch (className.slice(className.lastIndexOf('.') + 1)) {
    case 'DefaultPartitioner':
      return byKafkaPartition;
    case 'FieldPartitioner':
      return byFields(config);
    case 'TimeBasedPartitioner':
      return byTime(config, {
        durationMs: config.number('partition.duration.ms'),
        pathFormat: config.text('path.format'),
      });
    case 'HourlyPartitioner':
      return byTime(config, { durationMs: hourMs, pathFormat: `${dayPath}${delimiter}'hour'=HH` });
    case 'DailyPartitioner':
      return byTime(config, { durationMs: 24 * hourMs, pathFormat: dayPath });
    default:
      throw new ConfigError(
        `Invalid value ${className} for configuration partitioner.class: Class ${className} could not be found.`,
      );
  }
};
