import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ObjectName } from '../../../../sandbox/wire/snowflake-sql/ast.ts';
import { dependencies } from '../../../../sandbox/wire/snowflake-sql/dependencies.ts';
import { parseStatement } from '../../../../sandbox/wire/snowflake-sql/parser.ts';
import { splitStatements } from '../../../../sandbox/wire/snowflake-sql/split.ts';

const text = (name: ObjectName): string => name.parts.map((part) => part.name).join('.');

const edges = (sql: string) => {
  const found = dependencies(parseStatement(sql));
  return [
    found.reads.map(text).join(' '),
    found.writes.map(text).join(' '),
    found.readsStages.map(({ name }) => name && text(name)).join(' '),
    found.streamConditions.join(' '),
  ];
};

test.each([
  ['with a as (select * from b) select * from a, c.d.a where x in (select y from e)', 'B C.D.A E', '', '', ''],
  ['with t as (select * from t) select * from t', 'T', '', '', ''],
  ['with recursive n as (select 1 union all select * from n) select * from n', '', '', '', ''],
  ['insert into t select * from s', 'S', 'T', '', ''],
  ['update t set a = (select max(x) from m) from s', 'M S', 'T', '', ''],
  ['delete from t using s where t.a = s.a', 'S', 'T', '', ''],
  ['create table t clone s', 'S', 'T', '', ''],
  ['copy into t from (select $1 from @db.s.g/p)', '', 'T', 'DB.S.G', ''],
  [
    "create task k when system$stream_has_data('s1') and system$stream_has_data('s2') as insert into t select * from s1",
    'S1',
    'T',
    '',
    's1 s2',
  ],
])('%s', (sql, ...expected) => {
  expect(edges(sql)).toEqual(expected);
});

test("the graph of the pipeline's clickstream", () => {
  const script = readFileSync(new URL('../../../../sql/snowflake/030_clickstream.sql', import.meta.url), 'utf8');
  const found = splitStatements(script)
    .map(({ text: sql }) => [parseStatement(sql).kind, ...edges(sql)])
    .filter(([kind]) => kind === 'create-pipe' || kind === 'create-task');
  expect(found).toEqual([
    ['create-pipe', '', 'RAW_EVENTS', 'API_EXT_STAGE', ''],
    ['create-task', 'RAW_EVENTS_STREAM', 'STRUCTURED_EVENTS', '', 'raw_events_stream'],
    [
      'create-task',
      'STRUCTURED_EVENTS_STREAM TRANSFORMED_CLICKSTREAM',
      'TRANSFORMED_CLICKSTREAM',
      '',
      'structured_events_stream',
    ],
  ]);
});
