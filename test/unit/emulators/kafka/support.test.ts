import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { handlers } from '../../../../sandbox/emulators/kafka/handlers/index.ts';

const support = readFileSync(new URL('../../../../sandbox/emulators/kafka/SUPPORT.md', import.meta.url), 'utf8');

it('SUPPORT.md names exactly the requests that have a handler, with their versions', () => {
  const table = support.split('<!-- requests -->')[1]?.split('<!-- /requests -->')[0] ?? '';
  const rows = table
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, key]) => /^\d+$/.test(key ?? ''))
    .map(([, key, request, versions]) => [key, request, versions]);
  expect(rows).toEqual(handlers.map(({ message: { key, name, versions } }) => [String(key), name, versions.join('–')]));
});

it('handlers are in the order of their keys, one each', () => {
  const keys = handlers.map(({ message }) => message.key);
  expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
});
