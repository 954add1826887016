import type { Address } from '../components/component.ts';
import { resolveEnvironment } from '../pipeline/artefacts.ts';
import type { Graph } from '../pipeline/graph.ts';
import type { NodeReading, NodeReadings, Reader } from './reading.ts';

const readApi = async (url: string): Promise<NodeReading> => {
  try {
    const answer = await fetch(new URL('/simulators', url));
    if (!answer.ok) return { state: 'running' };
    const { clickstream } = (await answer.json()) as { clickstream: { created: number } | null };
    return { state: 'running', ...(clickstream ? { total: clickstream.created } : {}) };
  } catch (error) {
    return { state: 'down', note: (error as Error).message };
  }
};

/** HTTP APIs: whether they answer; of the sandbox's own clickstream, also how many events it has made. */
export const apiReader = (graph: Graph, environment: Address): Reader => ({
  read: async () => {
    const readings: NodeReadings = {};
    for (const { id, kind, name } of graph.nodes) {
      if (kind === 'api') readings[id] = await readApi(resolveEnvironment(name, environment));
    }
    return readings;
  },
  close: async () => {},
});
