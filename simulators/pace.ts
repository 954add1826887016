import type { Clock } from '../sandbox/core/clock.ts';

export type Pace = {
  setRate(perSecond: number): void;
  rate(): number;
  stop(): Promise<void>;
};

const tickMs = 10;

/**
 * Calls `emit(count)` every few milliseconds with as many as are due at `perSecond`. When `emit` is slow, what fell due meanwhile
 * comes in the next call, but never more than a second's worth: a stalled consumer is not answered with a flood.
 */
export const startPace = (clock: Clock, perSecond: number, emit: (count: number) => Promise<void> | void): Pace => {
  const stopping = new AbortController();
  let rate = perSecond;
  let due = 0;
  const loop = async (): Promise<void> => {
    for (let lastMs = clock.nowMs(); !stopping.signal.aborted; ) {
      await clock.sleep(tickMs, stopping.signal);
      const nowMs = clock.nowMs();
      due = Math.min(due + ((nowMs - lastMs) * rate) / 1_000, Math.max(rate, 1));
      lastMs = nowMs;
      const count = Math.floor(due);
      if (count === 0 || stopping.signal.aborted) continue;
      due -= count;
      await emit(count);
    }
  };
  const done = loop();
  return {
    setRate: (next) => {
      rate = next;
    },
    rate: () => rate,
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
};
