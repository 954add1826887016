import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NotEmulated } from '../../../../../sandbox/core/not-emulated.ts';
import { translateChange } from '../../../../../sandbox/emulators/snowflake/rewrite/changes.ts';
import { CompilationError } from '../../../../../sandbox/emulators/snowflake/rewrite/errors.ts';
import { translateInsert } from '../../../../../sandbox/emulators/snowflake/rewrite/insert.ts';
import { translateQuery } from '../../../../../sandbox/emulators/snowflake/rewrite/query.ts';
import type { Relation, Resolver, SqlType } from '../../../../../sandbox/emulators/snowflake/rewrite/types.ts';
import { dependencies } from '../../../../../sandbox/wire/snowflake-sql/dependencies.ts';
import { EmptyStatementError, SnowflakeSyntaxError } from '../../../../../sandbox/wire/snowflake-sql/errors.ts';
import { readTokens } from '../../../../../sandbox/wire/snowflake-sql/lexer.ts';
import { parseStatement } from '../../../../../sandbox/wire/snowflake-sql/parser.ts';
import { splitStatements } from '../../../../../sandbox/wire/snowflake-sql/split.ts';

const types: readonly SqlType[] = [
  { kind: 'number', precision: 38, scale: 0 },
  { kind: 'text' },
  { kind: 'variant' },
  { kind: 'timestamp_ntz', scale: 9 },
  { kind: 'date' },
  { kind: 'boolean' },
  { kind: 'float' },
];
const relation: Relation = {
  sql: '"T"',
  rowId: 'rowid',
  columns: ['A', 'B', 'C', 'D', 'E', 'X', 'Y', 'K', 'ID', 'V'].map((name, index) => ({
    name,
    type: types[index % types.length] as SqlType,
  })),
};
const resolver: Resolver = {
  relation: () => relation,
  stage: () => relation,
  tableFunction: () => relation,
  bind: () => ({ type: { kind: 'text' }, value: 'x' }),
  variable: () => ({ type: { kind: 'text' }, value: 'x' }),
  now: 0n,
  timezone: 'UTC',
};

const file = new URL('../../../wire/snowflake-sql/statements.sql', import.meta.url);
const tokensOf = splitStatements(readFileSync(file, 'utf8')).map(({ text }) =>
  readTokens(text)
    .slice(0, -1)
    .map((token) => token.text),
);
const pool = tokensOf.flat();

/** Numbers below a limit, the same at every run. */
const sequence = (seed: number) => {
  let state = seed;
  return (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % limit;
  };
};

const mutate = (tokens: readonly string[], next: (limit: number) => number): string => {
  const words = [...tokens];
  for (let changes = next(4); changes >= 0; changes--) {
    const at = next(Math.max(1, words.length));
    const other = pool[next(pool.length)] ?? '';
    words.splice(at, next(2), ...(next(2) === 0 ? [other] : []));
  }
  return words.join(' ');
};

const isForeseen = (error: unknown): boolean =>
  [SnowflakeSyntaxError, EmptyStatementError, CompilationError, NotEmulated].some((kind) => error instanceof kind);

const readAndTranslate = (text: string): void => {
  const statement = parseStatement(text);
  dependencies(statement);
  if (statement.kind === 'select') translateQuery(statement, resolver, text);
  if (statement.kind === 'insert') translateInsert(statement, resolver, text);
  if (statement.kind === 'update' || statement.kind === 'delete' || statement.kind === 'merge') {
    translateChange(statement, resolver, text);
  }
};

test('a mutilated statement is read, or answered by an error that is foreseen', () => {
  const next = sequence(7);
  for (let run = 0; run < 3000; run++) {
    const text = mutate(tokensOf[next(tokensOf.length)] ?? [], next);
    try {
      readAndTranslate(text);
    } catch (error) {
      if (!isForeseen(error)) throw new Error(`${text}\n${error instanceof Error ? error.stack : error}`);
    }
  }
});

test('the statements as they are translate or are refused', () => {
  for (const tokens of tokensOf) {
    const text = tokens.join(' ');
    try {
      readAndTranslate(text);
    } catch (error) {
      expect([text, isForeseen(error)]).toEqual([text, true]);
    }
  }
});
