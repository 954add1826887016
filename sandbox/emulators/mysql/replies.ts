import type { NotEmulated } from '../../core/not-emulated.ts';
import { encodeBinaryRow } from '../../wire/mysql/binary-rows.ts';
import { encodeColumn, encodeColumnCount } from '../../wire/mysql/columns.ts';
import { capability, hasFlag } from '../../wire/mysql/flags.ts';
import { encodeEndOfRows, encodeEof, encodeError, encodeOk } from '../../wire/mysql/replies.ts';
import { type EncodeText, encodeTextRow } from '../../wire/mysql/text-rows.ts';
import type { Connection } from './connection.ts';
import type { Column, Result, RowsResult } from './engine/types.ts';
import { type MysqlError, mysqlError } from './errors.ts';
import { resultEncoder } from './session-charset.ts';

export const sendOk = (connection: Connection): void => {
  const { channel, capabilities, session } = connection;
  const plain = { affectedRows: 0n, insertId: 0n, warnings: 0, info: '', changes: [] };
  channel.send(encodeOk({ ...plain, status: session.status }, capabilities));
};

export const sendError = (connection: Connection, { errno, sqlState, message }: MysqlError): void =>
  connection.channel.send(encodeError({ errno, sqlState, message }));

/** A refusal in the protocol's words, and an event beside it. */
export const refusal = (connection: Pick<Connection, 'server'>, refused: NotEmulated): MysqlError => {
  connection.server.emit({ component: 'mysql', kind: 'not-emulated', message: refused.message });
  return mysqlError('ER_NOT_SUPPORTED_YET', refused.what);
};

/** Definitions of columns or parameters, and the EOF behind them that newer clients go without. */
export const sendColumns = (connection: Connection, columns: readonly Column[], status: number): void => {
  for (const column of columns) connection.channel.send(encodeColumn(column));
  sendMetadataEnd(connection, status);
};

const sendMetadataEnd = ({ channel, capabilities }: Connection, status: number): void => {
  if (!hasFlag(capabilities, capability.deprecateEof)) channel.send(encodeEof(0, status));
};

type Form = 'text' | 'binary';

const rowEncoder = (form: Form) => (form === 'text' ? encodeTextRow : encodeBinaryRow);

/** Rows `start` to `end` of a result, as fast as the client takes them. */
export const sendRows = async (
  connection: Connection,
  { columns, rows }: RowsResult,
  range: { start: number; end: number },
  form: Form,
): Promise<void> => {
  const { channel } = connection;
  const encode = rowEncoder(form);
  const encodeText: EncodeText = resultEncoder(connection.session);
  for (let index = range.start; index < range.end; index++) {
    channel.send(encode(columns, rows[index] as RowsResult['rows'][number], encodeText));
    if (channel.isFull()) await channel.flush();
  }
};

export const sendEndOfRows = ({ channel, capabilities }: Connection, warnings: number, status: number): void =>
  channel.send(encodeEndOfRows(warnings, status, capabilities));

export const sendResult = async (connection: Connection, result: Result, form: Form): Promise<void> => {
  const { channel, capabilities } = connection;
  if (result.kind === 'ok') {
    channel.send(encodeOk(result, capabilities));
    return;
  }
  channel.send(encodeColumnCount(result.columns.length));
  sendColumns(connection, result.columns, result.status);
  await sendRows(connection, result, { start: 0, end: result.rows.length }, form);
  sendEndOfRows(connection, result.warnings, result.status);
};
