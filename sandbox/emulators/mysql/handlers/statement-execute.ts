import { readerOf } from '../../../wire/mysql/bytes.ts';
import { columnType } from '../../../wire/mysql/column-types.ts';
import { encodeColumnCount } from '../../../wire/mysql/columns.ts';
import { capability, command, hasFlag, serverStatus } from '../../../wire/mysql/flags.ts';
import { type BoundParameter, cursorFlag, readExecuteHeader, readParameters } from '../../../wire/mysql/statements.ts';
import type { Connection } from '../connection.ts';
import type { Parameter, RowsResult, Session } from '../engine/types.ts';
import { forgetLongData, statementOf, takeLongData } from '../open-statements.ts';
import { sendColumns, sendEndOfRows, sendResult } from '../replies.ts';
import { clientText } from '../session-charset.ts';
import type { Handler } from './handler.ts';

const textTypes: ReadonlySet<number> = new Set([
  columnType.varchar,
  columnType.varString,
  columnType.string,
  columnType.enum,
  columnType.set,
  columnType.json,
]);

// Bytes that are no text in the client's character set are what a client means by a binary string, whatever type it gives them.
const toParameter = (session: Session, { type, unsigned, value }: BoundParameter): Parameter => {
  if (!Buffer.isBuffer(value) || !textTypes.has(type)) return { type, unsigned, value };
  const text = clientText(session, value);
  return { type: typeof text === 'string' ? type : columnType.blob, unsigned, value: text };
};

// The rows stay here and leave by COM_STMT_FETCH; the status tells the client so.
const sendCursor = (connection: Connection, result: RowsResult): void => {
  const status = result.status | serverStatus.cursorExists;
  connection.channel.send(encodeColumnCount(result.columns.length));
  sendColumns(connection, result.columns, status);
  // The one packet that carries this status: the EOF behind the definitions, or what stands for it.
  if (hasFlag(connection.capabilities, capability.deprecateEof)) sendEndOfRows(connection, result.warnings, status);
};

/**
 * Runs a prepared statement with the parameters bound to it and sends its result in binary form, or keeps its rows for COM_STMT_FETCH when
 * the client asks for a read-only cursor. Cursors for update or scrolling become read-only ones, as in mysqld.
 */
export const statementExecute: Handler = {
  name: 'COM_STMT_EXECUTE',
  code: command.statementExecute,
  handle: async (connection, body) => {
    const reader = readerOf(body);
    const { statementId, cursorFlags } = readExecuteHeader(reader);
    const statement = statementOf(connection, statementId, 'mysqld_stmt_execute');
    statement.cursor = undefined;
    const { prepared } = statement;
    const longData = takeLongData(statement);
    try {
      const bound = readParameters(reader, prepared.parameterCount, statement.types, longData);
      statement.types = bound.types;
      const parameters = bound.parameters.map((parameter) => toParameter(connection.session, parameter));
      const result = await prepared.execute(parameters);
      const wantsCursor = hasFlag(cursorFlags, cursorFlag.readOnly | cursorFlag.forUpdate | cursorFlag.scrollable);
      if (result.kind === 'rows' && wantsCursor) {
        statement.cursor = { result, nextRow: 0 };
        sendCursor(connection, result);
      } else await sendResult(connection, result, 'binary');
    } finally {
      forgetLongData(statement);
    }
  },
};
