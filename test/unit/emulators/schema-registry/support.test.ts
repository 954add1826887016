import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  emulatedOperations,
  operations,
  refusedOperations,
} from '../../../../sandbox/emulators/schema-registry/handlers/index.ts';
import type { Operation } from '../../../../sandbox/emulators/schema-registry/operation.ts';

const text = readFileSync(new URL('../../../../sandbox/emulators/schema-registry/SUPPORT.md', import.meta.url), 'utf8');
const listed = (section: string): string[] =>
  [
    ...(text.split(`<!-- ${section} -->`)[1]?.split(`<!-- /${section} -->`)[0] ?? '').matchAll(
      /^\| (\w+)\s*\| `(.+?)`\s*\|$/gm,
    ),
  ]
    .map(([, method, path]) => `${method} ${path}`)
    .sort();
const requests = (all: readonly Operation[]): string[] => all.map(({ method, path }) => `${method} ${path}`).sort();

it('SUPPORT.md tells exactly the operations that there are', () => {
  expect(listed('emulated')).toEqual(requests(emulatedOperations));
  expect(listed('refused')).toEqual(requests(refusedOperations));
  expect(new Set(requests(operations)).size).toBe(operations.length);
});
