import { readerOf, readInt2 } from '../../../wire/mysql/bytes.ts';
import { command } from '../../../wire/mysql/flags.ts';
import { mysqlError } from '../errors.ts';
import { sendEndOfRows } from '../replies.ts';
import type { Handler } from './handler.ts';

const multiStatementsOn = 0;
const multiStatementsOff = 1;

/** Allows or forbids several statements in one COM_QUERY. */
export const setOption: Handler = {
  name: 'COM_SET_OPTION',
  code: command.setOption,
  handle: (connection, body) => {
    const option = readInt2(readerOf(body));
    if (option !== multiStatementsOn && option !== multiStatementsOff) throw mysqlError('ER_UNKNOWN_COM_ERROR');
    connection.session.setMultiStatements(option === multiStatementsOn);
    sendEndOfRows(connection, 0, connection.session.status);
  },
};
