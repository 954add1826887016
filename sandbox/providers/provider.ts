import type { Address, ComponentName } from '../components/component.ts';

/** Ours in this program, the real part in a container, or a system that runs already. */
export const providerNames = ['embedded', 'container', 'external'] as const;
export type ProviderName = (typeof providerNames)[number];

/** Who provides each component. */
export type ProviderChoice = Readonly<Record<ComponentName, ProviderName>>;

export type ComponentState = 'starting' | 'running' | 'down' | 'stopped';

/** One component, whoever provides it: where it is, and how to end and start it. */
export type RunningComponent = {
  name: ComponentName;
  provider: ProviderName;
  /** As seen from this machine. */
  address: Address;
  /** Resolves when it takes connections. */
  ready: Promise<void>;
  state(): ComponentState;
  /** kill -9; stays down until `start`. */
  crash(): Promise<void>;
  /** Graceful; stays down until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
};
