import { command } from '../../../wire/mysql/flags.ts';
import type { Handler } from './handler.ts';

/** The client says goodbye: no answer, the connection is closed. */
export const quit: Handler = {
  name: 'COM_QUIT',
  code: command.quit,
  handle: ({ channel }) => channel.end(),
};
