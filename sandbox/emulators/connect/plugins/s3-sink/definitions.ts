import { atLeast, invalidValue, oneOf, oneOfAnyCase } from '../../config/validators.ts';
import type { ConfigDefinition, ConfigImportance, ConfigType, ConfigWidth } from '../../plugin.ts';
import { isTimeZone } from './joda-zone.ts';

// Settings of the connector in its groups and order. The texts are this project's own, shorter than the connector's.

type Given = {
  name: string;
  type: ConfigType;
  default?: string | null;
  importance: ConfigImportance;
  documentation: string;
  displayName: string;
  width?: ConfigWidth;
  validate?: NonNullable<ConfigDefinition['validate']>;
  recommended?: readonly string[];
};

const group = (name: string, settings: readonly Given[]): ConfigDefinition[] =>
  settings.map(({ recommended, ...setting }, index) => ({
    width: 'LONG',
    ...setting,
    group: name,
    orderInGroup: index + 1,
    ...(recommended === undefined ? {} : { recommendedValues: () => recommended }),
  }));

type Validate = NonNullable<ConfigDefinition['validate']>;

/** Refused by name: the real connector does something for any other value, this one nothing. */
const onlyValue =
  (allowed: string | null): Validate =>
  (name, value) =>
    (value === null ? null : String(value)) === allowed || (allowed === null && value === '')
      ? null
      : invalidValue(
          name,
          value,
          `not emulated by the sandbox's connect, which knows ${allowed === null || allowed === '' ? 'no value' : `only ${allowed}`} here`,
        );

/** A class by full or simple name; others that the real connector has are refused by name. */
const oneOfClasses =
  (allowed: readonly string[]): Validate =>
  (name, value) =>
    allowed.some((known) => known === value)
      ? null
      : invalidValue(
          name,
          value,
          `Class ${value} is not emulated by the sandbox's connect, which has ${allowed.join(', ')}`,
        );

export const jsonFormat = 'io.confluent.connect.s3.format.json.JsonFormat';
export const byteArrayFormat = 'io.confluent.connect.s3.format.bytearray.ByteArrayFormat';
const formats = [jsonFormat, byteArrayFormat];

const partitionerPackage = 'io.confluent.connect.storage.partitioner';
export const partitionerNames = [
  'DefaultPartitioner',
  'HourlyPartitioner',
  'DailyPartitioner',
  'TimeBasedPartitioner',
  'FieldPartitioner',
];
const partitioners = partitionerNames.map((name) => `${partitionerPackage}.${name}`);

const minimumPartBytes = 5_242_880;

const partSize: Validate = (name, value) =>
  Number(value) < minimumPartBytes
    ? invalidValue(name, value, `Part size must be at least: ${minimumPartBytes} bytes (5MB)`)
    : null;

const timeZone: Validate = (name, value) => {
  const text = String(value ?? '').trim();
  return text === '' || isTimeZone(text)
    ? null
    : invalidValue(name, value, `The datetime zone id '${text}' is not recognised`);
};

const connectorGroup = group('Connector', [
  {
    name: 'format.class',
    type: 'CLASS',
    importance: 'HIGH',
    documentation: 'How records are written into objects.',
    displayName: 'Format class',
    width: 'NONE',
    validate: oneOfClasses(formats),
    recommended: formats,
  },
  {
    name: 'flush.size',
    type: 'INT',
    importance: 'HIGH',
    documentation: 'Records of one topic partition after which its files are committed.',
    displayName: 'Flush Size',
  },
  {
    name: 'rotate.interval.ms',
    type: 'LONG',
    default: '-1',
    importance: 'HIGH',
    documentation: 'Span of time, by the timestamp extractor, after which files are committed; -1 is never.',
    displayName: 'Rotate Interval (ms)',
    width: 'MEDIUM',
  },
  {
    name: 'rotate.schedule.interval.ms',
    type: 'LONG',
    default: '-1',
    importance: 'MEDIUM',
    documentation:
      'Wall-clock period, counted from midnight of the time zone, after which files are committed; -1 is never.',
    displayName: 'Rotate Schedule Interval (ms)',
    width: 'MEDIUM',
  },
  {
    name: 'schema.cache.size',
    type: 'INT',
    default: '1000',
    importance: 'LOW',
    documentation: 'Size of the cache of Avro schemas.',
    displayName: 'Schema Cache Size',
  },
  {
    name: 'enhanced.avro.schema.support',
    type: 'BOOLEAN',
    default: 'true',
    importance: 'LOW',
    documentation: 'For AvroFormat.',
    displayName: 'Enhanced Avro Support',
    width: 'SHORT',
  },
  {
    name: 'connect.meta.data',
    type: 'BOOLEAN',
    default: 'true',
    importance: 'LOW',
    documentation: 'For AvroFormat.',
    displayName: 'Connect Metadata',
    width: 'SHORT',
  },
  {
    name: 'retry.backoff.ms',
    type: 'LONG',
    default: '5000',
    importance: 'LOW',
    documentation: 'Pause before a batch is delivered again after a failure that may pass.',
    displayName: 'Retry Backoff (ms)',
    width: 'MEDIUM',
  },
  {
    name: 'shutdown.timeout.ms',
    type: 'LONG',
    default: '3000',
    importance: 'MEDIUM',
    documentation: 'Has no effect without Hive.',
    displayName: 'Shutdown Timeout (ms)',
    width: 'MEDIUM',
  },
  {
    name: 'filename.offset.zero.pad.width',
    type: 'INT',
    default: '10',
    importance: 'LOW',
    documentation: 'Digits of the start offset in an object name.',
    displayName: 'Filename Offset Zero Pad Width',
    validate: atLeast(0),
  },
  {
    name: 'avro.codec',
    type: 'STRING',
    default: 'null',
    importance: 'LOW',
    documentation: 'For AvroFormat.',
    displayName: 'Avro Compression Codec',
    width: 'MEDIUM',
    validate: oneOf(['null', 'deflate', 'snappy', 'bzip2']),
  },
  {
    name: 'parquet.codec',
    type: 'STRING',
    default: 'snappy',
    importance: 'LOW',
    documentation: 'For ParquetFormat.',
    displayName: 'Parquet Compression Codec',
    width: 'MEDIUM',
  },
]);

const s3Group = group('S3', [
  {
    name: 's3.bucket.name',
    type: 'STRING',
    importance: 'HIGH',
    documentation: 'The bucket; it must exist.',
    displayName: 'S3 Bucket',
  },
  {
    name: 's3.object.tagging',
    type: 'BOOLEAN',
    default: 'false',
    importance: 'LOW',
    documentation: 'Tags objects with offsets and counts.',
    displayName: 'S3 Object Tagging',
    validate: onlyValue('false'),
  },
  {
    name: 's3.region',
    type: 'STRING',
    default: 'us-west-2',
    importance: 'MEDIUM',
    documentation: 'Region of the bucket.',
    displayName: 'AWS region',
  },
  {
    name: 's3.part.size',
    type: 'INT',
    default: '26214400',
    importance: 'HIGH',
    documentation: 'Bytes of one part of a multipart upload.',
    displayName: 'S3 Part Size',
    validate: partSize,
  },
  {
    name: 's3.credentials.provider.class',
    type: 'CLASS',
    default: 'com.amazonaws.auth.DefaultAWSCredentialsProviderChain',
    importance: 'LOW',
    documentation: 'Where credentials come from when no access key is set.',
    displayName: 'AWS Credentials Provider Class',
    validate: onlyValue('com.amazonaws.auth.DefaultAWSCredentialsProviderChain'),
  },
  {
    name: 'aws.access.key.id',
    type: 'STRING',
    default: '',
    importance: 'HIGH',
    documentation: 'Access key.',
    displayName: 'AWS Access Key ID',
  },
  {
    name: 'aws.secret.access.key',
    type: 'PASSWORD',
    default: '',
    importance: 'HIGH',
    documentation: 'Secret of the access key.',
    displayName: 'AWS Secret Access Key',
  },
  {
    name: 's3.ssea.name',
    type: 'STRING',
    default: '',
    importance: 'LOW',
    documentation: 'Server-side encryption.',
    displayName: 'S3 Server Side Encryption Algorithm',
    validate: onlyValue(''),
  },
  {
    name: 's3.acl.canned',
    type: 'STRING',
    default: null,
    importance: 'LOW',
    documentation: 'Canned ACL of objects.',
    displayName: 'S3 Canned ACL',
    validate: onlyValue(null),
  },
  {
    name: 's3.wan.mode',
    type: 'BOOLEAN',
    default: 'false',
    importance: 'MEDIUM',
    documentation: 'Accelerated endpoint.',
    displayName: 'S3 accelerated endpoint enabled',
    validate: onlyValue('false'),
  },
  {
    name: 's3.compression.type',
    type: 'STRING',
    default: 'none',
    importance: 'LOW',
    documentation: 'Compression of JSON and byte files: none, gzip.',
    displayName: 'Compression type',
    validate: oneOf(['none', 'gzip']),
  },
  {
    name: 's3.compression.level',
    type: 'INT',
    default: '-1',
    importance: 'LOW',
    documentation: 'Level of compression, -1 to 9.',
    displayName: 'Compression Level',
    validate: atLeast(-1),
  },
  {
    name: 'json.decimal.format',
    type: 'STRING',
    default: 'BASE64',
    importance: 'MEDIUM',
    documentation: 'How JsonFormat writes decimals: BASE64 or NUMERIC.',
    displayName: 'Decimal Format',
    width: 'MEDIUM',
    validate: oneOfAnyCase(['BASE64', 'NUMERIC']),
  },
  {
    name: 's3.part.retries',
    type: 'INT',
    default: '3',
    importance: 'MEDIUM',
    documentation: 'How often a failed request is tried again.',
    displayName: 'S3 Part Upload Retries',
    validate: atLeast(0),
  },
  {
    name: 's3.retry.backoff.ms',
    type: 'LONG',
    default: '200',
    importance: 'LOW',
    documentation: 'Pause before the first retry of a request; each further one is up to twice as long.',
    displayName: 'Retry Backoff (ms)',
    width: 'SHORT',
    validate: atLeast(0),
  },
  {
    name: 'format.bytearray.extension',
    type: 'STRING',
    default: '.bin',
    importance: 'LOW',
    documentation: 'Extension of objects of ByteArrayFormat.',
    displayName: 'Output file extension for ByteArrayFormat',
  },
  {
    name: 'format.bytearray.separator',
    type: 'STRING',
    default: null,
    importance: 'LOW',
    documentation: 'Text between records of ByteArrayFormat; a line feed unless given.',
    displayName: 'Line separator ByteArrayFormat',
  },
  {
    name: 's3.proxy.url',
    type: 'STRING',
    default: '',
    importance: 'LOW',
    documentation: 'Proxy.',
    displayName: 'S3 Proxy Settings',
    validate: onlyValue(''),
  },
  {
    name: 's3.http.send.expect.continue',
    type: 'BOOLEAN',
    default: 'true',
    importance: 'LOW',
    documentation: 'Expect: 100-continue; without effect here.',
    displayName: 'S3 HTTP Send Uses Expect Continue',
    width: 'SHORT',
  },
  {
    name: 'behavior.on.null.values',
    type: 'STRING',
    default: 'fail',
    importance: 'LOW',
    documentation: 'What a tombstone does: fail the task, or be ignored.',
    displayName: 'Behavior for null-valued records',
    width: 'SHORT',
    validate: oneOfAnyCase(['ignore', 'fail']),
  },
  {
    name: 'report.null.values.to.dlq',
    type: 'BOOLEAN',
    default: 'true',
    importance: 'LOW',
    documentation: 'Whether ignored tombstones go to the dead letter queue.',
    displayName: 'Report null value to dlq',
    width: 'SHORT',
  },
  {
    name: 's3.schema.partition.affix.type',
    type: 'STRING',
    default: 'NONE',
    importance: 'LOW',
    documentation: 'Schema name in the path.',
    displayName: 'Schema Partition Affix Type',
    validate: onlyValue('NONE'),
  },
  {
    name: 's3.send.digest',
    type: 'BOOLEAN',
    default: 'false',
    importance: 'LOW',
    documentation: 'MD5 of each part; without effect here.',
    displayName: 'S3 Send Upload Message Digest',
    width: 'SHORT',
  },
  {
    name: 's3.path.style.access.enabled',
    type: 'BOOLEAN',
    default: 'true',
    importance: 'LOW',
    documentation: 'Bucket in the path instead of the host name.',
    displayName: 'Enable Path Style Access to S3',
    width: 'SHORT',
  },
  {
    name: 's3.elastic.buffer.enable',
    type: 'BOOLEAN',
    default: 'false',
    importance: 'LOW',
    documentation: 'Buffers here always grow.',
    displayName: 'Enable elastic buffer',
    width: 'SHORT',
  },
]);

const keysAndHeadersGroup = group('Keys and Headers', [
  {
    name: 'store.kafka.keys',
    type: 'BOOLEAN',
    default: 'false',
    importance: 'LOW',
    documentation: 'Keys in objects of their own.',
    displayName: 'Store kafka keys',
    width: 'SHORT',
    validate: onlyValue('false'),
  },
  {
    name: 'store.kafka.headers',
    type: 'BOOLEAN',
    default: 'false',
    importance: 'LOW',
    documentation: 'Headers in objects of their own.',
    displayName: 'Store kafka headers',
    width: 'SHORT',
    validate: onlyValue('false'),
  },
]);

const storageGroup = group('Storage', [
  {
    name: 'storage.class',
    type: 'CLASS',
    importance: 'HIGH',
    documentation: 'The storage layer.',
    displayName: 'Storage Class',
    width: 'NONE',
    validate: oneOfClasses(['io.confluent.connect.s3.storage.S3Storage']),
    recommended: ['io.confluent.connect.s3.storage.S3Storage'],
  },
  {
    name: 'topics.dir',
    type: 'STRING',
    default: 'topics',
    importance: 'HIGH',
    documentation: 'Top folder.',
    displayName: 'Topics directory',
    width: 'NONE',
  },
  {
    name: 'store.url',
    type: 'STRING',
    default: null,
    importance: 'HIGH',
    documentation: 'Endpoint of an S3-compatible store.',
    displayName: 'Store URL',
    width: 'NONE',
  },
  {
    name: 'directory.delim',
    type: 'STRING',
    default: '/',
    importance: 'MEDIUM',
    documentation: 'Between folders.',
    displayName: 'Directory Delimiter',
  },
  {
    name: 'file.delim',
    type: 'STRING',
    default: '+',
    importance: 'MEDIUM',
    documentation: 'Between the parts of an object name.',
    displayName: 'File Delimiter',
  },
]);

const partitionerGroup = group('Partitioner', [
  {
    name: 'partitioner.class',
    type: 'CLASS',
    default: `${partitionerPackage}.DefaultPartitioner`,
    importance: 'HIGH',
    documentation: 'Which folder a record goes to.',
    displayName: 'Partitioner Class',
    validate: oneOfClasses(partitioners),
    recommended: partitioners,
  },
  {
    name: 'partition.field.name',
    type: 'LIST',
    default: '',
    importance: 'MEDIUM',
    documentation: 'Fields of FieldPartitioner.',
    displayName: 'Partition Field Name',
    width: 'NONE',
  },
  {
    name: 'partition.duration.ms',
    type: 'LONG',
    default: '-1',
    importance: 'MEDIUM',
    documentation: 'Grain to which TimeBasedPartitioner cuts times.',
    displayName: 'Partition Duration (ms)',
  },
  {
    name: 'path.format',
    type: 'STRING',
    default: '',
    importance: 'MEDIUM',
    documentation: 'Joda pattern of the folder of TimeBasedPartitioner.',
    displayName: 'Path Format',
  },
  {
    name: 'locale',
    type: 'STRING',
    default: '',
    importance: 'MEDIUM',
    documentation: 'Locale of names in the path.',
    displayName: 'Locale',
  },
  {
    name: 'timezone',
    type: 'STRING',
    default: '',
    importance: 'MEDIUM',
    documentation: 'Time zone of the path and of scheduled rotation.',
    displayName: 'Timezone',
    validate: timeZone,
  },
  {
    name: 'timestamp.extractor',
    type: 'STRING',
    default: 'Wallclock',
    importance: 'MEDIUM',
    documentation: 'Wallclock, Record or RecordField.',
    displayName: 'Timestamp Extractor',
  },
  {
    name: 'timestamp.field',
    type: 'STRING',
    default: 'timestamp',
    importance: 'MEDIUM',
    documentation: 'Field that RecordField reads.',
    displayName: 'Record Field for Timestamp Extractor',
  },
]);

const schemaGroup = group('Schema', [
  {
    name: 'schema.compatibility',
    type: 'STRING',
    default: 'NONE',
    importance: 'HIGH',
    documentation: 'When a change of schema begins a new file: NONE, BACKWARD, FORWARD, FULL.',
    displayName: 'Schema Compatibility',
    width: 'SHORT',
    recommended: ['NONE', 'BACKWARD', 'FORWARD', 'FULL'],
  },
]);

export const s3SinkDefinitions: readonly ConfigDefinition[] = [
  ...connectorGroup,
  ...schemaGroup,
  ...s3Group,
  ...keysAndHeadersGroup,
  ...storageGroup,
  ...partitionerGroup,
];
