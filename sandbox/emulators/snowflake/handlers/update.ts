import type { Handler } from '../execution.ts';
import { statementTypes } from '../statement-types.ts';
import { changeRows } from './change-rows.ts';
import { dmlResult } from './dml-result.ts';

/** UPDATE … SET … [FROM …] [WHERE …]. */
export const update: Handler<'update'> = async (execution, statement) => {
  const { updated, multiJoined } = execution.describeOnly
    ? { updated: 0, multiJoined: 0 }
    : await changeRows(execution, statement);
  return dmlResult(statementTypes.update, {
    'number of rows updated': updated,
    'number of multi-joined rows updated': multiJoined,
  });
};
