import type { TypedConfig } from '../../config/definitions.ts';
import { ConfigError, ConnectError } from '../../connect-errors.ts';
import type { SinkRecord } from '../../plugin.ts';
import { nestedField } from './record-fields.ts';

/** timestamp.extractor: the time of a record in milliseconds, or null when it has none. */
export type TimestampExtractor = (record: SinkRecord, nowMs: number) => number | null;

const partitionError = (message: string): ConnectError =>
  new ConnectError(message, { javaClass: 'io.confluent.connect.storage.errors.PartitionException' });

// ISODateTimeFormat.dateTimeParser takes dates, times and offsets alone or together; without an offset it means UTC here (the JVM's zone there).
const isoDateTime =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

const parseIso = (text: string): number => {
  const match = isoDateTime.exec(text);
  if (match === null) {
    throw new ConnectError(`Invalid format: "${text}"`, { javaClass: 'java.lang.IllegalArgumentException' });
  }
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction = '', offset = 'Z'] = match;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  const localMs = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    milliseconds,
  );
  if (offset === 'Z') return localMs;
  const digits = offset.replace(':', '');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3));
  return localMs - (digits.startsWith('-') ? -minutes : minutes) * 60_000;
};

const byField =
  (path: string): TimestampExtractor =>
  (record) => {
    const found = nestedField(record, path);
    if (found === null) throw partitionError('Error encoding partition.');
    const { value } = found;
    if (value instanceof Date) return value.getTime();
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
    if (typeof value === 'string') return /^-?\d{1,19}$/.test(value) ? Number(value) : parseIso(value);
    throw partitionError(`Error extracting timestamp from record field: ${path}`);
  };

export const timestampExtractor = (config: TypedConfig): TimestampExtractor => {
  const name = config.text('timestamp.extractor');
  switch (name.replace(/^.*\$(\w+)TimestampExtractor$/, '$1')) {
    case 'Wallclock':
      return (_record, nowMs) => nowMs;
    case 'Record':
      return (record) => record.timestampMs;
    case 'RecordField':
      return byField(config.text('timestamp.field'));
    default:
      throw new ConfigError(`Invalid timestamp extractor: ${name}`);
  }
};
