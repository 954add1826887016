import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSnowflake } from '../../../../sandbox/components/snowflake-client.ts';
import { systemClock } from '../../../../sandbox/core/clock.ts';
import type { SandboxEvent } from '../../../../sandbox/core/events.ts';
import { loopback } from '../../../../sandbox/core/server.ts';
import { startSnowflake } from '../../../../sandbox/emulators/snowflake/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluicebox-snowflake-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A server whose clock is so many milliseconds ahead, and a session of it. */
const startAhead = async (dataDir: string, aheadMs: number) => {
  const events: SandboxEvent[] = [];
  const server = await startSnowflake(
    {
      listeners: [loopback(0)],
      dataDir,
      clock: { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs },
      emit: (event) => events.push(event),
    },
    {
      account: 'here',
      users: [{ name: 'me', password: 'secret' }],
      storage: { endpoint: 'http://127.0.0.1:1', region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 's' },
    },
  );
  const port = server.ports[0] as number;
  const address = {
    SNOWFLAKE_PROTOCOL: 'http',
    SNOWFLAKE_HOST: '127.0.0.1',
    SNOWFLAKE_PORT: String(port),
    SNOWFLAKE_ACCOUNT: 'here',
    SNOWFLAKE_USER: 'me',
    SNOWFLAKE_PASSWORD: 'secret',
  };
  return {
    server,
    events,
    url: `http://127.0.0.1:${port}`,
    session: await openSnowflake(address, { database: 'd', schema: 'public' }),
  };
};

test('a stream shows the rows that come after a restart, though the clock was set back by an hour meanwhile', async () => {
  const dataDir = mkdtempSync(join(folder, 'clock-'));
  const before = await startAhead(dataDir, 3_600_000);
  for (const sql of [
    'create database d',
    'create table t (n number)',
    'create table seen (n number)',
    'create stream s on table t append_only = true',
    'insert into t values (1)',
    'insert into seen select n from s',
  ]) {
    await before.session.query(sql);
  }
  await before.server.stop();
  const after = await startAhead(dataDir, 0);
  await after.session.query('insert into t values (2)');
  expect((await after.session.query('select n from s')).rows).toEqual([[2]]);
  await after.session.query('insert into seen select n from s');
  expect((await after.session.query('select n from seen order by n')).rows).toEqual([[1], [2]]);
  await after.server.stop();
});

test('the rows of a result that do not fit into one answer are fetched, every one of them', async () => {
  const { server, session } = await startAhead(mkdtempSync(join(folder, 'rows-')), 0);
  const { rows } = await session.query('select seq4() as n from table(generator(rowcount => 5000)) order by n');
  expect(rows.length).toBe(5_000);
  expect(rows.at(-1)).toEqual([4_999]);
  await server.stop();
});
