import { readerOf } from '../../../wire/mysql/bytes.ts';
import { command, serverStatus } from '../../../wire/mysql/flags.ts';
import { readFetch } from '../../../wire/mysql/statements.ts';
import { mysqlError } from '../errors.ts';
import { statementOf } from '../open-statements.ts';
import { sendEndOfRows, sendRows } from '../replies.ts';
import type { Handler } from './handler.ts';

/** Sends the next rows of a cursor that COM_STMT_EXECUTE opened; the cursor closes with its last row. */
export const statementFetch: Handler = {
  name: 'COM_STMT_FETCH',
  code: command.statementFetch,
  handle: async (connection, body) => {
    const { statementId, rowCount } = readFetch(readerOf(body));
    const statement = statementOf(connection, statementId, 'mysqld_stmt_fetch');
    const { cursor } = statement;
    if (!cursor) throw mysqlError('ER_STMT_HAS_NO_OPEN_CURSOR', statementId);
    const { result, nextRow } = cursor;
    const end = Math.min(result.rows.length, nextRow + rowCount);
    await sendRows(connection, result, { start: nextRow, end }, 'binary');
    cursor.nextRow = end;
    // mysqld says "last row sent" only on the fetch that finds no further row.
    const isLast = end === result.rows.length && end - nextRow < rowCount;
    if (isLast) statement.cursor = undefined;
    const flag = isLast ? serverStatus.lastRowSent : serverStatus.cursorExists;
    sendEndOfRows(connection, 0, connection.session.status | flag);
  },
};
