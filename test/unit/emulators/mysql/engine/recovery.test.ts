import { cpSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { login, openAt, rows, runAll, temporaryFolder } from './harness.ts';

const folders: { remove(): void }[] = [];
const folder = (): string => {
  const made = temporaryFolder();
  folders.push(made);
  return made.path;
};

afterEach(() => {
  for (const made of folders.splice(0)) made.remove();
});

/** What a crash leaves: the files as they are, nothing closed. */
const crashed = (from: string): string => {
  const to = folder();
  cpSync(from, to, { recursive: true });
  return to;
};

const standins = new URL('../../../../../sql/mysql/', import.meta.url);

test('everything that was answered is there after a crash: rows, definitions, accounts, counters', async () => {
  const path = folder();
  const engine = await openAt(path);
  const session = login(engine);
  for (const name of ['010_sales.sql', '020_cdc_user.sql'])
    await runAll(session, readFileSync(new URL(name, standins), 'utf8'));
  await runAll(
    session,
    `USE sales; SET time_zone = '+02:00';
     CREATE TABLE kinds (a INT, t TIMESTAMP(3) NULL, d DECIMAL(20,5), b BIT(9), s SET('x','y'), j JSON, y YEAR, v VARBINARY(5), f FLOAT, n CHAR(3) DEFAULT 'q');
     INSERT INTO kinds VALUES (-1, '2026-01-02 03:04:05.678', -0.00001, b'101', 'y,x', '{"b": 1, "a": [null]}', 2026, x'00ff00', 1.5, 'é');
     INSERT INTO customers VALUES (1, 'a@example.com', 'A', 'DE', '2026-01-01 00:00:00.123');
     INSERT INTO products VALUES (1, 'p', 'c', 9.99);
     INSERT INTO orders (customer_id, product_id, quantity, unit_price, total_amount) VALUES (1, 1, 1, 9.99, 9.99), (1, 1, 2, 9.99, 19.98);
     DELETE FROM orders WHERE id = 1; UPDATE orders SET id = 12 WHERE id = 2; ALTER TABLE products ADD COLUMN note TEXT;
     BEGIN; DELETE FROM orders`,
  );
  const read = [
    'SELECT * FROM kinds',
    'SELECT * FROM products',
    'SHOW CREATE TABLE orders',
    'SHOW GRANTS FOR debezium',
  ];
  const other = login(engine, 'root', 'sales');
  const before = [];
  for (const sql of [...read, 'SELECT * FROM orders']) before.push(await rows(other, sql));
  const again = await openAt(crashed(path));
  const back = login(again, 'root', 'sales');
  const after = [];
  for (const sql of [...read, 'SELECT * FROM orders']) after.push(await rows(back, sql));
  expect(after).toEqual(before);
  expect(again.accounts.find('debezium', '10.0.0.1')?.passwordHash).toEqual(
    engine.accounts.find('debezium', '10.0.0.1')?.passwordHash,
  );
  await again.close();
  await engine.close();
});

test('a transaction that is cut at any byte is there as a whole or not at all', async () => {
  const path = folder();
  const engine = await openAt(path);
  const session = login(engine);
  await runAll(
    session,
    'CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO t VALUES (1, "old")',
  );
  const { file, offset: start } = engine.binlog.position();
  await runAll(session, 'BEGIN; INSERT INTO t VALUES (2, "new"); UPDATE t SET v = "changed" WHERE id = 1; COMMIT');
  const { offset: end } = engine.binlog.position();
  const kept = crashed(path);
  await engine.close();
  for (let length = start; length <= end; length += length < end - 3 && length > start + 3 ? 7 : 1) {
    const torn = crashed(kept);
    truncateSync(join(torn, file), length);
    const again = await openAt(torn);
    const found = await rows(login(again, 'root', 'd'), 'SELECT * FROM t');
    expect(found, `cut at ${length} of ${end}`).toEqual(
      length === end
        ? [
            ['1', 'changed'],
            ['2', 'new'],
          ]
        : [['1', 'old']],
    );
    await again.close();
  }
});

test('a checkpoint and the log after it give the same tables, and old logs can go', async () => {
  const path = folder();
  const engine = await openAt(path);
  const session = login(engine);
  await runAll(
    session,
    'CREATE DATABASE d; USE d; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT); INSERT INTO t (v) VALUES (1), (2); FLUSH LOGS; INSERT INTO t (v) VALUES (3)',
  );
  const gtids = engine.binlog.position().executedGtids;
  await runAll(session, 'PURGE BINARY LOGS TO "mysql-bin.000002"');
  expect(engine.binlog.files().map(({ name }) => name)).toEqual(['mysql-bin.000002']);
  const again = await openAt(crashed(path));
  expect(again.binlog.position().executedGtids).toBe(gtids);
  const back = login(again, 'root', 'd');
  await runAll(back, 'INSERT INTO t (v) VALUES (4)');
  expect(await rows(back, 'SELECT * FROM t')).toEqual([
    ['1', '1'],
    ['2', '2'],
    ['3', '3'],
    ['4', '4'],
  ]);
  await again.close();
  await engine.close();
});
