import type { RunningServer, ServerContext } from '../../core/server.ts';
import { configProviders } from './config/providers.ts';
import { handlers } from './handlers/index.ts';
import type { ConnectLog } from './plugin.ts';
import { plugins } from './plugins/index.ts';
import { listenForRest } from './rest/rest-server.ts';
import { openConfigStore } from './worker/config-store.ts';
import { createHerder, type Herder } from './worker/herder.ts';
import { kafkaAccess, kafkaConfig } from './worker/kafka-access.ts';
import { kafkaSecurity } from './worker/kafka-security.ts';
import { createLoggers } from './worker/loggers.ts';
import { openOffsetStore } from './worker/offset-store.ts';
import { pluginCatalogue } from './worker/plugins.ts';
import { openStateTopics } from './worker/state-topics.ts';
import { openStatusStore } from './worker/status-store.ts';
import { workerSettings } from './worker/worker-settings.ts';

export type ConnectOptions = {
  bootstrapServers: string;
  /** group.id of the worker; connect-cluster unless given. */
  groupId?: string;
  /** The only names that `${env:NAME}` can reach. */
  environment: Readonly<Record<string, string>>;
  /** Worker settings by their real names. */
  settings?: Readonly<Record<string, string>>;
};

/** A Kafka Connect worker: a cluster of one. All its state is in Kafka; dataDir is not used. */
export const startConnect = async (context: ServerContext, options: ConnectOptions): Promise<RunningServer> => {
  const { clock, emit, listeners } = context;
  const log: ConnectLog = {
    info: () => {},
    warn: (message) => emit({ component: 'connect', kind: 'warning', message }),
    error: (message) => emit({ component: 'connect', kind: 'warning', message }),
  };
  const settings = workerSettings(options.bootstrapServers, options.groupId, options.settings ?? {});
  const configFor = (prefix: string) =>
    kafkaConfig(
      settings.bootstrapServers,
      `connect-${settings.groupId}`,
      log,
      clock,
      kafkaSecurity(options.settings ?? {}, prefix),
    );
  const own = kafkaAccess(configFor(''));
  const access = kafkaAccess({
    producer: configFor('producer.'),
    consumer: configFor('consumer.'),
    admin: configFor('admin.'),
  });
  const catalogue = pluginCatalogue(plugins);

  let announce = (_herder: Herder): void => {};
  const herderReady = new Promise<Herder>((resolve) => (announce = resolve));
  const services = herderReady.then((herder) => ({ herder, loggers: createLoggers(clock) }));
  const refused = (message: string): void => emit({ component: 'connect', kind: 'not-emulated', message });
  const servers = await Promise.all(listeners.map((listener) => listenForRest(listener, handlers, services, refused)));

  const generation = { value: 1 };
  const [topics, clusterId] = await Promise.all([
    openStateTopics(own, settings),
    own.withAdmin(async (admin) => (await admin.describeCluster()).clusterId),
  ]);
  const herder = createHerder({
    configs: openConfigStore(topics, settings.configTopic),
    offsets: openOffsetStore(topics, settings.offsetTopic),
    statuses: openStatusStore(topics, settings.statusTopic, () => generation.value, log),
    access,
    settings,
    plugins: catalogue,
    providers: configProviders(options.environment),
    workerId: `${listeners[0]?.advertisedHost ?? '127.0.0.1'}:${listeners[0]?.advertisedPort ?? servers[0]?.port ?? 8083}`,
    kafkaClusterId: clusterId,
    clock,
    emit,
    log,
    generation,
  });
  announce(herder);
  herder.start();
  return {
    ports: servers.map(({ port }) => port),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await herder.stop();
      await topics.close();
    },
  };
};
