import type { ConnectLog } from '../plugin.ts';
import type { StateRecord, StateTopics } from './state-topics.ts';

// KafkaStatusBackingStore: states of connectors and tasks, and the topics they use.

export type RunState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED';
export type Status = { state: RunState; workerId: string; version: string | null; trace: string | null };

export type StatusStore = {
  connector(name: string): Status | undefined;
  task(name: string, id: number): Status | undefined;
  /** Ids of the tasks that have a status, in order. */
  taskIds(name: string): readonly number[];
  topics(name: string): readonly string[];
  setConnector(name: string, status: Status): void;
  setTask(name: string, id: number, status: Status): void;
  removeTask(name: string, id: number): void;
  addTopic(name: string, topic: string, taskId: number, nowMs: number): void;
  resetTopics(name: string): void;
  /** Forgets everything about a connector. */
  remove(name: string): void;
};

type Known = { connector?: Status; tasks: Map<number, Status>; topics: Set<string> };

type StatusJson = { state: RunState; trace?: string | null; worker_id: string; version?: string | null };
const statusOf = (json: StatusJson): Status => ({
  state: json.state,
  workerId: json.worker_id,
  version: json.version ?? null,
  trace: json.trace ?? null,
});

const load = (topics: StateTopics, topic: string, knownOf: (name: string) => Known): void => {
  for (const { key, value } of topics.messages(topic)) {
    const text = key ?? '';
    const connector = /^status-connector-(.+)$/s.exec(text)?.[1];
    const task = /^status-task-(.+)-(\d+)$/s.exec(text);
    const used = /^status-topic-(.+?):connector-(.+)$/s.exec(text);
    if (connector !== undefined) {
      if (value === null) delete knownOf(connector).connector;
      else knownOf(connector).connector = statusOf(JSON.parse(value));
    } else if (task !== null) {
      const { tasks } = knownOf(task[1] as string);
      if (value === null) tasks.delete(Number(task[2]));
      else tasks.set(Number(task[2]), statusOf(JSON.parse(value)));
    } else if (used !== null) {
      const names = knownOf(used[2] as string).topics;
      if (value === null) names.delete(used[1] as string);
      else names.add(used[1] as string);
    }
  }
};

export const openStatusStore = (
  topics: StateTopics,
  topic: string,
  generation: () => number,
  log: ConnectLog,
): StatusStore => {
  const all = new Map<string, Known>();
  const knownOf = (name: string): Known => {
    let known = all.get(name);
    if (known === undefined) all.set(name, (known = { tasks: new Map(), topics: new Set() }));
    return known;
  };
  load(topics, topic, knownOf);

  // As in the real worker, nobody waits for a status to be written.
  const write = (records: readonly StateRecord[]): void => {
    topics.append(topic, records).catch((error) => log.error(`Failed to write status update: ${error}`));
  };
  const print = ({ state, trace, workerId, version }: Status): string =>
    JSON.stringify({ state, trace, worker_id: workerId, generation: generation(), version });
  const topicKey = (name: string, used: string): string => `status-topic-${used}:connector-${name}`;

  return {
    connector: (name) => all.get(name)?.connector,
    task: (name, id) => all.get(name)?.tasks.get(id),
    taskIds: (name) => [...(all.get(name)?.tasks.keys() ?? [])].sort((left, right) => left - right),
    topics: (name) => [...(all.get(name)?.topics ?? [])],
    setConnector: (name, status) => {
      knownOf(name).connector = status;
      write([{ key: `status-connector-${name}`, value: print(status) }]);
    },
    setTask: (name, id, status) => {
      knownOf(name).tasks.set(id, status);
      write([{ key: `status-task-${name}-${id}`, value: print(status) }]);
    },
    removeTask: (name, id) => {
      if (knownOf(name).tasks.delete(id)) write([{ key: `status-task-${name}-${id}`, value: null }]);
    },
    addTopic: (name, used, taskId, nowMs) => {
      const { topics: names } = knownOf(name);
      if (names.has(used)) return;
      names.add(used);
      const value = JSON.stringify({ topic: { name: used, connector: name, task: taskId, discoverTimestamp: nowMs } });
      write([{ key: topicKey(name, used), value }]);
    },
    resetTopics: (name) => {
      const { topics: names } = knownOf(name);
      write([...names].map((used) => ({ key: topicKey(name, used), value: null })));
      names.clear();
    },
    remove: (name) => {
      const known = all.get(name);
      if (known === undefined) return;
      write([
        { key: `status-connector-${name}`, value: null },
        ...[...known.tasks.keys()].map((id) => ({ key: `status-task-${name}-${id}`, value: null })),
        ...[...known.topics].map((used) => ({ key: topicKey(name, used), value: null })),
      ]);
      all.delete(name);
    },
  };
};
