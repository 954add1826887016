import type { Clock } from '../../../core/clock.ts';
import type { Emit } from '../../../core/events.ts';
import type { ConnectLog, ConnectorConfig } from '../plugin.ts';
import type { KafkaAccess } from './kafka-access.ts';
import type { OffsetStore } from './offset-store.ts';
import type { RunState } from './status-store.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** What the worker gives every task it runs. */
export type TaskServices = {
  access: KafkaAccess;
  settings: WorkerSettings;
  offsets: OffsetStore;
  clock: Clock;
  emit: Emit;
  log: ConnectLog;
  /** A topic was written to or read from. */
  onTopic(topic: string): void;
  onState(state: RunState, error?: unknown): void;
};

/** One task to run: configurations with placeholders resolved. */
export type TaskAssignment = {
  connector: string;
  taskId: number;
  /** Of the connector: converters, transformations, error handling, client overrides. */
  connectorConfig: ConnectorConfig;
  taskConfig: ConnectorConfig;
  paused: boolean;
};

export type RunningTask = {
  setPaused(paused: boolean): void;
  /** Ends gracefully within task.shutdown.graceful.timeout.ms; never rejects. */
  stop(): Promise<void>;
};
