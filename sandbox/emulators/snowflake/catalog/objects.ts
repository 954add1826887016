import type { Expression, Options } from '../../../wire/snowflake-sql/ast.ts';
import type { SqlType } from '../rewrite/types.ts';

/** What the catalog holds. All of it is plain JSON; `parent` is a database's or schema's id, 0 for objects of the account. */
type Named = { id: number; name: string; parent: number; createdMs: number; comment: string };

export type DatabaseObject = Named & { kind: 'database'; transient: boolean; retentionDays: number };
export type SchemaObject = Named & { kind: 'schema'; transient: boolean; retentionDays: number };

export type TableColumn = {
  name: string;
  type: SqlType;
  nullable: boolean;
  default?: { expression: Expression; text: string };
  /** The DuckDB sequence behind AUTOINCREMENT. */
  identity?: { sequence: string; start: number; increment: number; order: boolean };
  primaryKey: boolean;
  uniqueKey: boolean;
  comment?: string;
};

export type TableObject = Named & {
  kind: 'table';
  /** The number in the names of its DuckDB tables; a replaced table has a new one. */
  columns: readonly TableColumn[];
  persistence: 'PERMANENT' | 'TRANSIENT' | 'TEMPORARY';
  /** Of a temporary table: the session that alone sees it. */
  sessionId?: string;
  clusterBy: string;
  retentionDays: number;
  changeTracking: boolean;
  /** Of ALTER TABLE … ADD PRIMARY KEY and the like: kept to be shown, never enforced, as in Snowflake. */
  stageFileFormat?: Options;
};

export type ViewObject = Named & {
  kind: 'view';
  columnNames?: readonly string[];
  columns: readonly { name: string; type: SqlType }[];
  queryText: string;
  /** The whole statement, as SHOW VIEWS gives it. */
  text: string;
  secure: boolean;
};

export type StageObject = Named & {
  kind: 'stage';
  /** Absent of an internal stage. */
  url?: string;
  integration?: string;
  fileFormat: Options;
  copyOptions: Options;
  temporary: boolean;
  directoryEnabled: boolean;
};

export type FileFormatObject = Named & { kind: 'file-format'; type: 'CSV' | 'JSON'; options: Options };

export type PipeObject = Named & {
  kind: 'pipe';
  /** The COPY statement. */
  definition: string;
  autoIngest: boolean;
  paused: boolean;
  stageId: number;
  tableId: number;
};

export type StreamObject = Named & {
  kind: 'stream';
  tableId: number;
  appendOnly: boolean;
  /** When the table was replaced or dropped, there is nothing left to read. */
  broken: boolean;
};

export type TaskObject = Named & {
  kind: 'task';
  state: 'started' | 'suspended';
  warehouse?: string;
  schedule?: string;
  /** Ids of predecessors. */
  after: readonly number[];
  /** The id of the root task that this one finalizes. */
  finalizes?: number;
  condition?: string;
  definition: string;
  config?: string;
  allowOverlap: boolean;
  suspendAfterFailures: number;
  autoRetryAttempts: number;
  timeoutMs: number;
  minimumTriggerSeconds?: number;
  sessionParameters: Readonly<Record<string, string>>;
  lastSuspendedMs?: number;
  lastSuspendedReason?: string;
  committedMs?: number;
};

export type WarehouseObject = Named & {
  kind: 'warehouse';
  size: string;
  type: string;
  state: 'STARTED' | 'SUSPENDED';
  autoSuspendSeconds: number;
  autoResume: boolean;
  minimumClusters: number;
  maximumClusters: number;
  resumedMs: number;
};

export type IntegrationObject = Named & {
  kind: 'integration';
  type: 'EXTERNAL_STAGE';
  provider: string;
  enabled: boolean;
  roleArn: string;
  allowedLocations: readonly string[];
  blockedLocations: readonly string[];
};

export type SequenceObject = Named & { kind: 'sequence'; start: number; increment: number; order: boolean };

export type CatalogObject =
  | DatabaseObject
  | SchemaObject
  | TableObject
  | ViewObject
  | StageObject
  | FileFormatObject
  | PipeObject
  | StreamObject
  | TaskObject
  | WarehouseObject
  | IntegrationObject
  | SequenceObject;

export type CatalogKind = CatalogObject['kind'];
export type ObjectOf<Kind extends CatalogKind> = Extract<CatalogObject, { kind: Kind }>;

/** Tables, views and streams share one room for names: a FROM must know which is meant. */
export const namespaceOf = (kind: CatalogKind): string =>
  kind === 'table' || kind === 'view' || kind === 'stream' ? 'relation' : kind;

/** As Snowflake names the kind in its messages. */
export const kindLabel: Readonly<Record<CatalogKind, string>> = {
  database: 'Database',
  schema: 'Schema',
  table: 'Table',
  view: 'View',
  stage: 'Stage',
  'file-format': 'File format',
  pipe: 'Pipe',
  stream: 'Stream',
  task: 'Task',
  warehouse: 'Warehouse',
  integration: 'Integration',
  sequence: 'Sequence',
};

export const physicalTable = (table: { id: number }): string => `store.t${table.id}`;
/** Old images of rows that were changed or deleted since the oldest offset of the table's streams. */
export const physicalChanges = (table: { id: number }): string => `store.c${table.id}`;
export const physicalSequence = (sequence: { id: number }): string => `store.s${sequence.id}`;
