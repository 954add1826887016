import { nameFromText } from '../../../wire/snowflake-sql/names.ts';
import { fullName, type NameScope, needObject, whereabouts } from '../catalog/names.ts';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import type { Execution } from '../execution.ts';
import { descendants } from '../handlers/alter-task.ts';
import type { Constant, Relation } from '../rewrite/types.ts';
import { duckdbType } from '../types.ts';
import { ltz, number, relationOfQuery, relationOfRows, type Timestamp, text, type Value } from './relation.ts';

/** Table functions: histories, what comes after a task, the result of a query. */
type Named = Readonly<Record<string, Constant>>;
type TableFunction = (
  execution: Execution,
  scope: NameScope,
  given: { positional: readonly Constant[]; named: Named },
) => Relation;

const sqlText = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A point in time given as text or as what CURRENT_TIMESTAMP became; undefined when it is not given. */
const timeOf = (value: Constant | undefined): number | undefined => {
  if (value === undefined || value === null) return undefined;
  const asText = String(value);
  const ms = /^-?\d+(\.\d+)?$/.test(asText) ? Number(asText) * 1000 : Date.parse(asText);
  if (Number.isNaN(ms)) throw new SnowflakeError('100035', `Timestamp '${asText}' is not recognized`);
  return ms;
};

const copyHistoryColumns = [
  text('FILE_NAME'),
  text('STAGE_LOCATION'),
  ltz('LAST_LOAD_TIME'),
  number('ROW_COUNT'),
  number('ROW_PARSED'),
  number('FILE_SIZE'),
  text('FIRST_ERROR_MESSAGE'),
  number('FIRST_ERROR_LINE_NUMBER'),
  number('FIRST_ERROR_CHARACTER_POS'),
  text('FIRST_ERROR_COLUMN_NAME'),
  number('ERROR_COUNT'),
  number('ERROR_LIMIT'),
  text('STATUS'),
  text('TABLE_CATALOG_NAME'),
  text('TABLE_SCHEMA_NAME'),
  text('TABLE_NAME'),
  text('PIPE_CATALOG_NAME'),
  text('PIPE_SCHEMA_NAME'),
  text('PIPE_NAME'),
  ltz('PIPE_RECEIVED_TIME'),
  ltz('FIRST_COMMIT_TIME'),
];

const shownStatus = `CASE status WHEN 'LOADED' THEN 'Loaded' WHEN 'PARTIALLY_LOADED' THEN 'Partially loaded' ELSE 'Load failed' END`;
const received = 'CASE WHEN pipe IS NULL THEN NULL ELSE make_timestamptz(received_ms * 1000) END';
const loaded = 'make_timestamptz(loaded_ms * 1000)';

const fourteenDaysMs = 14 * 24 * 60 * 60 * 1000;

/** COPY_HISTORY(TABLE_NAME => '…', START_TIME => …[, END_TIME => …]): bulk loads and pipes alike, 14 days back. */
const copyHistory: TableFunction = (execution, scope, { named, positional }) => {
  const { engine } = execution;
  const name = named['TABLE_NAME'] ?? positional[0];
  if (name === undefined)
    throw new SnowflakeError('000938', 'SQL compilation error:\nMissing required argument TABLE_NAME of COPY_HISTORY');
  const table = needObject(scope, 'table', nameFromText(String(name)));
  const { database, schema } = whereabouts(engine.catalog, table);
  const startMs = Math.max(timeOf(named['START_TIME'] ?? positional[1]) ?? 0, engine.clock.nowMs() - fourteenDaysMs);
  const endMs = timeOf(named['END_TIME'] ?? positional[2]) ?? Number.MAX_SAFE_INTEGER;
  const pipe = (kind: 'database' | 'schema'): string =>
    `CASE WHEN pipe IS NULL THEN NULL ELSE ${sqlText(kind === 'database' ? database : schema)} END`;
  const items = [
    'path',
    'stage_location',
    loaded,
    'rows_loaded',
    'rows_parsed',
    'size_bytes',
    'first_error',
    'first_error_line',
    'first_error_character',
    'first_error_column',
    'error_count',
    'error_limit',
    shownStatus,
    sqlText(database),
    sqlText(schema),
    sqlText(table.name),
    pipe('database'),
    pipe('schema'),
    `split_part(pipe_name, '.', -1)`,
    received,
    loaded,
  ];
  const where = `abs(table_id) = ${table.id} AND loaded_ms BETWEEN ${Math.floor(startMs)} AND ${Math.ceil(endMs)}`;
  return relationOfQuery(copyHistoryColumns, items, `sluicebox.loads WHERE ${where}`);
};

/** VALIDATE_PIPE_LOAD(PIPE_NAME => '…', START_TIME => …): what was wrong with files that a pipe could not load. */
const validatePipeLoad: TableFunction = (_execution, scope, { named, positional }) => {
  const pipe = needObject(scope, 'pipe', nameFromText(String(named['PIPE_NAME'] ?? positional[0])));
  const startMs = timeOf(named['START_TIME'] ?? positional[1]) ?? 0;
  const columns = [
    text('ERROR'),
    text('FILE'),
    number('LINE'),
    number('CHARACTER'),
    number('BYTE_OFFSET'),
    text('CATEGORY'),
    number('CODE'),
    number('SQL_STATE'),
    text('COLUMN_NAME'),
    number('ROW_NUMBER'),
    number('ROW_START_LINE'),
    text('REJECTED_RECORD'),
  ];
  const items = [
    'first_error',
    'path',
    'first_error_line',
    'first_error_character',
    'NULL',
    `'parsing'`,
    '100069',
    '22000',
    'first_error_column',
    'NULL',
    'NULL',
    'NULL',
  ];
  return relationOfQuery(
    columns,
    items,
    `sluicebox.loads WHERE pipe = ${pipe.id} AND first_error IS NOT NULL AND loaded_ms >= ${Math.floor(startMs)}`,
  );
};

const taskHistoryColumns = [
  text('QUERY_ID'),
  text('NAME'),
  text('DATABASE_NAME'),
  text('SCHEMA_NAME'),
  text('QUERY_TEXT'),
  text('CONDITION_TEXT'),
  text('STATE'),
  text('ERROR_CODE'),
  text('ERROR_MESSAGE'),
  ltz('SCHEDULED_TIME'),
  ltz('QUERY_START_TIME'),
  ltz('NEXT_SCHEDULED_TIME'),
  ltz('COMPLETED_TIME'),
  text('ROOT_TASK_ID'),
  number('GRAPH_VERSION'),
  number('RUN_ID'),
  text('RETURN_VALUE'),
  text('SCHEDULED_FROM'),
  number('ATTEMPT_NUMBER'),
  text('INSTANCE_ID'),
];

const resultLimit = (named: Named, otherwise: number): number => {
  const limit = Number(named['RESULT_LIMIT'] ?? otherwise);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new SnowflakeError('001008', `SQL compilation error:\ninvalid value [${limit}] for parameter 'RESULT_LIMIT'`);
  }
  return limit;
};

const sevenDaysMs = 7 * 24 * 60 * 60 * 1000;

/** TASK_HISTORY(TASK_NAME => '…', SCHEDULED_TIME_RANGE_START => …, RESULT_LIMIT => …, ERROR_ONLY => …): 7 days back, the newest first. */
const taskHistory: TableFunction = (execution, scope, { named }) => {
  const { engine } = execution;
  const database = scope.database ?? '';
  const [start, end] = [timeOf(named['SCHEDULED_TIME_RANGE_START']), timeOf(named['SCHEDULED_TIME_RANGE_END'])];
  const conditions = [
    `database_name = ${sqlText(database)}`,
    `scheduled_ms >= ${Math.floor(Math.max(start ?? 0, engine.clock.nowMs() - sevenDaysMs))}`,
    ...(end === undefined ? [] : [`scheduled_ms <= ${Math.ceil(end)}`]),
    ...(named['TASK_NAME'] === undefined
      ? []
      : [`upper(name) = ${sqlText(String(named['TASK_NAME']).toUpperCase().split('.').at(-1) ?? '')}`]),
    ...(named['ERROR_ONLY'] === true || String(named['ERROR_ONLY']).toUpperCase() === 'TRUE'
      ? [`state IN ('FAILED', 'CANCELLED')`]
      : []),
  ];
  const going = engine.tasks.current().map((run) => {
    const values = [run.queryId, run.name, run.database, run.schema, run.queryText, run.conditionText, run.state].map(
      (value) => (value === undefined ? 'NULL' : sqlText(value)),
    );
    const error = [run.errorCode, run.errorMessage].map((value) => (value === undefined ? 'NULL' : sqlText(value)));
    return `SELECT ${values.join(', ')}, ${error.join(', ')}, ${run.scheduledMs}, ${run.startedMs ?? 'NULL'}, ${run.completedMs ?? 'NULL'}, ${run.rootTask}, ${run.graphRunId}, ${sqlText(run.scheduledFrom)}, ${run.attempt}`;
  });
  const stored = `SELECT query_id, name, database_name, schema_name, query_text, condition_text, state, error_code, error_message, scheduled_ms, started_ms, completed_ms, root_task, graph_run_id, scheduled_from, attempt FROM sluicebox.task_runs`;
  const all = [stored, ...going].join(' UNION ALL ');
  const time = (column: string): string => `make_timestamptz(${column} * 1000)`;
  const items = [
    'query_id',
    'name',
    'database_name',
    'schema_name',
    'query_text',
    'condition_text',
    'state',
    'error_code',
    'error_message',
    time('scheduled_ms'),
    time('started_ms'),
    'NULL',
    time('completed_ms'),
    'root_task',
    '1',
    'graph_run_id',
    'NULL',
    'scheduled_from',
    'attempt',
    'graph_run_id',
  ];
  const from = `(SELECT * FROM (${all}) WHERE ${conditions.join(' AND ')} QUALIFY row_number() OVER (PARTITION BY name, graph_run_id, attempt) = 1 ORDER BY scheduled_ms DESC, coalesce(completed_ms, 9223372036854775807) DESC LIMIT ${resultLimit(named, 100)})`;
  return relationOfQuery(taskHistoryColumns, items, from);
};

/** TASK_DEPENDENTS(TASK_NAME => '…', RECURSIVE => …): the task and those that come after it. */
const taskDependents: TableFunction = (execution, scope, { named, positional }) => {
  const { engine } = execution;
  const root = needObject(scope, 'task', nameFromText(String(named['TASK_NAME'] ?? positional[0])));
  const recursive = String(named['RECURSIVE'] ?? true).toUpperCase() !== 'FALSE';
  const after = descendants(execution, root).filter((task) => recursive || task.after.includes(root.id));
  const rows = [root, ...after].map((task): (Value | Timestamp)[] => {
    const { database, schema } = whereabouts(engine.catalog, task);
    const predecessors = task.after.flatMap((id) => {
      const before = engine.catalog.byId('task', id);
      return before ? [fullName(engine.catalog, before)] : [];
    });
    return [
      { ms: task.createdMs },
      task.name,
      database,
      schema,
      'ACCOUNTADMIN',
      task.comment,
      task.warehouse ?? null,
      task.schedule ?? null,
      JSON.stringify(predecessors),
      task.state,
      task.definition,
      task.condition ?? null,
    ];
  });
  const columns = [
    ltz('CREATED_ON'),
    text('NAME'),
    text('DATABASE_NAME'),
    text('SCHEMA_NAME'),
    text('OWNER'),
    text('COMMENT'),
    text('WAREHOUSE'),
    text('SCHEDULE'),
    text('PREDECESSORS'),
    text('STATE'),
    text('DEFINITION'),
    text('CONDITION'),
  ];
  return relationOfRows(columns, rows);
};

/** QUERY_HISTORY(RESULT_LIMIT => …), also by session: what this server has run since its start. */
const queryHistory: TableFunction = (execution, _scope, { named }) => {
  const { engine } = execution;
  const newest = [...engine.queries.history()].reverse().slice(0, resultLimit(named, 100));
  const states = { RUNNING: 'RUNNING', SUCCESS: 'SUCCESS', FAILED_WITH_ERROR: 'FAIL', ABORTED: 'FAIL' } as const;
  const rows = newest.map((query): (Value | Timestamp)[] => [
    query.id,
    query.text,
    query.final?.database ?? null,
    query.final?.schema ?? null,
    query.kind,
    Number(query.sessionId),
    query.user,
    query.final?.role ?? null,
    query.final?.warehouse ?? null,
    states[query.state],
    query.error?.code ?? null,
    query.error?.message ?? null,
    { ms: query.startedMs },
    query.endedMs === undefined ? null : { ms: query.endedMs },
    (query.endedMs ?? engine.clock.nowMs()) - query.startedMs,
    query.outcome?.result.totalRows ?? null,
  ]);
  const columns = [
    text('QUERY_ID'),
    text('QUERY_TEXT'),
    text('DATABASE_NAME'),
    text('SCHEMA_NAME'),
    text('QUERY_TYPE'),
    number('SESSION_ID'),
    text('USER_NAME'),
    text('ROLE_NAME'),
    text('WAREHOUSE_NAME'),
    text('EXECUTION_STATUS'),
    text('ERROR_CODE'),
    text('ERROR_MESSAGE'),
    ltz('START_TIME'),
    ltz('END_TIME'),
    number('TOTAL_ELAPSED_TIME'),
    number('ROWS_PRODUCED'),
  ];
  return relationOfRows(columns, rows);
};

const scannedValue = (value: string | null, kind: string): string => {
  if (value === null) return 'NULL';
  if (kind === 'boolean') return value === '1' ? 'true' : 'false';
  if (kind === 'date') return `DATE '1970-01-01' + ${value}`;
  if (kind === 'timestamp_ntz') return `make_timestamp(${Math.round(Number(value) * 1e6)}::BIGINT)`;
  if (kind === 'timestamp_ltz') return `make_timestamptz(${Math.round(Number(value) * 1e6)}::BIGINT)`;
  return sqlText(value);
};

/** RESULT_SCAN(query id): the rows of a statement's result, as far as they were kept in memory. */
const resultScan: TableFunction = (execution, _scope, { positional }) => {
  const query = execution.engine.queries.byId(String(positional[0]));
  const result = query.outcome?.result;
  if (!result) throw new SnowflakeError('000709', `Statement ${query.id} not found`);
  if (result.chunks.length > 0) throw unsupportedFeature('RESULT_SCAN of a large result');
  const names = result.columns.map((_column, index) => `c${index}`);
  const rows = result.inlineRows.map(
    (row) =>
      `(${row.map((value, index) => scannedValue(value, result.columns[index]?.type.kind ?? 'text')).join(', ')})`,
  );
  const values = rows.length > 0 ? rows.join(', ') : `(${names.map(() => 'NULL').join(', ')})`;
  const items = result.columns.map(({ type }, index) => `CAST(c${index} AS ${duckdbType(type)})`);
  return relationOfQuery(
    result.columns,
    items,
    `(VALUES ${values}) AS v(${names.join(', ')})${rows.length > 0 ? '' : ' WHERE false'}`,
  );
};

export const tableFunctions: Readonly<Record<string, TableFunction>> = {
  'INFORMATION_SCHEMA.COPY_HISTORY': copyHistory,
  'INFORMATION_SCHEMA.VALIDATE_PIPE_LOAD': validatePipeLoad,
  'INFORMATION_SCHEMA.TASK_HISTORY': taskHistory,
  'INFORMATION_SCHEMA.TASK_DEPENDENTS': taskDependents,
  'INFORMATION_SCHEMA.QUERY_HISTORY': queryHistory,
  'INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION': queryHistory,
  RESULT_SCAN: resultScan,
};

/** By dotted upper-case name, with or without a database in front; without INFORMATION_SCHEMA only while that is the session's schema. */
export const tableFunctionRelation = (
  execution: Execution,
  scope: NameScope,
  name: string,
  positional: readonly Constant[],
  named: Named,
): Relation | undefined => {
  const parts = name.split('.');
  const short = parts.slice(-2).join('.');
  const found =
    tableFunctions[short] ??
    (parts.length === 1
      ? (tableFunctions[name] ??
        (scope.schema === 'INFORMATION_SCHEMA' ? tableFunctions[`INFORMATION_SCHEMA.${name}`] : undefined))
      : undefined);
  if (!found) return undefined;
  const database = parts.length === 3 ? parts[0] : undefined;
  return found(execution, database === undefined ? scope : { ...scope, database }, { positional, named });
};
