import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../core/clock.ts';
import type { SandboxEvent } from '../../core/events.ts';
import type { Listener, RunningServer, ServerContext } from '../../core/server.ts';

/** What the starting side hands to a host, through workerData or the first message to a child. */
export type HostStart = { component: string; listeners: readonly Listener[]; dataDir: string; options: unknown };

/** What a host tells the starting side. */
export type HostMessage =
  | { type: 'ready'; ports: readonly number[] }
  | { type: 'event'; event: SandboxEvent }
  | { type: 'failed'; code: string | undefined; message: string }
  | { type: 'stopped' };

type Start<Options> = (context: ServerContext, options: Options) => Promise<RunningServer>;

const send = (message: HostMessage): void => {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
};

const describe = (error: unknown): { code: string | undefined; message: string } => ({
  code: (error as NodeJS.ErrnoException)?.code,
  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
});

/** A bug stops this component, loudly and alone: the error is told, then the worker or child ends. */
const fail = (error: unknown): void => {
  send({ type: 'failed', ...describe(error) });
  // Leaves the message the time to cross: process.exit in a child would cut it off.
  setTimeout(() => process.exit(1), 20);
};

const run = async <Options>(start: Start<Options>, given: HostStart): Promise<void> => {
  const server = await start(
    {
      listeners: given.listeners,
      dataDir: given.dataDir,
      clock: systemClock,
      emit: (event) => send({ type: 'event', event }),
    },
    given.options as Options,
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    send({ type: 'stopped' });
    setTimeout(() => process.exit(0), 20);
  };
  const onMessage = (message: unknown): void => {
    if (message === 'stop') stop().catch(fail);
  };
  if (parentPort) parentPort.on('message', onMessage);
  else process.on('message', onMessage);
  send({ type: 'ready', ports: server.ports });
};

/** Runs one server in this worker or child until the starting side says stop or is gone. */
export const host = <Options>(start: Start<Options>): void => {
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  if (parentPort) {
    run(start, workerData as HostStart).catch(fail);
    return;
  }
  // The terminal sends Ctrl-C to the whole process group: the starting side stops its children in order, they do not stop themselves.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(0));
  process.once('message', (given) => void run(start, given as HostStart).catch(fail));
};
