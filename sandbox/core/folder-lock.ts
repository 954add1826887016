import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Someone else, alive, holds the folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`${folder} is in use by another running instance`);
    this.name = 'FolderInUse';
  }
}

// A local socket is the one lock that Node can take which the operating system frees when its holder dies, a terminated worker included.
// Linux's abstract names and Windows's pipes vanish with it; elsewhere the name stays in the temporary folder, and a dead one refuses connections.
const lockName = (folder: string): string => {
  const digest = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32);
  if (process.platform === 'linux') return `\0sluicebox-${digest}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\sluicebox-${digest}`;
  return join(tmpdir(), `sluicebox-${digest}.lock`);
};

const listen = (name: string): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(name, () => resolve(server.unref()));
  });

const holderIsAlive = (name: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(name);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });

/** Takes the folder for this server alone until the returned function is called, or its process or worker dies. Throws FolderInUse. */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  const name = lockName(folder);
  let server = await listen(name);
  if (server === undefined && !name.startsWith('\0') && !(await holderIsAlive(name))) {
    rmSync(name, { force: true });
    server = await listen(name);
  }
  if (server === undefined) throw new FolderInUse(folder);
  const held = server;
  return () => new Promise((resolve) => held.close(() => resolve()));
};
