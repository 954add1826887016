import { command } from '../../../wire/mysql/flags.ts';
import { sendOk } from '../replies.ts';
import type { Handler } from './handler.ts';

/** Makes a database the session's default one, as USE does. */
export const initDatabase: Handler = {
  name: 'COM_INIT_DB',
  code: command.initDatabase,
  handle: (connection, body) => {
    connection.session.use(body.toString());
    sendOk(connection);
  },
};
