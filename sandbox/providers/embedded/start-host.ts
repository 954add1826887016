import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Emit } from '../../core/events.ts';
import type { Listener } from '../../core/server.ts';
import type { HostMessage, HostStart } from './host.ts';

export type HostRequest = {
  /** The entry's name in hosts/. */
  entry: string;
  /** Pure JavaScript runs in a worker; a native engine in a child, as ending a worker in its query would abort the program. */
  kind: 'worker' | 'child';
  listeners: readonly Listener[];
  dataDir: string;
  options: unknown;
  emit: Emit;
};

export type RunningHost = {
  ports: readonly number[];
  /** Resolves when the host has ended, however it ended. */
  ended: Promise<void>;
  /** Graceful; after `graceMs` the host is killed. */
  stop(graceMs?: number): Promise<void>;
  /** Ends it at once, without a word to it: what kill -9 does. */
  kill(): Promise<void>;
};

/** The host said why it could not start; `code` is Node's (EADDRINUSE, …) where it had one. */
export class HostFailed extends Error {
  readonly code: string | undefined;

  constructor(entry: string, code: string | undefined, message: string) {
    super(`${entry} could not start: ${message.split('\n')[0]?.replace(/^Error: /, '')}`);
    this.name = 'HostFailed';
    this.code = code;
  }
}

type Channel = {
  post(message: unknown): void;
  onMessage(listener: (message: HostMessage) => void): void;
  ended: Promise<void>;
  kill(): void;
};

// Each isolate may keep some 48 MB for young objects alone; there are eight of them, and short-lived buffers need far less.
const youngGenerationMb = 12;

const startWorker = (entryUrl: URL, given: HostStart): Channel => {
  const resourceLimits = { maxYoungGenerationSizeMb: youngGenerationMb };
  const worker = new Worker(entryUrl, { workerData: given, stdout: false, stderr: false, resourceLimits });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.on('message', listener),
    ended: new Promise((resolve) => worker.once('exit', () => resolve())),
    kill: () => void worker.terminate(),
  };
};

const startChild = (entryUrl: URL, given: HostStart): Channel => {
  const child: ChildProcess = fork(fileURLToPath(entryUrl), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    execArgv: [`--max-semi-space-size=${youngGenerationMb / 3}`],
  });
  child.on('error', () => {});
  child.send(given);
  return {
    post: (message) => {
      if (child.connected) child.send(message as object);
    },
    onMessage: (listener) => child.on('message', (message) => listener(message as HostMessage)),
    ended: new Promise((resolve) => child.once('exit', () => resolve())),
    kill: () => void child.kill('SIGKILL'),
  };
};

/** Starts one server in its worker or child and resolves when it takes connections. */
export const startHost = async (request: HostRequest): Promise<RunningHost> => {
  const { entry, emit } = request;
  mkdirSync(request.dataDir, { recursive: true });
  const given: HostStart = {
    component: entry,
    listeners: request.listeners,
    dataDir: request.dataDir,
    options: request.options,
  };
  const entryUrl = new URL(`./hosts/${entry}.js`, import.meta.url);
  const channel = request.kind === 'worker' ? startWorker(entryUrl, given) : startChild(entryUrl, given);
  const ports = await new Promise<readonly number[]>((resolve, reject) => {
    let isReady = false;
    channel.onMessage((message) => {
      if (message.type === 'ready') {
        isReady = true;
        resolve(message.ports);
      }
      if (message.type === 'event') emit(message.event);
      if (message.type === 'failed') {
        // Before it is ready, whoever waits for it is told; after that, nobody waits.
        if (isReady) emit({ component: entry, kind: 'failed', message: message.message });
        else reject(new HostFailed(entry, message.code, message.message));
      }
    });
    channel.ended.then(() => reject(new HostFailed(entry, undefined, 'it ended before it was ready')));
  });
  const kill = async (): Promise<void> => {
    channel.kill();
    await channel.ended;
  };
  return {
    ports,
    ended: channel.ended,
    kill,
    stop: async (graceMs = 10_000) => {
      channel.post('stop');
      const timer = setTimeout(() => channel.kill(), graceMs);
      await channel.ended;
      clearTimeout(timer);
    },
  };
};
