import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ZongJi from '@vlasky/zongji';
import { type Connection, type ConnectionOptions, createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { removeFolder, type Served, serve } from './serve.ts';

const sqlFolder = join(import.meta.dirname, '..', '..', 'sql', 'mysql');
const files = readdirSync(sqlFolder)
  .sort()
  .map((name) => readFileSync(join(sqlFolder, name), 'utf8'));

let served: Served;
let opened: Connection[] = [];

const optionsOf = ({ address }: Served): ConnectionOptions => ({
  host: address['MYSQL_HOST'] as string,
  port: Number(address['MYSQL_PORT']),
  user: address['MYSQL_USER'] as string,
  password: address['MYSQL_PASSWORD'] as string,
});

const connect = async (options: ConnectionOptions = {}): Promise<Connection> => {
  const connection = await createConnection({ ...optionsOf(served), ...options });
  connection.on('error', () => {});
  opened.push(connection);
  return connection;
};

const rowsOf = async (connection: Connection, sql: string, values?: unknown[]): Promise<RowDataPacket[]> =>
  (await connection.query<RowDataPacket[]>(sql, values))[0];

const applyFiles = async (): Promise<void> => {
  const connection = await connect({ multipleStatements: true });
  for (const sql of files) await connection.query(sql);
};

beforeAll(async () => {
  served = await serve({ components: ['mysql'] });
  await applyFiles();
});

afterEach(() => {
  for (const connection of opened) connection.destroy();
  opened = [];
});

afterAll(async () => {
  await served.stop();
  removeFolder(served.dataDir);
});

describe('logging in', () => {
  test('with the password that was told', async () => {
    const [row] = await rowsOf(await connect(), 'SELECT VERSION() AS version, CURRENT_USER() AS user, 1 + 1 AS two');
    expect(row).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/), user: 'root@%', two: 2 });
  });

  test('over TLS', async () => {
    const connection = await connect({ ssl: { rejectUnauthorized: false } });
    expect(await rowsOf(connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('not with another password, nor as somebody else, nor into a database that is not there', async () => {
    await expect(connect({ password: 'wrong' })).rejects.toMatchObject({
      errno: 1045,
      sqlState: '28000',
      message: expect.stringMatching(/^Access denied for user 'root'@'[^']+' \(using password: YES\)$/),
    });
    await expect(connect({ user: 'ghost', password: '' })).rejects.toMatchObject({
      errno: 1045,
      message: expect.stringMatching(/^Access denied for user 'ghost'@'[^']+' \(using password: (?:YES|NO)\)$/),
    });
    await expect(connect({ database: 'nope' })).rejects.toMatchObject({ errno: 1049, sqlState: '42000' });
  });

  test('by the native plug-in, when the account is made for it', async () => {
    const root = await connect();
    await root.query("CREATE USER IF NOT EXISTS old@'%' IDENTIFIED WITH mysql_native_password BY 'ancient'");
    const old = await connect({ user: 'old', password: 'ancient' });
    expect(await rowsOf(old, 'SELECT CURRENT_USER() AS user')).toEqual([{ user: 'old@%' }]);
    await expect(connect({ user: 'old', password: 'x' })).rejects.toMatchObject({ errno: 1045 });
  });

  test('as the user for change data capture, who may read and follow and not write', async () => {
    const debezium = await connect({ user: 'debezium', password: 'dbz' });
    expect(await rowsOf(debezium, 'SELECT COUNT(*) AS n FROM sales.orders')).toEqual([{ n: expect.any(Number) }]);
    await expect(debezium.query('DELETE FROM sales.orders')).rejects.toMatchObject({ errno: 1142, sqlState: '42000' });
  });
});

describe('the pipeline’s own tables', () => {
  test('running the files again changes nothing', async () => {
    await applyFiles();
    const tables = await rowsOf(await connect({ database: 'sales' }), 'SHOW TABLES');
    expect(tables.map((row) => Object.values(row)[0])).toEqual(['customers', 'orders', 'products']);
  });

  test('rows are written, read, changed and deleted', async () => {
    const connection = await connect({ database: 'sales' });
    await connection.query("INSERT INTO customers VALUES (1, 'a@b.c', 'Zażółć', 'PL', '2026-11-22 10:20:30.123')");
    await connection.query("INSERT INTO products VALUES (1, 'Sluice', 'tools', 19.99)");
    const [inserted] = await connection.query(
      'INSERT INTO orders (customer_id, product_id, quantity, unit_price, total_amount) VALUES (1, 1, 3, 19.99, 3 * 19.99)',
    );
    const { insertId } = inserted as { insertId: number };
    expect(insertId).toBeGreaterThan(0);
    expect(
      await rowsOf(
        connection,
        'SELECT o.status, o.total_amount, c.full_name, p.price FROM orders o JOIN customers c ON c.id = o.customer_id JOIN products p ON p.id = o.product_id WHERE o.id = ?',
        [insertId],
      ),
    ).toEqual([{ status: 'created', total_amount: '59.97', full_name: 'Zażółć', price: '19.99' }]);
    const [updated] = await connection.query("UPDATE orders SET status = 'paid' WHERE id = ?", [insertId]);
    expect(updated).toMatchObject({
      affectedRows: 1,
      changedRows: 1,
      info: 'Rows matched: 1  Changed: 1  Warnings: 0',
    });
    expect(
      await rowsOf(connection, 'SELECT status, COUNT(*) AS n, SUM(total_amount) AS total FROM orders GROUP BY status'),
    ).toEqual([{ status: 'paid', n: 1, total: '59.97' }]);
    const [deleted] = await connection.query('DELETE FROM orders WHERE id = ?', [insertId]);
    expect(deleted).toMatchObject({ affectedRows: 1 });
  });

  test('errors have the numbers and states that programs look at', async () => {
    const connection = await connect({ database: 'sales' });
    await connection.query("INSERT IGNORE INTO customers VALUES (2, 'two@b.c', 'Two', 'DE', '2026-11-22')");
    await connection.query("INSERT IGNORE INTO products VALUES (2, 'Pan', 'tools', 5)");
    await connection.query(
      'INSERT IGNORE INTO orders (id, customer_id, product_id, quantity, unit_price, total_amount) VALUES (2000, 2, 2, 1, 5, 5)',
    );
    const order = (column: string, value: string) =>
      `INSERT INTO orders (customer_id, product_id, quantity, unit_price, total_amount, ${column}) VALUES (2, 2, 1, 1, 1, ${value})`;
    const wrong: [string, number, string][] = [
      ["INSERT INTO customers VALUES (2, 'x@b.c', 'X', 'DE', '2026-11-22')", 1062, '23000'],
      ["INSERT INTO customers VALUES (3, 'two@b.c', 'X', 'DE', '2026-11-22')", 1062, '23000'],
      ["INSERT INTO customers VALUES (NULL, 'n@b.c', 'X', 'DE', '2026-11-22')", 1048, '23000'],
      ["INSERT INTO customers (id, email) VALUES (9, 'n@b.c')", 1364, 'HY000'],
      ["INSERT INTO customers VALUES (9, 'n@b.c', 'X', 'TOO LONG', '2026-11-22')", 1406, '22001'],
      ["INSERT INTO customers VALUES (9, 'n@b.c', 'X', 'DE', 'no date')", 1292, '22007'],
      ['INSERT INTO orders (customer_id) VALUES (2)', 1364, 'HY000'],
      [order('id', "'word'"), 1366, 'HY000'],
      [order('status', "'lost'"), 1265, '01000'],
      ['UPDATE orders SET customer_id = 404 WHERE id = 2000', 1452, '23000'],
      ['UPDATE orders SET unit_price = 1e12 WHERE id = 2000', 1264, '22003'],
      ['DELETE FROM customers WHERE id = 2', 1451, '23000'],
      ['SELECT * FROM nope', 1146, '42S02'],
      ['SELECT nope FROM orders', 1054, '42S22'],
      ['SELECT id FROM orders, customers', 1052, '23000'],
      ['SELEC 1', 1064, '42000'],
      ['USE nope', 1049, '42000'],
      ['CREATE TABLE orders (id INT)', 1050, '42S01'],
      ['DROP TABLE nope', 1051, '42S02'],
      ['CREATE DATABASE sales', 1007, 'HY000'],
      ['SELECT customer_id, id FROM orders GROUP BY customer_id', 1055, '42000'],
      ['SELECT (SELECT id FROM orders UNION SELECT 1)', 1242, '21000'],
      ['SELECT NO_SUCH_FUNCTION(1)', 1305, '42000'],
      ['ROLLBACK TO nowhere', 1305, '42000'],
      ['', 1065, '42000'],
    ];
    const told: [string, number, string][] = [];
    for (const [sql] of wrong) {
      const error = await connection.query(sql).then(
        () => ({ errno: 0, sqlState: 'none' }),
        (error) => error,
      );
      told.push([sql, error.errno, error.sqlState]);
    }
    expect(told).toEqual(wrong);
  });
});

describe('transactions', () => {
  beforeEach(async () => {
    const connection = await connect({ multipleStatements: true });
    await connection.query(
      'CREATE DATABASE IF NOT EXISTS bank; CREATE TABLE IF NOT EXISTS bank.accounts (id INT PRIMARY KEY, amount DECIMAL(20,2) NOT NULL); DELETE FROM bank.accounts; INSERT INTO bank.accounts VALUES (1, 100), (2, 200)',
    );
  });

  test('an idle open one stops nobody else, and nobody sees it', async () => {
    const [idle, busy] = [await connect({ database: 'bank' }), await connect({ database: 'bank' })];
    await idle.beginTransaction();
    await idle.query('UPDATE accounts SET amount = amount - 10 WHERE id = 1');
    await idle.query('INSERT INTO accounts VALUES (3, 300)');
    expect(await rowsOf(busy, 'SELECT SUM(amount) AS total FROM accounts')).toEqual([{ total: '300.00' }]);
    await busy.query('UPDATE accounts SET amount = 250 WHERE id = 2');
    await busy.query('INSERT INTO accounts VALUES (4, 400)');
    expect(await rowsOf(idle, 'SELECT amount FROM accounts WHERE id = 1')).toEqual([{ amount: '90.00' }]);
    await idle.rollback();
    expect(await rowsOf(busy, 'SELECT id, amount FROM accounts ORDER BY id')).toEqual([
      { id: 1, amount: '100.00' },
      { id: 2, amount: '250.00' },
      { id: 4, amount: '400.00' },
    ]);
  });

  test('a row that another one holds is waited for, and got when it is given up', async () => {
    const [holder, waiter] = [await connect({ database: 'bank' }), await connect({ database: 'bank' })];
    await holder.beginTransaction();
    await holder.query('UPDATE accounts SET amount = 1 WHERE id = 1');
    const waiting = waiter.query('UPDATE accounts SET amount = amount + 1 WHERE id = 1');
    await holder.commit();
    await waiting;
    expect(await rowsOf(waiter, 'SELECT amount FROM accounts WHERE id = 1')).toEqual([{ amount: '2.00' }]);
  });

  test('a wait ends with 1205, a deadlock with 1213', async () => {
    const [one, two] = [await connect({ database: 'bank' }), await connect({ database: 'bank' })];
    await one.beginTransaction();
    await one.query('UPDATE accounts SET amount = 1 WHERE id = 1');
    await two.query('SET innodb_lock_wait_timeout = 1');
    await two.beginTransaction();
    await expect(two.query('UPDATE accounts SET amount = 1 WHERE id = 1')).rejects.toMatchObject({
      errno: 1205,
      sqlState: 'HY000',
    });
    await two.query('SET innodb_lock_wait_timeout = 50');
    await two.query('UPDATE accounts SET amount = 2 WHERE id = 2');
    const crossing = Promise.allSettled([
      one.query('UPDATE accounts SET amount = 1 WHERE id = 2'),
      two.query('UPDATE accounts SET amount = 2 WHERE id = 1'),
    ]);
    const ended = (await crossing).map((each) =>
      each.status === 'fulfilled' ? 'done' : `${each.reason.errno} ${each.reason.sqlState}`,
    );
    expect(ended.sort()).toEqual(['1213 40001', 'done']);
  });

  test('a session that is killed is rolled back', async () => {
    const [victim, killer] = [await connect({ database: 'bank' }), await connect({ database: 'bank' })];
    await victim.beginTransaction();
    await victim.query('DELETE FROM accounts');
    await killer.query('KILL ?', [victim.threadId]);
    await expect(victim.query('SELECT 1')).rejects.toThrow();
    expect(await rowsOf(killer, 'SELECT COUNT(*) AS n FROM accounts')).toEqual([{ n: 2 }]);
  });

  test('a query that is killed ends with 1317, and its session lives on', async () => {
    const [holder, victim] = [await connect({ database: 'bank' }), await connect({ database: 'bank' })];
    await holder.beginTransaction();
    await holder.query('UPDATE accounts SET amount = 1 WHERE id = 1');
    const waiting = victim.query('UPDATE accounts SET amount = 2 WHERE id = 1').catch((error) => error);
    const waits = async () => {
      const rows = await rowsOf(holder, 'SHOW PROCESSLIST');
      return rows.some((row) => row['Id'] === victim.threadId && row['Command'] === 'Query');
    };
    await expect.poll(waits).toBe(true);
    await holder.query(`KILL QUERY ${victim.threadId}`);
    expect(await waiting).toMatchObject({ errno: 1317, sqlState: '70100' });
    expect(await rowsOf(victim, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('values', () => {
  const exact = { supportBigNumbers: true, bigNumberStrings: true } as const;

  test('decimals and unsigned integers of 64 bits are exact, in both forms', async () => {
    const connection = await connect(exact);
    const sql =
      'SELECT 0.10 + 0.20 AS sum, 18446744073709551615 AS most, CAST(18446744073709551615 AS UNSIGNED) AS cast_, -9223372036854775808 AS least, 12345678901234567890123456789.123456789 * 1 AS long_';
    const row = {
      sum: '0.30',
      most: '18446744073709551615',
      cast_: '18446744073709551615',
      least: '-9223372036854775808',
      long_: '12345678901234567890123456789.123456789',
    };
    expect(await rowsOf(connection, sql)).toEqual([row]);
    expect((await connection.execute(sql))[0]).toEqual([row]);
  });

  test('each type keeps what is bound to it, in both forms', async () => {
    const connection = await connect({ ...exact, dateStrings: true, jsonStrings: true });
    await connection.query('CREATE DATABASE IF NOT EXISTS shapes');
    await connection.query('DROP TABLE IF EXISTS shapes.every');
    const columns: [name: string, type: string, bound: unknown, read?: unknown][] = [
      ['tiny', 'TINYINT', -128],
      ['tiny_u', 'TINYINT UNSIGNED', 255],
      ['small', 'SMALLINT', -32768],
      ['medium_u', 'MEDIUMINT UNSIGNED', 16777215],
      ['int_', 'INT', -2147483648],
      ['int_u', 'INT UNSIGNED', 4294967295],
      ['big', 'BIGINT', '-9223372036854775808'],
      ['big_u', 'BIGINT UNSIGNED', '18446744073709551615'],
      ['float_', 'FLOAT', 0.5],
      ['double_', 'DOUBLE', 1.7976931348623157e308],
      ['decimal_', 'DECIMAL(30,10)', '12345678901234567890.0123456789'],
      ['bit_', 'BIT(10)', Buffer.of(2, 255)],
      ['date_', 'DATE', '2026-11-22'],
      ['time_', 'TIME(3)', '-838:59:58.125'],
      ['datetime_', 'DATETIME(6)', '2026-11-22 10:20:30.123456'],
      ['timestamp_', 'TIMESTAMP(3) NULL', '2026-11-22 10:20:30.123'],
      ['year_', 'YEAR', 2026],
      ['char_', 'CHAR(5)', 'ab'],
      ['varchar_', 'VARCHAR(100)', 'Zażółć gęślą jaźń 🙂'],
      ['text_', 'TEXT', 'x'.repeat(60_000)],
      ['binary_', 'BINARY(3)', Buffer.of(0, 1, 255)],
      ['varbinary_', 'VARBINARY(10)', Buffer.of(255, 0)],
      ['blob_', 'BLOB', Buffer.alloc(300, 7)],
      ['enum_', "ENUM('a','b')", 'b'],
      ['set_', "SET('x','y','z')", 'x,z'],
      ['json_', 'JSON', '{"b": [1, 2.5, null], "a": "ż"}', '{"a": "ż", "b": [1, 2.5, null]}'],
      ['null_', 'INT', null],
    ];
    const definitions = columns.map(([name, type]) => `${name} ${type}`).join(', ');
    await connection.query(`CREATE TABLE shapes.every (id INT PRIMARY KEY AUTO_INCREMENT, ${definitions})`);
    const names = columns.map(([name]) => name).join(', ');
    const marks = columns.map(() => '?').join(', ');
    await connection.execute(
      `INSERT INTO shapes.every (${names}) VALUES (${marks})`,
      columns.map(([, , bound]) => bound) as (string | number | Buffer | null)[],
    );
    const expected = Object.fromEntries(
      columns.map(([name, , bound, read]) => [name, read === undefined ? bound : read]),
    );
    expect(await rowsOf(connection, `SELECT ${names} FROM shapes.every`)).toEqual([expected]);
    expect((await connection.execute(`SELECT ${names} FROM shapes.every`))[0]).toEqual([expected]);
  });

  test('a megabyte goes in and comes out', async () => {
    const connection = await connect();
    const long = 'ż'.repeat(1024 * 1024);
    const [row] = await rowsOf(connection, 'SELECT ? AS long_, LENGTH(?) AS bytes', [long, long]);
    expect(row?.['long_'] === long).toBe(true);
    expect(row?.['bytes']).toBe(2 * 1024 * 1024);
  });
});

describe('refusals', () => {
  test.each([
    ["LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE sales.customers"],
    ["SELECT 1 INTO OUTFILE '/tmp/nowhere'"],
    ["CREATE FUNCTION f() RETURNS INT SONAME 'f.so'"],
    ['CREATE TABLE sales.g (g GEOMETRY)'],
    ['INSTALL PLUGIN p SONAME "p.so"'],
  ])('%s is an error in words, and the connection lives on', async (sql) => {
    const connection = await connect();
    const error = await connection.query(sql).catch((error) => error);
    expect(error).toMatchObject({ errno: expect.any(Number), sqlState: expect.stringMatching(/^\w{5}$/) });
    expect(error.errno).toBeGreaterThan(1000);
    expect(error.errno).not.toBe(1105);
    expect(await rowsOf(connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('the binlog', () => {
  type Change = { type: string; rows: unknown[] };

  const follow = async (): Promise<{ changes: Change[]; stop: () => void }> => {
    const options = optionsOf(served);
    const zongji = new ZongJi({
      host: options.host as string,
      port: options.port as number,
      user: 'debezium',
      password: 'dbz',
    });
    const changes: Change[] = [];
    zongji.on('binlog', (event: { getEventName(): string; rows?: unknown[] }) => {
      if (event.rows) changes.push({ type: event.getEventName(), rows: event.rows });
    });
    const ready = new Promise<void>((resolve, reject) => {
      zongji.on('ready', resolve);
      zongji.on('error', reject);
    });
    zongji.start({
      startAtEnd: true,
      serverId: 4711,
      includeEvents: ['tablemap', 'writerows', 'updaterows', 'deleterows', 'rotate'],
      includeSchema: { trail: true },
    });
    await ready;
    return { changes, stop: () => zongji.stop() };
  };

  test('tells a follower of each committed change, in order, and of nothing else', async () => {
    const connection = await connect({ multipleStatements: true });
    await connection.query(
      'CREATE DATABASE IF NOT EXISTS trail; DROP TABLE IF EXISTS trail.steps; CREATE TABLE trail.steps (id BIGINT UNSIGNED PRIMARY KEY, name VARCHAR(50), price DECIMAL(10,2))',
    );
    const follower = await follow();
    await connection.query('USE trail');
    await connection.query("INSERT INTO steps VALUES (1, 'jeden', 0.10), (18446744073709551615, 'ż', 99999999.99)");
    await connection.beginTransaction();
    await connection.query("INSERT INTO steps VALUES (2, 'never', 1)");
    await connection.rollback();
    await connection.beginTransaction();
    await connection.query("UPDATE steps SET name = 'one' WHERE id = 1");
    await connection.query("UPDATE steps SET name = 'one' WHERE id = 1");
    await connection.query('DELETE FROM steps WHERE id > 1');
    await connection.commit();
    await expect.poll(() => follower.changes.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    expect(follower.changes).toEqual([
      {
        type: 'writerows',
        rows: [
          { id: 1, name: 'jeden', price: '0.10' },
          { id: '18446744073709551615', name: 'ż', price: '99999999.99' },
        ],
      },
      {
        type: 'updaterows',
        rows: [{ before: { id: 1, name: 'jeden', price: '0.10' }, after: { id: 1, name: 'one', price: '0.10' } }],
      },
      { type: 'deleterows', rows: [{ id: '18446744073709551615', name: 'ż', price: '99999999.99' }] },
    ]);
    follower.stop();
  });

  test('says where it stands', async () => {
    const [status] = await rowsOf(await connect(), 'SHOW BINARY LOG STATUS');
    const logs = await rowsOf(await connect(), 'SHOW BINARY LOGS');
    expect(status?.['File']).toBe(logs.at(-1)?.['Log_name']);
    expect(status?.['Position']).toBe(logs.at(-1)?.['File_size']);
    expect(status?.['Executed_Gtid_Set']).toMatch(/^[0-9a-f-]{36}:1-\d+$/);
  });
});

test('after kill -9 every acknowledged commit is there, and nothing of what was not committed', async () => {
  let victim = await serve({ components: ['mysql'], restarts: true });
  try {
    const open = () => createConnection({ ...optionsOf(victim), multipleStatements: true });
    const setUp = await open();
    await setUp.query('CREATE DATABASE ledger; CREATE TABLE ledger.entries (id INT PRIMARY KEY, part INT NOT NULL)');
    for (let round = 0; round < 3; round++) {
      const [writer, idle] = [await open(), await open()];
      for (const each of [writer, idle]) each.on('error', () => {});
      await idle.beginTransaction();
      await idle.query('INSERT INTO ledger.entries VALUES (?, 0)', [-1 - round]);
      const first = round * 100_000;
      let acknowledged = first;
      const writing = (async () => {
        for (let id = first; ; id += 2) {
          await writer.beginTransaction();
          await writer.query('INSERT INTO ledger.entries VALUES (?, 1)', [id]);
          await writer.query('INSERT INTO ledger.entries VALUES (?, 2)', [id + 1]);
          await writer.commit();
          acknowledged = id + 2;
        }
      })().catch(() => {});
      await expect.poll(() => acknowledged - first, { timeout: 60_000 }).toBeGreaterThan(100);
      await victim.kill();
      await writing;
      victim = await serve({ components: ['mysql'], dataDir: victim.dataDir, restarts: true });
      const reader = await open();
      const [found] = await reader.query<RowDataPacket[]>(
        'SELECT COUNT(*) AS n, COUNT(DISTINCT id DIV 2) AS pairs, MIN(id) AS least FROM ledger.entries WHERE id NOT BETWEEN 0 AND ?',
        [first - 1],
      );
      const [row] = found;
      // The commit under way may have arrived without being acknowledged, but only as a whole.
      expect(row?.['n']).toBeGreaterThanOrEqual(acknowledged - first);
      expect(row?.['n']).toBeLessThanOrEqual(acknowledged - first + 2);
      expect(row?.['n']).toBe(row?.['pairs'] * 2);
      expect(row?.['least']).toBe(first);
      await reader.end();
    }
  } finally {
    await victim.stop();
    removeFolder(victim.dataDir);
  }
});

const mariadbThere = (() => {
  try {
    execFileSync('mariadb', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

// MariaDB's command line is not on every machine; it is the one that Debian has.
describe.skipIf(!mariadbThere)('the mariadb command line', () => {
  const run = async (sql: string, ...more: string[]): Promise<string> => {
    const { address } = served;
    const { stdout } = await promisify(execFile)('mariadb', [
      '--no-defaults',
      '--skip-ssl',
      `--host=${address['MYSQL_HOST']}`,
      `--port=${address['MYSQL_PORT']}`,
      `--user=${address['MYSQL_USER']}`,
      `--password=${address['MYSQL_PASSWORD']}`,
      ...more,
      `--execute=${sql}`,
    ]);
    return stdout;
  };

  test('runs statements and prints their results', async () => {
    expect(await run("SELECT 'Zażółć' AS word, 0.1 + 0.2 AS sum; SELECT 2", '--default-character-set=utf8mb4')).toBe(
      'word\tsum\nZażółć\t0.3\n2\n2\n',
    );
    expect(await run('SHOW TABLES', 'sales')).toContain('orders');
    expect(await run('DESCRIBE sales.products')).toContain('decimal(10,2)');
    expect(await run('status')).toContain('Server version:');
  });

  test('prints the server’s errors', async () => {
    await expect(run('SELECT * FROM sales.nope')).rejects.toThrow(
      "ERROR 1146 (42S02) at line 1: Table 'sales.nope' doesn't exist",
    );
    await expect(run('SELECT 1', '--password=wrong')).rejects.toThrow('ERROR 1045 (28000)');
  });

  test('runs the files of the pipeline', async () => {
    for (const sql of files) await run(sql);
  });
});

test('SIGTERM stops the server with open connections, and exit code 0', async () => {
  const own = await serve({ components: ['mysql'] });
  const connection = await createConnection(optionsOf(own));
  connection.on('error', () => {});
  await connection.beginTransaction();
  expect(await own.stop()).toBe(0);
  removeFolder(own.dataDir);
});
