import type { Connection, OpenStatement } from './connection.ts';
import { mysqlError } from './errors.ts';

// Prepared statements of one connection, by the ids that COM_STMT_* name them with.

const numberVariable = (value: unknown, otherwise: number): number => (value === null ? otherwise : Number(value));

export const openStatement = async (connection: Connection, sql: string | Buffer): Promise<OpenStatement> => {
  const { server, session, statements } = connection;
  const limit = numberVariable(server.engine.globalVariable('max_prepared_stmt_count'), 16_382);
  if (server.preparedCount >= limit) throw mysqlError('ER_MAX_PREPARED_STMT_COUNT_REACHED', limit);
  const prepared = await session.prepare(sql);
  const id = connection.nextStatementId++;
  const statement: OpenStatement = { id, prepared, types: undefined, longData: new Map(), cursor: undefined };
  statements.set(id, statement);
  server.preparedCount++;
  return statement;
};

/** `caller` is the name of mysqld's function, which its error text tells. */
export const statementOf = ({ statements }: Connection, id: number, caller: string): OpenStatement => {
  const statement = statements.get(id);
  if (!statement) throw mysqlError('ER_UNKNOWN_STMT_HANDLER', id, caller);
  return statement;
};

export const closeStatement = (connection: Connection, id: number): void => {
  const statement = connection.statements.get(id);
  if (!statement) return;
  statement.prepared.close();
  connection.statements.delete(id);
  connection.server.preparedCount--;
};

export const closeStatements = (connection: Connection): void => {
  for (const id of [...connection.statements.keys()]) closeStatement(connection, id);
};

/** Over the limit the pieces are dropped and the fact is kept: `takeLongData` tells it. */
export const addLongData = (
  connection: Connection,
  piece: { statementId: number; parameter: number; data: Buffer },
): void => {
  const statement = connection.statements.get(piece.statementId);
  if (!statement || piece.parameter >= statement.prepared.parameterCount) return;
  const limitBytes = Number(connection.session.systemVariable('max_allowed_packet'));
  const long = statement.longData.get(piece.parameter) ?? { pieces: [], sizeBytes: 0, isTooLong: false };
  statement.longData.set(piece.parameter, long);
  long.sizeBytes += piece.data.length;
  long.isTooLong ||= long.sizeBytes > limitBytes;
  if (long.isTooLong) long.pieces = [];
  else long.pieces.push(piece.data);
};

export const forgetLongData = (statement: OpenStatement): void => statement.longData.clear();

export const takeLongData = ({ longData }: OpenStatement): Map<number, Buffer> => {
  const whole = new Map<number, Buffer>();
  for (const [parameter, { pieces, isTooLong }] of longData) {
    if (isTooLong) throw mysqlError('ER_UNKNOWN_ERROR', tooLong);
    whole.set(parameter, Buffer.concat(pieces));
  }
  return whole;
};

const tooLong =
  "Parameter of prepared statement which is set through mysql_send_long_data() is longer than 'max_allowed_packet' bytes";
