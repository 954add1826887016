import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NotEmulated } from '../../../../sandbox/core/not-emulated.ts';
import { parseStatement } from '../../../../sandbox/wire/snowflake-sql/parser.ts';
import { splitStatements } from '../../../../sandbox/wire/snowflake-sql/split.ts';

const statements = splitStatements(readFileSync(new URL('./statements.sql', import.meta.url), 'utf8'));

test.each(statements.map(({ text }) => text))('parses: %s', (text) => {
  expect(parseStatement(text).at).toBe(0);
});

test.each([
  'create table t (a int, b int as (a + 1))',
  'create table t (a varchar with masking policy p)',
  'set (x, y) = (select 1, 2)',
  'select * from t match_recognize (pattern (a))',
  'select a from t start with a = 1 connect by prior a = b',
  'select * from a, b where a.x = b.x (+)',
])('is refused by name: %s', (text) => {
  expect(() => parseStatement(text)).toThrow(NotEmulated);
});
