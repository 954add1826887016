import { join } from 'node:path';
import type { SimulatorStatus } from '../../simulators/server.ts';
import { type Address, type ComponentName, componentNames } from '../components/component.ts';
import { ownWorkerGroup, workerGroupName } from '../components/worker-group.ts';
import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/events.ts';
import type { RunningHost } from '../providers/embedded/start-host.ts';
import { withoutUnusedSettings } from '../providers/external/needs.ts';
import type { ProviderChoice } from '../providers/provider.ts';
import { type RunningComponents, startComponents } from '../providers/start-components.ts';
import { type Artefacts, checkEnvironment, environmentNames } from './artefacts.ts';
import type { BringUp } from './bring-up.ts';
import type { Carrier } from './carrier.ts';
import type { DevSchema } from './dev-schema.ts';
import type { Graph } from './graph.ts';
import { checkAsked, type Outside } from './outside.ts';
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
  /** What may be done to systems that run elsewhere; absent when there are none. */
  outside?: Outside | undefined;
  dataDir: string;
  chosenPorts: Partial<Record<ComponentName | 'clickstream', number>>;
  simulators: SimulatorPlan;
  clock: Clock;
  emit: Emit;
  /** What has just been done, in a few words. */
  report(step: string): void;
};

export type Rates = { clickstream?: { perSecond: number }; orders?: { perSecond: number } };

export type Simulators = {
  plan: SimulatorPlan;
  /** Events a second from now on, after a restart too; a lane that is not named keeps its rate. */
  setRates(rates: Rates): Promise<SimulatorStatus>;
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
  if (Object.values(request.choice).includes('external') && !request.outside)
    throw new Error('nobody said what may be done to the systems that run elsewhere');
  const plan = fittingPlan(request.simulators, artefacts, settings.environment);
  const started = await startComponents({
    ...request,
    names: componentNames,
    credentials: settings.credentials,
    environment: { ...withWorkerGroup(request.choice), ...withoutUnusedSettings(settings.environment, request.choice) },
    exposed: environmentNames(artefacts.connectors),
    neighbour: {
      name: 'clickstream',
      standardPort: clickstreamPort,
      chosenPort: request.chosenPorts.clickstream,
      address: ({ host, port }) => ({ CLICKSTREAM_URL: `http://${host}:${port}` }),
    },
    onReady: (name) => request.report(`${name} is ready`),
    check: (environment) => {
      if (request.outside) checkAsked(request.outside, environment);
      checkEnvironment(artefacts.connectors, environment);
    },
  });
  const { components } = started;
  const devSchema = await planned(request, started.environment);
  const environment = devSchema?.environment ?? started.environment;
  const ready = (name: ComponentName): Promise<void> => components.get(name)?.ready ?? Promise.resolve();
  // The clients load while the servers start: they cost more time than anything else here.
  const { bringUp } = await import('./bring-up.ts');
  const asksWorker = request.choice.connect !== 'embedded';
  const applied = bringUp({ ...request, environment, ready, devSchema, asksWorker });
  const carrier = startCarrying(request, devSchema, Promise.all([applied.snowflake, ready('s3')]));

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
    setRates: async (rates) => {
      const answer = await fetch(new URL('/simulators', environment['CLICKSTREAM_URL']), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rates),
      });
      for (const lane of ['clickstream', 'orders'] as const) Object.assign(plan[lane] ?? {}, rates[lane]);
      return (await answer.json()) as SimulatorStatus;
    },
    dataDir: simulatorsDir,
    start,
    stop: () => starting.then(() => end((running) => running.stop())),
    crash: () => starting.then(() => end((running) => running.kill())),
  };
  const all = Promise.all([applied.all, starting]).then(() => {});
  // Who started this looks at it a moment later; a component that refuses at once must not end the program before that.
  all.catch(() => {});
  const cdc = Object.fromEntries(
    ['MYSQL_CDC_USER', 'MYSQL_CDC_PASSWORD'].flatMap((name) =>
      environment[name] === undefined ? [] : [[name, environment[name]]],
    ),
  );
  return {
    environment,
    address: Object.assign({}, ...[...components.values()].map(({ address }) => address), cdc, {
      CLICKSTREAM_URL: environment['CLICKSTREAM_URL'],
      ...(devSchema && { SNOWFLAKE_DATABASE: devSchema.database, SNOWFLAKE_SCHEMA: devSchema.schema }),
    }),
    components,
    simulators,
    bringUp: { ...applied, all },
    stop: async () => {
      // Connect first: it hands on what it holds while all around it still stands. What comes after that waits where it is.
      if (request.choice.connect === 'embedded') await components.get('connect')?.stop();
      await simulators.stop().catch(() => {});
      await carrier.stop();
      await started.stop();
    },
  };
};

const withWorkerGroup = (choice: ProviderChoice): Address =>
  choice.kafka === 'external' && choice.connect !== 'external' ? { [workerGroupName]: ownWorkerGroup() } : {};

/** Where the pipeline stands in an account of Snowflake's; undefined when the warehouse is ours. */
const planned = async (request: SandboxRequest, environment: Address): Promise<DevSchema | undefined> => {
  if (request.choice.snowflake !== 'external') return undefined;
  const { planDevSchema } = await import('./dev-schema.ts');
  return planDevSchema(request.artefacts, environment, request.outside?.schema);
};

/** Carries files into the account once its stages stand, where it cannot read the store itself. */
const startCarrying = (request: SandboxRequest, devSchema: DevSchema | undefined, after: Promise<unknown>): Carrier => {
  const isAsked = request.outside?.apply === true && devSchema !== undefined && devSchema.carried.length > 0;
  after.catch(() => {});
  if (!isAsked) return { stop: async () => {} };
  const ended = new AbortController();
  const carrying = after.then(async () => {
    const { startCarrier } = await import('./carrier.ts');
    if (ended.signal.aborted) return undefined;
    const { carried: stages, environment } = devSchema;
    return startCarrier({ ...request, stages, environment, dataDir: join(request.dataDir, 'carrier') });
  });
  carrying.catch(() => {});
  return {
    stop: async () => {
      ended.abort();
      const carrier = await carrying.catch(() => undefined);
      await carrier?.stop();
    },
  };
};
