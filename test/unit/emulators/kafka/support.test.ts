import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { handlers } from '../../../../sandbox/emulators/kafka/handlers/index.ts';

const support = readFileSync(new URL('../../../../sandbox/emulators/kafka/SUPPORT.md', import.meta.url), 'utf8');

it('SUPPORT.md names exactly the requests that have a handler, with their versions', () => {
  const rows = handlers.map(({ message: { key, name, versions } }) => `| ${key} | ${name} | ${versions.join('–')} |`);
  const table = ['| key | request | versions |', '| --- | --- | --- |', ...rows].join('\n');
  expect(support.split('<!-- requests -->')[1]?.split('<!-- /requests -->')[0]?.trim()).toBe(table);
});

it('handlers are in the order of their keys, one each', () => {
  const keys = handlers.map(({ message }) => message.key);
  expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
});
