import type { Clock } from './clock.ts';

export type RetryOptions = {
  clock: Clock;
  deadlineMs: number;
  /** First pause; each further one is half as long again, up to `maxPauseMs`. */
  pauseMs?: number;
  maxPauseMs?: number;
  signal?: AbortSignal;
  /** False of an error that another attempt cannot mend: it is thrown at once. */
  mayPass?: (error: Error) => boolean;
};

/** Calls `attempt` until it does not throw, or `deadlineMs` from now has passed; then throws what the last attempt threw. */
export const retryUntil = async <T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> => {
  const { clock, signal, maxPauseMs = 1_000 } = options;
  const endMs = clock.nowMs() + options.deadlineMs;
  for (let pauseMs = options.pauseMs ?? 20; ; pauseMs = Math.min(pauseMs * 1.5, maxPauseMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (clock.nowMs() + pauseMs > endMs || signal?.aborted || options.mayPass?.(error as Error) === false)
        throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
};
