import type { SnowflakeValue } from '../components/snowflake-client.ts';

export type NodeState = 'running' | 'waiting' | 'paused' | 'failed' | 'down';

/** What one node of the graph says of itself, as an operator would read it. Absent figures are not known. */
export type NodeReading = {
  state: NodeState;
  /** Rows, records or objects that are there. */
  total?: number;
  /** How `total` moves, per second, over the last readings. */
  perSecond?: number;
  /** What waits to be taken on: records behind, files pending. */
  backlog?: number;
  /** In a few words, when there is something to say: an error, a suspension. */
  note?: string;
};

export type Row = Readonly<Record<string, SnowflakeValue>>;

export type Readings = {
  atMs: number;
  nodes: Readonly<Record<string, NodeReading>>;
  /** The newest rows of each lane's last table, newest first. */
  newest: Readonly<Record<string, readonly Row[]>>;
  /** When the first row was seen in each lane's last table, by the machine's clock. */
  firstRowAtMs: Readonly<Record<string, number>>;
};

/** Readings by node id; a reader that cannot reach its system gives `down` for its nodes. */
export type NodeReadings = Record<string, NodeReading>;

/** Reads some nodes over the wire. `close` lets go of its connections. */
export type Reader = { read(): Promise<NodeReadings>; close(): Promise<void> };
