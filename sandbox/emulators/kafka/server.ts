import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Listener, RunningServer, ServerContext } from '../../core/server.ts';
import type { Broker } from './broker.ts';
import { type Connection, serveConnection } from './connection.ts';
import { lockData } from './data-lock.ts';
import { openGroups } from './groups.ts';
import { runMaintenance } from './maintenance.ts';
import { newOpenFiles } from './open-files.ts';
import type { LogContext } from './partition-log.ts';
import { openProducerIds } from './producer-ids.ts';
import { type BrokerSettings, parseSettings } from './settings.ts';
import { openTopics } from './topics.ts';
import { openTransactions } from './transactions.ts';

export type KafkaOptions = {
  /** 22 characters of base64; by default one is drawn at the first start and kept. */
  clusterId?: string;
  /** Broker settings by their real names (server.properties). */
  settings?: Record<string, string>;
};

/** Segments open at once; a limit well under the usual 1024 of a process. */
const openFilesLimit = 512;

const keepClusterId = (folder: string, given: string | undefined): string => {
  const path = join(folder, 'cluster-id');
  const stored = existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
  if (stored !== undefined && given !== undefined && stored !== given) {
    throw new Error(`${folder} belongs to the Kafka cluster ${stored}, not ${given}`);
  }
  const clusterId = stored ?? given ?? randomBytes(16).toString('base64url');
  if (stored === undefined) {
    writeFileSync(`${path}.new`, clusterId);
    renameSync(`${path}.new`, path);
  }
  return clusterId;
};

/** The mark of a graceful stop; taken away while the broker runs. After kill -9 it is not there, and checksums are verified. */
const takeCleanMark = (folder: string): boolean => {
  const path = join(folder, 'clean-stop');
  const wasClean = existsSync(path);
  rmSync(path, { force: true });
  return wasClean;
};

const openBroker = (
  context: ServerContext,
  options: KafkaOptions,
  settings: BrokerSettings,
  stopping: AbortSignal,
): Broker => {
  const { dataDir, clock, emit } = context;
  const clusterId = keepClusterId(dataDir, options.clusterId);
  const wasCleanStop = takeCleanMark(dataDir);
  const topicsFolder = join(dataDir, 'topics');
  mkdirSync(topicsFolder, { recursive: true });
  const logs: LogContext = { files: newOpenFiles(openFilesLimit), clock, emit };
  const topics = openTopics(logs, settings, topicsFolder, wasCleanStop);
  const groups = openGroups({ clock, emit, settings, folder: dataDir });
  const producerIds = openProducerIds(dataDir);
  return {
    nodeId: settings.numberOf('node.id'),
    clusterId,
    dataFolder: topicsFolder,
    settings,
    clock,
    emit,
    logs,
    topics,
    groups,
    producerIds,
    transactions: openTransactions({ logs, topics, groups, producerIds, folder: dataDir }),
    stopping,
  };
};

const closeBroker = (broker: Broker, dataDir: string): void => {
  broker.topics.close();
  broker.groups.close();
  broker.transactions.close();
  broker.logs.files.closeAll();
  writeFileSync(join(dataDir, 'clean-stop'), '');
};

const listen = async (listener: Listener, accept: (socket: Socket, port: number) => void): Promise<Server> => {
  const server = createServer({ noDelay: true, pauseOnConnect: false }, (socket) =>
    accept(socket, (server.address() as AddressInfo).port),
  );
  server.listen({ host: listener.bindHost, port: listener.port, exclusive: true });
  await once(server, 'listening');
  return server;
};

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const closeServer = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** Starts a broker on its data folder. Fails when another living broker has the folder, a port is taken or a setting is wrong. */
export const startKafka = async (context: ServerContext, options: KafkaOptions = {}): Promise<RunningServer> => {
  const settings = parseSettings(options.settings ?? {});
  const lock = await lockData(context.dataDir);
  const stopping = new AbortController();
  const connections = new Set<Connection>();
  const servers: Server[] = [];
  try {
    const broker = openBroker(context, options, settings, stopping.signal);
    const accept = (listener: Listener) => (socket: Socket, port: number) => {
      if (connections.size >= settings.numberOf('max.connections')) {
        socket.destroy();
        return;
      }
      const advertised = { host: listener.advertisedHost, port: listener.advertisedPort ?? port };
      const connection = serveConnection(broker, socket, advertised);
      connections.add(connection);
      socket.on('close', () => connections.delete(connection));
    };
    for (const listener of context.listeners) servers.push(await listen(listener, accept(listener)));
    const [first] = servers;
    if (!first) throw new Error('the Kafka broker needs a listener');
    lock.announce(context.listeners[0]?.bindHost ?? '', portOf(first));
    const maintenance = runMaintenance(broker, connections);
    return {
      ports: servers.map(portOf),
      stop: async () => {
        stopping.abort();
        const closing = servers.map(closeServer);
        await Promise.all([...connections].map((connection) => connection.finish()));
        await Promise.all(closing);
        await maintenance;
        closeBroker(broker, context.dataDir);
        lock.release();
      },
    };
  } catch (error) {
    for (const server of servers) server.close();
    lock.release();
    throw error;
  }
};
