import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { endpoints } from '../../../../sandbox/emulators/snowflake/endpoints/index.ts';
import { handlers } from '../../../../sandbox/emulators/snowflake/handlers/index.ts';
import { informationSchemaViews } from '../../../../sandbox/emulators/snowflake/information-schema/views.ts';

const support = readFileSync(`${import.meta.dirname}/../../../../sandbox/emulators/snowflake/SUPPORT.md`, 'utf8');
const section = (name: string): string[] =>
  (support.split(`<!-- ${name} -->\n`)[1] ?? '').split(`<!-- /${name} -->`)[0]?.trim().split('\n') ?? [];

test('SUPPORT.md names every kind of statement that has a handler, and no other', () => {
  const named = section('statements')
    .slice(2)
    .map((line) => line.split('|')[1]?.trim());
  expect(named.sort()).toEqual(Object.keys(handlers).sort());
});

test('SUPPORT.md names every route, and no other', () => {
  const routes = section('routes').map(
    (line) => line.replace('- ', '').replace('ID', '01bc-0').split(' ') as [string, string],
  );
  expect(routes.length).toBe(endpoints.length);
  for (const [method, path] of routes) {
    const found = endpoints.filter((endpoint) => endpoint.method === method && endpoint.path.test(path));
    expect([path, found.length]).toEqual([path, 1]);
  }
});

test('SUPPORT.md names every view of INFORMATION_SCHEMA', () => {
  for (const view of Object.keys(informationSchemaViews)) expect(support).toContain(view);
});
