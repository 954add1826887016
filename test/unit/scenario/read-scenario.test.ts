import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readScenario } from '../../../sandbox/scenario/read-scenario.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluicebox-scenario-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file = join(dir, 'a.yaml');
const mistake = (text: string): string => {
  writeFileSync(file, text);
  try {
    readScenario(file);
  } catch (error) {
    return (error as Error).message.replace(`${file}:`, '');
  }
  return 'no mistake';
};

const good = 'name: a\nsimulate:\n  for: 1s\nexpect:\n  within: 5s\n  all:\n    - reconciled: true\n';

test('every scenario that is shipped can be read, and is named as its file', () => {
  const folder = `${import.meta.dirname}/../../../scenarios`;
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(files.length).toBeGreaterThan(1);
  for (const name of files) expect(`${readScenario(join(folder, name)).name}.yaml`).toBe(name);
});

test('times are read with their unit', () => {
  writeFileSync(file, good.replace('5s', '2m').replace('1s', '1.5s'));
  const scenario = readScenario(file);
  expect(scenario.simulate.for).toBe(1_500);
  expect(scenario.expect.within).toBe(120_000);
});

test('a mistake names line and field', () => {
  expect(mistake('name: a\n  b: [')).toMatch(/^\d+: /);
  expect(mistake(good.replace('1s', 'soon'))).toBe('3: simulate.for: a time with its unit, as 500ms, 5s or 2m');
  expect(mistake(good.replace('within: 5s\n', ''))).toMatch(/^5: expect\.within/);
  expect(mistake(`${good}sede: x\n`)).toMatch(/sede/);
  expect(mistake(`${good}steps:\n  - { at: 1s, crash: kafak }\n`)).toMatch(/^9: steps\.0/);
  expect(mistake('')).toMatch(/^1: scenario/);
});

test('a file that is not there is one clear line', () => {
  expect(() => readScenario(join(dir, 'none.yaml'))).toThrow(/none\.yaml: no such file$/);
});
