import { expect, test } from 'vitest';
import { systemClock } from '../../../../sandbox/core/clock.ts';
import { createLocks, type LockMode } from '../../../../sandbox/emulators/snowflake/storage/locks.ts';

const table = (mode: LockMode) => [{ key: 'table 1', mode }];
const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
};

test('additions do not wait for each other or for a change; changes wait for changes; DDL for all', async () => {
  const locks = createLocks(systemClock);
  const [one, two, three, four] = [{}, {}, {}, {}];
  await locks.acquire(one, table('append'), 1_000);
  expect(await settled(locks.acquire(two, table('rewrite'), 1_000))).toBe(true);
  const change = locks.acquire(three, table('rewrite'), 1_000);
  const ddl = locks.acquire(four, table('schema'), 1_000);
  expect(await settled(change)).toBe(false);
  locks.releaseAll(two);
  expect(await settled(change)).toBe(true);
  locks.releaseAll(three);
  expect(await settled(ddl)).toBe(false);
  locks.releaseAll(one);
  expect(await settled(ddl)).toBe(true);
});

test('whoever holds a lock may take more of it before those who wait', async () => {
  const locks = createLocks(systemClock);
  const [one, two] = [{}, {}];
  await locks.acquire(one, table('append'), 1_000);
  const waiting = locks.acquire(two, table('schema'), 1_000);
  expect(await settled(locks.acquire(one, table('rewrite'), 1_000))).toBe(true);
  locks.releaseAll(one);
  await waiting;
});

test('a wait ends with its time or its statement', async () => {
  const locks = createLocks(systemClock);
  await locks.acquire({}, table('rewrite'), 1_000);
  await expect(locks.acquire({}, table('rewrite'), 5)).rejects.toMatchObject({ code: '000625' });
  const abort = new AbortController();
  const cancelled = locks.acquire({}, table('rewrite'), 60_000, abort.signal);
  abort.abort();
  await expect(cancelled).rejects.toMatchObject({ code: '000604' });
});
