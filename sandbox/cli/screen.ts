import type { Address } from '../components/component.ts';
import type { SandboxEvent } from '../core/events.ts';
import type { Readings } from '../monitor/reading.ts';
import type { Graph } from '../pipeline/graph.ts';

/** What shows a run to a person or a program: the Ink screen, plain lines, or JSON lines. It is told, it asks nothing. */
export type Screen = {
  step(step: string, sinceStartMs: number): void;
  event(event: SandboxEvent): void;
  started(run: { graph: Graph; address: Address; seed: string }): void;
  readings(readings: Readings): void;
  firstRow(table: string, sinceStartMs: number): void;
  stopping(): void;
  close(): void;
  /** Resolves when the person asks to end. */
  quit: Promise<void>;
};
