import type { Options } from '../../../wire/snowflake-sql/ast.ts';
import { fullName, whereabouts } from '../catalog/names.ts';
import type { CatalogObject, ObjectOf, TableObject } from '../catalog/objects.ts';
import { type Engine, notificationChannel } from '../engine.ts';
import { optionText } from '../options.ts';
import { ltzColumn, numberColumn, type ResultColumn, textColumn } from '../results/rowtype.ts';
import { timeText, yesNo } from '../results/value.ts';
import type { Session } from '../sessions/session.ts';

/** What SHOW tells of each kind of object: columns in Snowflake's order and what stands in them. */
export type ShowContext = {
  engine: Engine;
  session: Session;
  sizes: ReadonlyMap<number, { rows: number; bytes: number }>;
};
type Cell<Kind extends CatalogObject> = (object: Kind, context: ShowContext) => string | null;
export type ShowColumn<Kind extends CatalogObject> = [column: ResultColumn, cell: Cell<Kind>];

const text = <Kind extends CatalogObject>(name: string, cell: Cell<Kind>): ShowColumn<Kind> => [textColumn(name), cell];
const fixed = <Kind extends CatalogObject>(name: string, value: string): ShowColumn<Kind> => [
  textColumn(name),
  () => value,
];
const number = <Kind extends CatalogObject>(name: string, cell: Cell<Kind>): ShowColumn<Kind> => [
  numberColumn(name),
  cell,
];

const created = <Kind extends CatalogObject>(): ShowColumn<Kind> => [
  ltzColumn('created_on'),
  (object) => timeText(object.createdMs),
];
const name = <Kind extends CatalogObject>(): ShowColumn<Kind> => text('name', (object) => object.name);
const databaseName = <Kind extends CatalogObject>(): ShowColumn<Kind> =>
  text('database_name', (object, { engine }) => whereabouts(engine.catalog, object).database);
const schemaName = <Kind extends CatalogObject>(): ShowColumn<Kind> =>
  text('schema_name', (object, { engine }) => whereabouts(engine.catalog, object).schema);
const comment = <Kind extends CatalogObject>(): ShowColumn<Kind> => text('comment', (object) => object.comment);
const owner = <Kind extends CatalogObject>(): ShowColumn<Kind> => fixed('owner', 'ACCOUNTADMIN');
const ownerRoleType = <Kind extends CatalogObject>(): ShowColumn<Kind> => fixed('owner_role_type', 'ROLE');

const tableName = (engine: Engine, id: number): string => {
  const table = engine.catalog.byId('table', id);
  return table ? fullName(engine.catalog, table) : '';
};

const plainOptions = (options: Options): Record<string, string | boolean | number | string[]> =>
  Object.fromEntries(
    Object.entries(options).map(([option, value]) => [
      option,
      value.kind === 'list'
        ? value.items.map(optionText)
        : value.kind === 'boolean' || value.kind === 'number'
          ? value.value
          : optionText(value),
    ]),
  );

const optionsOf = (transient: boolean): string => (transient ? 'TRANSIENT' : '');

type Database = ObjectOf<'database'>;
type Schema = ObjectOf<'schema'>;
type Stage = ObjectOf<'stage'>;
type Task = ObjectOf<'task'>;
type Stream = ObjectOf<'stream'>;
type Pipe = ObjectOf<'pipe'>;
type Warehouse = ObjectOf<'warehouse'>;

const database: ShowColumn<Database>[] = [
  created(),
  name(),
  fixed('is_default', 'N'),
  text('is_current', (object, { session }) => yesNo(session.database === object.name)),
  fixed('origin', ''),
  owner(),
  comment(),
  text('options', (object) => optionsOf(object.transient)),
  text('retention_time', (object) => String(object.retentionDays)),
  fixed('kind', 'STANDARD'),
  fixed('budget', ''),
  ownerRoleType(),
];
const schema: ShowColumn<Schema>[] = [
  created(),
  name(),
  fixed('is_default', 'N'),
  text('is_current', (object, { session, engine }) =>
    yesNo(session.schema === object.name && engine.catalog.byId('database', object.parent)?.name === session.database),
  ),
  databaseName(),
  owner(),
  comment(),
  text('options', (object) => optionsOf(object.transient)),
  text('retention_time', (object) => String(object.retentionDays)),
  ownerRoleType(),
  fixed('budget', ''),
];
const persistence = (table: TableObject): string => (table.persistence === 'PERMANENT' ? 'TABLE' : table.persistence);
const table: ShowColumn<TableObject>[] = [
  created(),
  name(),
  databaseName(),
  schemaName(),
  text('kind', persistence),
  comment(),
  text('cluster_by', (object) => object.clusterBy),
  number('rows', (object, { sizes }) => String(sizes.get(object.id)?.rows ?? 0)),
  number('bytes', (object, { sizes }) => String(sizes.get(object.id)?.bytes ?? 0)),
  owner(),
  text('retention_time', (object) => String(object.retentionDays)),
  fixed('automatic_clustering', 'OFF'),
  text('change_tracking', (object, { engine }) =>
    object.changeTracking || engine.streams.ofTable(object.id).length > 0 ? 'ON' : 'OFF',
  ),
  fixed('is_external', 'N'),
  fixed('enable_schema_evolution', 'N'),
  ownerRoleType(),
  fixed('is_event', 'N'),
  fixed('budget', ''),
  fixed('is_hybrid', 'N'),
  fixed('is_iceberg', 'N'),
  fixed('is_dynamic', 'N'),
  fixed('is_immutable', 'N'),
];
const view: ShowColumn<ObjectOf<'view'>>[] = [
  created(),
  name(),
  fixed('reserved', ''),
  databaseName(),
  schemaName(),
  owner(),
  comment(),
  text('text', (object) => object.text),
  text('is_secure', (object) => String(object.secure)),
  fixed('is_materialized', 'false'),
  ownerRoleType(),
  fixed('change_tracking', 'OFF'),
];
const stage: ShowColumn<Stage>[] = [
  created(),
  name(),
  databaseName(),
  schemaName(),
  text('url', (object) => object.url ?? ''),
  fixed('has_credentials', 'N'),
  fixed('has_encryption_key', 'N'),
  owner(),
  comment(),
  text('region', (_object, { engine }) => engine.options.storage.region),
  text('type', (object) => (object.url === undefined ? 'INTERNAL' : 'EXTERNAL')),
  text('cloud', (object) => (object.url === undefined ? null : 'AWS')),
  [textColumn('notification_channel'), () => null],
  text('storage_integration', (object) => object.integration ?? null),
  [textColumn('endpoint'), () => null],
  ownerRoleType(),
  text('directory_enabled', (object) => yesNo(object.directoryEnabled)),
];
const fileFormat: ShowColumn<ObjectOf<'file-format'>>[] = [
  created(),
  name(),
  databaseName(),
  schemaName(),
  text('type', (object) => object.type),
  owner(),
  comment(),
  text('format_options', (object) => JSON.stringify(plainOptions(object.options))),
  ownerRoleType(),
];
const pipe: ShowColumn<Pipe>[] = [
  created(),
  name(),
  databaseName(),
  schemaName(),
  text('definition', (object) => object.definition),
  owner(),
  text('notification_channel', (object, { engine }) =>
    object.autoIngest ? notificationChannel(engine.options) : null,
  ),
  comment(),
  [textColumn('integration'), () => null],
  [textColumn('pattern'), () => null],
  [textColumn('error_integration'), () => null],
  ownerRoleType(),
  [textColumn('invalid_reason'), (object, { engine }) => engine.pipes.state(object).error ?? null],
  fixed('kind', 'STAGE'),
];
const stream: ShowColumn<Stream>[] = [
  created(),
  name(),
  databaseName(),
  schemaName(),
  owner(),
  comment(),
  text('table_name', (object, { engine }) => tableName(engine, object.tableId)),
  fixed('source_type', 'Table'),
  text('base_tables', (object, { engine }) => tableName(engine, object.tableId)),
  fixed('type', 'DELTA'),
  text('stale', (object) => String(object.broken)),
  text('mode', (object) => (object.appendOnly ? 'APPEND_ONLY' : 'DEFAULT')),
  [ltzColumn('stale_after'), () => null],
  [textColumn('invalid_reason'), (object) => (object.broken ? 'Base table dropped or replaced' : 'N/A')],
  ownerRoleType(),
];
const predecessors = (engine: Engine, task: Task): string =>
  JSON.stringify(
    task.after.flatMap((id) => {
      const before = engine.catalog.byId('task', id);
      return before ? [fullName(engine.catalog, before)] : [];
    }),
  );
const relations = (engine: Engine, task: Task): string => {
  const finalizer = engine.catalog.all('task').find((each) => each.finalizes === task.id);
  const root = task.finalizes === undefined ? undefined : engine.catalog.byId('task', task.finalizes);
  return JSON.stringify({
    Predecessors: JSON.parse(predecessors(engine, task)) as string[],
    ...(finalizer ? { FinalizerTask: fullName(engine.catalog, finalizer) } : {}),
    ...(root ? { FinalizedRootTask: fullName(engine.catalog, root) } : {}),
  });
};
const task: ShowColumn<Task>[] = [
  created(),
  name(),
  text('id', (object) => `01b${String(object.id).padStart(5, '0')}`),
  databaseName(),
  schemaName(),
  owner(),
  comment(),
  text('warehouse', (object) => object.warehouse ?? null),
  text('schedule', (object) => object.schedule ?? null),
  text('predecessors', (object, { engine }) => predecessors(engine, object)),
  text('state', (object) => object.state),
  text('definition', (object) => object.definition),
  text('condition', (object) => object.condition ?? null),
  text('allow_overlapping_execution', (object) => String(object.allowOverlap)),
  [textColumn('error_integration'), () => null],
  [ltzColumn('last_committed_on'), (object) => timeText(object.committedMs)],
  [ltzColumn('last_suspended_on'), (object) => timeText(object.lastSuspendedMs)],
  ownerRoleType(),
  [textColumn('config'), (object) => object.config ?? null],
  text('task_relations', (object, { engine }) => relations(engine, object)),
  [textColumn('last_suspended_reason'), (object) => object.lastSuspendedReason ?? null],
  [textColumn('success_integration'), () => null],
];
const warehouse: ShowColumn<Warehouse>[] = [
  name(),
  text('state', (object) => object.state),
  text('type', (object) => object.type),
  text('size', (object) => object.size),
  number('min_cluster_count', (object) => String(object.minimumClusters)),
  number('max_cluster_count', (object) => String(object.maximumClusters)),
  number('started_clusters', (object) => (object.state === 'STARTED' ? '1' : '0')),
  number('running', () => '0'),
  number('queued', () => '0'),
  fixed('is_default', 'N'),
  text('is_current', (object, { session }) => yesNo(session.warehouse === object.name)),
  number('auto_suspend', (object) => String(object.autoSuspendSeconds)),
  text('auto_resume', (object) => String(object.autoResume)),
  fixed('available', ''),
  fixed('provisioning', ''),
  fixed('quiescing', ''),
  fixed('other', ''),
  created(),
  [ltzColumn('resumed_on'), (object) => timeText(object.resumedMs)],
  [ltzColumn('updated_on'), (object) => timeText(object.createdMs)],
  owner(),
  comment(),
  fixed('enable_query_acceleration', 'false'),
  number('query_acceleration_max_scale_factor', () => '8'),
  fixed('resource_monitor', 'null'),
  fixed('scaling_policy', 'STANDARD'),
  ownerRoleType(),
];
const integration: ShowColumn<ObjectOf<'integration'>>[] = [
  name(),
  text('type', (object) => object.type),
  fixed('category', 'STORAGE'),
  text('enabled', (object) => String(object.enabled)),
  comment(),
  created(),
];
const sequence: ShowColumn<ObjectOf<'sequence'>>[] = [
  name(),
  databaseName(),
  schemaName(),
  [numberColumn('next_value'), () => null],
  number('interval', (object) => String(object.increment)),
  created(),
  owner(),
  comment(),
  ownerRoleType(),
  text('ordered', (object) => yesNo(object.order)),
];

const objects: ShowColumn<TableObject | ObjectOf<'view'>>[] = [
  created(),
  name(),
  databaseName(),
  schemaName(),
  text('kind', (object) => (object.kind === 'view' ? 'VIEW' : persistence(object))),
  comment(),
  text('cluster_by', (object) => (object.kind === 'table' ? object.clusterBy : '')),
  number('rows', (object, { sizes }) => (object.kind === 'table' ? String(sizes.get(object.id)?.rows ?? 0) : null)),
  number('bytes', (object, { sizes }) => (object.kind === 'table' ? String(sizes.get(object.id)?.bytes ?? 0) : null)),
  owner(),
  text('retention_time', (object) => (object.kind === 'table' ? String(object.retentionDays) : '')),
  ownerRoleType(),
  fixed('budget', ''),
  fixed('is_hybrid', 'N'),
  fixed('is_dynamic', 'N'),
];

type Shown = { kinds: readonly CatalogObject['kind'][]; columns: readonly ShowColumn<never>[] };
const shown = (kinds: readonly CatalogObject['kind'][], columns: readonly unknown[]): Shown => ({
  kinds,
  columns: columns as readonly ShowColumn<never>[],
});

/** What can be shown, by the words of SHOW. */
export const shownObjects: Readonly<Record<string, Shown>> = {
  DATABASES: shown(['database'], database),
  SCHEMAS: shown(['schema'], schema),
  TABLES: shown(['table'], table),
  VIEWS: shown(['view'], view),
  OBJECTS: shown(['table', 'view'], objects),
  STAGES: shown(['stage'], stage),
  'FILE FORMATS': shown(['file-format'], fileFormat),
  PIPES: shown(['pipe'], pipe),
  STREAMS: shown(['stream'], stream),
  TASKS: shown(['task'], task),
  WAREHOUSES: shown(['warehouse'], warehouse),
  INTEGRATIONS: shown(['integration'], integration),
  'STORAGE INTEGRATIONS': shown(['integration'], integration),
  SEQUENCES: shown(['sequence'], sequence),
};

/** SHOW TERSE has these columns alone. */
export const terseColumns = ['created_on', 'name', 'kind', 'database_name', 'schema_name'];
