import { readerOf, readNullTerminated, readRest } from '../../../wire/mysql/bytes.ts';
import { encodeListedColumn } from '../../../wire/mysql/columns.ts';
import { command } from '../../../wire/mysql/flags.ts';
import { sendEndOfRows } from '../replies.ts';
import type { Handler } from './handler.ts';

/** The columns of a table, for a client's completion of names. The default of each column is left out (NULL). */
export const fieldList: Handler = {
  name: 'COM_FIELD_LIST',
  code: command.fieldList,
  handle: (connection, body) => {
    const reader = readerOf(body);
    const table = readNullTerminated(reader).toString();
    const wildcard = readRest(reader).toString();
    for (const column of connection.session.listFields(table, wildcard)) {
      connection.channel.send(encodeListedColumn(column));
    }
    sendEndOfRows(connection, 0, connection.session.status);
  },
};
