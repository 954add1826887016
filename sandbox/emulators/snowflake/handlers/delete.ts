import { needObject } from '../catalog/names.ts';
import { physicalTable, type TableObject } from '../catalog/objects.ts';
import { type Execution, type Handler, scopeOf, status, type Writing, write } from '../execution.ts';
import { noUses, settledName } from '../resolver.ts';
import { statementTypes } from '../statement-types.ts';
import { captureRows, changeRows } from './change-rows.ts';
import { dmlResult } from './dml-result.ts';

/** DELETE FROM … [USING …] [WHERE …]. */
export const deleteRows: Handler<'delete'> = async (execution, statement) => {
  const { deleted } = execution.describeOnly ? { deleted: 0 } : await changeRows(execution, statement);
  return dmlResult(statementTypes.delete, { 'number of rows deleted': deleted });
};

export const deleteAllRows = async (execution: Execution, writing: Writing, table: TableObject): Promise<void> => {
  await captureRows(execution, writing, table, `SELECT rowid FROM ${physicalTable(table)}`);
  await writing.connection.run(`DELETE FROM ${physicalTable(table)}`);
};

/** TRUNCATE [TABLE] [IF EXISTS] t. Pipes and COPY remember the files that they loaded: only bulk COPY's history goes with the rows. */
export const truncate: Handler<'truncate'> = async (execution, statement) => {
  const table = needObject(scopeOf(execution), 'table', settledName(execution, statement.table));
  await write(execution, { tableId: table.id, mode: 'rewrite' }, noUses, async (writing) => {
    await deleteAllRows(execution, writing, table);
    await writing.connection.run(
      `UPDATE sluicebox.loads SET table_id = -table_id WHERE table_id = ${table.id} AND pipe IS NULL`,
    );
  });
  return status('Statement executed successfully.', statementTypes.dml);
};
