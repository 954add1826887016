import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createConnection } from 'mysql2/promise';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../contract/serve.ts';
import { cli, runProgram } from './program.ts';

const project = `${import.meta.dirname}/second-project`;
const dataDir = temporaryFolder();
afterAll(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));

const ports = ['kafka', 'schema-registry', 'connect', 'mysql', 's3', 'snowflake', 'clickstream'].flatMap((name) => [
  '--port',
  `${name}=0`,
]);

test("another pipeline's files, with other names everywhere, run as they are", async () => {
  const args = ['sandbox', '--json', '--project', project, '--data', dataDir, ...ports];
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const address = await new Promise<Record<string, string>>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = JSON.parse(text) as { kind: string; address?: Record<string, string> };
        if (line.kind === 'started' && line.address) resolve(line.address);
      });
    });
    const connect = () =>
      createConnection({
        host: address['MYSQL_HOST'] as string,
        port: Number(address['MYSQL_PORT']),
        user: address['MYSQL_USER'] as string,
        password: address['MYSQL_PASSWORD'] as string,
        database: 'bank',
      });
    // The program tells its addresses before the database's own SQL has run.
    const tableIsThere = async (): Promise<boolean> => {
      const connection = await connect();
      try {
        await connection.query('SELECT 1 FROM transfers');
        return true;
      } finally {
        await connection.end();
      }
    };
    await expect.poll(() => tableIsThere().catch(() => false), { timeout: 30_000 }).toBe(true);
    const connection = await connect();
    await connection.query(
      "INSERT INTO transfers VALUES (1, 'A', 0.1000, '2026-01-01'), (18446744073709551615, 'A', 0.2000, '2026-01-02')",
    );
    await connection.query(
      "INSERT INTO transfers VALUES (3, 'B', -12345678901234.5678, '2026-01-03'), (4, 'B', 1, '2026-01-04')",
    );
    await connection.end();
    const balances = async (): Promise<string> =>
      (await runProgram(['sql', 'select * from balances order by account', '--json', '--data', dataDir])).output;
    await expect
      .poll(balances, { timeout: 60_000, interval: 300 })
      .toBe(
        '{"account":"A","balance":"0.3000","transfers":2}\n{"account":"B","balance":"-12345678901233.5678","transfers":2}\n',
      );
    const { output } = await runProgram(['status', '--json', '--data', dataDir]);
    const { readings } = JSON.parse(output) as { readings: { nodes: Record<string, { state: string }> } };
    expect(Object.keys(readings.nodes).sort()).toEqual([
      'objects:s3://treasury-lake/landing/core.bank.transfers/',
      'pipe:transfer_pipe',
      'sink-connector:bank-sink',
      'source-connector:bank-cdc',
      'source-table:bank.transfers',
      'stream:transfer_changes_stream',
      'table:balances',
      'table:transfer_changes',
      'task:add_up',
      'topic:core.bank.transfers',
    ]);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
  expect(child.exitCode).toBe(0);
});
