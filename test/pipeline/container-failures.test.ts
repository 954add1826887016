import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { noContainers, ourContainers } from './docker.ts';
import { endOf, root, runProgram, startProgram } from './program.ts';

// What a user reads when containers cannot be had, and what is left behind: one clear line, the exit code, no container.

const folder = mkdtempSync(join(tmpdir(), 'sluicebox-containers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** A project with the shipped compose file, changed. */
const projectWith = (change: (composeFile: string) => string): string => {
  const dir = mkdtempSync(join(folder, 'project-'));
  mkdirSync(join(dir, 'compose', 'connectors'), { recursive: true });
  mkdirSync(join(dir, 'sql'), { recursive: true });
  writeFileSync(
    join(dir, 'compose', 'docker-compose.yml'),
    change(readFileSync(join(root, 'compose', 'docker-compose.yml'), 'utf8')),
  );
  return dir;
};

const serveS3 = (project: string, ...more: string[]): string[] => [
  ...['serve', 's3', '--json', '--provider', 'containers', '--project', project],
  ...['--data', mkdtempSync(join(folder, 'data-')), ...(more.includes('--port') ? [] : ['--port', 's3=0']), ...more],
];

const minioImage = /minio\/minio:\S+/;

test('without an engine: what is missing, what helps, exit code 1', async () => {
  const { code, output } = await runProgram(['run', 'scenarios/first-order.yaml', '--provider', 'containers'], {
    DOCKER_HOST: `unix://${join(folder, 'no-docker.sock')}`,
  });
  expect(code).toBe(1);
  expect(output.trim().split('\n').at(-1)).toMatch(
    /^sluicebox: no Docker engine: .*no-docker\.sock is not there; install Docker or start it, or run without containers/,
  );
});

test.skipIf(process.getuid?.() === 0)('without permission for the socket (root may open any)', async () => {
  const path = join(folder, 'closed.sock');
  const server = createServer().listen(path);
  await once(server, 'listening');
  execFileSync('chmod', ['000', path]);
  const { code, output } = await runProgram(serveS3(projectWith(String)), { DOCKER_HOST: `unix://${path}` });
  server.close();
  expect(code).toBe(1);
  expect(output).toContain('add your user to the group docker');
});

test('a component that the compose file does not have, exit code 2', async () => {
  const project = projectWith((text) => text.replace('sluicebox.component: s3', 'sluicebox.component: kafka'));
  const { code, output } = await runProgram(serveS3(project));
  expect(code).toBe(2);
  expect(output).toContain('docker-compose.yml has no service with the label "sluicebox.component: s3"');
});

const reason = noContainers(['minio', 'testcontainers/ryuk:0.14.0']);

describe.skipIf(reason !== undefined)(`with Docker${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const isReady = (child: ChildProcess): Promise<unknown> => once(child.stdout as NodeJS.ReadableStream, 'data');
  const containerNow = (before: readonly string[]): string =>
    ourContainers().find((name) => name.includes('-minio-') && !before.includes(name)) as string;

  test('an image that cannot be had is named, with the command to try', async () => {
    const project = projectWith((text) => text.replace(minioImage, 'sluicebox.invalid/no-such-image:1'));
    const { code, output } = await runProgram(serveS3(project));
    expect(code).toBe(1);
    expect(output).toContain('pulling sluicebox.invalid/no-such-image:1');
    expect(output).toMatch(
      /the image sluicebox\.invalid\/no-such-image:1 for minio is not here and could not be pulled: .*docker pull/,
    );
  });

  test('a port that is taken is named, exit code 2', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, output } = await runProgram(serveS3(projectWith(String), '--port', `s3=${port}`));
    server.close();
    expect(code).toBe(2);
    expect(output).toContain(`port ${port} for s3 is taken; free it or choose another with --port s3=PORT`);
  });

  test('a container that does not start shows what it wrote last, and is removed', async () => {
    const before = ourContainers();
    const project = projectWith((text) =>
      text.replace('command: server /data', 'command: server --no-such-flag /data'),
    );
    const { code, output } = await runProgram(serveS3(project));
    expect(code).toBe(1);
    expect(output).toMatch(/s3 did not start: its container ended with exit code \d+; it wrote last:\n.*no-such-flag/s);
    expect(ourContainers().filter((name) => !before.includes(name))).toEqual([]);
  });

  test('a container that is out of memory is told as that', async () => {
    const project = projectWith((text) =>
      text.replace(
        'mem_limit: 768m\n    labels:\n      sluicebox.component: s3',
        'mem_limit: 8m\n    memswap_limit: 8m\n    labels:\n      sluicebox.component: s3',
      ),
    );
    const { code, output } = await runProgram(serveS3(project));
    expect(code).toBe(1);
    expect(output).toContain('ran out of memory: give minio a larger mem_limit in compose/docker-compose.yml');
  });

  test('a container that dies later is told and started again; the end removes it', async () => {
    const before = ourContainers();
    const child = startProgram(serveS3(projectWith(String)));
    let told = '';
    child.stderr?.on('data', (text) => {
      told += text;
    });
    await isReady(child);
    const name = containerNow(before);
    execFileSync('docker', ['kill', name], { stdio: 'ignore' });
    await vi.waitFor(() => expect(told).toMatch(/s3: s3 is down: its container ended with exit code 137/), {
      timeout: 60_000,
    });
    const running = () =>
      execFileSync('docker', ['inspect', '-f', '{{.State.Running}}', name], { encoding: 'utf8' }).trim();
    await vi.waitFor(() => expect(running()).toBe('true'), { timeout: 60_000 });
    child.kill('SIGTERM');
    expect(await endOf(child)).toBe(0);
    expect(ourContainers()).not.toContain(name);
  });

  test('after kill -9 of the sandbox its containers are removed: at once by Ryuk, or by the next start', async () => {
    const before = ourContainers();
    const child = startProgram(serveS3(projectWith(String)));
    await isReady(child);
    const name = containerNow(before);
    child.kill('SIGKILL');
    await endOf(child);
    const next = startProgram(serveS3(projectWith(String)));
    await isReady(next);
    await vi.waitFor(() => expect(ourContainers()).not.toContain(name), { timeout: 60_000, interval: 500 });
    next.kill('SIGTERM');
    expect(await endOf(next)).toBe(0);
  });

  test('--keep leaves the container running, and the next start uses it again', async () => {
    const before = ourContainers();
    const args = [...serveS3(projectWith(String)), '--keep'];
    const address = async (): Promise<string> => {
      const child = startProgram(args);
      const [line] = (await isReady(child)) as [Buffer];
      child.kill('SIGTERM');
      expect(await endOf(child)).toBe(0);
      return String(line);
    };
    const first = await address();
    const name = containerNow(before);
    const id = () =>
      execFileSync('docker', ['inspect', '-f', '{{.Id}} {{.State.Running}}', name], { encoding: 'utf8' });
    const kept = id();
    expect(kept).toContain('true');
    try {
      expect(await address()).toBe(first);
      expect(id()).toBe(kept);
    } finally {
      execFileSync('docker', ['rm', '-f', '-v', name], { stdio: 'ignore' });
    }
  });
});
