import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockData } from '../../../../sandbox/emulators/kafka/data-lock.ts';
import { temporaryFolder } from './sandbox.ts';

it('is free again after release', async () => {
  const folder = temporaryFolder();
  (await lockData(folder)).release();
  (await lockData(folder)).release();
  expect(existsSync(join(folder, '.lock'))).toBe(false);
});

it('is refused while another living process has it, and taken over when that process is gone', async () => {
  const folder = temporaryFolder();
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  (await lockData(folder)).release();
  const lock = await lockData(folder);
  const path = join(folder, '.lock');
  const stat = existsSync(`/proc/${other.pid}/stat`) ? readFileSync(`/proc/${other.pid}/stat`, 'utf8') : '';
  const processStart = stat.replace(/^.*\) /s, '').split(' ')[19] ?? '';
  writeFileSync(path, JSON.stringify({ pid: other.pid, processStart, host: '', port: 0 }));
  await expect(lockData(folder)).rejects.toThrow(`in use by another Kafka broker (process ${other.pid})`);
  writeFileSync(path, JSON.stringify({ pid: other.pid, processStart: 'another life', host: '', port: 0 }));
  (await lockData(folder)).release();
  other.kill('SIGKILL');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, JSON.stringify({ pid, processStart: '', host: '', port: 0 }));
  (await lockData(folder)).release();
  lock.release();
});

it('within one process asks the listener of the holder', async () => {
  const folder = temporaryFolder();
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const lock = await lockData(folder);
  lock.announce('127.0.0.1', (listener.address() as { port: number }).port);
  await expect(lockData(folder)).rejects.toThrow('in use');
  await new Promise((resolve) => listener.close(resolve));
  (await lockData(folder)).release(); // as after worker.terminate(): the process lives, its listener does not
});
