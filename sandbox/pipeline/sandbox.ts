import { join } from 'node:path';
import { type Address, type ComponentName, componentNames } from '../components/component.ts';
import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/events.ts';
import type { RunningHost } from '../providers/embedded/start-host.ts';
import type { ProviderChoice } from '../providers/provider.ts';
import { type RunningComponents, startComponents } from '../providers/start-components.ts';
import { type Artefacts, checkEnvironment, environmentNames } from './artefacts.ts';
import type { BringUp } from './bring-up.ts';
import type { Graph } from './graph.ts';
import type { Settings } from './settings.ts';
import { fittingPlan, type SimulatorPlan, startSimulators } from './simulators.ts';

export type SandboxRequest = {
  artefacts: Artefacts;
  graph: Graph;
  settings: Settings;
  /** The folder of the artefacts. */
  projectDir: string;
  choice: ProviderChoice;
  /** Containers stay when the sandbox ends, and are used again. */
  keep: boolean;
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
  components: RunningComponents['components'];
  simulators: Simulators;
  bringUp: BringUp;
  stop(): Promise<void>;
};

const clickstreamPort = 8080;

/** Runs the whole pipeline of a project: six components, each by its provider, the artefacts applied to them, and the traffic. */
export const startSandbox = async (request: SandboxRequest): Promise<Sandbox> => {
  const { artefacts, settings, dataDir, emit } = request;
  const plan = fittingPlan(request.simulators, artefacts, settings.environment);
  const started = await startComponents({
    ...request,
    names: componentNames,
    credentials: settings.credentials,
    environment: settings.environment,
    exposed: environmentNames(artefacts.connectors),
    neighbour: {
      name: 'clickstream',
      standardPort: clickstreamPort,
      chosenPort: request.chosenPorts.clickstream,
      address: ({ host, port }) => ({ CLICKSTREAM_URL: `http://${host}:${port}` }),
    },
    onReady: (name) => request.report(`${name} is ready`),
    check: (environment) => checkEnvironment(artefacts.connectors, environment),
  });
  const { environment, components } = started;
  const ready = (name: ComponentName): Promise<void> => components.get(name)?.ready ?? Promise.resolve();
  // The clients load while the servers start: they cost more time than anything else here.
  const { bringUp } = await import('./bring-up.ts');
  const applied = bringUp({ ...request, environment, ready });

  let host: RunningHost | undefined;
  const simulatorsDir = join(dataDir, 'simulators');
  const start = async (): Promise<void> => {
    host = await startSimulators({
      plan,
      environment,
      listeners: started.neighbourListeners,
      dataDir: simulatorsDir,
      emit,
    });
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
    address: Object.assign({}, ...[...components.values()].map(({ address }) => address), cdc, {
      CLICKSTREAM_URL: environment['CLICKSTREAM_URL'],
    }),
    components,
    simulators,
    bringUp: { ...applied, all: Promise.all([applied.all, starting]).then(() => {}) },
    stop: async () => {
      // Connect first: it hands on what it holds while all around it still stands. What comes after that waits where it is.
      if (request.choice.connect === 'embedded') await components.get('connect')?.stop();
      await simulators.stop().catch(() => {});
      await started.stop();
    },
  };
};
