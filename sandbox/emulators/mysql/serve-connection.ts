import { NotEmulated } from '../../core/not-emulated.ts';
import { MalformedBinlog } from '../../wire/mysql/binlog/bytes.ts';
import { MalformedPacket } from '../../wire/mysql/bytes.ts';
import { PacketsOutOfOrder, PacketTooLarge } from '../../wire/mysql/framing.ts';
import { encodeError } from '../../wire/mysql/replies.ts';
import { ConnectionLost } from './channel.ts';
import type { Connection } from './connection.ts';
import { MysqlError, mysqlError } from './errors.ts';
import type { Handler } from './handlers/handler.ts';
import { handlers, refused } from './handlers/index.ts';
import { endSession, login } from './login.ts';
import { refusal, sendError, sendOk } from './replies.ts';

const handlerOf: ReadonlyMap<number, Handler> = new Map(handlers.map((handler) => [handler.code, handler]));
const refusedName: ReadonlyMap<number, string> = new Map(refused.map(({ code, name }) => [code, name]));

// What the client is told, and whether it may go on after it. `undefined`: there is nobody left to tell.
const answerTo = (connection: Connection, error: unknown): { answer: MysqlError; isLast: boolean } | undefined => {
  if (error instanceof ConnectionLost) return undefined;
  if (error instanceof MysqlError) return { answer: error, isLast: false };
  if (error instanceof NotEmulated) return { answer: refusal(connection, error), isLast: false };
  if (error instanceof MalformedPacket || error instanceof MalformedBinlog)
    return { answer: mysqlError('ER_MALFORMED_PACKET'), isLast: false };
  if (error instanceof PacketTooLarge) return { answer: mysqlError('ER_NET_PACKET_TOO_LARGE'), isLast: true };
  if (error instanceof PacketsOutOfOrder) return { answer: mysqlError('ER_NET_PACKETS_OUT_OF_ORDER'), isLast: true };
  // A bug of ours. Its session is in an unknown state and ends; the others live on.
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  connection.server.emit({ component: 'mysql', kind: 'failed', message: told });
  const message = error instanceof Error ? error.message : String(error);
  return { answer: mysqlError('ER_UNKNOWN_ERROR', `internal error: ${message}`), isLast: true };
};

const runCommand = async (connection: Connection, payload: Buffer): Promise<void> => {
  const code = payload[0];
  if (code === undefined) throw new MalformedPacket('a command without its code');
  const handler = handlerOf.get(code);
  if (handler) {
    await handler.handle(connection, payload.subarray(1));
    return;
  }
  const name = refusedName.get(code);
  throw name === undefined ? mysqlError('ER_UNKNOWN_COM_ERROR') : new NotEmulated('mysql', name);
};

const serveCommand = async (connection: Connection, payload: Buffer): Promise<void> => {
  connection.server.questions++;
  try {
    await runCommand(connection, payload);
  } catch (error) {
    const told = answerTo(connection, error);
    if (!told) throw error;
    sendError(connection, told.answer);
    connection.isEnding ||= told.isLast;
  }
  await connection.channel.flush();
};

const nextCommand = async (connection: Connection): Promise<Buffer | undefined> => {
  connection.silentSinceMs = connection.server.clock.nowMs();
  try {
    return await connection.channel.receiveCommand();
  } finally {
    connection.silentSinceMs = undefined;
  }
};

const serveCommands = async (connection: Connection): Promise<void> => {
  while (!connection.isEnding && !connection.stopping.signal.aborted) {
    const payload = await nextCommand(connection);
    if (!payload) return;
    await serveCommand(connection, payload);
  }
};

/** Serves one client from its login to its end. Never rejects. */
export const serveConnection = async (connection: Connection): Promise<void> => {
  const { channel } = connection;
  try {
    await login(connection);
    sendOk(connection);
    await channel.flush();
    await serveCommands(connection);
  } catch (error) {
    const told = answerTo(connection, error);
    if (told) channel.send(encodeError(told.answer));
  } finally {
    channel.end();
    endSession(connection);
  }
};
