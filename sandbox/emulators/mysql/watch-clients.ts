import { encodeError } from '../../wire/mysql/replies.ts';
import type { Connection, Server } from './connection.ts';
import { mysqlError } from './errors.ts';

// Clients that are silent or do not read what they get are let go after the times that mysqld's variables say. One look a second at all of
// them costs less than a timer for each command.

const lookEveryMs = 1_000;
const lingerMs = 5_000;

const milliseconds = (seconds: unknown): number => Number(seconds) * 1000;

const letGo = (connection: Connection, nowMs: number): void => {
  const { channel, server, silentSinceMs } = connection;
  const endedSinceMs = channel.endedSinceMs();
  if (endedSinceMs !== undefined) {
    if (nowMs - endedSinceMs > lingerMs) channel.destroy();
    return;
  }
  if (!connection.isLoggedIn) {
    if (silentSinceMs === undefined) return;
    if (nowMs - silentSinceMs > milliseconds(server.engine.globalVariable('connect_timeout'))) channel.destroy();
    return;
  }
  const blockedSinceMs = channel.blockedSinceMs() ?? nowMs;
  if (nowMs - blockedSinceMs > milliseconds(connection.session.systemVariable('net_write_timeout'))) channel.destroy();
  if (silentSinceMs === undefined) return;
  if (nowMs - silentSinceMs <= milliseconds(connection.session.systemVariable('wait_timeout'))) return;
  channel.send(encodeError(mysqlError('ER_CLIENT_INTERACTION_TIMEOUT')));
  channel.end();
};

/** Looks until `signal` aborts. */
export const watchClients = async (server: Server, signal: AbortSignal): Promise<void> => {
  for (;;) {
    await server.clock.sleep(lookEveryMs, signal);
    if (signal.aborted) return;
    const nowMs = server.clock.nowMs();
    for (const connection of server.connections.values()) letGo(connection, nowMs);
  }
};
