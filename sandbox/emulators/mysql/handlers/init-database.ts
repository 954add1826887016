import { command } from '../../../wire/mysql/flags.ts';
import { mysqlError } from '../errors.ts';
import { sendOk } from '../replies.ts';
import type { Handler } from './handler.ts';

/** Makes a database the session's default one, as USE does. */
export const initDatabase: Handler = {
  name: 'COM_INIT_DB',
  code: command.initDatabase,
  handle: (connection, body) => {
    if (body.length === 0) throw mysqlError('ER_NO_DB_ERROR');
    connection.session.use(body.toString());
    sendOk(connection);
  },
};
