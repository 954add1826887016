import type { Address, ComponentName, Credentials, Endpoint } from '../components/component.ts';
import { components } from '../components/components.ts';
import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/events.ts';
import { type Listener, loopback } from '../core/server.ts';
import type { ContainerService } from './container/compose-file.ts';
import { checkRecipes, startEmbedded } from './embedded/embedded.ts';
import { snowpipeQueueUrl } from './embedded/recipes.ts';
import { claimPlaces, type Place, type Places } from './places.ts';
import type { ProviderChoice, ProviderName, RunningComponent } from './provider.ts';
import { asSeenFromContainers, hostFromContainers } from './vantage.ts';

export type ComponentsRequest = {
  names: readonly ComponentName[];
  choice: ProviderChoice;
  /** The folder whose compose/docker-compose.yml names the containers. */
  projectDir: string;
  dataDir: string;
  /** Containers stay when the sandbox ends, and are used again. */
  keep: boolean;
  credentials: Credentials;
  /** Values of `${env:…}` and addresses told from outside. */
  environment: Address;
  /** The names that connectors ask their worker's environment for; all that are known when absent. */
  exposed?: ReadonlySet<string>;
  chosenPorts: Partial<Record<ComponentName, number>>;
  /** An HTTP server of the caller's beside the components, which a connector polls. */
  neighbour?: {
    name: string;
    standardPort: number;
    chosenPort: number | undefined;
    address(endpoint: Endpoint): Address;
  };
  /** Where embedded servers listen, when not on 127.0.0.1. */
  listen?: { bindHost: string; advertisedHost: string };
  clock: Clock;
  emit: Emit;
  /** What has just been done, in a few words. */
  report(step: string): void;
  /** Called as each component takes connections. */
  onReady?: (name: ComponentName, address: Address) => void | Promise<void>;
  /** Called with all addresses as Connect sees them before anything starts; throws when something that is needed is not there. */
  check?: (environment: Address) => void;
};

export type RunningComponents = {
  components: ReadonlyMap<ComponentName, RunningComponent>;
  /** All addresses as seen from this machine, and the environment that was given. */
  environment: Address;
  /** Where the neighbour listens. */
  neighbourListeners: readonly Listener[];
  /** Resolves when every component takes connections. */
  ready: Promise<void>;
  stop(): Promise<void>;
};

const thisMachine = '127.0.0.1';

type Known = {
  request: ComponentsRequest;
  places: Places;
  services: ReadonlyMap<ComponentName, ContainerService>;
  externals: ReadonlyMap<ComponentName, RunningComponent>;
};

/** A component's address as seen from this machine. */
const addressHere = (name: ComponentName, { request, places, services, externals }: Known): Address => {
  const external = externals.get(name);
  if (external) return external.address;
  const endpoint = { host: thisMachine, port: places.of(name).port };
  const service = request.choice[name] === 'container' ? services.get(name) : undefined;
  return {
    ...components[name].address({ ...endpoint, ...(service && { path: service.inside.path }) }, request.credentials),
    ...(service?.eventQueue && { S3_EVENT_QUEUE: service.eventQueue.arn }),
  };
};

/** A component's address as a container has to write it. */
const addressInside = (name: ComponentName, { request, places, services, externals }: Known): Address => {
  const external = externals.get(name);
  if (external) return asSeenFromContainers(external.address);
  const service = request.choice[name] === 'container' ? services.get(name) : undefined;
  const endpoint = service?.inside ?? { host: hostFromContainers, port: places.of(name).forContainers as number };
  return components[name].address(endpoint, request.credentials);
};

const environmentHere = (known: Known): Address => {
  const { request, places } = known;
  const neighbour = places.neighbour && request.neighbour?.address({ host: thisMachine, port: places.neighbour.port });
  return Object.assign({}, neighbour, request.environment, ...request.names.map((name) => addressHere(name, known)));
};

const environmentInside = (known: Known): Address => {
  const { request, places } = known;
  const port = places.neighbour?.forContainers;
  const neighbour = port === undefined ? {} : request.neighbour?.address({ host: hostFromContainers, port });
  const given = asSeenFromContainers(request.environment);
  return Object.assign({}, neighbour, given, ...request.names.map((name) => addressInside(name, known)));
};

const namesOf = ({ names, choice }: ComponentsRequest, provider: ProviderName): ComponentName[] =>
  names.filter((name) => choice[name] === provider);

/** What is not the default is loaded only when it is asked for: testcontainers takes longer to import than all our servers to start. */
const prepareContainers = async (request: ComponentsRequest, names: readonly ComponentName[]) => {
  if (names.length === 0) return undefined;
  const { prepareContainers: prepare, startContainers } = await import('./container/containers.ts');
  return { ...(await prepare(request.projectDir, names)), start: startContainers };
};

const attachExternals = async (request: ComponentsRequest): Promise<ReadonlyMap<ComponentName, RunningComponent>> => {
  const names = namesOf(request, 'external');
  if (names.length === 0) return new Map();
  const { attachExternal } = await import('./external/external.ts');
  return new Map(names.map((name) => [name, attachExternal(name, request)]));
};

/** Starts the named components, each by its provider, and gives their addresses at once; `ready` tells when they take connections. */
export const startComponents = async (request: ComponentsRequest): Promise<RunningComponents> => {
  const containerNames = namesOf(request, 'container');
  const prepared = await prepareContainers(request, containerNames);
  const places = await claimPlaces(request);
  const externals = await attachExternals(request);
  const known: Known = { request, places, services: prepared?.composeFile.services ?? new Map(), externals };
  const addressOf = (name: ComponentName): Address => addressHere(name, known);
  const environment = environmentHere(known);
  const inside = prepared ? environmentInside(known) : environment;

  const listenersAt = ({ port, forContainers }: Place): readonly Listener[] => [
    request.listen ? { ...request.listen, port } : loopback(port),
    ...(prepared === undefined || forContainers === undefined
      ? []
      : [{ bindHost: prepared.bindHost, port: forContainers, advertisedHost: hostFromContainers }]),
  ];
  const running = new Map<ComponentName, RunningComponent>(externals);
  const embeddedRequest = {
    ...request,
    environment,
    addressOf,
    listenersOf: (name: ComponentName) => listenersAt(places.of(name)),
    readyOf: (name: ComponentName) => running.get(name)?.ready ?? Promise.resolve(),
  };
  const start = (components: readonly RunningComponent[]): readonly RunningComponent[] => {
    for (const component of components) running.set(component.name, component);
    return components;
  };
  const embeddedNames = namesOf(request, 'embedded');
  checkRecipes({ ...embeddedRequest, names: embeddedNames });
  // The environment of a worker that runs elsewhere is not known here: that worker is asked for it.
  if (request.choice.connect !== 'external')
    request.check?.(request.choice.connect === 'container' ? inside : environment);

  // A worker is last: it needs its broker, whoever provides that.
  const servers = start(
    startEmbedded({ ...embeddedRequest, names: embeddedNames.filter((name) => name !== 'connect') }),
  );
  const containers = prepared?.start({
    ...request,
    ...prepared,
    names: containerNames,
    ports: new Map(containerNames.map((name) => [name, places.of(name).port])),
    environment: inside,
    exposed: request.exposed ?? new Set(Object.keys(inside)),
    eventQueueUrl: snowpipeQueueUrl(inside),
    addressOf,
    after: Promise.all(servers.map(({ ready }) => ready)),
  });
  start(containers?.components ?? []);
  const worker = start(
    startEmbedded({ ...embeddedRequest, names: embeddedNames.filter((name) => name === 'connect') }),
  );

  const ready = Promise.all([...running.values()].map((component) => component.ready)).then(() => {});
  ready.catch(() => {});
  const end = async (component: RunningComponent): Promise<void> => {
    await component.ready.catch(() => {});
    await component.stop();
  };
  return {
    components: running,
    environment,
    neighbourListeners: places.neighbour ? listenersAt(places.neighbour) : [],
    ready,
    stop: async () => {
      containers?.leave();
      // Against the flow of need: a worker must still reach its broker to commit what it holds.
      for (const component of worker) await end(component);
      await containers?.stop();
      for (const component of servers.toReversed()) await end(component);
    },
  };
};
