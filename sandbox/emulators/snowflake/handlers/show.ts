import type { Show } from '../../../wire/snowflake-sql/ast.ts';
import { databaseNamed, needObject, schemaNamed } from '../catalog/names.ts';
import type { CatalogObject, TableObject } from '../catalog/objects.ts';
import { tableSizes } from '../catalog/table-sizes.ts';
import { unsupportedFeature } from '../errors.ts';
import { type Execution, type Handler, scopeOf, table } from '../execution.ts';
import type { Outcome } from '../queries.ts';
import type { Row } from '../results/result.ts';
import { ltzColumn, numberColumn, textColumn } from '../results/rowtype.ts';
import { timeText } from '../results/value.ts';
import { defaultParameter, parameterNames, parameterValue } from '../sessions/parameters.ts';
import { statementTypes } from '../statement-types.ts';
import { typeText } from '../types.ts';
import { type ShowColumn, type ShowContext, shownObjects, terseColumns } from './show-columns.ts';

/** LIKE of SHOW: % and _, without regard to case. */
const likeExpression = (pattern: string): RegExp => {
  const body = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${body}$`, 'is');
};

type Filter = (object: CatalogObject) => boolean;

const accountKinds: ReadonlySet<CatalogObject['kind']> = new Set(['database', 'warehouse', 'integration']);

const inSchemas =
  (schemas: ReadonlySet<number>): Filter =>
  (object) =>
    accountKinds.has(object.kind) || schemas.has(object.kind === 'schema' ? object.id : object.parent);

/** Where SHOW looks: as said by IN, otherwise in the session's schema, its database, or the account. */
const placeFilter = (execution: Execution, statement: Show): Filter => {
  const scope = scopeOf(execution);
  const { catalog } = execution.engine;
  const isSchemas = statement.objects === 'SCHEMAS';
  const databaseFilter = (databaseId: number): Filter => {
    const schemas = new Set(
      catalog
        .all('schema')
        .filter(({ parent }) => parent === databaseId)
        .map(({ id }) => id),
    );
    return inSchemas(schemas);
  };
  const within = statement.in;
  if (within?.scope === 'ACCOUNT') return () => true;
  if (within?.scope === 'DATABASE' || (within && isSchemas)) {
    const name = within.name?.parts.at(-1)?.name;
    return databaseFilter(databaseNamed(scope, name).id);
  }
  if (within && within.scope === 'SCHEMA') {
    const schema = schemaNamed(scope, within.name?.parts.map(({ name }) => name) ?? []);
    return inSchemas(new Set([schema.id]));
  }
  if (within?.name) {
    const parts = within.name.parts.map(({ name }) => name);
    const database = parts.length === 1 ? catalog.find('database', 0, parts[0] as string) : undefined;
    if (database) return databaseFilter(database.id);
    return inSchemas(new Set([schemaNamed(scope, parts).id]));
  }
  const database = scope.database === undefined ? undefined : catalog.find('database', 0, scope.database);
  if (!database) return () => true;
  const schema =
    scope.schema === undefined || isSchemas ? undefined : catalog.find('schema', database.id, scope.schema);
  return schema ? inSchemas(new Set([schema.id])) : databaseFilter(database.id);
};

const limited = <T extends { name: string }>(statement: Show, objects: readonly T[]): T[] => {
  const { like, startsWith, limit } = statement;
  const expression = like === undefined ? undefined : likeExpression(like);
  const found = objects
    .filter(({ name }) => (expression?.test(name) ?? true) && (startsWith === undefined || name.startsWith(startsWith)))
    .sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
  const from = limit?.from;
  const after = from === undefined ? found : found.filter(({ name }) => name > from);
  return limit ? after.slice(0, limit.rows) : after;
};

const showObjects = async (execution: Execution, statement: Show): Promise<Outcome> => {
  const { engine, session } = execution;
  const shown = shownObjects[statement.objects];
  if (!shown) throw unsupportedFeature(`SHOW ${statement.objects}`);
  const inPlace = placeFilter(execution, statement);
  const isMine: Filter = (object) =>
    object.kind !== 'table' || object.sessionId === undefined || object.sessionId === session.id;
  const all = shown.kinds.flatMap((kind): CatalogObject[] => engine.catalog.all(kind));
  const objects = limited(
    statement,
    all.filter((object) => inPlace(object) && isMine(object)),
  );
  const tables = objects.filter((object): object is TableObject => object.kind === 'table');
  const context: ShowContext = { engine, session, sizes: await tableSizes(await session.connection(), tables) };
  const columns = (shown.columns as readonly ShowColumn<CatalogObject>[]).filter(
    ([{ name }]) => !statement.terse || terseColumns.includes(name),
  );
  const rows = objects.map((object): Row => columns.map(([, cell]) => cell(object, context)));
  return table(
    statementTypes.show,
    columns.map(([column]) => column),
    rows,
  );
};

const showParameters = (execution: Execution, statement: Show): Outcome => {
  const { parameters } = execution.session;
  const names = limited(
    statement,
    parameterNames.map((name) => ({ name })),
  );
  const rows = names.map(({ name }): Row => {
    const standard = String(defaultParameter(name));
    const type = { boolean: 'BOOLEAN', number: 'NUMBER', string: 'STRING' }[typeof defaultParameter(name) as 'string'];
    return [name, String(parameterValue(parameters, name)), standard, parameters.has(name) ? 'SESSION' : '', '', type];
  });
  return table(statementTypes.show, ['key', 'value', 'default', 'level', 'description', 'type'].map(textColumn), rows);
};

const showVariables = (execution: Execution, statement: Show): Outcome => {
  const { session } = execution;
  const names = limited(
    statement,
    [...session.variables.keys()].map((name) => ({ name })),
  );
  const rows = names.map(({ name }): Row => {
    const variable = session.variables.get(name);
    return [
      session.id,
      timeText(execution.startedMs),
      timeText(execution.startedMs),
      name,
      variable?.value ?? null,
      variable?.type.kind ?? '',
      '',
    ];
  });
  const columns = [
    textColumn('session_id'),
    ltzColumn('created_on'),
    ltzColumn('updated_on'),
    textColumn('name'),
    textColumn('value'),
    textColumn('type'),
    textColumn('comment'),
  ];
  return table(statementTypes.show, columns, rows);
};

const showColumns = (execution: Execution, statement: Show): Outcome => {
  const { engine } = execution;
  const scope = scopeOf(execution);
  const wanted =
    statement.in?.name && ['TABLE', 'VIEW', ''].includes(statement.in.scope)
      ? [needObject(scope, statement.in.scope === 'VIEW' ? 'view' : 'table', statement.in.name)]
      : [...engine.catalog.all('table'), ...engine.catalog.all('view')].filter(placeFilter(execution, statement));
  const rows = wanted.flatMap((relation): Row[] =>
    limitedColumns(statement, relation.columns).map((column): Row => {
      const schema = engine.catalog.byId('schema', relation.parent);
      const database = schema && engine.catalog.byId('database', schema.parent);
      const nullable = 'nullable' in column ? (column.nullable as boolean) : true;
      return [
        relation.name,
        schema?.name ?? '',
        column.name,
        JSON.stringify({ type: typeText(column.type).replace(/\(.*/, ''), nullable }),
        String(nullable),
        '',
        'COLUMN',
        '',
        '',
        database?.name ?? '',
        '',
      ];
    }),
  );
  const names = [
    'table_name',
    'schema_name',
    'column_name',
    'data_type',
    'null?',
    'default',
    'kind',
    'expression',
    'comment',
    'database_name',
    'autoincrement',
  ];
  return table(statementTypes.show, names.map(textColumn), rows);
};

const limitedColumns = <T extends { name: string }>(statement: Show, columns: readonly T[]): T[] => {
  const expression = statement.like === undefined ? undefined : likeExpression(statement.like);
  return columns.filter(({ name }) => expression?.test(name) ?? true);
};

const showTransactions = (execution: Execution): Outcome => {
  const open = execution.engine.sessions
    .all()
    .flatMap((session) => (session.transaction ? [{ session, transaction: session.transaction }] : []));
  const rows = open.map(
    ({ session, transaction }): Row => [
      String(transaction.id),
      session.user,
      session.id,
      transaction.name,
      timeText(transaction.startedMs),
      'running',
      'Transaction',
    ],
  );
  const columns = [
    numberColumn('id'),
    textColumn('user'),
    numberColumn('session'),
    textColumn('name'),
    ltzColumn('started_on'),
    textColumn('state'),
    textColumn('scope'),
  ];
  return table(statementTypes.show, columns, rows);
};

/** SHOW: databases, schemas, tables, views, objects, columns, stages, file formats, pipes, streams, tasks, warehouses, integrations, sequences, parameters, variables, transactions. */
export const show: Handler<'show'> = async (execution, statement) => {
  switch (statement.objects) {
    case 'PARAMETERS':
      return showParameters(execution, statement);
    case 'VARIABLES':
      return showVariables(execution, statement);
    case 'COLUMNS':
      return showColumns(execution, statement);
    case 'TRANSACTIONS':
      return showTransactions(execution);
    default:
      return showObjects(execution, statement);
  }
};
