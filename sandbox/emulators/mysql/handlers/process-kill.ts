import { readerOf, readInt4 } from '../../../wire/mysql/bytes.ts';
import { command } from '../../../wire/mysql/flags.ts';
import { sendResult } from '../replies.ts';
import type { Handler } from './handler.ts';

/** Ends a connection by its id, as the statement KILL does. */
export const processKill: Handler = {
  name: 'COM_PROCESS_KILL',
  code: command.processKill,
  handle: async (connection, body) => {
    const id = readInt4(readerOf(body));
    for await (const result of connection.session.execute(`KILL ${id}`)) await sendResult(connection, result, 'text');
  },
};
