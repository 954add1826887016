import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, Session } from '../../../../../sandbox/emulators/mysql/engine/types.ts';
import { readFile } from '../../../../../sandbox/wire/mysql/binlog/file.ts';
import { login, openAt, rows, runAll, temporaryFolder } from './harness.ts';

const folder = temporaryFolder();
let engine: Engine;
let session: Session;

beforeAll(async () => {
  engine = await openAt(folder.path, { max_binlog_size: '4096' });
  session = login(engine);
  await runAll(
    session,
    'CREATE DATABASE d; USE d; CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT, UNIQUE KEY (n)); CREATE TABLE plain (id INT PRIMARY KEY, n INT)',
  );
});

afterAll(async () => {
  await engine.close();
  folder.remove();
});

/** Kinds of the events that a text adds to the log. */
const eventsOf = async (sql: string): Promise<string[]> => {
  const { file, offset } = engine.binlog.position();
  await runAll(session, sql);
  const found: string[] = [];
  for (const { position, body } of readFile(readFileSync(engine.binlog.path(file)))) {
    if (position < offset) continue;
    found.push(body.kind === 'rows' ? body.change : body.kind === 'query' ? body.query : body.kind);
  }
  return found;
};

const rowsOnly = ['gtid', 'BEGIN', 'table-map'];

test.each([
  ['INSERT INTO plain VALUES (1, 1), (2, 2)', [...rowsOnly, 'write', 'xid']],
  ['UPDATE plain SET n = n + 1', [...rowsOnly, 'update', 'xid']],
  ['UPDATE plain SET n = n', []],
  ['REPLACE INTO plain VALUES (1, 9)', [...rowsOnly, 'update', 'xid']],
  ['INSERT INTO plain VALUES (1, 0) ON DUPLICATE KEY UPDATE n = 5', [...rowsOnly, 'update', 'xid']],
  ['BEGIN; DELETE FROM plain; ROLLBACK', []],
  [
    'BEGIN; DELETE FROM plain WHERE id = 1; INSERT INTO plain VALUES (3, 3); COMMIT',
    [...rowsOnly, 'delete', 'table-map', 'write', 'xid'],
  ],
  ['CREATE INDEX i ON plain (n)', ['gtid', 'CREATE INDEX i ON plain (n)']],
  ['CREATE TABLE IF NOT EXISTS plain (id INT)', []],
  ["CREATE USER a IDENTIFIED BY ''", ['gtid', "CREATE USER 'a'@'%' IDENTIFIED WITH 'caching_sha2_password'"]],
])('%s', async (sql, expected) => {
  expect(await eventsOf(sql)).toEqual(expected);
});

test('a full file is followed by the next one, and SHOW BINARY LOGS knows both', async () => {
  for (let n = 10; n < 40; n++) await runAll(session, `INSERT INTO t (n) VALUES (${n})`);
  const files = engine.binlog.files();
  expect(files.length).toBeGreaterThan(1);
  expect(await rows(session, 'SHOW BINARY LOGS')).toEqual(
    files.map(({ name, sizeBytes }) => [name, String(sizeBytes), 'No']),
  );
  const [first] = files;
  const kinds = [...readFile(readFileSync(engine.binlog.path(first?.name ?? '')))].map(({ body }) => body.kind);
  expect(kinds.slice(0, 2)).toEqual(['format-description', 'previous-gtids']);
  expect(kinds.at(-1)).toBe('rotate');
});

test('SLEEP pauses one session and no other, and NOW() stands still in a statement', async () => {
  const other = login(engine, 'root', 'd');
  const sleeping = rows(session, 'SELECT NOW(6) = (SELECT NOW(6)), SLEEP(0.2), 7');
  expect(await rows(other, 'SELECT 1')).toEqual([['1']]);
  expect(await sleeping).toEqual([['1', '0', '7']]);
  other.close();
});
