import { join } from 'node:path';
import type { Address, ComponentName, Credentials } from '../../components/component.ts';
import { components } from '../../components/components.ts';
import type { Emit } from '../../core/events.ts';
import { claimPort } from '../ports.ts';
import { recipes } from './recipes.ts';
import { type RunningHost, startHost } from './start-host.ts';

const host = '127.0.0.1';

export type EmbeddedRequest = {
  names: readonly ComponentName[];
  /** One folder a component is made below it. */
  dataDir: string;
  credentials: Credentials;
  /** Values of `${env:…}` and addresses told from outside. */
  environment: Address;
  chosenPorts: Partial<Record<ComponentName, number>>;
  emit: Emit;
  /** Called as each component takes connections. */
  onReady?: (name: ComponentName, address: Address) => void | Promise<void>;
  /** Called with all addresses before anything starts; throws when something that is needed is not there. */
  check?: (environment: Address) => void;
};

export type ComponentState = 'starting' | 'running' | 'down' | 'stopped';

export type RunningComponent = {
  name: ComponentName;
  address: Address;
  ready: Promise<void>;
  state(): ComponentState;
  /** kill -9; stays down until `start`. */
  crash(): Promise<void>;
  /** Graceful; stays down until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
};

export type EmbeddedSandbox = {
  components: ReadonlyMap<ComponentName, RunningComponent>;
  /** All addresses, and the environment that was given. */
  environment: Address;
  /** Resolves when every component takes connections. */
  ready: Promise<void>;
  stop(): Promise<void>;
};

// A component that ended by itself is started again, as a container with a restart policy would be, but not for ever.
const restartPauseMs = 250;
const restartsAtMost = 5;
const restartWindowMs = 60_000;

type Plan = { request: EmbeddedRequest; environment: Address; ports: ReadonlyMap<ComponentName, number> };

const runComponent = (name: ComponentName, plan: Plan, after: Promise<unknown>): RunningComponent => {
  const { request, environment } = plan;
  const port = plan.ports.get(name) as number;
  const address = components[name].address({ host, port }, request.credentials);
  let state: ComponentState = 'starting';
  let running: RunningHost | undefined;
  let startedMs: number[] = [];

  const onEnd = async (): Promise<void> => {
    if (state !== 'running') return;
    state = 'down';
    const nowMs = performance.now();
    startedMs = startedMs.filter((time) => nowMs - time < restartWindowMs);
    if (startedMs.length > restartsAtMost) {
      const message = `${name} ended ${startedMs.length} times within a minute; it is left down`;
      return request.emit({ component: name, kind: 'failed', message });
    }
    request.emit({ component: name, kind: 'warning', message: `${name} ended by itself; starting it again` });
    await new Promise((resolve) => setTimeout(resolve, restartPauseMs));
    if (state === 'down') await start().catch(leftDown);
  };

  const leftDown = (error: Error): void => request.emit({ component: name, kind: 'failed', message: error.message });

  const start = async (): Promise<void> => {
    state = 'starting';
    startedMs.push(performance.now());
    try {
      running = await startHost({
        entry: name,
        kind: recipes[name].kind,
        ports: [port],
        dataDir: join(request.dataDir, name),
        options: recipes[name].options({ credentials: request.credentials, environment }),
        emit: request.emit,
      });
    } catch (error) {
      state = 'down';
      throw error;
    }
    state = 'running';
    void running.ended.then(onEnd);
  };

  const end = (how: (host: RunningHost) => Promise<void>) => async (): Promise<void> => {
    state = 'stopped';
    const host = running;
    running = undefined;
    if (host) await how(host);
  };

  const ready = after.then(start).then(() => request.onReady?.(name, address));
  return {
    name,
    address,
    ready,
    state: () => state,
    crash: end((host) => host.kill()),
    stop: end((host) => host.stop()),
    start,
  };
};

const planPorts = async (request: EmbeddedRequest): Promise<Plan> => {
  const reserved = new Set<number>();
  const ports = new Map<ComponentName, number>();
  const chosenFirst = [...request.names].sort(
    (left, right) => Number(request.chosenPorts[left] === undefined) - Number(request.chosenPorts[right] === undefined),
  );
  for (const name of chosenFirst) {
    const { standardPort } = components[name];
    const chosenPort = request.chosenPorts[name];
    const port = await claimPort({ component: name, standardPort, chosenPort }, reserved);
    ports.set(name, port);
    if (chosenPort === undefined && port !== standardPort) {
      const message = `port ${standardPort} is taken, ${name} listens on ${port}`;
      request.emit({ component: name, kind: 'info', message });
    }
  }
  const addresses = request.names.map((name) =>
    components[name].address({ host, port: ports.get(name) as number }, request.credentials),
  );
  return { request, ports, environment: Object.assign({}, request.environment, ...addresses) };
};

const startPlanned = (plan: Plan): EmbeddedSandbox => {
  const running = new Map<ComponentName, RunningComponent>();
  const readyOf = (name: ComponentName): Promise<void> => running.get(name)?.ready ?? Promise.resolve();
  // Who needs nobody first, and of those the child process first: it takes longest.
  const rank = (name: ComponentName): number =>
    recipes[name].after.length * 2 + (recipes[name].kind === 'child' ? 0 : 1);
  const inOrderOfNeed = [...plan.request.names].sort((left, right) => rank(left) - rank(right));
  for (const name of inOrderOfNeed) {
    running.set(name, runComponent(name, plan, Promise.all(recipes[name].after.map(readyOf))));
  }
  const all = [...running.values()];
  const ready = Promise.all(all.map((component) => component.ready)).then(() => {});
  ready.catch(() => {});
  return {
    components: running,
    environment: plan.environment,
    ready,
    stop: async () => {
      await Promise.allSettled(all.map((component) => component.ready));
      // Against the flow of need: a worker must still reach its broker to commit what it holds.
      for (const component of inOrderOfNeed.toReversed()) await running.get(component)?.stop();
    },
  };
};

/** Starts the named components, each on its port, and gives their addresses at once; `ready` tells when they take connections. */
export const startEmbedded = async (request: EmbeddedRequest): Promise<EmbeddedSandbox> => {
  const plan = await planPorts(request);
  for (const name of request.names)
    recipes[name].options({ credentials: request.credentials, environment: plan.environment });
  request.check?.(plan.environment);
  return startPlanned(plan);
};
