import type { ObjectName } from '../../../wire/snowflake-sql/ast.ts';
import { databaseNamed, type NameScope, whereabouts } from '../catalog/names.ts';
import { type CatalogKind, type CatalogObject, type ObjectOf, physicalTable } from '../catalog/objects.ts';
import { notificationChannel } from '../engine.ts';
import { doesNotExist } from '../errors.ts';
import type { Execution } from '../execution.ts';
import type { Relation, SqlType } from '../rewrite/types.ts';
import { dataTypeName, maximumTextLength } from '../types.ts';
import {
  type KnownColumn,
  ltz,
  number,
  relationOfQuery,
  relationOfRows,
  type Timestamp,
  text,
  type Value,
} from './relation.ts';

/** INFORMATION_SCHEMA of a database: what the catalog holds, as Snowflake's views show it. */
type Cell = Value | Timestamp;
type Row = readonly Cell[];
type View = (execution: Execution, database: ObjectOf<'database'>) => Relation;

const inDatabase = <Kind extends CatalogKind>(
  execution: Execution,
  kind: Kind,
  database: ObjectOf<'database'>,
): ObjectOf<Kind>[] => {
  const { catalog } = execution.engine;
  return catalog.all(kind).filter((object) => {
    const schemaId = object.kind === 'schema' ? object.id : object.parent;
    return catalog.byId('schema', schemaId)?.parent === database.id;
  });
};

const place = (execution: Execution, object: CatalogObject): [string, string] => {
  const { database, schema } = whereabouts(execution.engine.catalog, object);
  return [database, schema];
};

const at = (ms: number | undefined): Timestamp => (ms === undefined ? null : { ms });

const ofObjects =
  <Kind extends CatalogKind>(
    kind: Kind,
    columns: readonly KnownColumn[],
    row: (execution: Execution, object: ObjectOf<Kind>) => Row,
  ): View =>
  (execution, database) =>
    relationOfRows(
      columns,
      inDatabase(execution, kind, database).map((object) => row(execution, object)),
    );

const databases: View = ({ engine }) =>
  relationOfRows(
    [
      text('DATABASE_NAME'),
      text('DATABASE_OWNER'),
      text('IS_TRANSIENT'),
      text('COMMENT'),
      ltz('CREATED'),
      ltz('LAST_ALTERED'),
      number('RETENTION_TIME'),
      text('TYPE'),
    ],
    engine.catalog
      .all('database')
      .map(({ name, transient, comment, createdMs, retentionDays }) => [
        name,
        'ACCOUNTADMIN',
        transient ? 'YES' : 'NO',
        comment,
        at(createdMs),
        at(createdMs),
        retentionDays,
        'STANDARD',
      ]),
  );

const schemata: View = (execution, database) =>
  relationOfRows(
    [
      text('CATALOG_NAME'),
      text('SCHEMA_NAME'),
      text('SCHEMA_OWNER'),
      text('IS_TRANSIENT'),
      text('IS_MANAGED_ACCESS'),
      number('RETENTION_TIME'),
      ltz('CREATED'),
      ltz('LAST_ALTERED'),
      text('COMMENT'),
    ],
    [
      ...inDatabase(execution, 'schema', database).map(
        ({ name, transient, retentionDays, createdMs, comment }): Row => [
          database.name,
          name,
          'ACCOUNTADMIN',
          transient ? 'YES' : 'NO',
          'NO',
          retentionDays,
          at(createdMs),
          at(createdMs),
          comment,
        ],
      ),
      [
        database.name,
        'INFORMATION_SCHEMA',
        '',
        'NO',
        'NO',
        1,
        at(database.createdMs),
        at(database.createdMs),
        'Views describing the contents of schemas in this database',
      ],
    ],
  );

const tableColumns = [
  text('TABLE_CATALOG'),
  text('TABLE_SCHEMA'),
  text('TABLE_NAME'),
  text('TABLE_OWNER'),
  text('TABLE_TYPE'),
  text('IS_TRANSIENT'),
  text('CLUSTERING_KEY'),
  number('ROW_COUNT'),
  number('BYTES'),
  number('RETENTION_TIME'),
  ltz('CREATED'),
  ltz('LAST_ALTERED'),
  text('COMMENT'),
];

/** The counts are subqueries, so they are as of the query that reads this. */
const tables: View = (execution, database) => {
  const own = inDatabase(execution, 'table', database).filter(
    ({ sessionId }) => sessionId === undefined || sessionId === execution.session.id,
  );
  const parts = own.map((table) => {
    const [catalog, schema] = place(execution, table);
    const texts = [
      catalog,
      schema,
      table.name,
      'ACCOUNTADMIN',
      table.persistence === 'TEMPORARY' ? 'LOCAL TEMPORARY' : 'BASE TABLE',
      table.persistence === 'TRANSIENT' ? 'YES' : 'NO',
    ];
    const quoted = texts.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
    const created = `make_timestamptz(${table.createdMs * 1000}::BIGINT)`;
    return `SELECT ${quoted}, NULL, (SELECT count(*) FROM ${physicalTable(table)}), (SELECT count(*) FROM ${physicalTable(table)}) * ${table.columns.length * 16}, ${table.retentionDays}, ${created}, ${created}, '${table.comment.replaceAll("'", "''")}'`;
  });
  const views = inDatabase(execution, 'view', database).map((view) => {
    const [catalog, schema] = place(execution, view);
    const created = `make_timestamptz(${view.createdMs * 1000}::BIGINT)`;
    const quoted = [catalog, schema, view.name, 'ACCOUNTADMIN', 'VIEW', 'NO']
      .map((value) => `'${value.replaceAll("'", "''")}'`)
      .join(', ');
    return `SELECT ${quoted}, NULL, NULL, NULL, NULL, ${created}, ${created}, '${view.comment.replaceAll("'", "''")}'`;
  });
  const all = [...parts, ...views];
  if (all.length === 0) return relationOfRows(tableColumns, []);
  const names = tableColumns.map((_column, index) => `c${index}`);
  return relationOfQuery(tableColumns, names, `(${all.join(' UNION ALL ')}) AS v(${names.join(', ')})`);
};

const measures = (type: SqlType): [Cell, Cell, Cell, Cell, Cell, Cell] => {
  switch (type.kind) {
    case 'text':
      return [
        type.length ?? maximumTextLength,
        Math.min((type.length ?? maximumTextLength) * 4, maximumTextLength),
        null,
        null,
        null,
        null,
      ];
    case 'number':
      return [null, null, type.precision, 10, type.scale, null];
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return [null, null, null, null, null, type.scale];
    default:
      return [null, null, null, null, null, null];
  }
};

const columns: View = (execution, database) => {
  const rows = [...inDatabase(execution, 'table', database), ...inDatabase(execution, 'view', database)].flatMap(
    (relation): Row[] =>
      relation.columns.map((column, index): Row => {
        const full = relation.kind === 'table' ? relation.columns[index] : undefined;
        return [
          ...place(execution, relation),
          relation.name,
          column.name,
          index + 1,
          full?.default?.text ?? null,
          (full?.nullable ?? true) ? 'YES' : 'NO',
          dataTypeName(column.type),
          ...measures(column.type),
          full?.identity ? 'YES' : 'NO',
          full?.comment ?? null,
        ];
      }),
  );
  const header = [
    text('TABLE_CATALOG'),
    text('TABLE_SCHEMA'),
    text('TABLE_NAME'),
    text('COLUMN_NAME'),
    number('ORDINAL_POSITION'),
    text('COLUMN_DEFAULT'),
    text('IS_NULLABLE'),
    text('DATA_TYPE'),
    number('CHARACTER_MAXIMUM_LENGTH'),
    number('CHARACTER_OCTET_LENGTH'),
    number('NUMERIC_PRECISION'),
    number('NUMERIC_PRECISION_RADIX'),
    number('NUMERIC_SCALE'),
    number('DATETIME_PRECISION'),
    text('IS_IDENTITY'),
    text('COMMENT'),
  ];
  return relationOfRows(header, rows);
};

const views = ofObjects(
  'view',
  [
    text('TABLE_CATALOG'),
    text('TABLE_SCHEMA'),
    text('TABLE_NAME'),
    text('TABLE_OWNER'),
    text('VIEW_DEFINITION'),
    text('IS_SECURE'),
    ltz('CREATED'),
    ltz('LAST_ALTERED'),
    text('COMMENT'),
  ],
  (execution, view) => [
    ...place(execution, view),
    view.name,
    'ACCOUNTADMIN',
    view.text,
    view.secure ? 'YES' : 'NO',
    at(view.createdMs),
    at(view.createdMs),
    view.comment,
  ],
);

const stages = ofObjects(
  'stage',
  [
    text('STAGE_CATALOG'),
    text('STAGE_SCHEMA'),
    text('STAGE_NAME'),
    text('STAGE_URL'),
    text('STAGE_REGION'),
    text('STAGE_TYPE'),
    text('STAGE_OWNER'),
    text('COMMENT'),
    ltz('CREATED'),
    ltz('LAST_ALTERED'),
  ],
  (execution, stage) => [
    ...place(execution, stage),
    stage.name,
    stage.url ?? '',
    execution.engine.options.storage.region,
    stage.url === undefined ? 'Internal Named' : 'External Named',
    'ACCOUNTADMIN',
    stage.comment,
    at(stage.createdMs),
    at(stage.createdMs),
  ],
);

const fileFormats = ofObjects(
  'file-format',
  [
    text('FILE_FORMAT_CATALOG'),
    text('FILE_FORMAT_SCHEMA'),
    text('FILE_FORMAT_NAME'),
    text('FILE_FORMAT_OWNER'),
    text('FILE_FORMAT_TYPE'),
    ltz('CREATED'),
    ltz('LAST_ALTERED'),
    text('COMMENT'),
  ],
  (execution, format) => [
    ...place(execution, format),
    format.name,
    'ACCOUNTADMIN',
    format.type,
    at(format.createdMs),
    at(format.createdMs),
    format.comment,
  ],
);

const pipes = ofObjects(
  'pipe',
  [
    text('PIPE_CATALOG'),
    text('PIPE_SCHEMA'),
    text('PIPE_NAME'),
    text('PIPE_OWNER'),
    text('DEFINITION'),
    text('IS_AUTOINGEST_ENABLED'),
    text('NOTIFICATION_CHANNEL_NAME'),
    ltz('CREATED'),
    ltz('LAST_ALTERED'),
    text('COMMENT'),
    text('PATTERN'),
  ],
  (execution, pipe) => [
    ...place(execution, pipe),
    pipe.name,
    'ACCOUNTADMIN',
    pipe.definition,
    pipe.autoIngest ? 'YES' : 'NO',
    pipe.autoIngest ? notificationChannel(execution.engine.options) : null,
    at(pipe.createdMs),
    at(pipe.createdMs),
    pipe.comment,
    null,
  ],
);

const sequences = ofObjects(
  'sequence',
  [
    text('SEQUENCE_CATALOG'),
    text('SEQUENCE_SCHEMA'),
    text('SEQUENCE_NAME'),
    text('SEQUENCE_OWNER'),
    text('DATA_TYPE'),
    number('START_VALUE'),
    number('INCREMENT'),
    ltz('CREATED'),
    ltz('LAST_ALTERED'),
    text('COMMENT'),
  ],
  (execution, sequence) => [
    ...place(execution, sequence),
    sequence.name,
    'ACCOUNTADMIN',
    'NUMBER',
    sequence.start,
    sequence.increment,
    at(sequence.createdMs),
    at(sequence.createdMs),
    sequence.comment,
  ],
);

const loadHistory: View = (execution, database) => {
  const own = inDatabase(execution, 'table', database);
  const named = relationOfRows(
    [number('ID'), text('SCHEMA_NAME'), text('TABLE_NAME')],
    own.map((table) => [table.id, place(execution, table)[1], table.name]),
  );
  return relationOfQuery(
    [
      text('SCHEMA_NAME'),
      text('FILE_NAME'),
      text('TABLE_NAME'),
      ltz('LAST_LOAD_TIME'),
      text('STATUS'),
      number('ROW_COUNT'),
      number('ROW_PARSED'),
      text('FIRST_ERROR_MESSAGE'),
      number('FIRST_ERROR_LINE_NUMBER'),
      number('FIRST_ERROR_CHARACTER_POSITION'),
      text('FIRST_ERROR_COL_NAME'),
      number('ERROR_COUNT'),
      number('ERROR_LIMIT'),
    ],
    [
      't."SCHEMA_NAME"',
      'l.path',
      't."TABLE_NAME"',
      'make_timestamptz(l.loaded_ms * 1000)',
      'l.status',
      'l.rows_loaded',
      'l.rows_parsed',
      'l.first_error',
      'l.first_error_line',
      'l.first_error_character',
      'l.first_error_column',
      'l.error_count',
      'l.error_limit',
    ],
    `sluicebox.loads AS l JOIN ${named.sql} AS t ON t."ID" = l.table_id WHERE l.pipe IS NULL`,
  );
};

export const informationSchemaViews: Readonly<Record<string, View>> = {
  DATABASES: databases,
  SCHEMATA: schemata,
  TABLES: tables,
  COLUMNS: columns,
  VIEWS: views,
  STAGES: stages,
  FILE_FORMATS: fileFormats,
  PIPES: pipes,
  SEQUENCES: sequences,
  LOAD_HISTORY: loadHistory,
};

/** [database.]INFORMATION_SCHEMA.<view>, or undefined when the name is of another schema. */
export const informationSchemaRelation = (
  execution: Execution,
  scope: NameScope,
  name: ObjectName,
): Relation | undefined => {
  const parts = name.parts.map((part) => part.name);
  const schema = parts.length > 1 ? parts.at(-2) : scope.schema;
  if (schema !== 'INFORMATION_SCHEMA') return undefined;
  const database = databaseNamed(scope, parts.length > 2 ? parts[0] : undefined);
  const view = parts.at(-1) as string;
  if (!Object.hasOwn(informationSchemaViews, view)) throw doesNotExist('Object', parts.join('.'));
  return (informationSchemaViews[view] as View)(execution, database);
};
