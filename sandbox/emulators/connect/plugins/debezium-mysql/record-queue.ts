import type { Clock } from '../../../../core/clock.ts';
import type { SourceRecord } from '../../plugin.ts';

/** Between what reads the database and what polls: bounded, in order. */
export type RecordQueue = {
  put(record: SourceRecord): void;
  /** Resolves when there is room again. */
  roomy(): Promise<void>;
  isFull(): boolean;
  fail(error: Error): void;
  /**
   * Waits until a batch is full or the poll interval is over, then gives what there is: ChangeEventQueue.poll. Throws what `fail` was
   * told once all records before it are given.
   */
  poll(signal: AbortSignal): Promise<SourceRecord[]>;
  /** Nobody polls any more: whoever waits for room goes on. */
  close(): void;
};

export type QueueLimits = { clock: Clock; pollIntervalMs: number; maxBatchSize: number; maxQueueSize: number };

/** Debezium returns control to Connect at least this often. */
const longestPollMs = 5_000;

export const recordQueue = ({ clock, pollIntervalMs, maxBatchSize, maxQueueSize }: QueueLimits): RecordQueue => {
  let records: SourceRecord[] = [];
  let failure: Error | undefined;
  let closed = false;
  let wakePoll: (() => void) | undefined;
  let wakeProducer: (() => void) | undefined;
  const take = (): SourceRecord[] => {
    const taken = records.length <= maxBatchSize ? records : records.slice(0, maxBatchSize);
    records = records.length <= maxBatchSize ? [] : records.slice(maxBatchSize);
    if (records.length < maxQueueSize) {
      wakeProducer?.();
      wakeProducer = undefined;
    }
    return taken;
  };
  const enough = () => records.length >= maxBatchSize || failure !== undefined;
  return {
    put: (record) => {
      records.push(record);
      if (enough()) wakePoll?.();
    },
    isFull: () => records.length >= maxQueueSize,
    roomy: async () => {
      while (records.length >= maxQueueSize && !closed) {
        await new Promise<void>((resolve) => {
          wakeProducer = resolve;
        });
      }
    },
    fail: (error) => {
      failure ??= error;
      wakePoll?.();
    },
    poll: async (signal) => {
      if (!enough()) {
        const waited = new AbortController();
        wakePoll = () => waited.abort();
        const stop = () => waited.abort();
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) waited.abort();
        await clock.sleep(Math.min(pollIntervalMs, longestPollMs), waited.signal);
        signal.removeEventListener('abort', stop);
        wakePoll = undefined;
      }
      if (records.length === 0 && failure) throw failure;
      return take();
    },
    close: () => {
      closed = true;
      wakeProducer?.();
      wakePoll?.();
    },
  };
};
