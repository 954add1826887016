import type { Delete, Merge, Update } from '../../../wire/snowflake-sql/ast.ts';
import { needObject } from '../catalog/names.ts';
import { physicalTable, type TableObject } from '../catalog/objects.ts';
import { SnowflakeError } from '../errors.ts';
import { type Execution, scopeOf, type Writing, write } from '../execution.ts';
import { createResolver, newUses, settledName } from '../resolver.ts';
import type { TranslatedChange } from '../rewrite/types.ts';
import { insertSql } from '../storage/table-sql.ts';
import { translateChange } from '../translate.ts';

/** How many rows UPDATE, DELETE or MERGE added, changed and deleted. */
export type ChangeCounts = { inserted: number; updated: number; deleted: number; multiJoined: number };

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const delta = 'temp.main.sluicebox_delta';

const rowsOf = async ({ connection }: Writing, sql: string): Promise<number[]> => {
  const result = await connection.runAndReadAll(sql);
  return (result.getRows()[0] ?? []).map(Number);
};

/** Keeps old images of the rows that the delta changes, when a stream on the table may ask for them. */
export const captureRows = async (
  execution: Execution,
  { connection }: Writing,
  table: TableObject,
  rowIds: string,
): Promise<void> => {
  const { streams } = execution.engine;
  if (streams.ofTable(table.id).length === 0) return;
  const result = await connection.run(streams.capture(table, rowIds));
  if (result.rowsChanged > 0) streams.captured(table.id);
};

const applyDelta = async (
  execution: Execution,
  writing: Writing,
  table: TableObject,
  change: TranslatedChange,
): Promise<ChangeCounts> => {
  const { connection } = writing;
  await connection.run(`CREATE OR REPLACE TEMP TABLE sluicebox_delta AS ${change.delta}`);
  const [all = 0, inserted = 0, deletes = 0, changedRows = 0] = await rowsOf(
    writing,
    `SELECT count(*), count(*) FILTER (action = 'INSERT'), count(*) FILTER (action = 'DELETE'), count(DISTINCT row_id) FROM ${delta}`,
  );
  const updates = all - inserted - deletes;
  const multiJoined = updates + deletes - changedRows;
  if (multiJoined > 0 && change.nondeterministic === 'error') {
    throw new SnowflakeError('100090', 'Duplicate row detected during DML action');
  }
  const physical = physicalTable(table);
  const steps: string[] = [];
  if (changedRows > 0 && execution.engine.streams.ofTable(table.id).length > 0) {
    steps.push(execution.engine.streams.capture(table, `SELECT row_id FROM ${delta} WHERE action <> 'INSERT'`));
    execution.engine.streams.captured(table.id);
  }
  if (deletes > 0) {
    steps.push(`DELETE FROM ${physical} WHERE rowid IN (SELECT row_id FROM ${delta} WHERE action = 'DELETE')`);
  }
  if (updates > 0) {
    const changed = table.columns.filter(({ name }) => change.assigned.has(name)).map(({ name }) => quoted(name));
    const assignments = changed.map((name) => `${name} = d.${name}`).join(', ');
    const once = multiJoined > 0 ? 'QUALIFY row_number() OVER (PARTITION BY row_id) = 1' : '';
    const source = `(SELECT * FROM ${delta} WHERE action = 'UPDATE' ${once})`;
    steps.push(`UPDATE ${physical} AS t SET ${assignments} FROM ${source} AS d WHERE t.rowid = d.row_id`);
  }
  if (inserted > 0) {
    const names = table.columns.map((column) => quoted(column.name)).join(', ');
    steps.push(insertSql(table, `SELECT ${names} FROM ${delta} WHERE action = 'INSERT'`));
  }
  await connection.run([...steps, `DROP TABLE ${delta}`].join('; '));
  return {
    inserted,
    updated: deletes > 0 && updates === 0 ? 0 : updates - (deletes > 0 ? 0 : multiJoined),
    deleted: updates > 0 ? deletes : deletes - multiJoined,
    multiJoined,
  };
};

/** UPDATE, DELETE and MERGE alike: the rows that change are worked out first, then changed. */
export const changeRows = async (execution: Execution, statement: Update | Delete | Merge): Promise<ChangeCounts> => {
  const table = needObject(scopeOf(execution), 'table', settledName(execution, statement.table));
  const uses = newUses();
  const translate = () => translateChange(statement, createResolver(execution, uses), execution.text);
  const first = translate();
  const before = execution.engine.catalog.epoch();
  return write(execution, { tableId: table.id, mode: 'rewrite' }, uses, (writing) => {
    const change = execution.engine.catalog.epoch() === before ? first : translate();
    return applyDelta(execution, writing, table, change);
  });
};
