import type { NodeReading, NodeReadings } from './reading.ts';

// A rate is taken over this time: shorter jumps with every batch, longer lags behind what one sees.
const windowMs = 3_000;

type Sample = { atMs: number; total: number };

/** Adds to each reading how fast its total moved over the last seconds. */
export const newRates = () => {
  const samples = new Map<string, readonly Sample[]>();
  const perSecond = (id: string, atMs: number, total: number): number => {
    const kept = [...(samples.get(id) ?? []).filter((sample) => atMs - sample.atMs <= windowMs), { atMs, total }];
    samples.set(id, kept);
    const [first] = kept;
    if (!first || first.atMs === atMs) return 0;
    return Math.max(0, ((total - first.total) * 1_000) / (atMs - first.atMs));
  };
  return (nodes: NodeReadings, atMs: number): NodeReadings =>
    Object.fromEntries(
      Object.entries(nodes).map(([id, reading]): [string, NodeReading] => [
        id,
        reading.total === undefined ? reading : { ...reading, perSecond: perSecond(id, atMs, reading.total) },
      ]),
    );
};

/** Two readers may speak of one node (a sink's state, and how far it is behind): what either knows counts, and the worse state. */
export const mergeReadings = (all: readonly NodeReadings[]): NodeReadings => {
  const nodes: NodeReadings = {};
  for (const [id, reading] of all.flatMap((readings) => Object.entries(readings))) {
    const before = nodes[id];
    const state = before && before.state !== 'running' ? before.state : reading.state;
    nodes[id] = { ...before, ...reading, state };
  }
  return nodes;
};
