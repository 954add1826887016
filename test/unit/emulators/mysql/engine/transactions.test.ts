import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, Session } from '../../../../../sandbox/emulators/mysql/engine/types.ts';
import { errorOf, login, openAt, rows, run, runAll, temporaryFolder } from './harness.ts';

const folder = temporaryFolder();
let engine: Engine;
let one: Session;
let other: Session;

beforeAll(async () => {
  engine = await openAt(folder.path);
  one = login(engine);
  await runAll(one, 'CREATE DATABASE bank; USE bank; CREATE TABLE accounts (id INT PRIMARY KEY, money INT NOT NULL)');
  other = login(engine, 'root', 'bank');
});

afterAll(async () => {
  await engine.close();
  folder.remove();
});

const fresh = () => runAll(one, 'ROLLBACK; TRUNCATE accounts; INSERT INTO accounts VALUES (1, 100), (2, 200)');

test('an idle open transaction stops nobody who touches other rows', async () => {
  await fresh();
  await runAll(one, 'BEGIN; UPDATE accounts SET money = 0 WHERE id = 1; INSERT INTO accounts VALUES (3, 300)');
  expect(await rows(other, 'SELECT * FROM accounts')).toEqual([
    ['1', '100'],
    ['2', '200'],
  ]);
  await runAll(other, 'UPDATE accounts SET money = 1 WHERE id = 2; INSERT INTO accounts VALUES (4, 400)');
  await runAll(one, 'COMMIT');
  expect(await rows(other, 'SELECT * FROM accounts')).toEqual([
    ['1', '0'],
    ['2', '1'],
    ['3', '300'],
    ['4', '400'],
  ]);
});

test('REPEATABLE READ keeps its snapshot, READ COMMITTED does not', async () => {
  await fresh();
  await runAll(one, 'BEGIN; SELECT * FROM accounts');
  await runAll(other, 'UPDATE accounts SET money = 7 WHERE id = 1; DELETE FROM accounts WHERE id = 2');
  expect(await rows(one, 'SELECT * FROM accounts')).toEqual([
    ['1', '100'],
    ['2', '200'],
  ]);
  expect(await rows(one, 'SELECT * FROM accounts FOR UPDATE')).toEqual([['1', '7']]);
  await runAll(one, 'COMMIT; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN; SELECT * FROM accounts');
  await expect(run(other, 'INSERT INTO accounts VALUES (5, 5)')).resolves.toBeDefined();
  expect(await rows(one, 'SELECT COUNT(*) FROM accounts')).toEqual([['2']]);
  await runAll(one, 'ROLLBACK');
});

test('a write waits for the row and goes on with what was committed', async () => {
  await fresh();
  await runAll(one, 'BEGIN; UPDATE accounts SET money = money + 1 WHERE id = 1');
  let ended = false;
  const waiting = run(other, 'UPDATE accounts SET money = money * 2 WHERE id = 1').then((result) => {
    ended = true;
    return result;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  await runAll(one, 'COMMIT');
  await waiting;
  expect(await rows(one, 'SELECT money FROM accounts WHERE id = 1')).toEqual([['202']]);
});

test('a lock wait ends with 1205 and takes the statement back, a circle with 1213 and the whole transaction', async () => {
  await fresh();
  await runAll(one, 'BEGIN; UPDATE accounts SET money = 1 WHERE id = 1');
  await runAll(other, 'SET innodb_lock_wait_timeout = 1; BEGIN; UPDATE accounts SET money = 2 WHERE id = 2');
  expect(await errorOf(other, 'UPDATE accounts SET money = 2 WHERE id = 1')).toBe(
    '1205 HY000 Lock wait timeout exceeded; try restarting transaction',
  );
  await runAll(other, 'SET innodb_lock_wait_timeout = 50');
  const waiting = run(other, 'UPDATE accounts SET money = 2 WHERE id = 1');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await errorOf(one, 'UPDATE accounts SET money = 1 WHERE id = 2')).toBe(
    '1213 40001 Deadlock found when trying to get lock; try restarting transaction',
  );
  await waiting;
  await runAll(other, 'COMMIT');
  expect(await rows(one, 'SELECT * FROM accounts')).toEqual([
    ['1', '2'],
    ['2', '2'],
  ]);
});

test('savepoints, and nothing of a rollback in the binlog', async () => {
  await fresh();
  const before = engine.binlog.position();
  await runAll(one, 'BEGIN; UPDATE accounts SET money = 5 WHERE id = 1; ROLLBACK; UPDATE accounts SET money = money');
  expect(engine.binlog.position()).toEqual(before);
  await runAll(
    one,
    'BEGIN; DELETE FROM accounts WHERE id = 1; SAVEPOINT a; DELETE FROM accounts; ROLLBACK TO a; COMMIT',
  );
  expect(await rows(other, 'SELECT * FROM accounts')).toEqual([['2', '200']]);
});

test('a duplicate of an uncommitted row waits for its fate', async () => {
  await fresh();
  await runAll(one, 'BEGIN; INSERT INTO accounts VALUES (9, 9)');
  const waiting = run(other, 'INSERT INTO accounts VALUES (9, 10)');
  await new Promise((resolve) => setImmediate(resolve));
  await runAll(one, 'ROLLBACK');
  await waiting;
  expect(await rows(one, 'SELECT * FROM accounts WHERE id = 9')).toEqual([['9', '10']]);
});

test('FLUSH TABLES WITH READ LOCK holds writes of others, KILL ends a wait', async () => {
  await fresh();
  await runAll(one, 'FLUSH TABLES WITH READ LOCK');
  const waiting = run(other, 'INSERT INTO accounts VALUES (8, 8)');
  const killed = login(engine, 'root', 'bank');
  const ended = errorOf(killed, 'DELETE FROM accounts');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await rows(one, 'SELECT COUNT(*) FROM accounts')).toEqual([['2']]);
  await runAll(one, `KILL QUERY ${killed.connectionId}`);
  expect(await ended).toBe('1317 70100 Query execution was interrupted');
  await runAll(one, 'UNLOCK TABLES');
  await waiting;
  expect(await rows(one, 'SELECT COUNT(*) FROM accounts')).toEqual([['3']]);
  killed.close();
});

test('a snapshot begun under FLUSH TABLES WITH READ LOCK sees exactly what the binlog holds up to its position', async () => {
  await fresh();
  await runAll(one, 'FLUSH TABLES WITH READ LOCK; START TRANSACTION WITH CONSISTENT SNAPSHOT');
  const before = await rows(one, 'SHOW BINARY LOG STATUS');
  let changed = false;
  const waiting = run(other, 'UPDATE accounts SET money = 77 WHERE id = 1').then(() => {
    changed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(changed).toBe(false);
  expect(await rows(one, 'SHOW BINARY LOG STATUS')).toEqual(before);
  await runAll(one, 'UNLOCK TABLES');
  await waiting;
  expect(await rows(one, 'SELECT COUNT(*) FROM accounts WHERE money = 77')).toEqual([['0']]);
  expect(await rows(one, 'SHOW BINARY LOG STATUS')).not.toEqual(before);
  await runAll(one, 'COMMIT');
});

test('a session that closes gives its locks back', async () => {
  await fresh();
  const leaving = login(engine, 'root', 'bank');
  await runAll(leaving, 'BEGIN; UPDATE accounts SET money = 0');
  leaving.close();
  await runAll(other, 'UPDATE accounts SET money = 3 WHERE id = 1');
  expect(await rows(other, 'SELECT money FROM accounts WHERE id = 1')).toEqual([['3']]);
});
