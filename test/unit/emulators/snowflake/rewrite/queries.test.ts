import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWarehouse, type Warehouse } from './warehouse.ts';

/** A query and its rows, as Snowflake would give them. */
type Case = readonly [query: string, rows: unknown];

/** FLATTEN gives elements in their order; other queries without ORDER BY may give their rows in any. */
const inOrder = (query: string): boolean => /order by|flatten/i.test(query);
const sorted = (rows: unknown): string[] => (rows as unknown[]).map((row) => JSON.stringify(row)).sort();

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await openWarehouse();
  await warehouse.createTable(
    'create table t (id number(38,0), name varchar, price number(10,2), at timestamp_ntz(3), v variant, d date, ok boolean, f float, l timestamp_ltz(3), z timestamp_tz(3))',
  );
  await warehouse.change(
    `insert into t (id, name, price, at, v, d, ok, f)
    select 1, 'Ann', 12.345, '2024-01-31 10:20:30.456', parse_json('{"b":{"c":[1,2.50,"x"]},"a":null,"K":"v","t":"2024-01-01T00:00:00Z","n":"12.5","e":1e3}'), '2024-02-29', true, 1.5
    union all select 2, 'bob', -0.5, null, null, null, null, null
    union all select 3, null, null, '2024-03-01', parse_json('[3,1,2]'), '2023-12-31', false, 0.1`,
  );
});

afterAll(() => warehouse.close());

const variants: readonly Case[] = [
  [
    'select v:b.c[1], v:b.c[1]::number(10,2), v:a, v:missing, v:K, v:k, v:n::number(10,1), v:e from t where id = 1',
    [['2.5', '2.50', 'null', null, '"v"', null, '12.5', '1000.0']],
  ],
  [
    'select v:a is null, is_null_value(v:a), v:missing is null, is_null_value(v:missing), typeof(v:b), typeof(v:a), typeof(v:b.c[1]), typeof(v:K) from t where id=1',
    [[false, true, true, null, 'OBJECT', 'NULL_VALUE', 'DECIMAL', 'VARCHAR']],
  ],
  [
    'select v:t::timestamp_ntz, v:t::date, v:t::timestamp_ltz, v:K::varchar, v:b::varchar from t where id=1',
    [['2024-01-01 00:00:00', '2024-01-01', '2024-01-01 00:00:00+00', 'v', '{"c":[1,2.5,"x"]}']],
  ],
  [
    "select listagg(name, ',') within group (order by name desc), array_agg(id) within group (order by id desc), object_agg(name, id), array_agg(distinct ok), booland_agg(ok), approx_count_distinct(name), max_by(name, id), listagg(distinct id::varchar, '|') within group (order by id::varchar) from t",
    [['bob,Ann', '[3,2,1]', '{"Ann":1,"bob":2}', '[true,false]', false, '2', 'bob', '1|2|3']],
  ],
  ['select object_construct(*) from t where id = 2', [['{"ID":2,"NAME":"bob","PRICE":-0.5}']]],
  [
    'select filter([1,2,3], x -> x::int > 1), transform([1,2], x -> x * 2), reduce([1,2,3], 0, (acc, x) -> acc + x)',
    [['[2,3]', '[2,4]', '6']],
  ],
  [
    "select v:n = 12.5, v:K = 'v', v:b.c[0] = 1, v:K in ('v'), v:n + 1, v:b.c[0] > 0 from t where id=1",
    [[true, true, true, true, 13.5, true]],
  ],
  [
    "select to_variant(1.50), to_variant('a\"b'), to_variant(true), 'x'::variant, to_array(1), '2024-01-01'::date::variant",
    [['1.5', '"a\\"b"', 'true', '"x"', '[1]', '"2024-01-01"']],
  ],
  ['select listagg(v:K::varchar) from t', [['v']]],
  ["select array_agg(object_construct('i', id)) within group (order by id) from t", [['[{"i":1},{"i":2},{"i":3}]']]],
  ["select v['b']['c'][0], v:b['c'][1]::float, v:\"K\"::string from t where id = 1", [['1', 2.5, 'v']]],
  [
    'select to_timestamp_ntz(v:t) , v:n::float + 1, round(v:n::float), v:n::int from t where id = 1',
    [['2024-01-01 00:00:00', 13.5, 13, '13']],
  ],
  [
    "select '{\"a\":1}'::variant, parse_json('\"x\"')::varchar, parse_json('5')::varchar, parse_json('null')::varchar",
    [['"{\\"a\\":1}"', 'x', '5', null]],
  ],
  ["select object_construct('a', 1):a + 1, [1,2,3][1]::int", [[2, '2']]],
  ['select max(v:n::number(5,2)) from t', [['12.50']]],
  ['select id from t order by v:n, name', [['1'], ['2'], ['3']]],
  ['select iff(v:a is null, 1, 2), v:a::varchar is null from t where id = 1', [['2', true]]],
  [
    "select array_construct(1, 'a'), array_compact(parse_json('[1,null]')), array_position('b'::variant, ['a','b']), arrays_overlap([1],[1,2]), array_intersection([1,2],[2,3]), array_except([1,2],[2]), array_insert([1,3],1,2), array_remove([1,2,1],1), array_prepend([1],0), array_flatten([[1],[2]]), array_min([3,1]), array_generate_range(0,3)",
    [['[1,"a"]', '[1]', '1', true, '[2]', '[1]', '[1,2,3]', '[2]', '[0,1]', '[1,2]', '1', '[0,1,2]']],
  ],
  [
    "select object_construct('b', 1, 'a', null), object_construct_keep_null('b', 1, 'a', null), {'k': [1, {'z': 'q'}]}, object_keys(parse_json('{\"b\":1,\"a\":2}')), object_insert({'a':1}, 'b', 2), object_delete({'a':1,'b':2}, 'a'), object_pick({'a':1,'b':2}, 'a'), get(parse_json('{\"a\":5}'), 'a'), get_path(parse_json('{\"a\":{\"b\":5}}'), 'a.b')",
    [
      [
        '{"b":1}',
        '{"a":null,"b":1}',
        '{"k":[1,{"z":"q"}]}',
        '["a","b"]',
        '{"a":1,"b":2}',
        '{"b":2}',
        '{"a":1}',
        '5',
        '5',
      ],
    ],
  ],
  ["select upper(v:K), v:K || '!', length(v:K) from t where id = 1", [['V', 'v!', '1']]],
  [
    'select * from t where v:b.c[1] > 2',
    [
      [
        '1',
        'Ann',
        '12.35',
        '2024-01-31 10:20:30.456',
        '{"K":"v","a":null,"b":{"c":[1,2.5,"x"]},"e":1.000000000000000e+03,"n":"12.5","t":"2024-01-01T00:00:00Z"}',
        '2024-02-29',
        true,
        1.5,
        null,
        null,
      ],
    ],
  ],
];

const tableFunctions: readonly Case[] = [
  [
    'select f.seq, f.key, f.path, f.index, f.value, f.this from t, lateral flatten(input => v:b.c) f where id=1',
    [
      ['1', null, '[0]', '0', '1', '[1,2.5,"x"]'],
      ['1', null, '[1]', '1', '2.5', '[1,2.5,"x"]'],
      ['1', null, '[2]', '2', '"x"', '[1,2.5,"x"]'],
    ],
  ],
  [
    'select id, f.key, f.value from t, lateral flatten(input => v, outer => true) f order by 1, 2',
    [
      ['1', 'K', '"v"'],
      ['1', 'a', 'null'],
      ['1', 'b', '{"c":[1,2.5,"x"]}'],
      ['1', 'e', '1000.0'],
      ['1', 'n', '"12.5"'],
      ['1', 't', '"2024-01-01T00:00:00Z"'],
      ['2', null, null],
      ['3', null, '3'],
      ['3', null, '1'],
      ['3', null, '2'],
    ],
  ],
  [
    'select f.key, f.path, f.value from t, table(flatten(v, recursive => true)) f where id = 1',
    [
      ['K', 'K', '"v"'],
      ['a', 'a', 'null'],
      ['b', 'b', '{"c":[1,2.5,"x"]}'],
      ['c', 'b.c', '[1,2.5,"x"]'],
      [null, 'b.c[0]', '1'],
      [null, 'b.c[1]', '2.5'],
      [null, 'b.c[2]', '"x"'],
      ['e', 'e', '1000.0'],
      ['n', 'n', '"12.5"'],
      ['t', 't', '"2024-01-01T00:00:00Z"'],
    ],
  ],
  ["select * from table(information_schema.echo('x', a => 1))", [['[["x"],{"A":1}]']]],
  [
    'select f.seq, f.key, f.path, f.index, f.value, f.this from t, lateral flatten(input => v:b.c) f where id=1',
    [
      ['6', null, '[0]', '0', '1', '[1,2.5,"x"]'],
      ['6', null, '[1]', '1', '2.5', '[1,2.5,"x"]'],
      ['6', null, '[2]', '2', '"x"', '[1,2.5,"x"]'],
    ],
  ],
  [
    'select id, f.key, f.value from t, lateral flatten(input => v, outer => true) f',
    [
      ['1', 'K', '"v"'],
      ['1', 'a', 'null'],
      ['1', 'b', '{"c":[1,2.5,"x"]}'],
      ['1', 'e', '1000.0'],
      ['1', 'n', '"12.5"'],
      ['1', 't', '"2024-01-01T00:00:00Z"'],
      ['2', null, null],
      ['3', null, '3'],
      ['3', null, '1'],
      ['3', null, '2'],
    ],
  ],
  [
    'select f.key, f.path, f.value from t, table(flatten(v, recursive => true)) f where id = 1',
    [
      ['K', 'K', '"v"'],
      ['a', 'a', 'null'],
      ['b', 'b', '{"c":[1,2.5,"x"]}'],
      ['c', 'b.c', '[1,2.5,"x"]'],
      [null, 'b.c[0]', '1'],
      [null, 'b.c[1]', '2.5'],
      [null, 'b.c[2]', '"x"'],
      ['e', 'e', '1000.0'],
      ['n', 'n', '"12.5"'],
      ['t', 't', '"2024-01-01T00:00:00Z"'],
    ],
  ],
  [
    'select t.id, f.value, g.index from t, lateral flatten(v:b.c) f, lateral flatten([1,2]) g where t.id = 1',
    [
      ['1', '1', '0'],
      ['1', '1', '1'],
      ['1', '2.5', '0'],
      ['1', '2.5', '1'],
      ['1', '"x"', '0'],
      ['1', '"x"', '1'],
    ],
  ],
  [
    'select t.id, f.value::int x from t left join lateral flatten(v) f where t.id > 1',
    [
      ['2', null],
      ['3', '3'],
      ['3', '1'],
      ['3', '2'],
    ],
  ],
  [
    "select id, s.value, s.index from t, lateral split_to_table(name, 'n') s where id = 1",
    [
      ['1', 'A', '1'],
      ['1', '', '2'],
      ['1', '', '3'],
    ],
  ],
  ["select value from table(flatten(parse_json('[3,1,2]')))", [['3'], ['1'], ['2']]],
  [
    "select id, (select listagg(value::varchar, ',') from table(flatten(t.v:b.c))) from t order by id",
    [
      ['1', '1,2.5,x'],
      ['2', ''],
      ['3', ''],
    ],
  ],
  [
    "select * from table(information_schema.echo(start_time => dateadd('hours', -1, current_timestamp()), end_time => to_timestamp_ltz('2024-01-01 00:00:00')))",
    [['[[],{"START_TIME":"2024-01-02T02:04:05.006Z","END_TIME":"2024-01-01T00:00:00.000Z"}]']],
  ],
  [
    "select seq4() + 1 as n, dateadd(day, seq4(), '2024-01-01'::date) d from table(generator(rowcount => 3))",
    [
      ['1', '2024-01-01'],
      ['2', '2024-01-02'],
      ['3', '2024-01-03'],
    ],
  ],
];

const conversions: readonly Case[] = [
  [
    'select 1/3, 7/2, 10.0/3, 1::number(38,10)/3, 5 % 3, -7 % 3, 2*3.5, 1.5+1, 0.1+0.2, 100/7.0',
    [['0.333333', '3.500000', '3.3333333', '0.333333333333', '2', '-1', '7.0', '2.5', '0.3', '14.285714']],
  ],
  [
    "select try_to_number('12.5'), try_to_number('12.5', 10, 1), try_to_number('x'), try_to_number('1_000'), to_number('12.345', 10, 2), try_to_number('99999', 4, 0), try_to_number('1e3')",
    [['13', '12.5', null, null, '12.35', null, '1000']],
  ],
  [
    "select 1.5::float, 100::float::varchar, 0.1::float::varchar, 1e20::float::varchar, '1.5'::float, 3.7::int, -3.5::int",
    [[1.5, '100', '0.1', '1e+20', 1.5, '4', '-4']],
  ],
  [
    "select try_cast('x' as int), try_cast('2024-01-01' as date), cast('1.5' as number(3,1))",
    [[null, '2024-01-01', '1.5']],
  ],
  ["select 1::varchar || '/' || 2.50::varchar, (1/3)::varchar, (10/2)::int", [['1/2.50', '0.333333', '5']]],
  ["select coalesce(try_to_number('abc'), 0), nvl(try_to_decimal('1.55', 10, 1), 9)", [['0', '1.6']]],
  ['select trunc(1234.567, -2), trunc(5.9::float)', [['1200', 5]]],
  [
    "select to_char(-1234.5, '9,999.00'), to_char(0.5, '0.99'), to_char(5, '000'), to_char(12, 'FM999'), to_number('1,234.50', '9,999.99', 10, 2), to_number('$5', '$9')",
    [['-1,234.50', ' 0.50', ' 005', '12', '1234.50', '5']],
  ],
];

const strings: readonly Case[] = [
  [
    "select iff(1=1, 'a', 'b'), nvl(null, 2), nvl2(1, 'x', 'y'), zeroifnull(null), decode(2, 1, 'one', 2, 'two', 'other'), decode(null, null, 'n', 'x'), coalesce(null, 1, 2.5)",
    [['a', '2', 'x', '0', 'two', 'n', '1.0']],
  ],
  [
    "select lpad('7', 3, '0'), rpad('7', 3), split('a,b', ','), split_part('a,b,c', ',', -1), split_part('a', ',', 3), split_part('a,b', ',', 0), contains('abc', 'b'), startswith('abc', 'ab'), charindex('b', 'abc'), position('c' in 'abc'), substr('hello', -3, 2), substr('hello', 0, 2)",
    [['007', '7  ', '["a","b"]', 'c', '', 'a', true, true, '2', '3', 'll', 'he']],
  ],
  [
    "select concat('a', null), 'a' || null, concat_ws('-', 'a', 'b'), upper('x'), initcap('hello world'), trim('  a '), ltrim('xxa', 'x'), reverse('abc'), replace('aba', 'a'), length('héé'), left('abc', 2), right('abc', 2)",
    [[null, null, 'a-b', 'X', 'Hello World', 'a', 'a', 'cba', 'b', '3', 'ab', 'bc']],
  ],
  [
    "select round(2.5), round(-2.5), round(1.2345, 2), trunc(1.987, 1), ceil(1.2), floor(-1.2), abs(-3), mod(7, 3), sign(-2), power(2, 10), sqrt(16), round(1250, -2), greatest(1, 2.5), least('a', 'b'), greatest(1, null), div0(1,0)",
    [['3', '-3', '1.23', '1.9', '2', '-2', '3', '1', '-1', 1024, 4, '1300', '2.5', 'a', null, '0.000000']],
  ],
  [
    "select bitand(5, 4), width_bucket(5, 0, 10, 5), haversine(0,0,1,1) > 100, ascii('a'), chr(65)",
    [['4', '3', true, '97', 'A']],
  ],
  ["select 'abc' < 'abd', 'a' = 'A', 1 = 1.0, 1 <> 2", [[true, false, true, true]]],
  ["select 5 between 1 and 10, 'b' not between 'a' and 'c'", [[true, false]]],
  [
    "select 'abc' ilike 'AB%', 'abc' like any ('x%', '%c'), 'abc' like all ('a%', '%c'), not 'a' like 'b', 'a_c' like 'a^_c' escape '^'",
    [[true, true, true, true, true]],
  ],
];

const dates: readonly Case[] = [
  [
    "select to_varchar(12.5), to_varchar(1234.5, '9,999.00'), to_varchar('2024-03-01 14:05:06.789'::timestamp, 'YYYY/MM/DD HH12:MI:SS.FF3 AM'), to_varchar('2024-03-01'::date, 'DD-MON-YY')",
    [['12.5', ' 1,234.50', '2024/03/01 02:05:06.789 PM', '01-Mar-24']],
  ],
  [
    "select to_date('31-MAR-2024'), to_date('03/31/2024'), to_date('20240331', 'YYYYMMDD'), to_timestamp_ntz('1700000000'), to_timestamp_ntz(1700000000123, 3), to_timestamp('1700000000123'), try_to_date('nope')",
    [
      [
        '2024-03-31',
        '2024-03-31',
        '2024-03-31',
        '2023-11-14 22:13:20',
        '2023-11-14 22:13:20.123',
        '2023-11-14 22:13:20.123',
        null,
      ],
    ],
  ],
  [
    "select to_timestamp_tz('2024-01-01 10:00:00 +0200'), to_timestamp_ltz('2024-01-01T10:00:00+02:00'), to_timestamp_ntz('2024-01-01T10:00:00+02:00'), to_varchar(to_timestamp_tz('2024-01-01 10:00:00 +0200'))",
    [[['2024-01-01 08:00:00', 120], '2024-01-01 08:00:00+00', '2024-01-01 10:00:00', '2024-01-01 10:00:00.000 +0200']],
  ],
  [
    "select dateadd(month, 1, '2024-01-31'::date), dateadd('hour', 5, '2024-01-31'::date), dateadd(day, -1, at), datediff(day, '2023-12-31', '2024-01-01'), datediff(month, '2024-01-31', '2024-02-01'), datediff('second', '2024-01-01 00:00:00'::timestamp, '2024-01-01 00:01:00.9'::timestamp), date_trunc('month', at), last_day(d) from t where id=1",
    [
      [
        '2024-02-29',
        '2024-01-31 05:00:00',
        '2024-01-30 10:20:30.456',
        '1',
        '1',
        '60',
        '2024-01-01 00:00:00',
        '2024-02-29',
      ],
    ],
  ],
  [
    "select extract(year from at), date_part(epoch_second, at), year(d), dayofweek(d), dayname(d), monthname(d), week(d), date_part('epoch_millisecond', at), quarter(d), hour(at) from t where id=1",
    [['2024', '1706696430', '2024', '4', 'Thu', 'Feb', '9', '1706696430456', '1', '10']],
  ],
  [
    "select convert_timezone('America/New_York', 'UTC', '2024-01-01 00:00:00'::timestamp_ntz), convert_timezone('America/New_York', '2024-07-01 00:00:00'::timestamp_ntz), current_timestamp(), current_date, current_timestamp()::timestamp_ntz",
    [
      [
        '2024-01-01 05:00:00',
        ['2024-07-01 00:00:00', -240],
        '2024-01-02 03:04:05.006007+00',
        '2024-01-02',
        '2024-01-02 03:04:05.006007',
      ],
    ],
  ],
  [
    "select '2024-01-01'::date + 1, '2024-01-03'::date - '2024-01-01'::date, '2024-01-01'::date + interval '1 day, 2 hours', '2024-01-01'::timestamp - interval '1 month', '2024-01-02' > '2024-01-01'::date",
    [['2024-01-02', '2', '2024-01-02 02:00:00', '2023-12-01 00:00:00', true]],
  ],
  [
    "select time '10:20:30', '10:20'::time, to_time('10:20:30'), timeadd(hour, 1, '10:20:30'::time), to_varchar('10:20:30'::time)",
    [['10:20:30', '10:20:00', '10:20:30', '11:20:30', '10:20:30']],
  ],
  [
    "select time_slice('2024-01-01 10:07:00'::timestamp, 15, 'minute'), next_day('2024-01-01'::date, 'fr'), add_months('2024-01-31'::date, 1), months_between('2024-03-01'::date, '2024-01-01'::date), date_from_parts(2024, 2, 30), timestamp_from_parts(2024,1,2,3,4,5)",
    [['2024-01-01 10:00:00', '2024-01-05', '2024-02-29', 2, '2024-03-01', '2024-01-02 03:04:05']],
  ],
  [
    "select date_trunc(week, '2024-01-03'::date), trunc('2024-05-15'::date, 'month'), datediff(week, '2024-01-01'::date, '2024-01-08'::date)",
    [['2024-01-01', '2024-05-01', '1']],
  ],
  ["select timestampdiff(minute, '2024-01-01 00:00'::timestamp_ntz, '2024-01-01 01:30'::timestamp_ntz)", [['90']]],
  [
    "select '2024-01-01 10:00:00'::timestamp_ltz::date, to_timestamp_ntz(1700000000.5), to_timestamp_ltz(0)",
    [['2024-01-01', '2023-11-14 22:13:20.5', '1970-01-01 00:00:00+00']],
  ],
  ["select id from t where at > dateadd(day, -30, '2024-03-15'::timestamp_ntz)", [['3']]],
  [
    "select to_varchar('2024-01-05 13:04:05'::timestamp, 'DY, DD MON YYYY HH24:MI:SS'), to_varchar('2024-01-05 13:04:05.5'::timestamp_ntz, 'YYYYMMDD\"T\"HH24MISS.FF2'), to_timestamp('05/01/24 01:02 PM', 'DD/MM/YY HH12:MI AM')",
    [['Fri, 05 Jan 2024 13:04:05', '20240105T130405.50', '2024-01-05 13:02:00']],
  ],
];

const aggregates: readonly Case[] = [
  [
    "select regexp_like('abc', 'a.c'), regexp_like('xabc', 'a.c'), regexp_replace('a1b2', '[0-9]', '#'), regexp_replace('John Smith', '(\\\\w+) (\\\\w+)', '\\\\2 \\\\1'), regexp_substr('a12b34', '[0-9]+', 1, 2), regexp_count('abab', 'ab'), 'abc' rlike 'a.*', regexp_instr('hello', 'l')",
    [[true, false, 'a#b#', 'Smith John', '34', '2', true, '3']],
  ],
  [
    'select count(*), count(name), count_if(ok), sum(price), avg(price), avg(id), min(name), max(at), median(id), any_value(id) from t',
    [['3', '2', '1', '11.85', '5.92500000', '2.000000', 'Ann', '2024-03-01 00:00:00', '2.000', '1']],
  ],
  [
    'select ok, count(*) c from t group by ok order by c desc, ok',
    [
      [false, '1'],
      [true, '1'],
      [null, '1'],
    ],
  ],
  [
    'select ok, count(*) from t group by all order by 1',
    [
      [false, '1'],
      [true, '1'],
      [null, '1'],
    ],
  ],
  [
    "select sum(id) s, case when id > 1 then 'big' else 'small' end k from t group by k order by k",
    [
      ['5', 'big'],
      ['1', 'small'],
    ],
  ],
  [
    'select id, (select max(id) from t) m, exists (select 1 from t u where u.id = t.id + 1) e from t order by id',
    [
      ['1', '3', true],
      ['2', '3', true],
      ['3', '3', false],
    ],
  ],
  [
    'select * from (select id, ok, price from t) pivot (sum(price) for ok in (true, false)) as p',
    [
      ['2', null, null],
      ['1', '12.35', null],
      ['3', null, null],
    ],
  ],
  ['select count(distinct id, name), count(distinct name), sum(distinct id) from t', [['2', '2', '6']]],
  [
    'select median(price), percentile_cont(0.5) within group (order by id), percentile_disc(0.5) within group (order by id), stddev(id), variance(id), mode(ok) from t',
    [['5.92500', '2.000', '2', 1, 1, true]],
  ],
  ['select count(*) from t group by id having count(*) > 0 and id = 1', [['1']]],
  ['select sum(x) from (select 1 x union all select 2)', [['3']]],
  ['select count(*) from (select 1 union all select 1 union select 1)', [['1']]],
];

const queries: readonly Case[] = [
  ['select a+1 as b, b*2 as c, c from (select 1 as a) where b = 2', [['2', '4', '4']]],
  [
    'select name, price from t order by price desc',
    [
      [null, null],
      ['Ann', '12.35'],
      ['bob', '-0.50'],
    ],
  ],
  [
    'select name, price from t order by price',
    [
      ['bob', '-0.50'],
      ['Ann', '12.35'],
      [null, null],
    ],
  ],
  ['select id from t order by price nulls first limit 1 offset 1', [['2']]],
  ['select t.*, 1 as x from t where id = 2', [['2', 'bob', '-0.50', null, null, null, null, null, null, null, '1']]],
  ['select id from t a join t b using (id) order by id', [['1'], ['2'], ['3']]],
  [
    'select a.id, b.id from t a left join t b on a.id = b.id and b.id = 1 order by a.id',
    [
      ['1', '1'],
      ['2', null],
      ['3', null],
    ],
  ],
  [
    'with recursive n (i) as (select 1 union all select i + 1 from n where i < 15) select count(*), sum(i), max(i) from n',
    [['15', '120', '15']],
  ],
  ['select 1 as a union select 2.5 union all select null order by a', [['1.0'], ['2.5'], [null]]],
  [
    "select column1, column2 from values (1, 'a'), (2, null) order by 1",
    [
      ['1', 'a'],
      ['2', null],
    ],
  ],
  ['select * from (values (1,2)) as v (x, y)', [['1', '2']]],
  [
    "select id from t where id in (select id from t where ok) or (id, name) in ((2, 'bob')) order by id",
    [['1'], ['2']],
  ],
  [
    'select * from (select 1 as k, 10 as a, 20 as b) unpivot (val for nm in (a, b)) order by nm',
    [
      ['1', 'A', '10'],
      ['1', 'B', '20'],
    ],
  ],
  [
    "select regexp_substr('Hello world', '(\\\\w+) (\\\\w+)', 1, 1, 'e', 2), strtok('a.b.c', '.', 2), parse_url('https://a.b:8080/p/q?x=1#f'):host::varchar",
    [['world', 'b', 'a.b']],
  ],
  [
    "select d::varchar || '!', at::varchar, l, ok::varchar from t where id = 1",
    [['2024-02-29!', '2024-01-31 10:20:30.456', null, 'true']],
  ],
  ['select id from t minus select 1 order by 1', [['2'], ['3']]],
  ['select top 2 id from t order by id desc', [['3'], ['2']]],
  ['select 1 as a union select 2.5 union all select null order by a', [['1.0'], ['2.5'], [null]]],
  ['select null as a union all select 1', [[null], ['1']]],
  ["select $1, $2 from values (1, 'x')", [['1', 'x']]],
  ['select t.$1 from (values (5)) t', [['5']]],
  ['select a.b from (select 1 as b) a', [['1']]],
  ["select id, name as id2, id2 || 'x' from t where id2 = 'Ann'", [['1', 'Ann', 'Annx']]],
  ['select any_value(v):K::varchar from t where id = 1', [['v']]],
  ["select id from t where name in ('Ann', null) or not ok", [['1'], ['3']]],
  ['select distinct ok from t order by ok', [[false], [true], [null]]],
  ["select upper(name), lower(name) from t where name rlike '[A-Z].*'", [['ANN', 'ann']]],
  ['select * from (select 1 a, 2 a)', [['1', '2']]],
  ['select a.*, b.* from (select 1 x) a, (select 2 x) b', [['1', '2']]],
  ['select id from t order by length(name) desc nulls last limit 2', [['1'], ['2']]],
  [
    "select ifnull(name, 'none'), name is distinct from 'Ann' from t order by id",
    [
      ['Ann', false],
      ['bob', true],
      ['none', true],
    ],
  ],
  ['select -id, +id, - -id from t where id = 1', [['-1', '1', '1']]],
  [
    'select * exclude (v, l, z, at) replace (upper(name) as name) rename (id as key) from t where id = 1',
    [['1', 'ANN', '12.35', '2024-02-29', true, 1.5]],
  ],
  ['select id from t a where exists (select 1 from t b where b.id = a.id + 1) order by 1', [['1'], ['2']]],
  [
    'with x as (select id, price from t), y as (select max(id) m from x) select x.id from x join y on x.id = y.m',
    [['3']],
  ],
  [
    "select a.id, b.name from t a full outer join (select 9 as id, 'z' as name) b on a.id = b.id order by 1, 2",
    [
      ['1', null],
      ['2', null],
      ['3', null],
      [null, 'z'],
    ],
  ],
  ['select id, name from t natural join (select 1 as id) x', [['1', 'Ann']]],
  [
    "select l.k, r.v from (select 1 k, 5 t union all select 1, 7) l asof join (select 1 k, 4 t, 'a' v union all select 1, 6, 'b') r match_condition (l.t >= r.t) on l.k = r.k order by r.v",
    [
      ['1', 'a'],
      ['1', 'b'],
    ],
  ],
];

const windows: readonly Case[] = [
  ['select id, row_number() over (order by price desc) rn from t qualify rn = 1', [['3', '1']]],
  [
    'select id, lag(id) over (order by id) l, lead(id, 1, 0) over (order by id) n, first_value(name) over (order by id) fv, last_value(id) over (order by id) lv, sum(id) over (order by id) s, ratio_to_report(id) over () r, ntile(2) over (order by id) nt from t order by id',
    [
      ['1', null, '2', 'Ann', '3', '1', 0.16666666666666666, '1'],
      ['2', '1', '3', 'Ann', '3', '3', 0.3333333333333333, '1'],
      ['3', '2', '0', 'Ann', '3', '6', 0.5, '2'],
    ],
  ],
  [
    'select id, avg(price) over (partition by ok order by id rows between 1 preceding and current row) from t order by id',
    [
      ['1', '12.35000000'],
      ['2', '-0.50000000'],
      ['3', null],
    ],
  ],
  ['select row_number() over (partition by v:K order by v:n) from t', [['1'], ['2'], ['1']]],
  ['select count(*) over () c, sum(price) over (partition by ok) from t order by 1 limit 1', [['3', '12.35']]],
  [
    'select id, conditional_true_event(ok) over (order by id) c, nth_value(id, 2) over (order by id) n, percent_rank() over (order by id) p, lag(name) ignore nulls over (order by id) l from t order by id',
    [
      ['1', '1', '2', 0, null],
      ['2', '1', '2', 0.5, 'Ann'],
      ['3', '1', '2', 1, 'bob'],
    ],
  ],
];

const numbers: readonly Case[] = [
  ['select 1 where 1 = 2', []],
  ['select to_array(1), zeroifnull(null)', [['[1]', '0']]],
  ['select 9999999999999999999999999999999999999 * 10 + 5', [['99999999999999999999999999999999999995']]],
  ["select case when null then 1 else 2 end, case 1 when 1 then 'x' end", [['2', 'x']]],
  ['select current_user()', [['ANN']]],
];

const errors: readonly (readonly [query: string, message: string])[] = [
  ['select 1/0', '100051 Division by zero'],
  [
    "select '12'::number, '12.5'::number, '-12.5'::number(10,0), 'abc'::number",
    "100038 Numeric value 'abc' is not recognized",
  ],
  ["select to_date('2024-02-30')", "100040 Date '2024-02-30' is not recognized"],
  ['select parse_json(\'{"a":1,"a":2}\')', '100069 Error parsing JSON: duplicate object attribute "a", pos 13'],
  ['select nope from t', "SQL compilation error: error line 1 at position 7\ninvalid identifier 'NOPE'"],
  ['select t.nope from t', "SQL compilation error: error line 1 at position 7\ninvalid identifier 'T.NOPE'"],
  ['select * from missing', "SQL compilation error:\nObject 'MISSING' does not exist or not authorized."],
  ['select nofn(1)', 'SQL compilation error:\nUnknown function NOFN'],
  [
    'select id from t a join t b on a.id = b.id',
    "SQL compilation error: error line 1 at position 7\nambiguous column name 'ID'",
  ],
  ["select 'a' = 1", "100038 Numeric value 'a' is not recognized"],
  [
    "select true::varchar, 1::boolean, 'yes'::boolean, 'maybe'::boolean",
    "100037 Boolean value 'maybe' is not recognized",
  ],
  ['select name from t group by ok', '000979 SQL compilation error:\n[NAME] is not a valid group by expression'],
  [
    'select id from t where row_number() over (order by id) = 1',
    '002303 SQL compilation error:\nWindow function appears outside of SELECT, QUALIFY, and ORDER BY clauses.',
  ],
  [
    'select max(sum(id)) from t',
    '002036 SQL compilation error:\nInvalid aggregate function in where clause or within another aggregate',
  ],
  ["select '99999999999999999999'::number(10,0)", "100039 Numeric value '99999999999999999999' is out of range"],
  ['select 12345::number(3,0)', "100039 Numeric value '12345' is out of range"],
  ['select v:K::int from t where id = 1', '100071 Failed to cast variant value "v" to FIXED'],
];

describe.each([
  ['variants', variants],
  ['table-functions', tableFunctions],
  ['conversions', conversions],
  ['strings', strings],
  ['dates', dates],
  ['aggregates', aggregates],
  ['queries', queries],
  ['windows', windows],
  ['numbers', numbers],
] as const)('%s', (_, cases) => {
  test.each(cases)('%s', async (query, rows) => {
    const found = await warehouse.query(query);
    expect(inOrder(query) ? found : sorted(found)).toEqual(inOrder(query) ? rows : sorted(rows));
  });
});

test.each(errors)('%s fails as on Snowflake', async (query, message) => {
  const run = async () => warehouse.query(query);
  await expect(run()).rejects.toThrow(message);
});
