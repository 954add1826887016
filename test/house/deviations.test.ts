import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deviations } from '../contract/deviations.ts';

const entries = Object.entries(deviations).flatMap(([provider, files]) =>
  Object.entries(files).flatMap(([file, tests]) =>
    Object.entries(tests).map(([name, deviation]) => ({ provider, file, name, ...deviation })),
  ),
);

// That each entry names a test of its file is checked where the file runs.
test('every listed deviation is of a contract test file that is there', () => {
  const missing = entries.filter(({ file }) => !existsSync(`${import.meta.dirname}/../contract/${file}`));
  expect(missing).toEqual([]);
});

test('every deviation says why', () => {
  expect(entries.filter(({ reason }) => reason.length < 20)).toEqual([]);
});
