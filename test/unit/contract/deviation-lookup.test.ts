import { expect, test } from 'vitest';
import {
  type Collected,
  deviationsOf,
  entriesWithoutTest,
  ranWhole,
  testsByName,
} from '../../contract/deviation-lookup.ts';
import type { Deviations } from '../../contract/deviations.ts';

const passed = { type: 'test', mode: 'run', result: { state: 'pass' } };
const collected: Collected[] = [
  { ...passed, name: 'alone' },
  {
    type: 'suite',
    name: 'outer',
    mode: 'run',
    tasks: [
      { ...passed, name: 'first' },
      { type: 'suite', name: 'inner', mode: 'run', tasks: [{ ...passed, name: 'second' }] },
    ],
  },
];

const listed: Deviations = {
  embedded: {},
  containers: { 'a.test.ts': { 'outer > first': { how: 'fails', reason: 'because' } } },
};

test('tests have the names of their suites before their own', () => {
  expect([...testsByName(collected).keys()]).toEqual(['alone', 'outer > first', 'outer > inner > second']);
});

test('a deviation is of one provider and one file', () => {
  expect([...deviationsOf(listed, 'containers', 'a.test.ts').keys()]).toEqual(['outer > first']);
  expect(deviationsOf(listed, 'embedded', 'a.test.ts').size).toBe(0);
  expect(deviationsOf(listed, 'containers', 'b.test.ts').size).toBe(0);
});

test('an entry that names no test is told', () => {
  const entries = new Map([
    ['outer > first', { how: 'fails', reason: 'because' } as const],
    ['outer > gone', { how: 'skips', reason: 'because' } as const],
  ]);
  expect(entriesWithoutTest(entries, testsByName(collected))).toEqual(['outer > gone']);
});

test.each([
  ['was filtered out', { ...passed, mode: 'skip' }],
  ['failed', { ...passed, result: { state: 'fail' } }],
  ['is listed to fail', { ...passed, fails: true }],
])('a file has not run whole when a test %s', (_why, state) => {
  expect(ranWhole(testsByName(collected))).toBe(true);
  expect(ranWhole(testsByName([...collected, { ...state, name: 'other' }]))).toBe(false);
});
