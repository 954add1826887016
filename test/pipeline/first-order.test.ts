import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluicebox-scenarios-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A scenario of the repository with lines put before its expectations. */
const changed = (name: string, lines: string): string => {
  const text = readFileSync(`${import.meta.dirname}/../../scenarios/${name}.yaml`, 'utf8');
  const file = join(folder, `${name}-${Math.abs(lines.length)}.yaml`);
  writeFileSync(file, text.replace('\nexpect:\n', `\n${lines}\nexpect:\n`));
  return file;
};

test('every click and every order arrives, exactly once', async () => {
  const { code, output } = await runProgram(['run', 'scenarios/first-order.yaml']);
  expect(output).toMatch(/reconciled: [1-9]\d* clicks and [1-9]\d* orders, each exactly once/);
  expect(output).toContain('PASS first-order');
  expect(code).toBe(0);
});

test('with one object lost on the way it fails, and names the events and where they were last seen', async () => {
  // Polled much more seldom than offsets are committed, no event comes twice: what one object held is in no other, on a busy machine too.
  const lose =
    'set: { CLICKSTREAM_POLL_INTERVAL_MS: "700", CLICKSTREAM_CATCHUP_INTERVAL_MS: "700" }\n' +
    'steps:\n  - { at: 2s, lose-object: { prefix: topics/clickstream-http-data/ } }';
  const file = changed('first-order', lose);
  writeFileSync(file, readFileSync(file, 'utf8').replace('within: 60s', 'within: 8s'));
  const { code, output } = await runProgram(['run', file]);
  expect(output).toMatch(/event \d+ is missing in transformed_clickstream \(not seen in Snowflake\)/);
  expect(output).toContain('FAIL first-order');
  expect(code).toBe(1);
});

test('with the settings of the trap, kill -9 of Connect loses rows and the ledger names them', async () => {
  const { code, output } = await runProgram(['run', 'scenarios/trap-of-the-default-partitioner.yaml']);
  expect(output).toMatch(/event \d+ is missing in transformed_clickstream/);
  expect(code).toBe(1);
});

test('a mistake in a scenario file is one line with file, line and field, and exit code 2', async () => {
  const file = join(folder, 'mistaken.yaml');
  writeFileSync(file, 'name: mistaken\nsimulate:\n  for: soon\nexpect:\n  within: 5s\n  all: [{ reconciled: true }]\n');
  const { code, output } = await runProgram(['run', file]);
  expect(output).toBe(`sluicebox: ${file}:3: simulate.for: a time with its unit, as 500ms, 5s or 2m\n`);
  expect(code).toBe(2);
});
