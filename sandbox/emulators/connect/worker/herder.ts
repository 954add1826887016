import type { Clock } from '../../../core/clock.ts';
import type { Emit } from '../../../core/events.ts';
import { asJavaHashMap, javaHashOrder } from '../../../wire/connect/java-hash-order.ts';
import type { ConfigProviders } from '../config/providers.ts';
import { ConfigError } from '../connect-errors.ts';
import { restErrors } from '../errors.ts';
import type {
  ConnectLog,
  ConnectorConfig,
  ConnectorContext,
  ConnectorPlugin,
  RunningConnector,
  SourceConnectorContext,
} from '../plugin.ts';
import type { ConfigStore, RawConfig, StoredConnector, TargetState } from './config-store.ts';
import { javaMapText } from './java-map-text.ts';
import { javaTrace } from './java-trace.ts';
import type { KafkaAccess } from './kafka-access.ts';
import type { OffsetStore } from './offset-store.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { PluginCatalogue } from './plugins.ts';
import { runSinkTask } from './sink-task-runner.ts';
import { runSourceTask } from './source-task-runner.ts';
import type { RunState, Status, StatusStore } from './status-store.ts';
import type { RunningTask, TaskServices } from './task.ts';
import { type Validation, validateConnector } from './validation.ts';
import type { WorkerSettings } from './worker-settings.ts';

// DistributedHerder of a cluster with one worker: what the REST API asks is written to the config topic first, then done. Connectors and tasks
// start behind the answer, each on its own, so that one that fails or hangs harms no other.

export type ConnectorInfo = {
  name: string;
  config: RawConfig;
  tasks: readonly TaskId[];
  type: 'source' | 'sink' | 'unknown';
};
export type TaskId = { connector: string; task: number };

export type Herder = {
  configs: ConfigStore;
  offsets: OffsetStore;
  statuses: StatusStore;
  access: KafkaAccess;
  settings: WorkerSettings;
  plugins: PluginCatalogue;
  workerId: string;
  kafkaClusterId: string;
  generation(): number;
  names(): readonly string[];
  info(name: string): ConnectorInfo;
  typeOf(config: RawConfig): ConnectorInfo['type'];
  validate(config: RawConfig): Promise<Validation>;
  pluginOf(config: RawConfig): ConnectorPlugin;
  /** Creates or replaces; tells whether it was created. */
  putConnector(
    name: string,
    config: RawConfig,
    how: { replace: boolean; targetState?: TargetState },
  ): Promise<{ created: boolean; info: ConnectorInfo }>;
  remove(name: string): Promise<void>;
  setTargetState(name: string, state: TargetState): Promise<void>;
  restartConnector(name: string): Promise<void>;
  restartTask(name: string, id: number): Promise<void>;
  /** Restarts what the plan says and gives the ids it restarts. */
  restart(name: string, how: { includeTasks: boolean; onlyFailed: boolean }): Promise<void>;
  start(): void;
  stop(): Promise<void>;
};

export type HerderParts = {
  configs: ConfigStore;
  offsets: OffsetStore;
  statuses: StatusStore;
  access: KafkaAccess;
  settings: WorkerSettings;
  plugins: PluginCatalogue;
  providers: ConfigProviders;
  workerId: string;
  kafkaClusterId: string;
  clock: Clock;
  emit: Emit;
  log: ConnectLog;
  generation: { value: number };
};

type Running = {
  connector: RunningConnector | undefined;
  tasks: Map<number, RunningTask>;
  serially: ReturnType<typeof oneAtATime>;
};

const sameConfigs = (left: readonly RawConfig[], right: readonly RawConfig[]): boolean => {
  const texts = (configs: readonly RawConfig[]) => configs.map((config) => JSON.stringify(asJavaHashMap(config)));
  return texts(left).join('\n') === texts(right).join('\n');
};

/** Puts placeholders back where a task's setting is the resolved value of the connector's. Source: AbstractHerder.reverseTransform. */
const withPlaceholders = (task: ConnectorConfig, raw: RawConfig, resolved: ConnectorConfig): RawConfig => {
  const config: Record<string, string> = { ...task };
  for (const [name, text] of Object.entries(raw)) {
    if (text.includes('${') && task[name] === resolved[name]) config[name] = text;
  }
  return config;
};

export const createHerder = (parts: HerderParts): Herder => {
  const { configs, offsets, statuses, access, settings, plugins, providers, clock, emit, workerId } = parts;
  const running = new Map<string, Running>();
  let stopped = false;

  const runningOf = (name: string): Running => {
    let entry = running.get(name);
    if (entry === undefined)
      running.set(name, (entry = { connector: undefined, tasks: new Map(), serially: oneAtATime() }));
    return entry;
  };

  const logOf = (who: string): ConnectLog => ({
    info: (message) => parts.log.info(`[${who}] ${message}`),
    warn: (message) => parts.log.warn(`[${who}] ${message}`),
    error: (message) => parts.log.error(`[${who}] ${message}`),
  });

  const contextOf = (name: string): SourceConnectorContext => ({
    connectorName: name,
    clock,
    emit,
    log: logOf(name),
    readOffset: async (partition) => offsets.read(name, partition),
  });

  const pluginOf = (config: RawConfig): ConnectorPlugin => {
    const className = config['connector.class'];
    if (className === undefined) throw restErrors.noConnectorType(javaMapText(config));
    const plugin = plugins.find(className);
    if (plugin === undefined) throw restErrors.classNotFound(className, plugins.describe());
    return plugin;
  };

  const typeOf = (config: RawConfig): ConnectorInfo['type'] =>
    plugins.find(config['connector.class'] ?? '')?.type ?? 'unknown';

  const stored = (name: string): StoredConnector => {
    const found = configs.get(name);
    if (found === undefined) throw restErrors.connectorNotFound(name);
    return found;
  };

  const infoOf = (name: string, config: RawConfig): ConnectorInfo => ({
    name,
    config,
    tasks: (configs.get(name)?.taskConfigs ?? []).map((_, task) => ({ connector: name, task })),
    type: typeOf(config),
  });

  const statusOf = (state: RunState, version: string | null, error?: unknown): Status => ({
    state,
    workerId,
    version,
    trace: error === undefined ? null : javaTrace(error),
  });

  const versionOf = (name: string): string | null =>
    plugins.find(configs.get(name)?.config['connector.class'] ?? '')?.version ?? null;

  const setConnector = (name: string, state: RunState, error?: unknown): void => {
    if (error !== undefined) {
      const message = `connector ${name} failed: ${error instanceof Error ? error.message : String(error)}`;
      emit({ component: 'connect', kind: 'failed', message });
    }
    statuses.setConnector(name, statusOf(state, versionOf(name), error));
  };

  const setTask = (name: string, id: number, state: RunState, error?: unknown): void => {
    if (error !== undefined) {
      const cause =
        error instanceof Error
          ? [error.message, error.cause instanceof Error ? error.cause.message : '']
          : [String(error)];
      const message = `task ${name}-${id} failed: ${cause.filter((text) => text !== '').join(': ')}`;
      emit({ component: 'connect', kind: 'failed', message });
    }
    statuses.setTask(name, id, statusOf(state, versionOf(name), error));
  };

  const startTask = async (name: string, id: number): Promise<void> => {
    const connector = configs.get(name);
    const taskConfig = connector?.taskConfigs[id];
    if (connector === undefined || taskConfig === undefined || stopped) return;
    try {
      const plugin = pluginOf(connector.config);
      const [connectorConfig, resolvedTask] = await Promise.all([
        providers.resolve(connector.config),
        providers.resolve(taskConfig),
      ]);
      let current = true;
      const services: TaskServices = {
        access,
        settings,
        offsets,
        clock,
        emit,
        log: logOf(`${name}-${id}`),
        onTopic: (topic) => {
          if (settings.topicTracking) statuses.addTopic(name, topic, id, clock.nowMs());
        },
        onState: (state, error) => {
          if (current) setTask(name, id, state, error);
        },
      };
      const assignment = {
        connector: name,
        taskId: id,
        connectorConfig,
        taskConfig: resolvedTask,
        paused: connector.targetState === 'PAUSED',
      };
      const task =
        plugin.type === 'source'
          ? runSourceTask(plugin, services, assignment)
          : runSinkTask(plugin, services, assignment);
      runningOf(name).tasks.set(id, {
        setPaused: task.setPaused,
        stop: async () => {
          await task.stop();
          current = false;
        },
      });
    } catch (error) {
      setTask(name, id, 'FAILED', error);
    }
  };

  const stopTask = async (name: string, id: number, told: RunState | null): Promise<void> => {
    const task = runningOf(name).tasks.get(id);
    runningOf(name).tasks.delete(id);
    await task?.stop();
    if (told !== null && task !== undefined) setTask(name, id, told);
  };

  const stopTasks = async (name: string, told: RunState | null): Promise<void> => {
    await Promise.all([...runningOf(name).tasks.keys()].map((id) => stopTask(name, id, told)));
  };

  const stopConnector = async (name: string): Promise<void> => {
    const entry = runningOf(name);
    const { connector } = entry;
    entry.connector = undefined;
    await connector
      ?.stop()
      .catch((error: unknown) => parts.log.warn(`Connector ${name} did not stop: ${String(error)}`));
  };

  const startConnector = async (name: string): Promise<void> => {
    const connector = stored(name);
    const plugin = pluginOf(connector.config);
    const resolved = await providers.resolve(connector.config);
    runningOf(name).connector = await plugin.startConnector(resolved, contextOf(name));
    setConnector(name, connector.targetState === 'PAUSED' ? 'PAUSED' : 'RUNNING');
  };

  const maximumTasks = (config: RawConfig): number => {
    const count = Number(config['tasks.max'] ?? '1');
    if (Number.isInteger(count) && count >= 1) return count;
    throw new ConfigError(`Invalid value ${config['tasks.max']} for configuration tasks.max: Value must be at least 1`);
  };

  /** What the connector wants its tasks to be, as it is stored. */
  const wantedTasks = async (name: string): Promise<readonly RawConfig[]> => {
    const { config } = stored(name);
    const plugin = pluginOf(config);
    const resolved = await providers.resolve(config);
    const wanted = runningOf(name).connector?.taskConfigs(maximumTasks(resolved)) ?? [];
    return wanted.map((task) =>
      asJavaHashMap({ ...withPlaceholders(task, config, resolved), 'task.class': plugin.taskClassName, name }),
    );
  };

  /** Starts the connector and makes its tasks what it wants; tasks that run with other settings are started again. */
  const bringUp = async (name: string, always: boolean): Promise<void> => {
    const connector = configs.get(name);
    if (connector === undefined || stopped) return;
    if (connector.targetState === 'STOPPED') return setConnector(name, 'STOPPED');
    try {
      await startConnector(name);
      const wanted = await wantedTasks(name);
      if (always || !sameConfigs(wanted, connector.taskConfigs)) {
        await stopTasks(name, 'UNASSIGNED');
        const before = connector.taskConfigs.length;
        if (!sameConfigs(wanted, connector.taskConfigs)) await configs.putTaskConfigs(name, wanted);
        for (let id = wanted.length; id < before; id++) statuses.removeTask(name, id);
      }
    } catch (error) {
      return setConnector(name, 'FAILED', error);
    }
    const missing = (configs.get(name)?.taskConfigs ?? [])
      .map((_, id) => id)
      .filter((id) => !runningOf(name).tasks.has(id));
    await Promise.all(missing.map((id) => startTask(name, id)));
  };

  /** Behind the answer: an unexpected error is the connector's state, never an unhandled rejection. */
  const later = (name: string, work: () => Promise<void>): Promise<void> =>
    runningOf(name)
      .serially(work)
      .catch((error: unknown) => setConnector(name, 'FAILED', error));

  const validate = async (config: RawConfig): Promise<Validation> => {
    const plugin = pluginOf(config);
    const context: ConnectorContext = {
      connectorName: config['name'] ?? '',
      clock,
      emit,
      log: logOf(config['name'] ?? ''),
    };
    return validateConnector(plugin, await providers.resolve(config), context);
  };

  const planOf = (name: string, includeTasks: boolean, onlyFailed: boolean) => {
    const wanted = (state: RunState | undefined): boolean => !onlyFailed || state === 'FAILED';
    return {
      connector: wanted(statuses.connector(name)?.state),
      tasks: includeTasks ? statuses.taskIds(name).filter((id) => wanted(statuses.task(name, id)?.state)) : [],
    };
  };

  return {
    configs,
    offsets,
    statuses,
    access,
    settings,
    plugins,
    workerId,
    kafkaClusterId: parts.kafkaClusterId,
    generation: () => parts.generation.value,
    names: () => javaHashOrder(configs.names()),
    info: (name) => infoOf(name, stored(name).config),
    typeOf,
    validate,
    pluginOf,
    putConnector: async (name, given, { replace, targetState }) => {
      const config = { ...given, name };
      const validation = await validate(config);
      if (validation.errors.length > 0) {
        const plugin = pluginOf(config);
        if (plugin.invalidConfigMessage !== undefined) throw restErrors.nullPointer(plugin.invalidConfigMessage);
        throw restErrors.invalidConfig(validation.errors);
      }
      const existed = configs.get(name) !== undefined;
      if (existed && !replace) throw restErrors.connectorExists(name);
      parts.generation.value++;
      const info = infoOf(name, config);
      await configs.putConnector(name, config, targetState);
      void later(name, async () => {
        if (existed) {
          await stopConnector(name);
          setConnector(name, 'UNASSIGNED');
        }
        await bringUp(name, existed);
      });
      return { created: !existed, info };
    },
    remove: async (name) => {
      stored(name);
      parts.generation.value++;
      await configs.remove(name);
      await runningOf(name).serially(async () => {
        await Promise.all([stopConnector(name), stopTasks(name, null)]);
        if (configs.get(name) === undefined) statuses.remove(name);
      });
    },
    setTargetState: async (name, state) => {
      const connector = configs.get(name);
      if (connector === undefined) throw restErrors.unknownConnector(name);
      const before = connector.targetState;
      if (state === 'STOPPED') await configs.putTaskConfigs(name, []);
      await configs.putTargetState(name, state);
      void later(name, async () => {
        if (state === 'STOPPED') {
          await Promise.all([stopConnector(name), stopTasks(name, 'UNASSIGNED')]);
          for (const id of statuses.taskIds(name)) statuses.removeTask(name, id);
          setConnector(name, 'STOPPED');
        } else if (before === 'STOPPED') {
          await bringUp(name, false);
        } else {
          if (statuses.connector(name)?.state !== 'FAILED')
            setConnector(name, state === 'PAUSED' ? 'PAUSED' : 'RUNNING');
          for (const task of runningOf(name).tasks.values()) task.setPaused(state === 'PAUSED');
        }
      });
    },
    restartConnector: async (name) => {
      if (configs.get(name) === undefined) throw restErrors.unknownConnectorToRestart(name);
      await later(name, async () => {
        await stopConnector(name);
        setConnector(name, 'UNASSIGNED');
        await bringUp(name, false);
      });
    },
    restartTask: async (name, id) => {
      const connector = configs.get(name);
      if (connector === undefined) throw restErrors.unknownConnectorToRestart(name);
      if (connector.taskConfigs[id] === undefined) throw restErrors.unknownTask(name, String(id));
      await later(name, async () => {
        await stopTask(name, id, 'UNASSIGNED');
        setTask(name, id, 'RESTARTING');
        await startTask(name, id);
      });
    },
    restart: async (name, { includeTasks, onlyFailed }) => {
      if (configs.get(name) === undefined) throw restErrors.unknownConnectorToRestart(name);
      await configs.noteRestart(name, includeTasks, onlyFailed);
      const plan = planOf(name, includeTasks, onlyFailed);
      // The answer shows RESTARTING with the trace of the failure before.
      const restarting = (status: Status | undefined): Status => ({
        ...(status ?? statusOf('RESTARTING', versionOf(name))),
        state: 'RESTARTING',
      });
      if (plan.connector) statuses.setConnector(name, restarting(statuses.connector(name)));
      for (const id of plan.tasks) statuses.setTask(name, id, restarting(statuses.task(name, id)));
      void later(name, async () => {
        await Promise.all(plan.tasks.map((id) => stopTask(name, id, null)));
        if (plan.connector) {
          await stopConnector(name);
          await bringUp(name, false);
        }
        const missing = plan.tasks.filter((id) => !runningOf(name).tasks.has(id));
        await Promise.all(missing.map((id) => startTask(name, id)));
      });
    },
    start: () => {
      for (const name of configs.names()) void later(name, () => bringUp(name, false));
    },
    stop: async () => {
      stopped = true;
      await Promise.all(
        [...running.keys()].map(async (name) => {
          await Promise.all([stopConnector(name), stopTasks(name, null)]);
        }),
      );
    },
  };
};
