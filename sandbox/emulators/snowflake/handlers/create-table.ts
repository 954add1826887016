import type { DuckDBConnection } from '@duckdb/node-api';
import type { Draft } from '../catalog/catalog.ts';
import { type CreationTarget, creationTarget, needObject } from '../catalog/names.ts';
import { physicalTable, type TableColumn, type TableObject } from '../catalog/objects.ts';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import {
  commitOpenTransaction,
  define,
  defineOnTables,
  type Execution,
  type Handler,
  type StatementOf,
  scopeOf,
  status,
} from '../execution.ts';
import { booleanOption, checkOptions, numberOption, textOption } from '../options.ts';
import { createResolver, newUses, settledName, type Uses } from '../resolver.ts';
import type { Translated } from '../rewrite/types.ts';
import { versionVariable } from '../storage/store.ts';
import { createTableSql, insertSql, quotedName } from '../storage/table-sql.ts';
import { translateQuery } from '../translate.ts';
import { duckdbType, sqlTypeOf } from '../types.ts';
import { existsAlready } from './ddl-result.ts';
import { dropObject } from './drop-contents.ts';
import { checkColumnNames, tableColumn } from './table-columns.ts';

type Create = StatementOf<'create-table'>;

const taken = [
  'COMMENT',
  'DATA_RETENTION_TIME_IN_DAYS',
  'MAX_DATA_EXTENSION_TIME_IN_DAYS',
  'CHANGE_TRACKING',
  'ENABLE_SCHEMA_EVOLUTION',
  'DEFAULT_DDL_COLLATION',
  'COPY GRANTS',
  'STAGE_FILE_FORMAT',
  'STAGE_COPY_OPTIONS',
];
const notEmulated = ['ENABLE_SCHEMA_EVOLUTION', 'DEFAULT_DDL_COLLATION', 'STAGE_FILE_FORMAT', 'STAGE_COPY_OPTIONS'];

type Plan = {
  target: CreationTarget;
  columns: readonly TableColumn[];
  sequences: readonly string[];
  rows?: Translated;
  copyOf?: TableObject;
  clusterBy: string;
};

const sequenceFor =
  (sequences: string[], name: string) =>
  (start: number, increment: number): string => {
    const sequence = `${name}_${sequences.length}`;
    sequences.push(
      `CREATE SEQUENCE ${sequence} START ${start} INCREMENT ${increment} MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807`,
    );
    return sequence;
  };

const definedColumns = (statement: Create, sequences: string[], sequenceName: string): TableColumn[] =>
  statement.columns.map((definition) =>
    tableColumn(definition, {
      constraints: statement.constraints,
      identitySequence: sequenceFor(sequences, sequenceName),
    }),
  );

/** The columns of CREATE TABLE … AS: the query's, under the names and types that the statement may give. */
const queryColumns = (statement: Create, rows: Translated): TableColumn[] => {
  const given = statement.columns;
  if (given.length > 0 && given.length !== rows.columns.length) {
    throw new SnowflakeError('002026', `SQL compilation error:\nInvalid column definition list`);
  }
  return rows.columns.map((column, index) => {
    const definition = given[index];
    return {
      name: definition?.name.name ?? column.name,
      type: definition?.type ? sqlTypeOf(definition.type) : column.type,
      nullable: definition ? !definition.notNull : true,
      primaryKey: false,
      uniqueKey: false,
    };
  });
};

const likeColumns = (source: TableObject): TableColumn[] =>
  source.columns.map(({ identity: _identity, ...column }) => column);

/** CLUSTER BY's list as it was written, for SHOW. */
const clusterText = (text: string, statement: Create): string => {
  if ((statement.clusterBy ?? []).length === 0) return '';
  const list = /cluster\s+by\s*(\([^)]*\))/i.exec(text)?.[1];
  return list === undefined ? '' : `LINEAR${list}`;
};

const planOf = (execution: Execution, statement: Create, target: CreationTarget, id: number, uses: Uses): Plan => {
  const sequences: string[] = [];
  const clusterBy = clusterText(execution.text, statement);
  const scope = scopeOf(execution);
  if (statement.as) {
    const rows = translateQuery(statement.as, createResolver(execution, uses), execution.text);
    return { target, columns: queryColumns(statement, rows), sequences, rows, clusterBy };
  }
  const source = statement.like ?? statement.clone?.source;
  if (source) {
    const original = needObject(scope, 'table', settledName(execution, source));
    const columns = likeColumns(original);
    return { target, columns, sequences, clusterBy, ...(statement.clone ? { copyOf: original } : {}) };
  }
  return { target, columns: definedColumns(statement, sequences, `store.q${id}`), sequences, clusterBy };
};

const tableObject = (execution: Execution, statement: Create, plan: Plan, id: number): TableObject => ({
  kind: 'table',
  id,
  name: plan.target.name,
  parent: plan.target.parent,
  createdMs: execution.engine.clock.nowMs(),
  comment: textOption(statement.options, 'COMMENT') ?? '',
  columns: plan.columns,
  persistence: statement.persistence,
  ...(statement.persistence === 'TEMPORARY' ? { sessionId: execution.session.id } : {}),
  clusterBy: plan.clusterBy,
  retentionDays: numberOption(statement.options, 'DATA_RETENTION_TIME_IN_DAYS') ?? 1,
  changeTracking: booleanOption(statement.options, 'CHANGE_TRACKING') ?? false,
});

const fill = async (connection: DuckDBConnection, plan: Plan, id: number): Promise<void> => {
  const target = { id, columns: plan.columns };
  if (plan.rows) {
    const items = plan.columns.map((column, index) => {
      const from = plan.rows?.columns[index];
      const value = quotedName(from?.physical ?? from?.name ?? column.name);
      return `CAST(${value} AS ${duckdbType(column.type)}) AS ${quotedName(column.name)}`;
    });
    await connection.run(insertSql(target, `SELECT ${items.join(', ')} FROM (${plan.rows.sql}) AS query_rows`));
  }
  if (plan.copyOf) {
    const names = plan.columns.map((column) => quotedName(column.name)).join(', ');
    await connection.run(insertSql(target, `SELECT ${names} FROM ${physicalTable(plan.copyOf)}`));
  }
};

const create = async (execution: Execution, statement: Create, target: CreationTarget): Promise<void> => {
  const { engine } = execution;
  const replaced = target.existing;
  const build = async (draft: Draft, connection: DuckDBConnection): Promise<void> => {
    const id = draft.newId();
    const uses = newUses();
    const plan = planOf(execution, statement, target, id, uses);
    checkColumnNames(plan.columns);
    if (uses.streams.length > 0) throw unsupportedFeature('CREATE TABLE AS SELECT from a stream');
    await connection.run(`SET VARIABLE ${versionVariable} = ${engine.store.nextVersion()}`);
    for (const sequence of plan.sequences) await connection.run(sequence);
    await connection.run(createTableSql({ id }, plan.columns));
    await fill(connection, plan, id);
    if (replaced) await dropObject(engine, draft, connection, replaced);
    draft.put(tableObject(execution, statement, plan, id));
  };
  if (replaced) await defineOnTables(execution, [replaced.id], build);
  else await define(execution, build);
};

/**
 * CREATE [OR REPLACE] [TEMPORARY | TRANSIENT] TABLE with columns, AS SELECT, LIKE or CLONE (a copy). Keys are kept, not enforced; clustering
 * is taken and has no effect here. External, dynamic, hybrid, Iceberg and event tables and USING TEMPLATE are refused by name.
 */
export const createTable: Handler<'create-table'> = async (execution, given) => {
  const statement: Create = { ...given, name: settledName(execution, given.name) };
  if (statement.variety) throw unsupportedFeature(`CREATE ${statement.variety} TABLE`);
  if (statement.template) throw unsupportedFeature('CREATE TABLE … USING TEMPLATE');
  if (statement.clone?.timeTravel) throw unsupportedFeature('CLONE … AT | BEFORE');
  checkOptions(statement.options, 'TABLE', taken, notEmulated);
  const scope = scopeOf(execution);
  const temporary = statement.persistence === 'TEMPORARY';
  const found = creationTarget(scope, 'table', temporary ? { ...statement, ifNotExists: true } : statement);
  const hidden = temporary && found.existing?.kind === 'table' && found.existing.sessionId === undefined;
  const target: CreationTarget = hidden ? { ...found, existing: undefined } : found;
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  if (target.existing && !statement.orReplace) creationTarget(scope, 'table', statement);
  await commitOpenTransaction(execution);
  await create(execution, statement, target);
  return status(`Table ${target.name} successfully created.`);
};
