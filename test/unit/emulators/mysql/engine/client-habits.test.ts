import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, Result, Session } from '../../../../../sandbox/emulators/mysql/engine/types.ts';
import { login, openAt, run, temporaryFolder } from './harness.ts';

// What clients write that a person would not: found with Connector/J, mysqldump and the like.

const folder = temporaryFolder();
let engine: Engine;
let session: Session;

beforeAll(async () => {
  engine = await openAt(folder.path);
  session = login(engine);
  await run(session, 'CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, b VARBINARY(10), s VARCHAR(10))');
});
afterAll(async () => {
  await engine.close();
  folder.remove();
});

const rows = (result: Result) => (result.kind === 'rows' ? result.rows : []);

const runBytes = async (sql: Buffer): Promise<Result | undefined> => {
  let last: Result | undefined;
  for await (const result of session.execute(sql)) last = result;
  return last;
};

test('bytes between quotes that are no text stay bytes, beside text that is', async () => {
  const parts = [Buffer.from("INSERT INTO t VALUES (1, '"), Buffer.of(0xff, 0x41, 0xfe), Buffer.from("', 'żółw')")];
  await runBytes(Buffer.concat(parts));
  expect(rows(await run(session, 'SELECT HEX(b), s FROM t'))).toEqual([['FF41FE', 'żółw']]);
});

test('and are refused where text belongs', async () => {
  const parts = [Buffer.from("INSERT INTO t VALUES (2, '', '"), Buffer.of(0xff), Buffer.from("')")];
  await expect(runBytes(Buffer.concat(parts))).rejects.toMatchObject({ errno: 1366 });
});

test('in HAVING an alias comes before the column of its name, but not before one of GROUP BY', async () => {
  await run(session, "CREATE TABLE h (k VARCHAR(10)); INSERT INTO h VALUES ('BASE'), ('VIEW')");
  const alias = "SELECT CASE k WHEN 'BASE' THEN 'TABLE' ELSE k END AS k FROM h HAVING k IN ('TABLE', NULL)";
  expect(rows(await run(session, alias))).toEqual([['TABLE']]);
  const grouped = "SELECT COUNT(*) AS k FROM h GROUP BY k HAVING k = 'VIEW'";
  expect(rows(await run(session, grouped))).toEqual([[1n]]);
});
