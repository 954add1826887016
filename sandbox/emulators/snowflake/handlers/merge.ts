import type { Handler } from '../execution.ts';
import { statementTypes } from '../statement-types.ts';
import { changeRows } from './change-rows.ts';
import { dmlResult } from './dml-result.ts';

/** MERGE INTO … USING … ON … WHEN …. The result has a count for each kind of clause that the statement has, as in Snowflake. */
export const merge: Handler<'merge'> = async (execution, statement) => {
  const counts = execution.describeOnly
    ? { inserted: 0, updated: 0, deleted: 0 }
    : await changeRows(execution, statement);
  const kinds = new Set(statement.clauses.map((clause) => clause.kind.replace('-all', '')));
  return dmlResult(statementTypes.merge, {
    ...(kinds.has('insert') ? { 'number of rows inserted': counts.inserted } : {}),
    ...(kinds.has('update') ? { 'number of rows updated': counts.updated } : {}),
    ...(kinds.has('delete') ? { 'number of rows deleted': counts.deleted } : {}),
  });
};
