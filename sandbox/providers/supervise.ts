import type { Address, ComponentName } from '../components/component.ts';
import type { Emit } from '../core/events.ts';
import type { ComponentState, ProviderName, RunningComponent } from './provider.ts';

/** One life of a component: from when it takes connections until it ends, by whatever cause. */
export type Life = {
  ended: Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Why it ended by itself, in a few words, where that can be told. */
  reason?(): Promise<string>;
};

export type Supervision = {
  name: ComponentName;
  provider: ProviderName;
  address: Address;
  /** What must stand before the first life begins. */
  after: Promise<unknown>;
  emit: Emit;
  onReady?: ((name: ComponentName, address: Address) => void | Promise<void>) | undefined;
  begin(): Promise<Life>;
};

// A component that ended by itself is started again, as a container with a restart policy would be, but not for ever.
const restartPauseMs = 250;
const restartsAtMost = 5;
const restartWindowMs = 60_000;

/** Begins a component's first life, begins another when it ends by itself, and leaves it down when it was told to end. */
export const supervise = (supervision: Supervision): RunningComponent => {
  const { name, provider, address, emit, onReady } = supervision;
  let state: ComponentState = 'starting';
  let life: Life | undefined;
  let begunMs: number[] = [];

  const onEnd = async (ended: Life): Promise<void> => {
    if (state !== 'running' || life !== ended) return;
    state = 'down';
    const reason = (await ended.reason?.().catch(() => undefined)) ?? 'it ended by itself';
    const nowMs = performance.now();
    begunMs = begunMs.filter((time) => nowMs - time < restartWindowMs);
    if (begunMs.length > restartsAtMost) {
      const message = `${name} ended ${begunMs.length} times within a minute; it is left down (${reason})`;
      return emit({ component: name, kind: 'failed', message });
    }
    emit({ component: name, kind: 'warning', message: `${name} is down: ${reason}; starting it again` });
    await new Promise((resolve) => setTimeout(resolve, restartPauseMs));
    if (state === 'down') await start().catch(leftDown);
  };

  const leftDown = (error: Error): void => emit({ component: name, kind: 'failed', message: error.message });

  const start = async (): Promise<void> => {
    state = 'starting';
    begunMs.push(performance.now());
    try {
      life = await supervision.begin();
    } catch (error) {
      state = 'down';
      throw error;
    }
    state = 'running';
    const begun = life;
    void begun.ended.then(() => onEnd(begun));
  };

  const end = (how: (life: Life) => Promise<void>) => async (): Promise<void> => {
    state = 'stopped';
    const ending = life;
    life = undefined;
    if (ending) await how(ending);
  };

  const ready = supervision.after.then(start).then(() => onReady?.(name, address));
  ready.catch(() => {});
  return {
    name,
    provider,
    address,
    ready,
    state: () => state,
    crash: end((ending) => ending.kill()),
    stop: end((ending) => ending.stop()),
    start,
  };
};
