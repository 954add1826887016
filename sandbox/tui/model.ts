import type { Address } from '../components/component.ts';
import type { SandboxEvent } from '../core/events.ts';
import type { Readings } from '../monitor/reading.ts';
import type { Graph } from '../pipeline/graph.ts';

/** Everything the screen draws, as one value. */
export type Model = {
  startedAtMs: number;
  nowMs: number;
  graph: Graph | undefined;
  address: Address;
  seed: string;
  readings: Readings | undefined;
  /** How long after start the first row came, by table. */
  firstRowMs: Readonly<Record<string, number>>;
  /** Newest last; what is older than `eventsKept` is in the log. */
  events: readonly (SandboxEvent & { number: number })[];
  /** What start-up has just done, or that it is stopping. */
  step: string;
};

export const eventsKept = 200;

export const emptyModel = (nowMs: number): Model => ({
  startedAtMs: nowMs,
  nowMs,
  graph: undefined,
  address: {},
  seed: '',
  readings: undefined,
  firstRowMs: {},
  events: [],
  step: 'starting',
});
