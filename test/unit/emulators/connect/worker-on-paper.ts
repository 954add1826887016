import { systemClock } from '../../../../sandbox/core/clock.ts';
import type { SandboxEvent } from '../../../../sandbox/core/events.ts';
import { loopback } from '../../../../sandbox/core/server.ts';
import { configProviders } from '../../../../sandbox/emulators/connect/config/providers.ts';
import { handlers } from '../../../../sandbox/emulators/connect/handlers/index.ts';
import type { ConnectorConfig, ConnectorPlugin } from '../../../../sandbox/emulators/connect/plugin.ts';
import { listenForRest } from '../../../../sandbox/emulators/connect/rest/rest-server.ts';
import { openConfigStore } from '../../../../sandbox/emulators/connect/worker/config-store.ts';
import { createHerder } from '../../../../sandbox/emulators/connect/worker/herder.ts';
import type { KafkaAccess } from '../../../../sandbox/emulators/connect/worker/kafka-access.ts';
import { createLoggers } from '../../../../sandbox/emulators/connect/worker/loggers.ts';
import { openOffsetStore } from '../../../../sandbox/emulators/connect/worker/offset-store.ts';
import { pluginCatalogue } from '../../../../sandbox/emulators/connect/worker/plugins.ts';
import type { StateTopics } from '../../../../sandbox/emulators/connect/worker/state-topics.ts';
import { openStatusStore } from '../../../../sandbox/emulators/connect/worker/status-store.ts';
import { workerSettings } from '../../../../sandbox/emulators/connect/worker/worker-settings.ts';

// A worker whose Kafka is a list: the REST API and the herder as they are, clients that do nothing.

type Written = { topic: string; key: string; value: string | null };

export const stateOnPaper = (written: Written[]): StateTopics => ({
  messages: (topic) =>
    written
      .filter((message) => message.topic === topic)
      .map((message, index) => ({ ...message, partition: 0, offset: BigInt(index), timestampMs: 0 })),
  append: async (topic, records) => {
    for (const record of records) written.push({ topic, ...record });
  },
  close: async () => {},
});

const idleClient = new Proxy(
  { events: new Proxy({}, { get: (_target, name) => String(name) }) },
  { get: (target, name) => (name === 'events' ? target.events : name === 'then' ? undefined : async () => {}) },
);

const clientsThatDoNothing = (groupOffsets: Map<string, bigint>): KafkaAccess =>
  ({
    producer: () => idleClient,
    consumer: () => idleClient,
    readTopics: async () => [],
    commitForGroup: async (
      _group: string,
      offsets: readonly { topic: string; partition: number; offset: bigint }[],
    ) => {
      for (const { topic, offset } of offsets) groupOffsets.set(topic, offset);
    },
    withAdmin: async (use: (admin: unknown) => unknown) =>
      use({
        fetchOffsets: async () =>
          [...groupOffsets].map(([topic, offset]) => ({
            topic,
            partitions: [{ partition: 0, offset: String(offset) }],
          })),
        listGroups: async () => ({ groups: [] }),
        deleteGroups: async () => groupOffsets.clear(),
        listTopics: async () => [],
      }),
  }) as unknown as KafkaAccess;

const idleTask = { stop: async () => {} };

const fake = (
  type: 'source' | 'sink',
  className: string,
  version: string,
  extra: Partial<ConnectorPlugin>,
): ConnectorPlugin =>
  ({
    type,
    className,
    taskClassName: className
      .replace(/Connector$/, type === 'source' ? 'SourceTask' : 'SinkTask')
      .replace('SourceSource', 'Source')
      .replace('SinkSink', 'Sink'),
    version,
    configDefinitions: [
      {
        name: 'file',
        type: 'STRING',
        default: null,
        importance: 'HIGH',
        documentation: 'Destination filename. If not specified, the standard output will be used',
      },
    ],
    startConnector: async (config: ConnectorConfig) => ({ taskConfigs: () => [config], stop: async () => {} }),
    startTask: async () =>
      type === 'source'
        ? { ...idleTask, poll: async () => [] }
        : { ...idleTask, put: async () => {}, preCommit: async () => [] },
    ...extra,
  }) as ConnectorPlugin;

export const capturedPlugins: readonly ConnectorPlugin[] = [
  fake('sink', 'org.apache.kafka.connect.file.FileStreamSinkConnector', '4.3.1', {}),
  fake('source', 'org.apache.kafka.connect.file.FileStreamSourceConnector', '4.3.1', {}),
  fake('source', 'io.debezium.connector.mysql.MySqlConnector', '3.6.1.Final', {
    taskClassName: 'io.debezium.connector.mysql.MySqlConnectorTask',
    configDefinitions: [],
    invalidConfigMessage:
      'Cannot invoke "org.apache.kafka.connect.runtime.rest.entities.ConfigInfo.configValue()" because the return value of nothing is null',
    validate: async (config) => ({ name: config['database.password'] === 'dbz' ? [] : ['wrong'] }),
  }),
];

export const workerOnPaper = async (
  plugins: readonly ConnectorPlugin[],
  environment: Record<string, string> = {},
  written: Written[] = [],
) => {
  const events: SandboxEvent[] = [];
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const settings = workerSettings('nowhere:1', undefined, { 'offset.flush.interval.ms': '20' });
  const topics = stateOnPaper(written);
  const groupOffsets = new Map<string, bigint>();
  const herder = createHerder({
    configs: openConfigStore(topics, settings.configTopic),
    offsets: openOffsetStore(topics, settings.offsetTopic),
    statuses: openStatusStore(topics, settings.statusTopic, () => 1, log),
    access: clientsThatDoNothing(groupOffsets),
    settings,
    plugins: pluginCatalogue(plugins),
    providers: configProviders(environment),
    workerId: '172.20.0.4:8083',
    kafkaClusterId: '4L6g3nShT-eMCtK--X86sw',
    clock: systemClock,
    emit: (event) => events.push(event),
    log,
    generation: { value: 1 },
  });
  const server = await listenForRest(
    loopback(0),
    handlers,
    Promise.resolve({ herder, loggers: createLoggers(systemClock) }),
    () => {},
  );
  herder.start();
  return {
    url: `http://127.0.0.1:${server.port}`,
    herder,
    written,
    events,
    groupOffsets,
    stop: async () => {
      await server.stop();
      await herder.stop();
    },
  };
};
