import { readerOf } from '../../../wire/mysql/bytes.ts';
import { command } from '../../../wire/mysql/flags.ts';
import { readStatementId } from '../../../wire/mysql/statements.ts';
import { closeStatement } from '../open-statements.ts';
import type { Handler } from './handler.ts';

/** Forgets a prepared statement. There is no answer, not even for one that is not known. */
export const statementClose: Handler = {
  name: 'COM_STMT_CLOSE',
  code: command.statementClose,
  handle: (connection, body) => closeStatement(connection, readStatementId(readerOf(body))),
};
