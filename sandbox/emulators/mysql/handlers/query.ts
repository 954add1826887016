import { command } from '../../../wire/mysql/flags.ts';
import { sendResult } from '../replies.ts';
import { clientSql } from '../session-charset.ts';
import type { Handler } from './handler.ts';

/**
 * Runs the statements of one text in turn and sends each one's result as text; the first error ends it. Not: query attributes, LOAD DATA
 * LOCAL (neither capability is told to clients).
 */
export const query: Handler = {
  name: 'COM_QUERY',
  code: command.query,
  handle: async (connection, body) => {
    for await (const result of connection.session.execute(clientSql(connection.session, body))) {
      await sendResult(connection, result, 'text');
    }
  },
};
