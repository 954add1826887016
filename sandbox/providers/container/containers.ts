import { createHash, randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { DockerComposeEnvironment, type StartedDockerComposeEnvironment, type WaitStrategy } from 'testcontainers';
import type { Address, ComponentName, Credentials } from '../../components/component.ts';
import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import { retryUntil } from '../../core/retry.ts';
import { UsageError } from '../../core/usage-error.ts';
import type { RunningComponent } from '../provider.ts';
import { supervise } from '../supervise.ts';
import { type ComposeFile, type ContainerService, readComposeFile } from './compose-file.ts';
import { beginContainer, findContainer } from './container-life.ts';
import { addressForContainers, openDocker } from './docker.ts';
import { DockerFailed } from './docker-failed.ts';
import { getImages } from './images.ts';
import { owner, removeLeftovers } from './leftovers.ts';
import { servicesOf, writeOverride } from './override.ts';

type Docker = Awaited<ReturnType<typeof openDocker>>;

export type ContainersRequest = {
  docker: Docker;
  composeFile: ComposeFile;
  names: readonly ComponentName[];
  /** Published ports on 127.0.0.1. */
  ports: ReadonlyMap<ComponentName, number>;
  /** The override file is written here. */
  dataDir: string;
  /** Containers and volumes stay when the sandbox ends, and are used again. */
  keep: boolean;
  credentials: Credentials;
  /** Addresses as containers write them, and the values of `${env:…}`. */
  environment: Address;
  exposed: ReadonlySet<string>;
  eventQueueUrl: string | undefined;
  addressOf(name: ComponentName): Address;
  /** What the containers need of the embedded components. */
  after: Promise<unknown>;
  clock: Clock;
  emit: Emit;
  report(step: string): void;
  onReady?: ((name: ComponentName, address: Address) => void | Promise<void>) | undefined;
};

/** What must be known before anything is started: the engine, the services of the compose file, and how containers reach this machine. */
export const prepareContainers = async (projectDir: string, names: readonly ComponentName[]) => {
  const composeFile = readComposeFile(projectDir);
  for (const name of names) {
    if (composeFile.services.has(name)) continue;
    const path = join(composeFile.dir, composeFile.file);
    throw new UsageError(`${path} has no service with the label "sluicebox.component: ${name}"`);
  }
  const docker = await openDocker();
  await removeLeftovers(docker);
  return { docker, composeFile, bindHost: await addressForContainers(docker) };
};

export type Containers = {
  components: RunningComponent[];
  /** From now on nobody watches them, and a pull that is under way is broken off. */
  leave(): void;
  /** Removes them with their state, unless they are kept. */
  stop(): Promise<void>;
};

/** One compose project for a data folder that is kept, one for each run otherwise. */
export const projectNameOf = (dataDir: string, keep: boolean): string =>
  keep
    ? `sluicebox-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 10)}`
    : `sluicebox-${randomBytes(5).toString('hex')}`;

const variablesOf = ({ composeFile, names, ports, credentials }: ContainersRequest): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(credentials).map(([name, value]) => [`SLUICEBOX_${name}`, value])),
  // Consoles and whatever else a service publishes beside its own port must not stand in another sandbox's way.
  SLUICEBOX_MINIO_CONSOLE_PUBLISHED_PORT: '0',
  ...Object.fromEntries(
    names.flatMap((name) => {
      const service = composeFile.services.get(name);
      return service ? [[service.publishedPort, String(ports.get(name))]] : [];
    }),
  ),
});

// Each container's own health check is watched below: waiting for all at once would hide which one does not come.
const doNotWait: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => doNotWait,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 0,
};

// What compose and the engine say, in words that tell what to do.
const explainUp = (error: Error): Error => {
  const lines = error.message.split('\n').filter((line) => line.trim() !== '');
  const text = lines.at(-1) ?? error.message;
  const port = /(?:Bind for|listen tcp4?) [\d.]+:(\d+)/.exec(error.message)?.[1];
  if (port) return new DockerFailed(`port ${port} is taken; free it or choose another with --port COMPONENT=PORT`);
  if (/no space left/i.test(error.message))
    return new DockerFailed(`the disk is full: ${text}; docker system prune frees space`);
  if (/compose is not installed/i.test(error.message))
    return new DockerFailed('Docker has no compose plug-in (version 2.24 or later): install docker-compose-plugin');
  return new DockerFailed(`the containers did not start: ${text}`);
};

/** Starts the services of the compose file that stand for these components, and ends and removes them with the sandbox. */
export const startContainers = (request: ContainersRequest): Containers => {
  const { docker, composeFile, names, clock, report } = request;
  const services = servicesOf(names, composeFile.services);
  const projectName = projectNameOf(request.dataDir, request.keep);
  const variables = variablesOf(request);
  const override = writeOverride(join(request.dataDir, 'containers'), {
    ...request,
    services,
    owner: request.keep ? undefined : owner,
  });
  const environment = new DockerComposeEnvironment(composeFile.dir, [composeFile.file, override])
    .withProjectName(projectName)
    .withEnvironment(variables)
    .withAutoCleanup(!request.keep)
    .withDefaultWaitStrategy(doNotWait);

  const left = new AbortController();
  let started: StartedDockerComposeEnvironment | undefined;
  const up = request.after
    .then(() => getImages({ docker, composeFile, services, variables, report, signal: left.signal }))
    .then(async () => {
      report(`starting ${services.map(({ service }) => service).join(', ')} in containers`);
      started = await environment.up(services.map(({ service }) => service)).catch((error: Error) => {
        throw explainUp(error);
      });
    });
  up.catch(() => {});

  const containerOf = (service: ContainerService) =>
    retryUntil(
      async () => {
        const container = await findContainer(docker, projectName, service.service);
        if (!container) throw new DockerFailed(`${service.service} has no container`);
        return container;
      },
      { clock, deadlineMs: 60_000, pauseMs: 100, maxPauseMs: 300 },
    );

  const components = services.map((service) =>
    supervise({
      name: service.component,
      provider: 'container',
      address: request.addressOf(service.component),
      after: up,
      emit: request.emit,
      onReady: request.onReady,
      begin: async () => beginContainer(service, await containerOf(service), clock, left.signal),
    }),
  );
  return {
    components,
    leave: () => left.abort(),
    stop: async () => {
      await up.catch(() => {});
      if (request.keep) return;
      await started?.down({ removeVolumes: true, timeout: 2_000 });
    },
  };
};
