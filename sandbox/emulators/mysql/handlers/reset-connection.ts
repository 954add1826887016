import { command } from '../../../wire/mysql/flags.ts';
import { closeStatements } from '../open-statements.ts';
import { sendOk } from '../replies.ts';
import type { Handler } from './handler.ts';

/** Rolls back and forgets the session's state, without logging in again. User and database stay. */
export const resetConnection: Handler = {
  name: 'COM_RESET_CONNECTION',
  code: command.resetConnection,
  handle: (connection) => {
    closeStatements(connection);
    connection.session.reset();
    sendOk(connection);
  },
};
