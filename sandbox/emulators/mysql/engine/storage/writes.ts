import { NotEmulated } from '../../../../core/not-emulated.ts';
import { type MysqlError, mysqlError } from '../../errors.ts';
import { toText } from '../values/convert.ts';
import { afterPrefix } from '../values/key.ts';
import { quoteName } from '../values/names.ts';
import type { Datum, Row, SqlType } from '../values/sql-type.ts';
import { type Catalog, findTable, referencingTables } from './catalog.ts';
import { lockRow } from './locks.ts';
import { listRange } from './ordered-map.ts';
import type { ForeignKeySchema, IndexSchema } from './schema.ts';
import {
  addRecord,
  clusterKey,
  currentRow,
  findRecord,
  hasNullPart,
  indexKey,
  indexKeyPart,
  pushVersion,
  raiseCounter,
  type TableData,
  type TableRecord,
} from './table-data.ts';
import type { Change, Transaction } from './transaction.ts';

/** What a write needs: whose it is, and where other tables are. */
export type WriteContext = {
  readonly transaction: Transaction;
  readonly catalog: Catalog;
  readonly foreignKeyChecks: boolean;
  readonly uniqueChecks: boolean;
};

const fullName = (table: TableData): string => `${table.schema.schema}.${table.schema.name}`;

const note = (context: WriteContext, change: Change): void => {
  const statement = context.transaction.statements.at(-1);
  if (!statement) throw new Error('a row was changed outside of a statement');
  statement.push(change);
};

const write = (context: WriteContext, table: TableData, record: TableRecord, row: Row | null): void => {
  const version = pushVersion(table, record, row, context.transaction);
  context.transaction.undo.push({ table, record, version });
};

export type Duplicate = { readonly index: IndexSchema; readonly record: TableRecord; readonly row: Row };

/** The row whose unique key a new one would have, if any. Locks it, as its fate decides. */
export const findDuplicate = (
  context: WriteContext,
  table: TableData,
  row: Row,
  except: TableRecord | null,
  mode: 'shared' | 'exclusive',
): Duplicate | null => {
  const { transaction } = context;
  if (table.primary) {
    const record = findRecord(table, indexKey(table.primary, row, table.schema));
    if (record && record !== except) {
      lockRow(record, fullName(table), transaction, mode);
      const found = currentRow(record, transaction);
      if (found) return { index: table.primary, record, row: found };
    }
  }
  for (const { schema: index, entries } of table.secondary) {
    if (!index.unique || hasNullPart(index, row)) continue;
    const key = indexKey(index, row, table.schema);
    for (const record of listRange(entries, key, afterPrefix(key))) {
      if (record === except) continue;
      const open =
        record.head !== null &&
        record.head.transaction !== transaction &&
        record.head.transaction.commitSequence === Number.POSITIVE_INFINITY;
      const seen = currentRow(record, transaction);
      if (!open && !(seen && indexKey(index, seen, table.schema) === key)) continue;
      lockRow(record, fullName(table), transaction, mode);
      const found = currentRow(record, transaction);
      if (found && indexKey(index, found, table.schema) === key) return { index, record, row: found };
    }
  }
  return null;
};

export const duplicateError = (table: TableData, duplicate: { index: IndexSchema }, row: Row): MysqlError => {
  const values = duplicate.index.parts.map((part) => {
    const column = table.schema.columns[part.column];
    return column ? (toText(row[part.column] as Datum, column.type) ?? 'NULL') : '';
  });
  return mysqlError('ER_DUP_ENTRY', values.join('-'), `${table.schema.name}.${duplicate.index.name}`);
};

/** Adds a row whose keys were found free. */
export const insertRow = (context: WriteContext, table: TableData, row: Row): TableRecord => {
  const key = clusterKey(table, row);
  const record = findRecord(table, key) ?? addRecord(table, key);
  lockRow(record, fullName(table), context.transaction, 'exclusive');
  write(context, table, record, row);
  note(context, { kind: 'insert', table, after: row });
  if (context.foreignKeyChecks) checkParents(context, table, row, null);
  return record;
};

/** Changes a locked row. A new primary key makes a new record. */
export const updateRow = (
  context: WriteContext,
  table: TableData,
  record: TableRecord,
  before: Row,
  after: Row,
  depth = 0,
): void => {
  const duplicate = findDuplicate(context, table, after, record, 'shared');
  if (duplicate) throw duplicateError(table, duplicate, after);
  const key = table.primary ? indexKey(table.primary, after, table.schema) : record.key;
  if (key === record.key) write(context, table, record, after);
  else {
    write(context, table, record, null);
    const moved = findRecord(table, key) ?? addRecord(table, key);
    lockRow(moved, fullName(table), context.transaction, 'exclusive');
    write(context, table, moved, after);
  }
  raiseCounter(table, after);
  note(context, { kind: 'update', table, before, after });
  if (!context.foreignKeyChecks) return;
  checkParents(context, table, after, before);
  changeChildren(context, table, before, after, depth);
};

export const deleteRow = (
  context: WriteContext,
  table: TableData,
  record: TableRecord,
  before: Row,
  depth = 0,
): void => {
  write(context, table, record, null);
  note(context, { kind: 'delete', table, before });
  if (context.foreignKeyChecks) changeChildren(context, table, before, null, depth);
};

/** `db`.`child`, CONSTRAINT `name` FOREIGN KEY (…) REFERENCES `parent` (…) … */
export const describeForeignKey = (table: TableData, key: ForeignKeySchema): string => {
  const { schema, name, columns } = table.schema;
  const own = key.columns.map((column) => quoteName(columns[column]?.name ?? '')).join(', ');
  const other = key.parentColumns.map(quoteName).join(', ');
  const parent =
    key.parentSchema === schema
      ? quoteName(key.parentTable)
      : `${quoteName(key.parentSchema)}.${quoteName(key.parentTable)}`;
  return `${quoteName(schema)}.${quoteName(name)}, CONSTRAINT ${quoteName(key.name)} FOREIGN KEY (${own}) REFERENCES ${parent} (${other})${describeActions(key)}`;
};

export const describeActions = (key: ForeignKeySchema): string =>
  `${key.onDelete === 'NO ACTION' ? '' : ` ON DELETE ${key.onDelete}`}${key.onUpdate === 'NO ACTION' ? '' : ` ON UPDATE ${key.onUpdate}`}`;

/** An index whose first columns are these, in any order; and the order in which it has them. */
export const indexOver = (
  table: TableData,
  columns: readonly number[],
): { index: IndexSchema; order: number[] } | null => {
  const candidates = [...table.schema.indexes].sort((one, other) => Number(other.primary) - Number(one.primary));
  for (const index of candidates) {
    const first = index.parts.slice(0, columns.length);
    if (first.length < columns.length || first.some((part) => part.prefixLength !== null)) continue;
    const order = first.map((part) => columns.indexOf(part.column));
    if (order.every((place) => place >= 0)) return { index, order };
  }
  return null;
};

const columnType = (table: TableData, column: number): SqlType => {
  const definition = table.schema.columns[column];
  if (!definition) throw new Error(`${table.schema.name} has no column ${column}`);
  return definition.type;
};

/** Current rows of a table with these values in these columns. */
const rowsWith = (
  context: WriteContext,
  table: TableData,
  columns: readonly number[],
  values: readonly Datum[],
): { record: TableRecord; row: Row }[] => {
  const found = indexOver(table, columns);
  const matches: { record: TableRecord; row: Row }[] = [];
  let records: readonly TableRecord[];
  if (found) {
    let key = '';
    found.order.forEach((place, index) => {
      const part = found.index.parts[index] as IndexSchema['parts'][number];
      key += indexKeyPart(values[place] as Datum, part, columnType(table, part.column));
    });
    const entries = found.index.primary
      ? table.rows
      : table.secondary.find((index) => index.schema === found.index)?.entries;
    records = entries ? [...new Set(listRange(entries, key, afterPrefix(key)))] : [];
  } else records = listRange(table.rows, '', null);
  const wanted = keyOf(table, columns, values);
  for (const record of records) {
    const row = currentRow(record, context.transaction);
    if (
      row &&
      keyOf(
        table,
        columns,
        columns.map((column) => row[column] as Datum),
      ) === wanted
    )
      matches.push({ record, row });
  }
  return matches;
};

const keyOf = (table: TableData, columns: readonly number[], values: readonly Datum[]): string =>
  columns
    .map((column, index) =>
      indexKeyPart(
        values[index] as Datum,
        { column, prefixLength: null, descending: false },
        columnType(table, column),
      ),
    )
    .join('');

const positionsOf = (table: TableData, names: readonly string[]): number[] =>
  names.map((name) => table.schema.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase()));

const checkParents = (context: WriteContext, table: TableData, row: Row, before: Row | null): void => {
  for (const key of table.schema.foreignKeys) {
    const values = key.columns.map((column) => row[column] as Datum);
    if (values.includes(null)) continue;
    if (
      before &&
      keyOf(table, key.columns, values) ===
        keyOf(
          table,
          key.columns,
          key.columns.map((column) => before[column] as Datum),
        )
    )
      continue;
    if (!parentExists(context, key, values)) throw mysqlError('ER_NO_REFERENCED_ROW_2', describeForeignKey(table, key));
  }
};

const parentExists = (context: WriteContext, key: ForeignKeySchema, values: readonly Datum[]): boolean => {
  const parent = findTable(context.catalog, key.parentSchema, key.parentTable);
  if (!parent) return false;
  const columns = positionsOf(parent, key.parentColumns);
  const found = indexOver(parent, columns);
  if (!found) return false;
  let prefix = '';
  found.order.forEach((place, index) => {
    const part = found.index.parts[index] as IndexSchema['parts'][number];
    prefix += indexKeyPart(values[place] as Datum, part, columnType(parent, part.column));
  });
  const entries = found.index.primary
    ? parent.rows
    : parent.secondary.find((index) => index.schema === found.index)?.entries;
  for (const record of entries ? listRange(entries, prefix, afterPrefix(prefix)) : []) {
    // The parent is locked against removal; one that is being removed is waited for.
    lockRow(record, fullName(parent), context.transaction, 'shared');
    const row = currentRow(record, context.transaction);
    if (
      row &&
      keyOf(
        parent,
        columns,
        columns.map((column) => row[column] as Datum),
      ) === keyOf(parent, columns, values)
    )
      return true;
  }
  return false;
};

const maximumCascade = 15;

const changeChildren = (
  context: WriteContext,
  parent: TableData,
  before: Row,
  after: Row | null,
  depth: number,
): void => {
  const { schema, name } = parent.schema;
  for (const child of referencingTables(context.catalog, schema, name))
    for (const key of child.schema.foreignKeys) {
      if (key.parentSchema !== schema || key.parentTable !== name) continue;
      const columns = positionsOf(parent, key.parentColumns);
      const old = columns.map((column) => before[column] as Datum);
      if (old.includes(null)) continue;
      const changed = after ? columns.map((column) => after[column] as Datum) : null;
      if (changed && keyOf(parent, columns, changed) === keyOf(parent, columns, old)) continue;
      const rows = rowsWith(context, child, key.columns, old);
      if (rows.length === 0) continue;
      const action = after ? key.onUpdate : key.onDelete;
      if (action === 'NO ACTION' || action === 'RESTRICT')
        throw mysqlError('ER_ROW_IS_REFERENCED_2', describeForeignKey(child, key));
      if (depth >= maximumCascade)
        throw new NotEmulated('mysql', `foreign key cascades deeper than ${maximumCascade} tables`);
      for (const { record } of rows)
        cascade(
          context,
          child,
          key,
          record,
          action === 'SET NULL' ? null : changed,
          action === 'CASCADE' && !after,
          depth,
        );
    }
};

const cascade = (
  context: WriteContext,
  child: TableData,
  key: ForeignKeySchema,
  record: TableRecord,
  values: readonly Datum[] | null,
  remove: boolean,
  depth: number,
): void => {
  lockRow(record, fullName(child), context.transaction, 'exclusive');
  const row = currentRow(record, context.transaction);
  if (!row) return;
  if (remove) {
    deleteRow(context, child, record, row, depth + 1);
    return;
  }
  const after = [...row];
  key.columns.forEach((column, index) => {
    after[column] = values ? (values[index] as Datum) : null;
  });
  updateRow(context, child, record, row, after, depth + 1);
};
