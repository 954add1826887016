import type { DuckDBConnection } from '@duckdb/node-api';
import type { AlterTableAction, ColumnChange, ColumnDefinition, Identifier } from '../../../wire/snowflake-sql/ast.ts';
import type { Draft } from '../catalog/catalog.ts';
import { findObject, needObject, placeOf } from '../catalog/names.ts';
import { physicalChanges, physicalTable, type TableColumn, type TableObject } from '../catalog/objects.ts';
import { alreadyExists, invalidIdentifier, SnowflakeError, unsupportedFeature } from '../errors.ts';
import { define, defineOnTables, type Execution, type Handler, scopeOf } from '../execution.ts';
import { booleanOption, checkOptions, numberOption, textOption } from '../options.ts';
import { createResolver, newUses, settledName } from '../resolver.ts';
import { quotedName } from '../storage/table-sql.ts';
import { translateExpression } from '../translate.ts';
import { duckdbType, sqlTypeOf } from '../types.ts';
import { executed } from './ddl-result.ts';
import { checkColumnNames, tableColumn } from './table-columns.ts';

type Change = {
  execution: Execution;
  draft: Draft;
  connection: DuckDBConnection;
  table: TableObject;
  /** Of a table with streams, the remembered changes have the same columns. */
  physical: readonly string[];
};

const columnNamed = (table: TableObject, { name }: Identifier): TableColumn => {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (!column) throw invalidIdentifier(name);
  return column;
};

const onEach = async ({ connection, physical }: Change, sql: (table: string) => string): Promise<void> => {
  for (const table of physical) await connection.run(sql(table));
};

const addColumn = async (change: Change, definition: ColumnDefinition): Promise<TableColumn> => {
  const column = tableColumn(definition, {
    constraints: [],
    identitySequence: () => {
      throw unsupportedFeature('ALTER TABLE … ADD COLUMN … AUTOINCREMENT');
    },
  });
  const name = quotedName(column.name);
  await onEach(change, (table) => `ALTER TABLE ${table} ADD COLUMN ${name} ${duckdbType(column.type)}`);
  if (column.default) {
    const { execution } = change;
    const value = translateExpression(
      column.default.expression,
      createResolver(execution, newUses()),
      execution.text,
      column.type,
    );
    await onEach(change, (table) => `UPDATE ${table} SET ${name} = ${value}`);
  }
  if (!column.nullable) {
    const rows = await change.connection.runAndReadAll(
      `SELECT count(*) FROM ${physicalTable(change.table)} WHERE ${name} IS NULL`,
    );
    if (Number(rows.getRows()[0]?.[0]) > 0) {
      throw new SnowflakeError(
        '002060',
        `SQL compilation error:\nNon-nullable column '${column.name}' cannot be added to non-empty table '${change.table.name}' unless it has a non-null default value.`,
      );
    }
    await change.connection.run(`ALTER TABLE ${physicalTable(change.table)} ALTER COLUMN ${name} SET NOT NULL`);
  }
  return column;
};

const addColumns = async (
  change: Change,
  action: Extract<AlterTableAction, { kind: 'add-columns' }>,
): Promise<TableObject> => {
  const { table } = change;
  const columns = [...table.columns];
  for (const definition of action.columns) {
    if (columns.some(({ name }) => name === definition.name.name)) {
      if (action.ifNotExists) continue;
      throw new SnowflakeError('002025', `SQL compilation error:\nduplicate column name '${definition.name.name}'`);
    }
    checkColumnNames([...columns, definition.name]);
    columns.push(await addColumn(change, definition));
  }
  return { ...table, columns };
};

const dropColumns = async (
  change: Change,
  action: Extract<AlterTableAction, { kind: 'drop-columns' }>,
): Promise<TableObject> => {
  const { table } = change;
  const names = action.columns.filter(
    ({ name }) => !action.ifExists || table.columns.some((column) => column.name === name),
  );
  for (const name of names) columnNamed(table, name);
  const left = table.columns.filter((column) => !names.some(({ name }) => name === column.name));
  if (left.length === 0)
    throw new SnowflakeError('002108', `SQL compilation error:\nCannot drop the last column of table '${table.name}'`);
  for (const { name } of names)
    await onEach(change, (physical) => `ALTER TABLE ${physical} DROP COLUMN ${quotedName(name)}`);
  return { ...table, columns: left };
};

/** Types may only grow: more digits at the same scale, longer text. Source: Snowflake's ALTER TABLE … ALTER COLUMN. */
const canBecome = (from: TableColumn['type'], to: TableColumn['type']): boolean => {
  if (from.kind === 'number' && to.kind === 'number') return from.scale === to.scale && to.precision >= from.precision;
  if (from.kind === 'text' && to.kind === 'text') return true;
  return JSON.stringify(from) === JSON.stringify(to);
};

const withoutDefault = ({ default: _gone, ...column }: TableColumn): TableColumn => column;

const alterColumn = async (change: Change, column: TableColumn, wanted: ColumnChange): Promise<TableColumn> => {
  const name = quotedName(column.name);
  const physical = physicalTable(change.table);
  switch (wanted.kind) {
    case 'type': {
      const type = sqlTypeOf(wanted.type);
      if (!canBecome(column.type, type)) {
        throw new SnowflakeError(
          '002108',
          `SQL compilation error:\ncannot change column ${column.name} from type ${column.type.kind.toUpperCase()} to ${type.kind.toUpperCase()}`,
        );
      }
      await onEach(change, (table) => `ALTER TABLE ${table} ALTER COLUMN ${name} TYPE ${duckdbType(type)}`);
      return { ...column, type };
    }
    case 'set-not-null': {
      const rows = await change.connection.runAndReadAll(`SELECT count(*) FROM ${physical} WHERE ${name} IS NULL`);
      if (Number(rows.getRows()[0]?.[0]) > 0) {
        throw new SnowflakeError(
          '002108',
          `SQL compilation error:\ncolumn '${column.name}' contains null values. Not null constraint cannot be added.`,
        );
      }
      await change.connection.run(`ALTER TABLE ${physical} ALTER COLUMN ${name} SET NOT NULL`);
      return { ...column, nullable: false };
    }
    case 'drop-not-null':
      await change.connection.run(`ALTER TABLE ${physical} ALTER COLUMN ${name} DROP NOT NULL`);
      return { ...column, nullable: true };
    case 'set-default': {
      // Only a sequence may become a default later on, as in Snowflake.
      if (!column.default)
        throw new SnowflakeError('002108', `SQL compilation error:\nUnsupported feature 'Alter Column Set Default'.`);
      return { ...column, default: { expression: wanted.value, text: '' } };
    }
    case 'drop-default':
      return withoutDefault(column);
    case 'comment':
      return { ...column, comment: wanted.comment };
  }
};

const alterColumns = async (
  change: Change,
  action: Extract<AlterTableAction, { kind: 'alter-columns' }>,
): Promise<TableObject> => {
  const columns = [...change.table.columns];
  for (const wanted of action.changes) {
    const index = columns.indexOf(
      columns.find(({ name }) => name === wanted.column.name) ?? columnNamed(change.table, wanted.column),
    );
    columns[index] = await alterColumn(change, columns[index] as TableColumn, wanted);
  }
  return { ...change.table, columns };
};

const renameColumn = async (
  change: Change,
  action: Extract<AlterTableAction, { kind: 'rename-column' }>,
): Promise<TableObject> => {
  const { table } = change;
  columnNamed(table, action.from);
  const columns = table.columns.map((column) =>
    column.name === action.from.name ? { ...column, name: action.to.name } : column,
  );
  checkColumnNames(columns);
  await onEach(
    change,
    (physical) =>
      `ALTER TABLE ${physical} RENAME COLUMN ${quotedName(action.from.name)} TO ${quotedName(action.to.name)}`,
  );
  return { ...table, columns };
};

const tableOptions = (table: TableObject, action: Extract<AlterTableAction, { kind: 'set' }>): TableObject => {
  checkOptions(
    action.options,
    'TABLE',
    ['COMMENT', 'CHANGE_TRACKING', 'DATA_RETENTION_TIME_IN_DAYS', 'MAX_DATA_EXTENSION_TIME_IN_DAYS'],
    ['ENABLE_SCHEMA_EVOLUTION', 'STAGE_FILE_FORMAT', 'STAGE_COPY_OPTIONS'],
  );
  return {
    ...table,
    comment: textOption(action.options, 'COMMENT') ?? table.comment,
    changeTracking: booleanOption(action.options, 'CHANGE_TRACKING') ?? table.changeTracking,
    retentionDays: numberOption(action.options, 'DATA_RETENTION_TIME_IN_DAYS') ?? table.retentionDays,
  };
};

const changedTable = async (change: Change, action: AlterTableAction): Promise<TableObject> => {
  const { table, execution } = change;
  switch (action.kind) {
    case 'add-columns':
      return addColumns(change, action);
    case 'drop-columns':
      return dropColumns(change, action);
    case 'rename-column':
      return renameColumn(change, action);
    case 'alter-columns':
      return alterColumns(change, action);
    case 'rename': {
      const place = placeOf(scopeOf(execution), 'table', action.to);
      if (execution.engine.catalog.occupant('table', place.parent, place.name)) throw alreadyExists(place.name);
      return { ...table, ...place };
    }
    case 'set':
      return tableOptions(table, action);
    case 'unset':
      for (const name of action.names) if (name !== 'COMMENT') throw unsupportedFeature(`ALTER TABLE … UNSET ${name}`);
      return { ...table, comment: '' };
    case 'add-constraint': {
      const { columns, type } = action.constraint;
      const isIn = ({ name }: TableColumn): boolean => columns.some((column) => column.name === name);
      return {
        ...table,
        columns: table.columns.map((column) => ({
          ...column,
          primaryKey: column.primaryKey || (type === 'PRIMARY KEY' && isIn(column)),
          uniqueKey: column.uniqueKey || (type === 'UNIQUE' && isIn(column)),
        })),
      };
    }
    case 'drop-constraint':
      return { ...table, columns: table.columns.map((column) => ({ ...column, primaryKey: false, uniqueKey: false })) };
    // How a table is clustered changes no result and nothing here is clustered.
    case 'cluster':
    case 'drop-cluster':
    case 'recluster':
      return table;
    default:
      throw unsupportedFeature(`ALTER TABLE … ${action.kind === 'other' ? action.name : action.kind}`);
  }
};

const swap = async (execution: Execution, one: TableObject, other: TableObject): Promise<void> => {
  await defineOnTables(execution, [one.id, other.id], async (draft) => {
    draft.put({ ...one, name: `${one.name}\0`, parent: one.parent });
    draft.put({ ...other, name: one.name, parent: one.parent });
    draft.put({ ...one, name: other.name, parent: other.parent });
  });
};

/** ALTER TABLE: columns added, dropped, renamed and changed; RENAME TO, SWAP WITH, SET, UNSET; keys kept to be shown. ALTER VIEW: RENAME, SET COMMENT. */
export const alterTable: Handler<'alter-table'> = async (execution, { object, name: given, action, ifExists }) => {
  const { engine } = execution;
  const scope = scopeOf(execution);
  const name = settledName(execution, given);
  if (object === 'VIEW') return alterView();
  if (ifExists && !findObject(scope, 'table', name)) return executed();
  const table = needObject(scope, 'table', name);
  if (action.kind === 'swap') {
    await swap(execution, table, needObject(scope, 'table', action.with));
    return executed();
  }
  const physical = [
    physicalTable(table),
    ...(engine.streams.ofTable(table.id).length > 0 ? [physicalChanges(table)] : []),
  ];
  await defineOnTables(execution, [table.id], async (draft, connection) => {
    draft.put(await changedTable({ execution, draft, connection, table, physical }, action));
  });
  return executed();

  async function alterView() {
    if (ifExists && !findObject(scope, 'view', name)) return executed();
    const view = needObject(scope, 'view', name);
    if (action.kind === 'rename') {
      const place = placeOf(scope, 'view', action.to);
      if (engine.catalog.occupant('view', place.parent, place.name)) throw alreadyExists(place.name);
      await define(execution, async (draft) => draft.put({ ...view, ...place }));
    } else if (action.kind === 'set') {
      checkOptions(action.options, 'VIEW', ['COMMENT']);
      const comment = textOption(action.options, 'COMMENT') ?? '';
      await define(execution, async (draft) => draft.put({ ...view, comment }));
    } else throw unsupportedFeature(`ALTER VIEW … ${action.kind}`);
    return executed();
  }
};
