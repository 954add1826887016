import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Address } from '../components/component.ts';
import { UsageError } from '../core/usage-error.ts';

/** What a running sandbox leaves in its data folder, so that `status`, `env` and `sql` find it. */
export type InstanceFile = { id: string; pid: number; controlUrl: string };

export type InstanceStatus = {
  id: string;
  pid: number;
  startedAtMs: number;
  /** Addresses by name, as `env` prints them. */
  address: Address;
  /** What the monitor read last; absent while nothing was read yet. */
  readings?: unknown;
};

export type Instance = { release(): Promise<void> };

const fileName = 'instance.json';
const answerTimeoutMs = 2_000;

const readFile = (dataDir: string): InstanceFile | undefined => {
  try {
    return JSON.parse(readFileSync(join(dataDir, fileName), 'utf8')) as InstanceFile;
  } catch {
    return undefined;
  }
};

/** The sandbox that runs on this data folder, if one answers: a file left by one that was killed answers nothing. */
export const findInstance = async (dataDir: string): Promise<InstanceStatus | undefined> => {
  const file = readFile(dataDir);
  if (!file) return undefined;
  try {
    const answer = await fetch(`${file.controlUrl}/status`, { signal: AbortSignal.timeout(answerTimeoutMs) });
    const status = (await answer.json()) as InstanceStatus;
    return status.id === file.id ? status : undefined;
  } catch {
    return undefined;
  }
};

// A page of another site must not read addresses and passwords here through the browser: its requests carry its own Host or an Origin.
const isLocal = (request: IncomingMessage, port: number): boolean =>
  request.headers.host === `127.0.0.1:${port}` && request.headers.origin === undefined;

/** Takes the data folder for this process, or says who has it. Answers GET /status until released. */
export const claimInstance = async (
  dataDir: string,
  status: () => Omit<InstanceStatus, 'id' | 'pid'>,
): Promise<Instance> => {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw new UsageError(`${dataDir} cannot be made: ${(error as Error).message}`);
  }
  const other = await findInstance(dataDir);
  if (other) {
    throw new UsageError(
      `a sandbox runs on ${dataDir} already (pid ${other.pid}); stop it, or start this one with --data DIR`,
    );
  }
  const id = randomUUID();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { port } = server.address() as AddressInfo;
    const found = request.method === 'GET' && request.url === '/status' && isLocal(request, port);
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? { id, pid: process.pid, ...status() } : { error: 'not found' }));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const file: InstanceFile = { id, pid: process.pid, controlUrl: `http://127.0.0.1:${port}` };
  const path = join(dataDir, fileName);
  try {
    writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(file)}\n`, { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
  } catch (error) {
    server.close();
    throw new UsageError(`${dataDir} cannot be written: ${(error as Error).message}`);
  }
  return {
    release: async () => {
      rmSync(path, { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
};
