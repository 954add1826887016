import { command } from '../../../wire/mysql/flags.ts';
import { sendResult } from '../replies.ts';
import type { Handler } from './handler.ts';

/** The process list, as SHOW PROCESSLIST gives it. */
export const processInfo: Handler = {
  name: 'COM_PROCESS_INFO',
  code: command.processInfo,
  handle: async (connection) => {
    for await (const result of connection.session.execute('SHOW PROCESSLIST')) {
      await sendResult(connection, result, 'text');
    }
  },
};
