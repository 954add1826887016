import type { Clock } from '../../../../core/clock.ts';
import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { TypedConfig } from '../../config/definitions.ts';

// http.timer: how long to wait before the next request. Asked once before each, with the time of the newest record so far.

export type Timer = { nextPauseMs(latestRecordMs: number): number };

const orDeprecated = (config: TypedConfig, name: string, deprecated: string, byDefault: number): number =>
  config.number(name) === byDefault ? config.number(deprecated) : config.number(name);

const tailIntervalMs = (config: TypedConfig): number =>
  orDeprecated(config, 'http.timer.interval.millis', 'http.throttler.interval.millis', 60_000);

/** Catches up while records are new since the last request, yet older than the interval. Source: AdaptableIntervalTimer. */
const adaptable = (config: TypedConfig, clock: Clock): Timer => {
  const tailMs = tailIntervalMs(config);
  const catchUpMs = orDeprecated(
    config,
    'http.timer.catchup.interval.millis',
    'http.throttler.catchup.interval.millis',
    30_000,
  );
  let latestMs = 1;
  return {
    nextPauseMs: (latestRecordMs) => {
      const previousMs = latestMs;
      latestMs = latestRecordMs;
      const catchingUp = previousMs !== latestMs && latestMs < clock.nowMs() - tailMs;
      return catchingUp ? catchUpMs : tailMs;
    },
  };
};

export const createTimer = (config: TypedConfig, clock: Clock): Timer => {
  const className = config.text('http.timer');
  if (className.endsWith('.AdaptableIntervalTimer')) return adaptable(config, clock);
  if (className.endsWith('.FixedIntervalTimer')) {
    const intervalMs = tailIntervalMs(config);
    return { nextPauseMs: () => intervalMs };
  }
  throw new NotEmulated('connect', `http.timer=${className}`);
};
