import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  emulatedOperations,
  neverConfigured,
  operations,
  refusedOperations,
} from '../../../../sandbox/emulators/s3/handlers/index.ts';
import type { Operation } from '../../../../sandbox/emulators/s3/operation.ts';

const text = readFileSync(new URL('../../../../sandbox/emulators/s3/SUPPORT.md', import.meta.url), 'utf8');
const listed = (section: string): string[] =>
  (text.split(`<!-- ${section} -->`)[1]?.split(`<!-- /${section} -->`)[0] ?? '').trim().split(/,\s+/);
const names = (all: readonly Operation[]): string[] => all.map(({ name }) => name);

it('SUPPORT.md tells exactly the operations that there are', () => {
  expect(listed('emulated')).toEqual(names(emulatedOperations));
  expect(listed('never-configured')).toEqual(names(neverConfigured));
  expect(listed('refused')).toEqual(names(refusedOperations));
});

it('no two operations mean the same request', () => {
  const requests = operations.map(({ method, target, parameters = [], header = '' }) =>
    [method, target, ...parameters, header].join(' '),
  );
  expect(new Set(requests).size).toBe(requests.length);
  expect(new Set(names(operations)).size).toBe(operations.length);
});
