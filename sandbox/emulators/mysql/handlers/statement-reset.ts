import { readerOf } from '../../../wire/mysql/bytes.ts';
import { command } from '../../../wire/mysql/flags.ts';
import { readStatementId } from '../../../wire/mysql/statements.ts';
import { forgetLongData, statementOf } from '../open-statements.ts';
import { sendOk } from '../replies.ts';
import type { Handler } from './handler.ts';

/** Closes a statement's cursor and drops the long data sent ahead for it. */
export const statementReset: Handler = {
  name: 'COM_STMT_RESET',
  code: command.statementReset,
  handle: (connection, body) => {
    const statement = statementOf(connection, readStatementId(readerOf(body)), 'mysqld_stmt_reset');
    statement.cursor = undefined;
    forgetLongData(statement);
    sendOk(connection);
  },
};
