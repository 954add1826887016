import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../core/process-alive.ts';
import { UsageError } from '../core/usage-error.ts';

/** A port the user named is taken: an error of hers to mend, exit code 2. */
export class PortTaken extends UsageError {
  constructor(component: string, port: number) {
    super(`port ${port} for ${component} is taken; free it or choose another with --port ${component}=PORT`);
    this.name = 'PortTaken';
  }
}

const bindHost = '127.0.0.1';

// Between the look at a port and the server's bind lie some hundred milliseconds, in which a second sandbox may look too:
// a file named by the port, holding the pid that it is promised to, closes that gap.
const promisesFolder = join(tmpdir(), 'sluicebox-ports');

const promisedToAnother = (path: string): boolean => {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid !== process.pid && pid > 0 && isAlive(pid);
  } catch {
    return false;
  }
};

const promised = new Set<string>();
const breakPromises = (): void => {
  for (const path of promised) rmSync(path, { force: true });
};

const promisePort = (port: number): boolean => {
  const path = join(promisesFolder, String(port));
  mkdirSync(promisesFolder, { recursive: true });
  if (promisedToAnother(path)) return false;
  rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
  } catch {
    return false;
  }
  if (promised.size === 0) process.once('exit', breakPromises);
  promised.add(path);
  return true;
};

/** The port itself when it can be bound, otherwise undefined. */
const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: bindHost, port, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : undefined));
    });
  });

// Below where Linux and others take the ports of outgoing connections from: while a component is down, a client that tries to reach it again
// could otherwise be given that very port, and the component could not come back.
const freePorts = { from: 20_000, to: 32_000 };
const triesAtMost = 200;

const freePort = async (reserved: ReadonlySet<number>): Promise<number | undefined> => {
  for (let tries = 0; tries < triesAtMost; tries++) {
    const candidate = randomInt(freePorts.from, freePorts.to);
    if (!reserved.has(candidate) && (await tryPort(candidate)) !== undefined && promisePort(candidate))
      return candidate;
  }
  return undefined;
};

export type PortRequest = { component: string; standardPort: number; chosenPort?: number | undefined };

/**
 * The port for one component: the chosen one or an error, else the standard one, else the next free one above it.
 * `reserved` holds the ports already promised to others in this run.
 */
export const claimPort = async (request: PortRequest, reserved: Set<number>): Promise<number> => {
  const { component, standardPort, chosenPort } = request;
  if (chosenPort === 0) {
    const port = await freePort(reserved);
    if (port === undefined) throw new PortTaken(component, chosenPort);
    reserved.add(port);
    return port;
  }
  if (chosenPort !== undefined) {
    const port = reserved.has(chosenPort) ? undefined : await tryPort(chosenPort);
    if (port === undefined || !promisePort(port)) throw new PortTaken(component, chosenPort);
    reserved.add(port);
    return port;
  }
  for (let candidate = standardPort; candidate < standardPort + 200; candidate++) {
    if (reserved.has(candidate)) continue;
    const port = await tryPort(candidate);
    if (port === undefined || !promisePort(port)) continue;
    reserved.add(port);
    return port;
  }
  throw new PortTaken(component, standardPort);
};
