import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openWarehouse, type Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
const rows = (): Promise<unknown[][]> => warehouse.query('select * from t order by id');

beforeAll(async () => {
  warehouse = await openWarehouse();
  await warehouse.createTable('create table s (id number(38,0), n number(10,2), gone boolean)');
});

beforeEach(async () => {
  await warehouse.createTable('create table t (id number(38,0) not null, name varchar(5), n number(10,2), v variant)');
  await warehouse.change("insert into t (id, name, n) values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
  await warehouse.change('delete from s');
});

afterAll(() => warehouse.close());

test('INSERT fills the columns that are not named, casts and rounds', async () => {
  await warehouse.change("insert into t (n, id) select '4.555', 4");
  await warehouse.change('insert into t (id, v) select 5, parse_json(\'{"b":1,"a":2}\')');
  await warehouse.change('insert into t values (6, default, null, null)');
  expect((await rows()).slice(3)).toEqual([
    ['4', null, '4.56', null],
    ['5', null, null, '{"a":2,"b":1}'],
    ['6', null, null, null],
  ]);
});

test.each([
  ['insert into t (id) select 1, 2', 'Insert value list does not match column list expecting 1 but got 2'],
  ['insert into t (nope) select 1', "invalid identifier 'NOPE'"],
  ["insert into t (id, name) select 7, 'too long'", "String 'too long' is too long and would be truncated"],
  [
    "insert into t (id, v) select 7, '{}'",
    'Expression type does not match column data type, expecting VARIANT but got VARCHAR(2) for column V',
  ],
  ['insert into t (id) select null', '100072'],
  ["insert into t (id) select 'x'", "Numeric value 'x' is not recognized"],
  ['insert into t (id, n) select 7, 123456789.5', 'is out of range'],
  ['update t set nope = 1', "invalid identifier 'NOPE'"],
  ['merge into t using s on t.id = s.id when not matched then insert (id) values (s.id, 1)', 'expecting 1 but got 2'],
])('%s fails', async (statement, message) => {
  const run = async () => warehouse.change(statement);
  await expect(run()).rejects.toThrow(message);
});

test('UPDATE … FROM takes one of the rows that match; a column sees the old row', async () => {
  await warehouse.change('insert into s values (1, 10, false), (2, 20, false)');
  expect(await warehouse.change('update t set n = t.n + s.n, id = t.id * 10 from s where t.id = s.id')).toEqual({
    UPDATE: 2,
  });
  expect((await rows()).map((row) => [row[0], row[2]])).toEqual([
    ['3', '3.00'],
    ['10', '11.00'],
    ['20', '22.00'],
  ]);
});

test('UPDATE with an alias, a subquery and DEFAULT', async () => {
  await warehouse.change('update t as x set x.n = (select max(n) from t), name = default where x.id = 1');
  expect((await rows())[0]).toEqual(['1', null, '3.00', null]);
});

test('DELETE … USING deletes a row once, however many match it', async () => {
  await warehouse.change('insert into s values (1, 1, true), (1, 2, true), (3, 3, false)');
  expect(await warehouse.change('delete from t using s where t.id = s.id and s.gone')).toEqual({ DELETE: 1 });
  expect((await rows()).map((row) => row[0])).toEqual(['2', '3']);
});

const merge = `merge into t using s on t.id = s.id
  when matched and s.gone then delete
  when matched and t.n <> s.n then update set t.n = s.n, name = 'x' || t.name
  when not matched and not s.gone then insert (id, n) values (s.id, s.n)`;

test('MERGE: the first clause whose condition holds decides, and a row that none takes stays', async () => {
  await warehouse.change(
    'insert into s values (1, 9, true), (2, 9, false), (3, 3, false), (4, 4, false), (5, 5, true)',
  );
  expect(await warehouse.change(merge)).toEqual({ DELETE: 1, INSERT: 1, UPDATE: 1 });
  expect((await rows()).map((row) => row.slice(0, 3))).toEqual([
    ['2', 'xb', '9.00'],
    ['3', 'c', '3.00'],
    ['4', null, '4.00'],
  ]);
});

test('MERGE in which two rows change one row is an error, and leaves the table as it was', async () => {
  await warehouse.change('insert into s values (2, 8, false), (2, 9, false)');
  await expect(warehouse.change(merge)).rejects.toThrow('100090');
  expect((await rows())[1]).toEqual(['2', 'b', '2.00', null]);
});

test('MERGE on no key inserts every row, and ALL BY NAME pairs columns by their names', async () => {
  await warehouse.change('insert into s values (8, 1, false)');
  expect(
    await warehouse.change('merge into t using s on false when not matched then insert (id, n) values (s.id, s.n)'),
  ).toEqual({ INSERT: 1 });
  const all =
    "merge into t using (select 9 as id, 'z' as name, 1 as n, null as v) q on t.id = q.id when not matched then insert all by name";
  expect(await warehouse.change(all)).toEqual({ INSERT: 1 });
  expect((await rows()).slice(-1)).toEqual([['9', 'z', '1.00', null]]);
});

test('a NULL of a derived table or of a common table still goes into any column', async () => {
  await warehouse.change(
    'insert into t (id, v) with a as (select 9 as id, null as v) select * from (select id, v from a)',
  );
  await warehouse.change(
    'insert into t (id, n) with recursive r (id, n) as (select 10, null union all select id + 1, 5 from r where id < 11) select * from r',
  );
  expect((await rows()).slice(3).map((row) => [row[0], row[2], row[3]])).toEqual([
    ['9', null, null],
    ['10', null, null],
    ['11', '5.00', null],
  ]);
});
