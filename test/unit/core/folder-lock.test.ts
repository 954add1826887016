import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { FolderInUse, lockFolder } from '../../../sandbox/core/folder-lock.ts';

describe('the lock of a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is held by one until it lets go', async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse);
    await unlock();
    await (await lockFolder(folder))();
  });

  it('of two folders are two', async () => {
    const other = mkdtempSync(join(tmpdir(), 'lock-'));
    const unlocks = [await lockFolder(folder), await lockFolder(other)];
    for (const unlock of unlocks) await unlock();
    rmSync(other, { recursive: true });
  });

  it('ends with a worker that is terminated', async () => {
    const path = new URL('../../../sandbox/core/folder-lock.ts', import.meta.url).pathname;
    const { build } = await import('esbuild');
    const built = await build({ entryPoints: [path], bundle: true, platform: 'node', format: 'cjs', write: false });
    const code = `const module = { exports: {} }; ${built.outputFiles[0]?.text}
      module.exports.lockFolder(${JSON.stringify(folder)}).then(() => require('node:worker_threads').parentPort.postMessage('held'));
      setInterval(() => {}, 1000);`;
    const worker = new Worker(code, { eval: true });
    await new Promise((resolve) => worker.once('message', resolve));
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse);
    await worker.terminate();
    await (await lockFolder(folder))();
  });
});
