import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { isAlive } from '../../core/process-alive.ts';

type Holder = { pid: number; processStart: string; host: string; port: number };

/** When the process began, on systems that tell (Linux): a recycled process id is not taken for the holder. */
const processStart = (pid: number): string => {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return '';
  // Field 22; the second field, the program's name in parentheses, may hold spaces.
  return (
    readFileSync(path, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19] ?? ''
  );
};

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

const readText = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

const parse = (text: string): Holder | undefined => {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined; // its writer was killed before it had written: nobody's
  }
};

const inUse = (folder: string, holder?: Holder): Error =>
  new Error(`${folder} is in use by another Kafka broker${holder ? ` (process ${holder.pid})` : ''}`);

/** Moves a dead broker's lock aside, and makes sure that it was that one: another start may just have replaced it. */
const clear = (folder: string, path: string, seen: string): void => {
  const aside = `${path}.${process.pid}`;
  renameSync(path, aside);
  if (readText(aside) !== seen) {
    renameSync(aside, path);
    throw inUse(folder);
  }
  rmSync(aside);
};

/** Another worker of this very process may hold it, or a terminated one may have left it: then only its listener tells. */
const isHeld = async (holder: Holder): Promise<boolean> => {
  if (!isAlive(holder.pid)) return false;
  if (processStart(holder.pid) !== holder.processStart) return false;
  if (holder.pid !== process.pid) return true;
  return holder.port > 0 && (await answers(holder.host, holder.port));
};

export type DataLock = {
  /** Tells where this broker listens; a later start in the same process asks there. */
  announce(host: string, port: number): void;
  release(): void;
};

/**
 * Makes a data folder this broker's alone. Throws when a living broker has it; a lock left by kill -9 or
 * worker.terminate() is taken over.
 */
export const lockData = async (folder: string): Promise<DataLock> => {
  const path = join(folder, '.lock');
  const seen = readText(path);
  const holder = seen === undefined ? undefined : parse(seen);
  if (holder && (await isHeld(holder))) throw inUse(folder, holder);
  if (seen !== undefined) clear(folder, path, seen);
  const mine: Holder = { pid: process.pid, processStart: processStart(process.pid), host: '', port: 0 };
  const fd = openSync(path, 'wx'); // throws when another start was faster
  writeSync(fd, JSON.stringify(mine));
  closeSync(fd);
  return {
    announce: (host, port) => {
      const next = openSync(`${path}.new`, 'w');
      writeSync(next, JSON.stringify({ ...mine, host, port }));
      closeSync(next);
      renameSync(`${path}.new`, path);
    },
    release: () => rmSync(path, { force: true }),
  };
};
