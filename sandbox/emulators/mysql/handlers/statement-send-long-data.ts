import { readerOf } from '../../../wire/mysql/bytes.ts';
import { command } from '../../../wire/mysql/flags.ts';
import { readLongData } from '../../../wire/mysql/statements.ts';
import { addLongData } from '../open-statements.ts';
import type { Handler } from './handler.ts';

/** Adds a piece to a parameter of the next execution. There is no answer: what is wrong with it is told by that execution. */
export const statementSendLongData: Handler = {
  name: 'COM_STMT_SEND_LONG_DATA',
  code: command.statementSendLongData,
  handle: (connection, body) => addLongData(connection, readLongData(readerOf(body))),
};
