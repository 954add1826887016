import { once } from 'node:events';
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import { lockFolder } from '../../core/folder-lock.ts';
import type { Listener, RunningServer, ServerContext } from '../../core/server.ts';
import { encodeError } from '../../wire/mysql/replies.ts';
import { createChannel } from './channel.ts';
import type { Connection, Server } from './connection.ts';
import { openEngine } from './engine/engine.ts';
import type { Engine, Session } from './engine/types.ts';
import { mysqlError } from './errors.ts';
import { endSession } from './login.ts';
import { serveConnection } from './serve-connection.ts';
import { openKeys } from './tls/keys.ts';
import { watchClients } from './watch-clients.ts';

export type MysqlOptions = {
  /** Each is created, or given this password, at every start; `all` grants all privileges. */
  users: { name: string; host: string; password: string; all?: true }[];
  serverId?: number;
  /** Global system variables by their real names, as in my.cnf. */
  settings?: Record<string, string>;
};

// mysqld counts from here too: ids below are its own threads'.
const firstConnectionId = 8;
// A handshake response holds at most 64 KiB of connect attributes.
const beforeLoginBytes = 1024 * 1024;
const stopPatienceMs = 2_000;

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

const addressOf = (socket: Socket): string => (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d)/, '');

const createConnection = (server: Server, socket: Socket, id: number): Connection => {
  const address = addressOf(socket);
  let session: Session | undefined;
  const maxPayloadBytes = () => (session ? Number(session.systemVariable('max_allowed_packet')) : beforeLoginBytes);
  return {
    server,
    id,
    channel: createChannel({ socket, nowMs: server.clock.nowMs, maxPayloadBytes }),
    host: isLoopback(address) ? 'localhost' : address,
    address,
    port: socket.remotePort ?? 0,
    capabilities: 0,
    challenge: new Uint8Array(),
    get session() {
      if (!session) throw new Error('there is no session before the login');
      return session;
    },
    set session(opened) {
      session = opened;
    },
    isLoggedIn: false,
    statements: new Map(),
    nextStatementId: 1,
    replica: undefined,
    stopping: new AbortController(),
    silentSinceMs: server.clock.nowMs(),
    isEnding: false,
    served: Promise.resolve(),
  };
};

// Connections that only wait for their client to hang up do not count.
const isFull = ({ engine, connections }: Server): boolean => {
  const open = [...connections.values()].filter(({ channel }) => channel.endedSinceMs() === undefined);
  return open.length >= Number(engine.globalVariable('max_connections'));
};

const turnAway = (connection: Connection): void => {
  connection.channel.send(encodeError(mysqlError('ER_CON_COUNT_ERROR')));
  connection.channel.end();
};

const accept = (server: Server, socket: Socket, id: number): void => {
  socket.setNoDelay(true);
  const connection = createConnection(server, socket, id);
  const isOneTooMany = isFull(server);
  server.connections.set(id, connection);
  connection.channel.onClosed(() => server.connections.delete(id));
  if (isOneTooMany) {
    turnAway(connection);
    return;
  }
  connection.stopping.signal.addEventListener('abort', () => {
    // Between two commands nobody else would notice.
    if (connection.silentSinceMs !== undefined) connection.channel.end();
  });
  connection.served = serveConnection(connection);
};

const listen = async (onSocket: (socket: Socket) => void, { bindHost, port }: Listener): Promise<NetServer> => {
  const listening = createServer({ allowHalfOpen: true }, onSocket);
  listening.listen(port, bindHost);
  await once(listening, 'listening');
  return listening;
};

const stopServing = async (server: Server): Promise<void> => {
  const { connections, clock } = server;
  for (const connection of connections.values()) connection.stopping.abort();
  const patience = new AbortController();
  const allGone = Promise.all([...connections.values()].map(({ served }) => served));
  await Promise.race([allGone, clock.sleep(stopPatienceMs, patience.signal)]);
  patience.abort();
  for (const connection of connections.values()) {
    endSession(connection);
    connection.channel.destroy();
  }
};

/** Serves an engine that is open already; `stop` closes it. */
export const serveEngine = async (engine: Engine, context: ServerContext): Promise<RunningServer> => {
  const { clock, emit, dataDir } = context;
  const server: Server = {
    engine,
    clock,
    emit,
    keys: openKeys(dataDir, clock),
    startedMs: clock.nowMs(),
    questions: 0,
    preparedCount: 0,
    connections: new Map(),
  };
  let nextId = firstConnectionId;
  const listening: NetServer[] = [];
  for (const listener of context.listeners) {
    listening.push(await listen((socket) => accept(server, socket, nextId++), listener));
  }
  const ports = listening.map((each) => (each.address() as AddressInfo).port);
  engine.setPort(ports[0] as number);
  const watching = new AbortController();
  void watchClients(server, watching.signal);
  const stop = async () => {
    watching.abort();
    for (const each of listening) each.close();
    await stopServing(server);
    await engine.close();
  };
  return { ports, stop };
};

/** MySQL on the wire: the storage engine of `engine/`, served to stock clients. Binds only the given listeners. */
export const startMysql = async (context: ServerContext, options: MysqlOptions): Promise<RunningServer> => {
  const { dataDir, clock, emit } = context;
  const { users, serverId = 1, settings } = options;
  const unlock = await lockFolder(dataDir);
  let engine: Engine | undefined;
  try {
    engine = await openEngine({ dataDir, clock, emit, serverId, users, ...(settings ? { settings } : {}) });
    const { ports, stop } = await serveEngine(engine, context);
    return { ports, stop: () => stop().finally(unlock) };
  } catch (error) {
    await engine?.close();
    await unlock();
    throw error;
  }
};
