import type { Address } from '../components/component.ts';
import { connectRequest } from '../components/rest-request.ts';
import type { Graph } from '../pipeline/graph.ts';
import type { NodeReading, NodeReadings, NodeState, Reader } from './reading.ts';

type TaskStatus = { state: string; trace?: string };
type ConnectorStatus = { connector: TaskStatus; tasks: TaskStatus[] };

const states: Readonly<Record<string, NodeState>> = {
  RUNNING: 'running',
  PAUSED: 'paused',
  STOPPED: 'paused',
  FAILED: 'failed',
  UNASSIGNED: 'waiting',
  RESTARTING: 'waiting',
};

// The worst state of a connector and its tasks is the one to show.
const worstFirst: readonly NodeState[] = ['failed', 'down', 'paused', 'waiting', 'running'];

const readingOf = (status: ConnectorStatus | undefined): NodeReading => {
  if (!status) return { state: 'waiting' };
  const all = [status.connector, ...status.tasks];
  const reached = all.map(({ state }) => states[state] ?? 'waiting');
  const worst = worstFirst.find((state) => reached.includes(state)) ?? 'waiting';
  const note = all.find(({ trace }) => trace)?.trace?.split('\n')[0];
  const state = worst === 'running' && status.tasks.length === 0 ? 'waiting' : worst;
  return { state, ...(note === undefined ? {} : { note }) };
};

/** Connectors: the worst state of the connector and its tasks, and the first line of what a failed one says. */
export const connectReader = (graph: Graph, environment: Address): Reader => {
  const connectors = graph.nodes.filter(({ kind }) => kind === 'source-connector' || kind === 'sink-connector');
  return {
    read: async () => {
      const readings: NodeReadings = {};
      try {
        const response = await connectRequest(environment, '/connectors?expand=status');
        const found = (await response.json()) as Record<string, { status?: ConnectorStatus }>;
        for (const { id, name } of connectors) readings[id] = readingOf(found[name]?.status);
      } catch (error) {
        for (const { id } of connectors) readings[id] = { state: 'down', note: (error as Error).message };
      }
      return readings;
    },
    close: async () => {},
  };
};
