import type { Clock } from './clock.ts';
import type { Emit } from './events.ts';

/** Where a server listens, and the address it tells clients to come back to (Kafka's advertised listener). */
export type Listener = {
  bindHost: string;
  /** 0 takes a free port. */
  port: number;
  advertisedHost: string;
  /** When absent, the port that was bound. */
  advertisedPort?: number;
};

export type ServerContext = {
  /** At least one; by default one, on 127.0.0.1. */
  listeners: readonly Listener[];
  /** Exists and belongs to this server alone; all state that survives a restart is in it. */
  dataDir: string;
  clock: Clock;
  emit: Emit;
};

/** A started server: the ports it bound, in the order of its listeners, and a way to stop. Nothing else crosses this door. */
export type RunningServer = {
  ports: readonly number[];
  /** Stops taking requests, lets those under way end, brings all state to disk. */
  stop(): Promise<void>;
};

export const loopback = (port: number): Listener => ({ bindHost: '127.0.0.1', port, advertisedHost: '127.0.0.1' });
