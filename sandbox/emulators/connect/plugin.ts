import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';

// The door between the worker and its plug-ins: what org.apache.kafka.connect.{connector,source,sink,data} and ConfigDef are on the JVM.
// Types only. A plug-in is a value (a descriptor); its tasks are values made by functions.

// ---------------------------------------------------------------- data

export type ConnectType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'boolean'
  | 'string'
  | 'bytes'
  | 'array'
  | 'map'
  | 'struct';

export type ConnectField = { name: string; schema: ConnectSchema };

/**
 * org.apache.kafka.connect.data.Schema. Optional properties that are absent are null in the real class.
 * Make schemas once and share them: converters and sinks recognise an unchanged schema by identity first.
 * Logical types are the usual names over their base type: `org.apache.kafka.connect.data.Decimal` (bytes, parameter scale),
 * `…Date` (int32), `…Time` (int32), `…Timestamp` (int64).
 */
export type ConnectSchema = {
  type: ConnectType;
  optional?: boolean;
  name?: string;
  version?: number;
  doc?: string;
  parameters?: Readonly<Record<string, string>>;
  /** In the value's own representation (see ConnectValue). */
  default?: ConnectValue;
  /** Of a struct, in order. */
  fields?: readonly ConnectField[];
  /** Of a map. */
  keySchema?: ConnectSchema;
  /** Of a map or an array. */
  valueSchema?: ConnectSchema;
};

/** Value of the logical type org.apache.kafka.connect.data.Decimal: unscaled × 10^-scale. */
export type Decimal = { readonly unscaled: bigint; readonly scale: number };

/**
 * | schema | value |
 * | --- | --- |
 * | int8, int16, int32, float32, float64 | number |
 * | int64 | bigint |
 * | boolean, string | boolean, string |
 * | bytes | Uint8Array |
 * | array | array |
 * | map | Map |
 * | struct | plain object, one property per field; an absent property is null |
 * | Decimal | { unscaled, scale } |
 * | Date, Time, Timestamp (org.apache.kafka.connect.data) | Date in UTC (Time: on 1970-01-01) |
 * | none (schemaless) | null, boolean, string, bigint (any integer: Java's Long), number (Java's Double), array, plain object (Java's Map) |
 */
export type ConnectValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Decimal
  | Date
  | ConnectValue[]
  | Map<ConnectValue, ConnectValue>
  | ConnectStruct;

export type ConnectStruct = { [field: string]: ConnectValue };

export type ConnectHeader = { key: string; schema: ConnectSchema | null; value: ConnectValue };

/** What a record carries besides its origin. A null schema means schemaless. Transformations take and give these. */
export type ConnectRecord = {
  topic: string;
  /** Null lets the producer choose: murmur2 of the key, or sticky without a key. */
  partition: number | null;
  keySchema: ConnectSchema | null;
  key: ConnectValue;
  valueSchema: ConnectSchema | null;
  /** Null is a tombstone. */
  value: ConnectValue;
  /** Milliseconds since the epoch; null lets the producer's clock say. */
  timestampMs: number | null;
  headers: readonly ConnectHeader[];
};

/** A JSON object as it is stored in the offsets topic: flat, of string, number, bigint, boolean and null. */
export type OffsetMap = Readonly<Record<string, string | number | bigint | boolean | null>>;

export type SourceRecord = ConnectRecord & { sourcePartition: OffsetMap; sourceOffset: OffsetMap };

export type SinkRecord = ConnectRecord & {
  partition: number;
  offset: bigint;
  timestampType: 'CreateTime' | 'LogAppendTime' | 'NoTimestampType';
  /** Before transformations; these are what offsets are committed by. */
  originalTopic: string;
  originalPartition: number;
};

export type TopicPartition = { topic: string; partition: number };

/** The next offset to consume of a partition. */
export type TopicPartitionOffset = TopicPartition & { offset: bigint };

// ---------------------------------------------------------------- configuration

export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD';
export type ConfigImportance = 'HIGH' | 'MEDIUM' | 'LOW';
export type ConfigWidth = 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG';

/** A connector's configuration: text by name, placeholders already resolved. */
export type ConnectorConfig = Readonly<Record<string, string>>;

/** A value parsed by its ConfigType: LONG is a number too (no setting needs more than 2^53). */
export type ConfigValue = boolean | string | number | string[] | null;

export type ConfigDefinition = {
  name: string;
  type: ConfigType;
  /** Absent: the setting is required. Null: optional without default. Text as a user would write it. */
  default?: string | null;
  importance: ConfigImportance;
  documentation: string;
  /** What follows is null, -1, NONE, the name, and [] unless given, as in ConfigDef. */
  group?: string;
  orderInGroup?: number;
  width?: ConfigWidth;
  displayName?: string;
  dependents?: readonly string[];
  /**
   * ConfigDef.Validator on the parsed value. Gives the whole message of the real error, or null when the value is good; for a
   * ConfigException made of name, value and message that is `Invalid value <value> for configuration <name>: <message>`.
   */
  validate?: (name: string, value: ConfigValue, config: ConnectorConfig) => string | null;
  recommendedValues?: (config: ConnectorConfig) => readonly string[];
  visible?: (config: ConnectorConfig) => boolean;
};

/** Errors found by a plug-in's own validate, by the name of the setting that shows them. */
export type ConfigErrors = Readonly<Record<string, readonly string[]>>;

// ---------------------------------------------------------------- context

/** Goes to the worker's log; the connector and task are added. */
export type ConnectLog = {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};

/** What the worker lends a plug-in. Never the machine's own clock or streams. */
export type ConnectorContext = {
  connectorName: string;
  clock: Clock;
  emit: Emit;
  log: ConnectLog;
};

export type SourceConnectorContext = ConnectorContext & {
  /** The stored offset of a source partition, or null; reads what was flushed, as the real offset reader. */
  readOffset(sourcePartition: OffsetMap): Promise<OffsetMap | null>;
};

export type SourceTaskContext = SourceConnectorContext & { taskId: number };

export type SinkTaskContext = ConnectorContext & {
  taskId: number;
  assignment(): readonly TopicPartition[];
  /** Seek: consume from these offsets at the next poll. */
  seek(offsets: readonly TopicPartitionOffset[]): void;
  /** Commit soon instead of at the next flush interval. */
  requestCommit(): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** After a RetriableError from put: how long to wait before the same records are put again. */
  setRetryBackoffMs(backoffMs: number): void;
  /** Null when the connector has no dead letter queue (errors.tolerance=none): then the task must throw. */
  reportErrant: ((record: SinkRecord, error: Error) => Promise<void>) | null;
};

// ---------------------------------------------------------------- tasks and connectors

/** One poll at a time; `commitRecord` and `commit` come between polls or while one waits; `stop` comes after the last poll has ended. */
export type SourceTask = {
  /**
   * The next records, in order; [] when there are none now. Should return within about a second or when `signal` aborts (stop, pause).
   * A thrown RetriableError polls again; anything else makes the task FAILED with the error's trace.
   */
  poll(signal: AbortSignal): Promise<readonly SourceRecord[]>;
  /** The broker has acknowledged this record (or it was filtered out). */
  commitRecord?(record: SourceRecord): void;
  /** The offsets of everything acknowledged so far are stored. */
  commit?(): Promise<void>;
  stop(): Promise<void>;
};

export type SinkTask = {
  open?(partitions: readonly TopicPartition[]): Promise<void>;
  /** May be called with [] to let time-based work go on. A thrown RetriableError puts the same records again. */
  put(records: readonly SinkRecord[]): Promise<void>;
  /** The offsets that may be committed: only what is safely delivered. Gets the offsets consumed so far. */
  preCommit(consumed: readonly TopicPartitionOffset[]): Promise<readonly TopicPartitionOffset[]>;
  /** The partitions are given away or the task stops. */
  close?(partitions: readonly TopicPartition[]): Promise<void>;
  stop(): Promise<void>;
};

/** A running connector (not its tasks): may watch the outside and ask for new task configurations. */
export type RunningConnector = {
  taskConfigs(maxTasks: number): readonly ConnectorConfig[];
  stop(): Promise<void>;
};

type Plugin = {
  /** As in connector.class. */
  className: string;
  taskClassName: string;
  /** As GET /connector-plugins tells it. */
  version: string;
  /** In the order in which validate lists them; the worker puts its own common settings before. */
  configDefinitions: readonly ConfigDefinition[];
  /** Connector.validate: what single definitions cannot know (connects to the database, compares settings). */
  validate?: (config: ConnectorConfig, context: ConnectorContext) => Promise<ConfigErrors>;
  /**
   * For a connector whose invalid configuration makes a real worker answer 500 with this message on create, not 400 (Debezium's validate gives
   * back other settings than the worker asked for; golden/connect-rest.jsonl, create-400-invalid-config).
   */
  invalidConfigMessage?: string;
  /** True for a connector whose settings validate shows without their values, for the same reason (validate-good). */
  showsNoValues?: true;
};

export type SourcePlugin = Plugin & {
  type: 'source';
  startConnector(config: ConnectorConfig, context: SourceConnectorContext): Promise<RunningConnector>;
  startTask(config: ConnectorConfig, context: SourceTaskContext): Promise<SourceTask>;
  /** False: PATCH and DELETE of offsets are refused as "connector does not support"; absent: the framework alone handles them. */
  alterOffsets?: (
    config: ConnectorConfig,
    offsets: readonly { partition: OffsetMap; offset: OffsetMap | null }[],
  ) => Promise<boolean>;
};

export type SinkPlugin = Plugin & {
  type: 'sink';
  startConnector(config: ConnectorConfig, context: ConnectorContext): Promise<RunningConnector>;
  startTask(config: ConnectorConfig, context: SinkTaskContext): Promise<SinkTask>;
};

export type ConnectorPlugin = SourcePlugin | SinkPlugin;
