import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { seededRandom } from '../../sandbox/core/random.ts';
import { runProgram } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluicebox-crashes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The moments are drawn afresh in each run: a failure prints the seed that repeats it.
const seed = process.env['CRASH_SEED'] ?? String(Date.now());

const scenario = (targets: readonly string[]): string => {
  const random = seededRandom(`${seed}/${targets.join()}`);
  const steps = targets.map((target, index) => {
    const atMs = 1_000 + index * 2_500 + random.integer(0, 1_500);
    return `  - { at: ${atMs}ms, crash: ${target}, for: ${random.integer(0, 400)}ms }`;
  });
  const file = join(folder, `${targets[0]}.yaml`);
  const lines = [
    `name: crash-${targets[0]}`,
    `seed: "${seed}"`,
    'simulate:',
    `  for: ${2 + targets.length * 2.5}s`,
    '  clickstream: { perSecond: 100 }',
    '  orders: { perSecond: 50 }',
    'steps:',
    ...steps,
    'expect: { within: 90s, all: [{ reconciled: true }] }',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
};

const runs: readonly (readonly string[])[] = [
  ['kafka', 'connect', 's3'],
  ['mysql', 'snowflake', 'simulators'],
  ['sandbox', 'sandbox'],
];

for (const targets of runs) {
  test(`kill -9 of ${targets.join(', ')} at random moments loses nothing and repeats nothing (CRASH_SEED=${seed})`, async () => {
    const { code, output } = await runProgram(['run', scenario(targets)]);
    expect(output).toContain('each exactly once');
    expect(code).toBe(0);
  });
}
