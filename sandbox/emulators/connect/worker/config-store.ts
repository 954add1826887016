import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import type { StateRecord, StateTopics } from './state-topics.ts';

// KafkaConfigBackingStore: connectors, their target states and their tasks' configurations, in the config topic.

export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED';
export type RawConfig = Readonly<Record<string, string>>;

export type StoredConnector = { config: RawConfig; targetState: TargetState; taskConfigs: readonly RawConfig[] };

export type ConfigStore = {
  names(): readonly string[];
  get(name: string): StoredConnector | undefined;
  putConnector(name: string, config: RawConfig, targetState?: TargetState): Promise<void>;
  putTaskConfigs(name: string, taskConfigs: readonly RawConfig[]): Promise<void>;
  putTargetState(name: string, targetState: TargetState): Promise<void>;
  remove(name: string): Promise<void>;
  noteRestart(name: string, includeTasks: boolean, onlyFailed: boolean): Promise<void>;
};

type Entry = {
  config?: RawConfig;
  targetState: TargetState;
  taskConfigs: readonly RawConfig[];
  pending: Map<number, RawConfig>;
};

const targetStates: readonly TargetState[] = ['STARTED', 'PAUSED', 'STOPPED'];

const targetStateOf = (value: { state?: string; 'state.v2'?: string }): TargetState =>
  targetStates.find((state) => state === (value['state.v2'] ?? value.state)) ?? 'STARTED';

// Workers before 3.5 do not know STOPPED: `state` tells them PAUSED.
const targetStateRecord = (name: string, state: TargetState): StateRecord => ({
  key: `target-state-${name}`,
  value: JSON.stringify({ state: state === 'STOPPED' ? 'PAUSED' : state, 'state.v2': state }),
});

const applyTo = (entries: Map<string, Entry>, key: string, value: string | null): void => {
  const entryOf = (name: string): Entry => {
    let entry = entries.get(name);
    if (entry === undefined)
      entries.set(name, (entry = { targetState: 'STARTED', taskConfigs: [], pending: new Map() }));
    return entry;
  };
  const connector = /^connector-(.+)$/s.exec(key)?.[1];
  if (connector !== undefined) {
    if (value === null) entries.delete(connector);
    else entryOf(connector).config = asJavaHashMap((JSON.parse(value) as { properties: RawConfig }).properties);
    return;
  }
  const stated = /^target-state-(.+)$/s.exec(key)?.[1];
  if (stated !== undefined) {
    if (value !== null) entryOf(stated).targetState = targetStateOf(JSON.parse(value));
    else if (entries.has(stated)) entryOf(stated).targetState = 'STARTED';
    return;
  }
  const task = /^task-(.+)-(\d+)$/s.exec(key);
  if (task !== null && value !== null) {
    const [, name = '', id = ''] = task;
    entryOf(name).pending.set(Number(id), asJavaHashMap((JSON.parse(value) as { properties: RawConfig }).properties));
    return;
  }
  const committed = /^commit-(.+)$/s.exec(key)?.[1];
  if (committed !== undefined && value !== null) {
    const entry = entryOf(committed);
    const count = (JSON.parse(value) as { tasks: number }).tasks;
    entry.taskConfigs = Array.from({ length: count }, (_, id) => entry.pending.get(id) ?? entry.taskConfigs[id] ?? {});
    entry.pending.clear();
  }
};

export const openConfigStore = (topics: StateTopics, topic: string): ConfigStore => {
  const entries = new Map<string, Entry>();
  for (const { key, value } of topics.messages(topic)) if (key !== null) applyTo(entries, key, value);

  const write = async (records: readonly StateRecord[]): Promise<void> => {
    await topics.append(topic, records);
    for (const { key, value } of records) applyTo(entries, key, value);
  };
  const get = (name: string): StoredConnector | undefined => {
    const entry = entries.get(name);
    return entry?.config === undefined ? undefined : { ...entry, config: entry.config };
  };
  return {
    names: () => [...entries].filter(([, entry]) => entry.config !== undefined).map(([name]) => name),
    get,
    putConnector: (name, config, targetState) =>
      write([
        ...(targetState === undefined ? [] : [targetStateRecord(name, targetState)]),
        { key: `connector-${name}`, value: JSON.stringify({ properties: config }) },
      ]),
    putTaskConfigs: (name, taskConfigs) =>
      write([
        ...taskConfigs.map((config, id) => ({
          key: `task-${name}-${id}`,
          value: JSON.stringify({ properties: asJavaHashMap(config) }),
        })),
        { key: `commit-${name}`, value: JSON.stringify({ tasks: taskConfigs.length }) },
      ]),
    putTargetState: (name, targetState) => write([targetStateRecord(name, targetState)]),
    remove: (name) =>
      write([
        { key: `connector-${name}`, value: null },
        { key: `target-state-${name}`, value: null },
      ]),
    noteRestart: (name, includeTasks, onlyFailed) =>
      write([
        {
          key: `restart-connector-${name}`,
          value: JSON.stringify({ 'include-tasks': includeTasks, 'only-failed': onlyFailed }),
        },
      ]),
  };
};
