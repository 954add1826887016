import { basename } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type Collected, deviationsOf, entriesWithoutTest, ranWhole, testsByName } from './deviation-lookup.ts';
import { deviations } from './deviations.ts';
import { unobserved } from './observations.ts';
import { provider } from './provider.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Why this test fails on this provider. */
    deviates?: string;
  }
}

const file = basename(expect.getState().testPath ?? '');
const testsOf = (suite: unknown) => testsByName((suite as Collected).tasks ?? []);
const listed = deviationsOf(deviations, provider, file);

// biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are wanted: none.
beforeAll(({}, suite) => {
  const missing = entriesWithoutTest(listed, testsOf(suite));
  if (missing.length > 0)
    throw new Error(`deviations.ts lists for ${provider}, ${file}, what no test is called: ${missing.join('; ')}`);
});

beforeEach(async ({ task, skip, annotate }) => {
  const deviation = listed.get(task.fullTestName);
  if (deviation === undefined) return;
  if (deviation.how === 'skips') skip(deviation.reason);
  await annotate(deviation.reason, 'deviation');
  task.meta.deviates = deviation.reason;
  // What test.fails sets, which has to stand in the test's own file.
  Object.assign(task, { fails: true });
});

// biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are wanted: none.
afterAll(({}, suite) => {
  if (!ranWhole(testsOf(suite))) return;
  const stale = unobserved();
  if (stale.length > 0)
    throw new Error(`observations/${file.replace('.test.ts', '.json')} has what no test observes: ${stale.join('; ')}`);
});
