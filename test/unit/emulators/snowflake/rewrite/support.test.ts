import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functionNames } from '../../../../../sandbox/emulators/snowflake/rewrite/functions/call.ts';
import { rules } from '../../../../../sandbox/emulators/snowflake/rewrite/functions/index.ts';

const support = readFileSync(
  `${import.meta.dirname}/../../../../../sandbox/emulators/snowflake/rewrite/SUPPORT.md`,
  'utf8',
);

test('SUPPORT.md names every function that is translated, and no other', () => {
  const section = support.split('<!-- functions -->')[1]?.split('<!-- /functions -->')[0] ?? '';
  expect(section.trim().split(/[,\s]+/)).toEqual(functionNames());
});

test('no name stands for two functions', () => {
  const names = rules.flatMap((rule) => rule.names);
  expect(new Set(names).size).toBe(names.length);
});
