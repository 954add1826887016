import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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
  /** kill -9 of the whole program. */
  kill(): Promise<void>;
};

export type ServeRequest = { components: readonly string[]; dataDir?: string; args?: readonly string[] };

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

const ofProvider = provider === 'embedded' ? [] : ['--provider', provider];

/** Starts the built program's `serve` on free ports, by the provider of this run, and resolves when every component has told its address. */
export const serve = async ({ components, dataDir = temporaryFolder(), args = [] }: ServeRequest): Promise<Served> => {
  const ports = args.includes('--port') ? [] : components.flatMap((component) => ['--port', `${component}=0`]);
  const child = startProgram([
    ...['serve', ...components, '--json', '--data', dataDir],
    ...ofProvider,
    ...ports,
    ...args,
  ]);
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
  };
  return { address, dataDir, stop, kill };
};

export const removeFolder = (dir: string): void => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
