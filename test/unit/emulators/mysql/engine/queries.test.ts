import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, Session } from '../../../../../sandbox/emulators/mysql/engine/types.ts';
import { errorOf, login, openAt, rows, run, runAll, temporaryFolder } from './harness.ts';

const folder = temporaryFolder();
let engine: Engine;
let session: Session;

beforeAll(async () => {
  engine = await openAt(folder.path);
  session = login(engine);
  await runAll(
    session,
    `CREATE DATABASE shop; USE shop;
     CREATE TABLE parents (id BIGINT PRIMARY KEY, name VARCHAR(20) NOT NULL, UNIQUE KEY parents_name (name));
     CREATE TABLE children (id INT AUTO_INCREMENT PRIMARY KEY, parent_id BIGINT, amount DECIMAL(8,2) NOT NULL DEFAULT 1.50, tag ENUM('a','b'),
       big BIGINT UNSIGNED, CHECK (amount < 1000), FOREIGN KEY (parent_id) REFERENCES parents (id));
     INSERT INTO parents VALUES (1, 'one'), (2, 'two'), (3, 'three');
     INSERT INTO children (parent_id, amount, tag) VALUES (1, 10.10, 'b'), (1, 20.20, 'a'), (2, 0.05, NULL);`,
  );
});

afterAll(async () => {
  await engine.close();
  folder.remove();
});

describe('a SELECT gives', () => {
  const cases: [string, (string | number | null)[][]][] = [
    ['SELECT 0.10 + 0.20, 1 / 3, 10 DIV 3, 1.5 * 2.25, -7 % 3', [['0.30', '0.3333', '3', '3.375', '-1']]],
    [
      'SELECT 18446744073709551615, CAST(-1 AS UNSIGNED), 0x41 + 0',
      [['18446744073709551615', '18446744073709551615', '65']],
    ],
    ["SELECT 'a' = 'A', 'a' = 'A' COLLATE utf8mb4_bin, 'ü' = 'u', 'x ' = 'x'", [['1', '0', '1', '0']]],
    ["SELECT '5a' + 1, NULL = NULL, NULL <=> NULL, 1 IN (2, NULL), 1 NOT IN (2, 3)", [[6, null, '1', null, '1']]],
    [
      "SELECT CONCAT('a', NULL), CONCAT_WS(',', 'a', NULL, 'b'), SUBSTRING('hello', -3), LPAD('5', 3, '0')",
      [[null, 'a,b', 'llo', '005']],
    ],
    [
      "SELECT DATE_ADD('2026-01-31', INTERVAL 1 MONTH), DATEDIFF('2026-03-01', '2026-02-01'), LAST_DAY('2024-02-10')",
      [['2026-02-28', '28', '2024-02-29']],
    ],
    [
      "SELECT JSON_EXTRACT('{\"a\": [1, {\"b\": 2.50}]}', '$.a[1].b'), JSON_OBJECT('bb', 1, 'a', NULL)",
      [['2.5', '{"a": null, "bb": 1}']],
    ],
    [
      'SELECT COUNT(*), SUM(amount), AVG(amount), MIN(tag), MAX(tag) FROM children',
      [['3', '30.35', '10.116667', 'a', 'b']],
    ],
    ['SELECT tag FROM children ORDER BY tag DESC', [['b'], ['a'], [null]]],
    [
      'SELECT p.name, COUNT(c.id) n FROM parents p LEFT JOIN children c ON c.parent_id = p.id GROUP BY p.id ORDER BY n DESC, p.id',
      [
        ['one', '2'],
        ['two', '1'],
        ['three', '0'],
      ],
    ],
    [
      'SELECT name FROM parents p WHERE EXISTS (SELECT 1 FROM children c WHERE c.parent_id = p.id AND c.amount > 15)',
      [['one']],
    ],
    [
      'SELECT name, (SELECT MAX(amount) FROM children c WHERE c.parent_id = p.id) FROM parents p ORDER BY p.id',
      [
        ['one', '20.20'],
        ['two', '0.05'],
        ['three', null],
      ],
    ],
    ['SELECT id FROM parents WHERE id NOT IN (SELECT parent_id FROM children)', [['3']]],
    ['SELECT 1 UNION SELECT 2 UNION ALL SELECT 2 ORDER BY 1 DESC', [['2'], ['2'], ['1']]],
    ['WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 4) SELECT SUM(x) FROM n', [['10']]],
    [
      'SELECT id, SUM(amount) OVER (ORDER BY id) FROM children',
      [
        ['1', '10.10'],
        ['2', '30.30'],
        ['3', '30.35'],
      ],
    ],
    ['SELECT id FROM parents WHERE id BETWEEN 2 AND 9 AND name LIKE "t%" ORDER BY name LIMIT 1 OFFSET 1', [['2']]],
    [
      'SELECT parent_id, GROUP_CONCAT(amount ORDER BY amount DESC SEPARATOR "|") FROM children GROUP BY parent_id HAVING COUNT(*) > 1',
      [['1', '20.20|10.10']],
    ],
    ['SELECT CASE WHEN id = 1 THEN "x" ELSE name END FROM parents ORDER BY id', [['x'], ['two'], ['three']]],
    ['SELECT * FROM parents JOIN children USING (id) WHERE id = 2', [['2', 'two', '1', '20.20', 'a', null]]],
  ];
  test.each(cases)('%s', async (sql, expected) => {
    expect(await rows(session, sql)).toEqual(expected);
  });
});

describe('the server answers', () => {
  const cases: [string, string][] = [
    [
      'SELEC 1',
      "1064 42000 You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'SELEC 1' at line 1",
    ],
    [
      'SELECT *\nFROM parents WHERE',
      "1064 42000 You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '' at line 2",
    ],
    ['SELECT * FROM nothing', "1146 42S02 Table 'shop.nothing' doesn't exist"],
    ['SELECT nothing FROM parents', "1054 42S22 Unknown column 'nothing' in 'field list'"],
    ['SELECT id FROM parents JOIN children', "1052 23000 Column 'id' in field list is ambiguous"],
    ['USE nothing', "1049 42000 Unknown database 'nothing'"],
    ["INSERT INTO parents VALUES (1, 'x')", "1062 23000 Duplicate entry '1' for key 'parents.PRIMARY'"],
    ["INSERT INTO parents VALUES (9, 'ONE')", "1062 23000 Duplicate entry 'ONE' for key 'parents.parents_name'"],
    ['INSERT INTO parents (id) VALUES (9)', "1364 HY000 Field 'name' doesn't have a default value"],
    ['INSERT INTO parents VALUES (9, NULL)', "1048 23000 Column 'name' cannot be null"],
    ['INSERT INTO parents VALUES (9)', "1136 21S01 Column count doesn't match value count at row 1"],
    [`INSERT INTO parents VALUES (9, '${'x'.repeat(21)}')`, "1406 22001 Data too long for column 'name' at row 1"],
    ["INSERT INTO parents VALUES ('abc', 'x')", "1366 HY000 Incorrect integer value: 'abc' for column 'id' at row 1"],
    ['INSERT INTO children (amount) VALUES (10000000)', "1264 22003 Out of range value for column 'amount' at row 1"],
    ['INSERT INTO children (big) VALUES (-1)', "1264 22003 Out of range value for column 'big' at row 1"],
    ["INSERT INTO children (tag) VALUES ('c')", "1265 01000 Data truncated for column 'tag' at row 1"],
    ['INSERT INTO children (amount) VALUES (1000)', "3819 HY000 Check constraint 'children_chk_1' is violated."],
    [
      'INSERT INTO children (parent_id) VALUES (99)',
      '1452 23000 Cannot add or update a child row: a foreign key constraint fails (`shop`.`children`, CONSTRAINT `children_ibfk_1` FOREIGN KEY (`parent_id`) REFERENCES `parents` (`id`))',
    ],
    [
      'DELETE FROM parents WHERE id = 1',
      '1451 23000 Cannot delete or update a parent row: a foreign key constraint fails (`shop`.`children`, CONSTRAINT `children_ibfk_1` FOREIGN KEY (`parent_id`) REFERENCES `parents` (`id`))',
    ],
    [
      'SELECT id, COUNT(*) FROM parents',
      "1140 42000 In aggregated query without GROUP BY, expression #1 of SELECT list contains nonaggregated column 'shop.parents.id'; this is incompatible with sql_mode=only_full_group_by",
    ],
    ['SELECT 9223372036854775807 + 1', "1690 22003 BIGINT value is out of range in '(9223372036854775807 + 1)'"],
    ['SELECT (SELECT id FROM parents)', '1242 21000 Subquery returns more than 1 row'],
    ['SET nothing = 1', "1193 HY000 Unknown system variable 'nothing'"],
    ['CREATE PROCEDURE p() SELECT 1', "1235 42000 This version of MySQL doesn't yet support 'CREATE PROCEDURE'"],
    ['CREATE TABLE parents (id INT)', "1050 42S01 Table 'parents' already exists"],
    ['', '1065 42000 Query was empty'],
  ];
  test.each(cases)('%s', async (sql, expected) => {
    expect(await errorOf(session, sql)).toBe(expected);
  });
});

test('a failed statement leaves nothing behind', async () => {
  await errorOf(session, "INSERT INTO parents VALUES (50, 'fifty'), (1, 'x')");
  expect(await rows(session, 'SELECT COUNT(*) FROM parents WHERE id = 50')).toEqual([['0']]);
});

test('ON DUPLICATE KEY UPDATE, REPLACE and IGNORE tell what they changed', async () => {
  await runAll(session, 'CREATE TABLE counters (id INT PRIMARY KEY, n INT); INSERT INTO counters VALUES (1, 1)');
  const affected = async (sql: string) => {
    const result = await run(session, sql);
    return result.kind === 'ok' ? Number(result.affectedRows) : -1;
  };
  expect(await affected('INSERT INTO counters VALUES (1, 5) ON DUPLICATE KEY UPDATE n = n + VALUES(n)')).toBe(2);
  expect(await affected('INSERT INTO counters VALUES (1, 5) ON DUPLICATE KEY UPDATE n = n')).toBe(0);
  expect(await affected('INSERT INTO counters VALUES (1, 7) AS fresh ON DUPLICATE KEY UPDATE n = fresh.n')).toBe(2);
  expect(await affected('REPLACE INTO counters VALUES (1, 9), (2, 2)')).toBe(3);
  expect(await affected('INSERT IGNORE INTO counters VALUES (1, 0), (3, 3)')).toBe(1);
  expect(await rows(session, 'SELECT * FROM counters ORDER BY id')).toEqual([
    ['1', '9'],
    ['2', '2'],
    ['3', '3'],
  ]);
});

test('ALTER TABLE keeps the rows', async () => {
  await runAll(
    session,
    "CREATE TABLE shapes (id INT PRIMARY KEY, a VARCHAR(5), b INT); INSERT INTO shapes VALUES (1, '7', 2), (2, '8', 3); ALTER TABLE shapes ADD COLUMN c INT NOT NULL DEFAULT 4 AFTER id, MODIFY a INT, RENAME COLUMN b TO z, ADD INDEX (z)",
  );
  expect(await rows(session, 'SELECT * FROM shapes WHERE z = 3')).toEqual([['2', '4', '8', '3']]);
  expect(await errorOf(session, 'ALTER TABLE shapes DROP COLUMN nothing')).toBe(
    "1091 42000 Can't DROP 'nothing'; check that column/key exists",
  );
});

test('a prepared statement binds its parameters', async () => {
  const prepared = await session.prepare('SELECT name FROM parents WHERE id = ? LIMIT ?');
  expect(prepared.parameterCount).toBe(2);
  expect(prepared.columns.map((column) => [column.name, column.table, column.type])).toEqual([
    ['name', 'parents', 253],
  ]);
  const result = await prepared.execute([
    { type: 8, unsigned: false, value: 2n },
    { type: 8, unsigned: false, value: 1n },
  ]);
  expect(result.kind === 'rows' && result.rows).toEqual([['two']]);
});

test('privileges are checked', async () => {
  await runAll(session, "CREATE USER reader IDENTIFIED BY 'pw'; GRANT SELECT ON shop.parents TO reader");
  const reader = login(engine, 'reader', 'shop');
  expect(await rows(reader, 'SELECT COUNT(*) FROM parents')).toEqual([['3']]);
  expect(await errorOf(reader, 'SELECT * FROM children')).toBe(
    "1142 42000 SELECT command denied to user 'reader'@'%' for table 'children'",
  );
  expect(await errorOf(reader, 'DELETE FROM parents')).toBe(
    "1142 42000 DELETE command denied to user 'reader'@'%' for table 'parents'",
  );
  expect(await errorOf(reader, 'USE mysql')).toBe("1044 42000 Access denied for user 'reader'@'%' to database 'mysql'");
  expect(await errorOf(reader, 'FLUSH TABLES')).toBe(
    '1227 42000 Access denied; you need (at least one of) the RELOAD, FLUSH_TABLES privilege(s) for this operation',
  );
  reader.close();
});
