import { columnFlag, columnType } from '../../../wire/mysql/column-types.ts';
import type { Column } from '../../../wire/mysql/columns.ts';
import { command } from '../../../wire/mysql/flags.ts';
import { encodePrepared } from '../../../wire/mysql/statements.ts';
import { openStatement } from '../open-statements.ts';
import { sendColumns } from '../replies.ts';
import { clientSql } from '../session-charset.ts';
import type { Handler } from './handler.ts';

// Drivers read the number of these definitions and nothing in them.
const parameterColumn: Column = {
  schema: '',
  table: '',
  orgTable: '',
  name: '?',
  orgName: '',
  charset: 63,
  length: 0,
  type: columnType.varString,
  flags: columnFlag.binary,
  decimals: 0,
};

/** Prepares one statement and describes its parameters and columns. Parameters are all said to be VAR_STRING, as MySQL did before 8.0.22. */
export const statementPrepare: Handler = {
  name: 'COM_STMT_PREPARE',
  code: command.statementPrepare,
  handle: async (connection, body) => {
    const { session, channel } = connection;
    const { id, prepared } = await openStatement(connection, clientSql(session, body));
    const { columns, parameterCount } = prepared;
    channel.send(encodePrepared({ statementId: id, columnCount: columns.length, parameterCount, warnings: 0 }));
    if (parameterCount > 0) sendColumns(connection, Array(parameterCount).fill(parameterColumn), session.status);
    if (columns.length > 0) sendColumns(connection, columns, session.status);
  },
};
