import { join } from 'node:path';
import { type Address, type ComponentName, componentNames } from '../components/component.ts';
import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/events.ts';
import { type EmbeddedSandbox, startEmbedded } from '../providers/embedded/embedded.ts';
import type { RunningHost } from '../providers/embedded/start-host.ts';
import { claimPort } from '../providers/ports.ts';
import { type Artefacts, checkEnvironment } from './artefacts.ts';
import type { BringUp } from './bring-up.ts';
import type { Graph } from './graph.ts';
import type { Settings } from './settings.ts';
import { fittingPlan, type SimulatorPlan, startSimulators } from './simulators.ts';

export type SandboxRequest = {
  artefacts: Artefacts;
  graph: Graph;
  settings: Settings;
  dataDir: string;
  chosenPorts: Partial<Record<ComponentName | 'clickstream', number>>;
  simulators: SimulatorPlan;
  clock: Clock;
  emit: Emit;
  /** What has just been done, in a few words. */
  report(step: string): void;
};

export type Simulators = {
  plan: SimulatorPlan;
  dataDir: string;
  stop(): Promise<void>;
  /** kill -9 of the simulators; stays down until `start`. */
  crash(): Promise<void>;
  start(): Promise<void>;
};

export type Sandbox = {
  /** All addresses, and the values of `${env:…}`. */
  environment: Address;
  /** The addresses alone: what `env` prints. */
  address: Address;
  components: EmbeddedSandbox['components'];
  simulators: Simulators;
  bringUp: BringUp;
  stop(): Promise<void>;
};

const clickstreamPort = 8080;

/** Runs the whole pipeline of a project embedded: six servers, the artefacts applied to them, and the traffic. */
export const startSandbox = async (request: SandboxRequest): Promise<Sandbox> => {
  const { artefacts, settings, dataDir, emit } = request;
  const plan = fittingPlan(request.simulators, artefacts, settings.environment);
  const port = await claimPort(
    { component: 'clickstream', standardPort: clickstreamPort, chosenPort: request.chosenPorts.clickstream },
    new Set(),
  );
  const shop = { CLICKSTREAM_URL: settings.environment['CLICKSTREAM_URL'] ?? `http://127.0.0.1:${port}` };
  const embedded = await startEmbedded({
    names: componentNames,
    dataDir,
    credentials: settings.credentials,
    environment: { ...settings.environment, ...shop },
    chosenPorts: request.chosenPorts,
    emit,
    onReady: (name) => request.report(`${name} is ready`),
    check: (environment) => checkEnvironment(artefacts.connectors, environment),
  });
  const { environment, components } = embedded;
  const ready = (name: ComponentName): Promise<void> => components.get(name)?.ready ?? Promise.resolve();
  // The clients load while the servers start: they cost more time than anything else here.
  const { bringUp } = await import('./bring-up.ts');
  const applied = bringUp({ ...request, environment, ready });

  let host: RunningHost | undefined;
  const simulatorsDir = join(dataDir, 'simulators');
  const start = async (): Promise<void> => {
    host = await startSimulators({ plan, environment, port, dataDir: simulatorsDir, emit });
  };
  const end = async (how: (running: RunningHost) => Promise<void>): Promise<void> => {
    const running = host;
    host = undefined;
    if (running) await how(running);
  };
  const starting = start();
  starting.catch(() => {});
  const simulators: Simulators = {
    plan,
    dataDir: simulatorsDir,
    start,
    stop: () => starting.then(() => end((running) => running.stop())),
    crash: () => starting.then(() => end((running) => running.kill())),
  };
  const cdc = Object.fromEntries(
    ['MYSQL_CDC_USER', 'MYSQL_CDC_PASSWORD'].flatMap((name) =>
      environment[name] === undefined ? [] : [[name, environment[name]]],
    ),
  );
  return {
    environment,
    address: Object.assign({}, ...[...components.values()].map(({ address }) => address), cdc, shop),
    components,
    simulators,
    bringUp: { ...applied, all: Promise.all([applied.all, starting]).then(() => {}) },
    stop: async () => {
      // Connect first: it hands on what it holds while all around it still stands. What comes after that waits where it is.
      await components.get('connect')?.stop();
      await simulators.stop().catch(() => {});
      await embedded.stop();
    },
  };
};
