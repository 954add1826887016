import type { Clock } from '../../../core/clock.ts';
import { ConfigError, ConnectError, RetriableError } from '../connect-errors.ts';
import type { ConnectLog, ConnectorConfig } from '../plugin.ts';

// RetryWithToleranceOperator: each conversion, transformation or produced record is tried again for errors.retry.timeout while it throws a
// RetriableException, and then fails the task or is skipped, as errors.tolerance says.

export type Stage =
  | 'KEY_CONVERTER'
  | 'VALUE_CONVERTER'
  | 'HEADER_CONVERTER'
  | 'TRANSFORMATION'
  | 'TASK_PUT'
  | 'KAFKA_PRODUCE';

export type Failure = { stage: Stage; executingClass: string; error: unknown };

export type ToleranceSettings = {
  retryTimeoutMs: number;
  retryDelayMaxMs: number;
  tolerateAll: boolean;
  logErrors: boolean;
  logMessages: boolean;
};

const numberSetting = (config: ConnectorConfig, name: string, byDefault: number): number => {
  const value = Number(config[name] ?? byDefault);
  if (!Number.isInteger(value)) {
    throw new ConfigError(`Invalid value ${config[name]} for configuration ${name}: Not a number of type LONG`);
  }
  return value;
};

export const toleranceSettings = (config: ConnectorConfig): ToleranceSettings => ({
  retryTimeoutMs: numberSetting(config, 'errors.retry.timeout', 0),
  retryDelayMaxMs: numberSetting(config, 'errors.retry.delay.max.ms', 60_000),
  tolerateAll: config['errors.tolerance'] === 'all',
  logErrors: config['errors.log.enable']?.toLowerCase() === 'true',
  logMessages: config['errors.log.include.messages']?.toLowerCase() === 'true',
});

export type Tolerance = {
  settings: ToleranceSettings;
  /** The result, or the failure that was tolerated. Throws when it is not. */
  attempt<T>(stage: Stage, executingClass: string, operation: () => T): T | { tolerated: Failure };
  /** The same for an operation that takes time, tried again while it may be. */
  retry<T>(operation: () => Promise<T>, signal: AbortSignal): Promise<T>;
};

const initialDelayMs = 300;

export const tolerance = (config: ConnectorConfig, clock: Clock, log: ConnectLog): Tolerance => {
  const settings = toleranceSettings(config);
  return {
    settings,
    attempt: (stage, executingClass, operation) => {
      try {
        return operation();
      } catch (error) {
        if (settings.logErrors) {
          log.error(
            `Error encountered in task. Executing stage '${stage}' with class '${executingClass}': ${String(error)}`,
          );
        }
        if (settings.tolerateAll) return { tolerated: { stage, executingClass, error } };
        throw new ConnectError('Tolerance exceeded in error handler', { cause: error });
      }
    },
    retry: async (operation, signal) => {
      const startMs = clock.nowMs();
      for (let attempts = 1; ; attempts++) {
        try {
          return await operation();
        } catch (error) {
          const spentMs = clock.nowMs() - startMs;
          const mayRetry = settings.retryTimeoutMs < 0 || spentMs < settings.retryTimeoutMs;
          if (!(error instanceof RetriableError) || !mayRetry || signal.aborted) throw error;
          await clock.sleep(Math.min(initialDelayMs * 2 ** (attempts - 1), settings.retryDelayMaxMs), signal);
        }
      }
    },
  };
};

export const wasTolerated = (result: unknown): result is { tolerated: Failure } =>
  typeof result === 'object' && result !== null && 'tolerated' in result;
