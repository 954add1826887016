import type {
  CopyIntoTable,
  Expression,
  Identifier,
  Insert,
  Options,
  Query,
  StageReference,
  TableReference,
} from '../../../wire/snowflake-sql/ast.ts';
import { type NameScope, needObject } from '../catalog/names.ts';
import type { TableObject } from '../catalog/objects.ts';
import type { Engine } from '../engine.ts';
import { invalidValue, SnowflakeError, unsupportedFeature } from '../errors.ts';
import { booleanOption, checkOptions, listOption, numberOption, textOption } from '../options.ts';
import type { FileFormat } from '../stages/file-format.ts';
import { findNodes, highestPosition } from '../stages/positions.ts';
import { type StagePlace, stagePlace } from '../stages/stage-location.ts';
import { formatOf } from '../stages/staged-select.ts';

/** What a COPY INTO a table asks for. */
export type OnError =
  | { kind: 'abort' }
  | { kind: 'continue' }
  | { kind: 'skip-file'; errors: number; percent: boolean };

export type LoadPlan = {
  table: TableObject;
  place: StagePlace;
  format: FileFormat;
  /** The rows to add, from the stage as a table. */
  insert: Insert;
  /** How many positions the stage's table needs. */
  positions: number;
  onError: OnError;
  force: boolean;
  purge: boolean;
  sizeLimit: number | undefined;
  files: readonly string[] | undefined;
  pattern: string | undefined;
  validationMode: string | undefined;
  returnFailedOnly: boolean;
  truncateColumns: boolean;
};

const taken = [
  'FILES',
  'PATTERN',
  'FILE_FORMAT',
  'ON_ERROR',
  'SIZE_LIMIT',
  'PURGE',
  'RETURN_FAILED_ONLY',
  'MATCH_BY_COLUMN_NAME',
  'FORCE',
  'LOAD_UNCERTAIN_FILES',
  'VALIDATION_MODE',
  'ENFORCE_LENGTH',
  'TRUNCATECOLUMNS',
  'LOAD_MODE',
];
const notEmulated = ['INCLUDE_METADATA', 'FILE_PROCESSOR', 'CLUSTER_AT_INGEST_TIME'];

export const onErrorOf = (text: string | undefined, otherwise: OnError): OnError => {
  if (text === undefined) return otherwise;
  const value = text.toUpperCase();
  if (value === 'CONTINUE') return { kind: 'continue' };
  if (value === 'ABORT_STATEMENT') return { kind: 'abort' };
  const skip = /^SKIP_FILE(?:_(\d+)(%)?)?$/.exec(value);
  if (!skip) throw invalidValue(text, 'ON_ERROR');
  return { kind: 'skip-file', errors: Number(skip[1] ?? 1), percent: skip[2] === '%' };
};

const at = 0;
const stageTable = (stage: StageReference): TableReference => ({ kind: 'stage-table', stage, options: {}, at });
const selectFrom = (stage: StageReference, items: readonly Expression[]): Query => ({
  kind: 'query',
  at,
  end: at,
  body: {
    kind: 'select',
    at,
    distinct: false,
    items: items.map((expression, index) => ({ expression, text: `value ${index + 1}` })),
    from: [stageTable(stage)],
  },
});

const notAllowedInCopy = (query: Query): string | undefined => {
  const { body } = query;
  if (body.kind !== 'select') return 'set operators';
  if (query.with) return 'WITH';
  if (query.orderBy) return 'ORDER BY';
  if (query.limit) return 'LIMIT';
  if (body.where) return 'WHERE';
  if (body.groupBy || body.having || body.qualify) return 'GROUP BY';
  if (body.from.length !== 1 || body.from[0]?.kind !== 'stage-table') return 'FROM clauses other than one stage';
  if (findNodes(body.items, 'function').some((call) => 'over' in (call as object))) return 'window functions';
  return undefined;
};

/** A COPY's SELECT may choose, cast and compute; it may not filter, join or aggregate. */
const checkTransformation = (query: Query): void => {
  const problem = notAllowedInCopy(query);
  if (problem) {
    throw new SnowflakeError(
      '002099',
      `SQL compilation error: COPY statement only supports simple SELECT from stage statements for import.`,
    );
  }
};

const columnsByName = (table: TableObject, mode: string, format: FileFormat) => {
  if (mode !== 'CASE_INSENSITIVE' && mode !== 'CASE_SENSITIVE') throw invalidValue(mode, 'MATCH_BY_COLUMN_NAME');
  if (format.type === 'CSV') throw unsupportedFeature('MATCH_BY_COLUMN_NAME with CSV');
  const keyOf = (name: string): string => (mode === 'CASE_SENSITIVE' ? name : name.toLowerCase());
  return table.columns.map(
    ({ name }): Expression => ({
      kind: 'function',
      name: [{ name: mode === 'CASE_SENSITIVE' ? 'GET' : 'GET_IGNORE_CASE', quoted: false }],
      arguments: [{ value: { kind: 'position', index: 1, at } }, { value: { kind: 'string', value: keyOf(name), at } }],
      at,
    }),
  );
};

const identifiers = (table: TableObject): Identifier[] => table.columns.map(({ name }) => ({ name, quoted: true }));

type Source = { stage: StageReference; query: Query; columns: readonly Identifier[] };

const sourceOf = (copy: CopyIntoTable, table: TableObject, format: FileFormat, stage: StageReference): Source => {
  const columns = copy.columns ?? identifiers(table);
  if (copy.from.kind === 'query') {
    checkTransformation(copy.from);
    return { stage, query: copy.from, columns };
  }
  const match = textOption(copy.options, 'MATCH_BY_COLUMN_NAME')?.toUpperCase();
  if (match !== undefined && match !== 'NONE') {
    return { stage, query: selectFrom(stage, columnsByName(table, match, format)), columns: identifiers(table) };
  }
  if (format.type === 'JSON' && columns.length !== 1) {
    throw new SnowflakeError(
      '001090',
      `SQL compilation error:\nJSON file format can produce one and only one column of variant, object, or array type. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.`,
    );
  }
  const items = columns.map((_column, index): Expression => ({ kind: 'position', index: index + 1, at }));
  return { stage, query: selectFrom(stage, items), columns };
};

const stageOf = (copy: CopyIntoTable): StageReference => {
  if (copy.from.kind === 'stage') return copy.from;
  if (copy.from.kind === 'location') throw unsupportedFeature('COPY INTO from a URL without a stage');
  const [stage] = findNodes<StageReference>(copy.from, 'stage');
  if (!stage)
    throw new SnowflakeError(
      '002099',
      'SQL compilation error: COPY statement only supports simple SELECT from stage statements for import.',
    );
  return stage;
};

const refuseOptions = (options: Options): void => {
  checkOptions(options, 'COPY', taken, notEmulated);
  if (textOption(options, 'LOAD_MODE')?.toUpperCase() === 'ADD_FILES_COPY')
    throw unsupportedFeature('LOAD_MODE = ADD_FILES_COPY');
};

export const loadPlan = (
  engine: Engine,
  scope: NameScope,
  user: string,
  copy: CopyIntoTable,
  defaultOnError: OnError,
): LoadPlan => {
  const table = needObject(scope, 'table', copy.table);
  const stage = stageOf(copy);
  const place = stagePlace(engine, scope, user, stage);
  const [inner] =
    copy.from.kind === 'query'
      ? findNodes<Extract<TableReference, { kind: 'stage-table' }>>(copy.from, 'stage-table')
      : [];
  const options: Options = { ...place.copyOptions, ...copy.options };
  refuseOptions(options);
  const format = formatOf(scope, place, { ...inner?.options, ...options });
  const source = sourceOf(copy, table, format, stage);
  return {
    table,
    place,
    format,
    insert: {
      kind: 'insert',
      overwrite: false,
      table: copy.table,
      columns: source.columns,
      source: source.query,
    },
    positions: Math.max(1, highestPosition(source.query)),
    onError: onErrorOf(textOption(options, 'ON_ERROR'), defaultOnError),
    force: booleanOption(options, 'FORCE') ?? false,
    purge: booleanOption(options, 'PURGE') ?? false,
    sizeLimit: numberOption(options, 'SIZE_LIMIT'),
    files: listOption(options, 'FILES'),
    pattern: textOption(options, 'PATTERN') ?? (inner ? textOption(inner.options, 'PATTERN') : undefined),
    validationMode: textOption(options, 'VALIDATION_MODE')?.toUpperCase(),
    returnFailedOnly: booleanOption(options, 'RETURN_FAILED_ONLY') ?? false,
    truncateColumns:
      (booleanOption(options, 'TRUNCATECOLUMNS') ?? false) || booleanOption(options, 'ENFORCE_LENGTH') === false,
  };
};
