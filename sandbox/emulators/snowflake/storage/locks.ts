import type { Clock } from '../../../core/clock.ts';
import { cancelled, SnowflakeError } from '../errors.ts';

/**
 * Locks on tables and streams, held to the end of a transaction. As in Snowflake, statements that only add rows do not wait for
 * each other; statements that change rows wait for each other, and never fail because another one was first.
 * append: INSERT, COPY · rewrite: UPDATE, DELETE, MERGE, TRUNCATE, the reading of a stream by DML · schema: ALTER, DROP.
 */
export type LockMode = 'append' | 'rewrite' | 'schema';
export type LockRequest = { key: string; mode: LockMode };

type Waiter = { owner: object; mode: LockMode; grant(): void };
type Lock = { held: Map<object, LockMode>; waiting: Waiter[] };

export type Locks = {
  /** Takes all, in one fixed order; throws 000625 when the lock's time-out passes and 000604 when the statement is cancelled. */
  acquire(owner: object, requests: readonly LockRequest[], timeoutMs: number, signal?: AbortSignal): Promise<void>;
  releaseAll(owner: object): void;
};

const compatible = (held: LockMode, wanted: LockMode): boolean =>
  held !== 'schema' && wanted !== 'schema' && (held === 'append' || wanted === 'append');

const strength: Readonly<Record<LockMode, number>> = { append: 0, rewrite: 1, schema: 2 };

const canTake = (lock: Lock, owner: object, mode: LockMode): boolean => {
  for (const [holder, held] of lock.held) if (holder !== owner && !compatible(held, mode)) return false;
  return true;
};

const take = (lock: Lock, owner: object, mode: LockMode): void => {
  const held = lock.held.get(owner);
  if (held === undefined || strength[held] < strength[mode]) lock.held.set(owner, mode);
};

const grantWaiting = (lock: Lock): void => {
  while (lock.waiting.length > 0) {
    const first = lock.waiting[0] as Waiter;
    if (!canTake(lock, first.owner, first.mode)) return;
    lock.waiting.shift();
    take(lock, first.owner, first.mode);
    first.grant();
  }
};

const timedOut = (key: string): SnowflakeError =>
  new SnowflakeError(
    '000625',
    `Statement was aborted because the number of waiters or the time to wait for lock '${key}' was exceeded.`,
  );

export const createLocks = (clock: Clock): Locks => {
  const locks = new Map<string, Lock>();

  const wait = (key: string, lock: Lock, waiter: Omit<Waiter, 'grant'>, timeoutMs: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const settled = new AbortController();
      const leave = (error: Error): void => {
        const index = lock.waiting.indexOf(entry);
        if (index < 0) return;
        lock.waiting.splice(index, 1);
        settled.abort();
        grantWaiting(lock);
        reject(error);
      };
      const onAbort = (): void => leave(cancelled());
      const entry: Waiter = {
        ...waiter,
        grant: () => {
          settled.abort();
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      lock.waiting.push(entry);
      signal?.addEventListener('abort', onAbort, { once: true });
      void clock.sleep(timeoutMs, settled.signal).then(() => leave(timedOut(key)));
    });

  const acquireOne = async (owner: object, request: LockRequest, timeoutMs: number, signal?: AbortSignal) => {
    const lock: Lock = locks.get(request.key) ?? { held: new Map(), waiting: [] };
    locks.set(request.key, lock);
    const held = lock.held.get(owner);
    if (held !== undefined && strength[held] >= strength[request.mode]) return;
    // Whoever holds a lock already goes before those who wait for it: behind them it would wait for itself.
    if (canTake(lock, owner, request.mode) && (lock.waiting.length === 0 || held !== undefined)) {
      take(lock, owner, request.mode);
      return;
    }
    await wait(request.key, lock, { owner, mode: request.mode }, timeoutMs, signal);
  };

  return {
    acquire: async (owner, requests, timeoutMs, signal) => {
      const sorted = [...requests].sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
      for (const request of sorted) await acquireOne(owner, request, timeoutMs, signal);
    },
    releaseAll: (owner) => {
      for (const [key, lock] of locks) {
        if (!lock.held.delete(owner)) continue;
        grantWaiting(lock);
        if (lock.held.size === 0 && lock.waiting.length === 0) locks.delete(key);
      }
    },
  };
};
