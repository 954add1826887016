import { describe, expect, test } from 'vitest';
import { parseExpression, parseStatement } from '../../../../sandbox/wire/snowflake-sql/parser.ts';

const kinds: readonly (readonly [string, string])[] = [
  ['select', 'select 1'],
  ['select', 'with recursive c (n) as (select 1 union all select n + 1 from c where n < 5) select * from c'],
  ['select', '((select 1) union all (select 2)) order by 1 limit 1'],
  [
    'select',
    'select a, b as "B", c x from db.s.t as t (a, b, c) where a is not distinct from b group by all having count(*) > 1',
  ],
  ['select', "select * exclude (a) rename (b as c), t.* ilike '%x%' from t qualify row_number() over (order by a) = 1"],
  ['select', 'select * replace (a + 1 as a) from t, lateral flatten(input => t.v:items, outer => true) f'],
  ['select', 'select seq4() from table(generator(rowcount => 10)) g'],
  [
    'select',
    "select * from table(information_schema.copy_history(table_name => 'T', start_time => dateadd(hour, -1, current_timestamp())))",
  ],
  ['select', 'select * from table(result_scan(last_query_id()))'],
  [
    'select',
    "select t.$1, $2:a.b::string, metadata$filename from @db.s.stage/a/b.json (file_format => 'f', pattern => '.*[.]json') t",
  ],
  ['select', "select * from t at (timestamp => '2024-01-01'::timestamp) sample (10)"],
  ['select', 'select sum(x) over (partition by a order by b rows between 2 preceding and current row) from t'],
  [
    'select',
    "select listagg(distinct a, ',') within group (order by a desc nulls last) from t group by cube (a, b), rollup (c)",
  ],
  ['select', "select * from t pivot (sum(x) for m in ('a', 'b' as bee)) as p unpivot (v for n in (a, b))"],
  [
    'select',
    'select * from a asof join b match_condition (a.t >= b.t) on a.k = b.k left join c using (k) natural join d',
  ],
  ['select', "select {'a': 1, 'b': [1, 2]}, filter(x, y -> y > 1), (1, 2) in (select 1, 2), a like any ('x%', 'y%')"],
  ['select', 'select top 5 column1 from values (1, 2), (3, 4) as v (a, b)'],
  ['select', 'values (1, 2)'],
  ['select', 'select (select 1) + ((select 2) + 3), exists (select 1), not a = b'],
  [
    'select',
    "select date '2024-01-01', interval '1 day', interval '2' hour, extract(year from d), position('a' in b), 1e3, .5, $v, :b, ?",
  ],
  ['insert', 'insert overwrite into t (a, b) with c as (select 1) select * from c'],
  ['insert', 'insert into t values (1, default), (2, 3)'],
  ['insert', 'with c as (select 1) insert into t select * from c'],
  ['multi-insert', 'insert all into a into b select 1'],
  ['update', 'update t set a = s.a, t.b = 2 from s where t.k = s.k'],
  ['delete', 'delete from t as x using s where x.k = s.k'],
  [
    'merge',
    'merge into t using s on t.k = s.k when matched and s.d then delete when not matched by source then delete'.replace(
      ' when not matched by source then delete',
      '',
    ),
  ],
  ['truncate', 'truncate table if exists t'],
  [
    'create-table',
    "create or replace transient table t (a number(10,2) not null default 0 comment 'x', b varchar(10) primary key, c int autoincrement start 1 increment 2 noorder, constraint u unique (a, b), foreign key (a) references o (a)) cluster by (a) data_retention_time_in_days = 1 comment = 'c'",
  ],
  ['create-table', 'create temporary table t as select 1 as a'],
  ['create-table', 'create table t clone s'],
  ['create-table', 'create table if not exists t like s'],
  ['create-view', "create or replace secure view v (a, b comment 'x') comment = 'c' as select 1, 2"],
  ['create-object', 'create database if not exists d data_retention_time_in_days = 1'],
  ['create-object', 'create schema d.s'],
  [
    'create-object',
    "create file format f type = csv field_delimiter = '|' skip_header = 1 null_if = ('', 'NULL') field_optionally_enclosed_by = '\"'",
  ],
  ['create-object', 'create warehouse w with warehouse_size = xsmall auto_suspend = 60'],
  [
    'create-object',
    'create notification integration n enabled = true type = queue notification_provider = aws_sqs direction = outbound',
  ],
  [
    'create-stage',
    "create or replace temporary stage s url = 's3://b/p/' credentials = (aws_key_id = 'a' aws_secret_key = 'b') file_format = (type = json) directory = (enable = true)",
  ],
  ['create-pipe', 'create pipe p auto_ingest = false as copy into t from @s/path file_format = (type = csv)'],
  [
    'create-stream',
    "create or replace stream s on table d.s.t at (stream => 'x') show_initial_rows = true comment = 'c'",
  ],
  [
    'create-task',
    "create task t schedule = 'USING CRON 0 9 * * * UTC' timestamp_output_format = 'YYYY' after a, b when 1 = 1 as begin insert into x values (1); insert into y values (2); end",
  ],
  ['create-task', 'create task t warehouse = w finalize = root as call p()'],
  ['create-sequence', 'create sequence s start with 10 increment by 5 order'],
  ['alter-table', "alter table if exists t add column if not exists c number, d varchar default 'x'"],
  ['alter-table', 'alter table t alter column a set data type varchar(20), column b drop not null'],
  ['alter-table', 'alter table t swap with s'],
  ['alter-task', 'alter task if exists t modify as select 1'],
  ['alter-task', "alter task t set schedule = '1 minute'"],
  ['alter-pipe', "alter pipe p refresh prefix = 'a/' modified_after = '2024-01-01T00:00:00Z'"],
  ['alter-pipe', 'alter pipe p set pipe_execution_paused = true'],
  ['alter-session', "alter session set timezone = 'UTC', week_start = 1"],
  ['alter-object', 'alter warehouse w resume if suspended'],
  ['alter-object', 'alter warehouse set warehouse_size = small'],
  ['drop', 'drop external table if exists t cascade'],
  ['drop', 'drop function f (number, varchar)'],
  ['undrop', 'undrop table t'],
  ['describe', 'desc table t type = columns'],
  ['describe', 'describe t'],
  ['show', "show terse tables history like '%a' in schema d.s starts with 'A' limit 10 from 'B'"],
  ['show', 'show file formats in account'],
  ['use', 'use role sysadmin'],
  ['use', 'use d.s'],
  ['set', "set (a, b) = (1, 'x')"],
  ['unset', 'unset a'],
  ['begin', 'begin transaction name x'],
  ['begin', 'begin;'],
  ['script', 'begin let x := 1; return x; end;'],
  ['commit', 'commit work'],
  ['execute-task', 'execute task d.s.t'],
  ['execute-immediate', "execute immediate 'select 1' using (a)"],
  [
    'copy-into-table',
    "copy into t (a, b) from (select $1, $2 from @s/p t) files = ('a.csv', 'b.csv') on_error = skip_file_10% force = true",
  ],
  ['copy-into-table', "copy into t from 's3://b/p' storage_integration = i match_by_column_name = case_insensitive"],
  [
    'copy-into-location',
    'copy into @s/out/ from (select * from t) partition by (a) file_format = (type = parquet) overwrite = true',
  ],
  ['put', 'put file:///tmp/a*.csv @%t/dir auto_compress = true'],
  ['put', "put 'file:///tmp/a b.csv' '@~/dir x'"],
  ['get', "get @s 'file:///tmp/'"],
  ['list', "ls @s/p pattern = '.*csv'"],
  ['remove', 'rm @s'],
  ['grant', 'grant select, insert on table d.s.t to role r with grant option'],
  ['revoke', 'revoke usage on all schemas in database d from role r'],
  ['comment', "comment on column t.a is 'x'"],
  ['call', "call p('a', b => 1)"],
  ['explain', 'explain using text select 1'],
  ['other', 'create masking policy p as (v string) returns string -> v'],
  ['other', 'create or replace procedure p() returns varchar language sql as $$ begin return 1; end $$'],
  ['other', 'drop masking policy p'],
];

describe('parseStatement', () => {
  test.each(kinds)('%s: %s', (kind, text) => {
    expect(parseStatement(text).kind).toBe(kind);
  });

  test.each([
    ['selec 1', "syntax error line 1 at position 0 unexpected 'selec'."],
    ['select 1 2', "syntax error line 1 at position 9 unexpected '2'."],
    ['select 1\nfrom', "syntax error line 2 at position 4 unexpected '<EOF>'."],
    ['select * from t where', "syntax error line 1 at position 21 unexpected '<EOF>'."],
    ['create thing t', "syntax error line 1 at position 7 unexpected 'thing'."],
    ['select (1', "syntax error line 1 at position 9 unexpected '<EOF>'."],
  ])('%s: %s', (text, message) => {
    expect(() => parseStatement(text)).toThrow(`SQL compilation error:\n${message}`);
  });

  test('nesting has a limit and chains have none that matters', () => {
    expect(() => parseStatement(`select ${'('.repeat(5000)}1${')'.repeat(5000)}`)).toThrow('syntax error');
    expect(parseStatement(`select ${Array(800).fill('1').join(' + ')}`).kind).toBe('select');
  });

  test('an empty statement is none', () => {
    expect(() => parseStatement(' -- nothing\n;')).toThrow('Empty SQL statement.');
  });
});

describe('parseExpression', () => {
  test('a path keeps the case of its keys', () => {
    expect(parseExpression('record:a.B[0]:"c d"::number(10,2)')).toMatchObject({
      kind: 'cast',
      type: { name: 'NUMBER', arguments: [10, 2] },
      operand: { kind: 'path', steps: [{ key: 'a' }, { key: 'B' }, { index: { kind: 'number' } }, { key: 'c d' }] },
    });
  });

  test('a cast binds more tightly than a minus, AND than OR', () => {
    expect(parseExpression('-1::int')).toMatchObject({ kind: 'unary', operand: { kind: 'cast' } });
    expect(parseExpression('a or b and not c')).toMatchObject({ operator: 'OR', right: { operator: 'AND' } });
    expect(parseExpression('a between 1 and 2 and b not in (1, 2)')).toMatchObject({ operator: 'AND' });
  });

  test('strings', () => {
    expect(parseExpression("'it''s \\'so\\'\\n\\x41\\u0042'")).toMatchObject({ value: "it's 'so'\nAB" });
    expect(parseExpression("$$it's \\n raw$$")).toMatchObject({ value: "it's \\n raw" });
  });

  test('identifiers fold', () => {
    expect(parseExpression('a."b".C')).toMatchObject({
      parts: [{ name: 'A' }, { name: 'b', quoted: true }, { name: 'C' }],
    });
  });
});
