import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refusedFunctions } from '../../../../../sandbox/emulators/mysql/engine/functions/index.ts';
import { handlers, refused } from '../../../../../sandbox/emulators/mysql/handlers/index.ts';

const support = readFileSync(new URL('../../../../../sandbox/emulators/mysql/SUPPORT.md', import.meta.url), 'utf8');

test('SUPPORT.md tells each command that is served, and each that is refused', () => {
  const told = [...support.matchAll(/^\| (COM_\w+) \| (yes|refused)/gm)].map(([, name, how]) => `${name} ${how}`);
  const served = handlers.map(({ name }) => `${name} yes`);
  expect(told.sort()).toEqual([...served, ...refused.map(({ name }) => `${name} refused`)].sort());
});

test('SUPPORT.md names each function that is refused', () => {
  const line = /^- \*\*Functions\*\*[^:]*: (.*)$/m.exec(support)?.[1] ?? '';
  expect(line.split(', ')).toEqual([...refusedFunctions].sort());
});
