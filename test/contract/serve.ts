import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';
import { parse } from 'yaml';
import { noteImage } from './observations.ts';
import { provider } from './provider.ts';

export type Served = {
  /** All addresses that the program told, by name: `served.address.MYSQL_PORT`. */
  address: Record<string, string>;
  /** Where its state is; give it to `serve` again after `kill` to start on the same state. */
  dataDir: string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** kill -9 of the whole program, and of its containers. */
  kill(): Promise<void>;
};

export type ServeRequest = {
  components: readonly string[];
  dataDir?: string;
  args?: readonly string[];
  /** It is started again on its state: containers and their volumes are kept until `removeFolder`. */
  restarts?: boolean;
};

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'sluicebox-test-'));

const repository = join(import.meta.dirname, '..', '..');
const cli = join(repository, process.env['SLUICEBOX_DIST'] ?? 'dist', 'cli.js');

/** The program as a user starts it. Plain AWS_*, MYSQL_*, … are set to nonsense: it must not read them. */
export const startProgram = (args: readonly string[], cwd?: string): ChildProcess =>
  spawn(process.execPath, [cli, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      AWS_ENDPOINT_URL_S3: 'http://not-the-sandbox.invalid',
      MYSQL_HOST: 'not-the-sandbox.invalid',
    },
  });

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
};

type ComposeFile = { services: Record<string, { image: string; labels?: Record<string, string> }> };

/** The image of each component, as the compose file names it. */
const images = (): Map<string, string> => {
  const { services } = parse(readFileSync(join(repository, 'compose', 'docker-compose.yml'), 'utf8')) as ComposeFile;
  return new Map(Object.values(services).map(({ image, labels }) => [labels?.['sluicebox.component'] ?? '', image]));
};

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();

/** Containers whose override file is in this folder, and the compose projects they are of. */
const containersOf = (dataDir: string): { id: string; project: string }[] => {
  const fields = ['.ID', '.Label "com.docker.compose.project"', '.Label "com.docker.compose.project.config_files"'];
  const listed = docker('ps', '--all', '--format', fields.map((field) => `{{${field}}}`).join('\t'));
  return listed.split('\n').flatMap((line) => {
    const [id = '', project = '', files = ''] = line.split('\t');
    return files.includes(`${dataDir}/`) ? [{ id, project }] : [];
  });
};

/** The address of this machine on Docker's bridge: told by the engine, or the first of its subnet. */
const bridgeAddress = (): string => {
  const [gateway, subnet = ''] = docker(
    ...['network', 'inspect', 'bridge', '--format', '{{range .IPAM.Config}}{{.Gateway}},{{.Subnet}}{{end}}'],
  ).split(',');
  return gateway || subnet.replace(/\d+\/\d+$/, '1');
};

/**
 * Where a server of a test listens, and by which name the components reach it: containers come by Docker's bridge on Linux, and by the
 * loopback interface where Docker runs in a machine of its own.
 */
export const serverHost = (): { bind: string; name: string } =>
  provider === 'embedded'
    ? { bind: '127.0.0.1', name: '127.0.0.1' }
    : { bind: process.platform === 'linux' ? bridgeAddress() : '127.0.0.1', name: 'host.docker.internal' };

const running = new Set<ChildProcess>();

// A test that fails, as a listed deviation does, may never come to its own stop.
afterAll(async () => {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGTERM');
      await ended(child);
    }),
  );
});

/** Starts the built program's `serve` on free ports, by the provider of this run, and resolves when every component has told its address. */
export const serve = async ({
  components,
  dataDir = temporaryFolder(),
  args = [],
  restarts = false,
}: ServeRequest): Promise<Served> => {
  const ports = args.includes('--port') ? [] : components.flatMap((component) => ['--port', `${component}=0`]);
  const child = startProgram([
    ...['serve', ...components, '--json', '--data', dataDir],
    ...(provider === 'embedded' ? [] : ['--provider', provider, ...(restarts ? ['--keep'] : [])]),
    ...ports,
    ...args,
  ]);
  running.add(child);
  child.once('exit', () => running.delete(child));
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const address: Record<string, string> = {};
  const told = new Set<string>();
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      const ready = JSON.parse(line) as { component: string; address: Record<string, string> };
      Object.assign(address, ready.address);
      const image = images().get(ready.component);
      if (provider === 'containers' && image !== undefined) noteImage(ready.component, image);
      told.add(ready.component);
      if (told.size === components.length) resolve();
    });
    child.once('exit', (code) => reject(new Error(`serve ended with ${code} before it was ready: ${errors}`)));
  });
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended(child);
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended(child);
    if (provider === 'embedded') return;
    const ids = containersOf(dataDir).map(({ id }) => id);
    for (const id of ids) {
      // One that ended when its neighbour was killed cannot be killed.
      if (docker('inspect', '--format', '{{.State.Running}}', id) === 'true') docker('kill', id);
    }
  };
  return { address, dataDir, stop, kill };
};

/** Removes a data folder, and containers that were kept for it. */
export const removeFolder = (dir: string): void => {
  const projects = provider === 'embedded' ? [] : containersOf(dir).map(({ project }) => project);
  for (const project of new Set(projects)) docker('compose', '-p', project, 'down', '--volumes', '--timeout', '2');
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
};
