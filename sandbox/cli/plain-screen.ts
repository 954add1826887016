import type { Address } from '../components/component.ts';
import type { Readings } from '../monitor/reading.ts';
import type { Graph } from '../pipeline/graph.ts';
import type { Screen } from './screen.ts';

const linesEachMs = 5_000;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

/** One line a lane: each place that holds rows with how many, in the order of flow. */
const laneLines = (graph: Graph, { nodes }: Readings): string[] =>
  graph.lanes.map((lane) => {
    const parts = lane.nodes.flatMap(({ id, name, kind }) => {
      const reading = nodes[id];
      if (!reading) return [];
      if (reading.state === 'failed' || reading.state === 'down' || reading.state === 'paused')
        return [`${name} ${reading.state.toUpperCase()}${reading.note ? ` (${reading.note})` : ''}`];
      return reading.total === undefined ? [] : [`${kind === 'objects' ? 'objects' : name} ${reading.total}`];
    });
    return parts.join(' → ');
  });

/** Lines for a pipe, a log or a CI: readable, or one JSON object a line. */
export const plainScreen = (json: boolean): Screen => {
  let graph: Graph | undefined;
  let lastLinesMs = 0;
  let address: Address = {};
  const write = (kind: string, fields: Record<string, unknown>, text: string): void => {
    process.stdout.write(`${json ? JSON.stringify({ kind, ...fields }) : text}\n`);
  };
  return {
    step: (step, sinceStartMs) => write('step', { step, sinceStartMs }, `${seconds(sinceStartMs)}  ${step}`),
    event: (event) => write('event', event, `${event.component}: ${event.kind}: ${event.message}`),
    started: (run) => {
      graph = run.graph;
      address = run.address;
      const lines = Object.entries(address).map(([name, value]) => `  ${name}=${value}`);
      write('started', { address, seed: run.seed }, `seed ${run.seed}; addresses:\n${lines.join('\n')}`);
    },
    readings: (readings) => {
      if (json) return write('readings', readings, '');
      if (!graph || readings.atMs - lastLinesMs < linesEachMs) return;
      lastLinesMs = readings.atMs;
      for (const line of laneLines(graph, readings)) write('lane', {}, line);
    },
    firstRow: (table, sinceStartMs) =>
      write('first-row', { table, sinceStartMs }, `first row in ${table} ${seconds(sinceStartMs)} after the start`),
    stopping: () => write('stopping', {}, 'stopping …'),
    close: () => {},
    quit: new Promise(() => {}),
  };
};
