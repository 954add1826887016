import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type ContainerRuntimeClient, getContainerRuntimeClient } from 'testcontainers';
import { DockerFailed } from './docker-failed.ts';

const standardSocket = '/var/run/docker.sock';
const others = 'or run without containers: the embedded default needs no Docker';

const socketError = (path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
  });

const unixSocket = 'unix://';

const whyNotAt = (path: string, code: string | undefined): string => {
  if (code === 'EACCES')
    return `no permission for ${path}: add your user to the group docker and log in again (sudo usermod -aG docker $USER), ${others}`;
  if (code === 'ENOENT') return `no Docker engine: ${path} is not there; install Docker or start it, ${others}`;
  return `no Docker engine answers at ${path}${code === undefined ? '' : ` (${code})`}; start Docker, ${others}`;
};

const whyNoDocker = async (host: string | undefined): Promise<string> => {
  if (host !== undefined && !host.startsWith(unixSocket))
    return `no Docker engine answers at DOCKER_HOST=${host}; start it, correct DOCKER_HOST, ${others}`;
  const path = host?.slice(unixSocket.length) ?? standardSocket;
  return whyNotAt(path, await socketError(path));
};

/** The engine's client, or the reason why there is none. */
export const openDocker = async (): Promise<ContainerRuntimeClient> => {
  const host = process.env['DOCKER_HOST'];
  // testcontainers would go on to other engines that it finds, compose would not.
  const named = host?.startsWith(unixSocket) ? host.slice(unixSocket.length) : undefined;
  const code = named === undefined ? undefined : await socketError(named);
  if (named !== undefined && code !== undefined) throw new DockerFailed(whyNotAt(named, code));
  try {
    return await getContainerRuntimeClient();
  } catch {
    throw new DockerFailed(await whyNoDocker(host));
  }
};

// Not every engine tells the gateway of its bridge, and Node lists no interface on which nothing runs. Docker takes the first address.
const firstAddress = (subnet: string | undefined): string | undefined => {
  const [, network] = /^(\d+\.\d+\.\d+)\.0\/\d+$/.exec(subnet ?? '') ?? [];
  return network && `${network}.1`;
};

/** Where a server on this machine has to listen to be reached from containers as host.docker.internal. */
export const addressForContainers = async (docker: ContainerRuntimeClient): Promise<string> => {
  // Docker Desktop hands connections on to the loopback interface; on Linux they arrive at the bridge.
  if (/docker desktop/i.test(docker.info.containerRuntime.operatingSystem) || process.platform !== 'linux')
    return '127.0.0.1';
  const bridge = (await docker.container.dockerode.getNetwork('bridge').inspect()) as {
    IPAM?: { Config?: { Gateway?: string; Subnet?: string }[] };
    Options?: Record<string, string>;
  };
  const name = bridge.Options?.['com.docker.network.bridge.name'] ?? 'docker0';
  const ofInterface = networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')?.address;
  const [gateway] = bridge.IPAM?.Config?.flatMap(({ Gateway, Subnet }) => Gateway ?? firstAddress(Subnet) ?? []) ?? [];
  const address = ofInterface ?? gateway;
  if (address !== undefined) return address;
  throw new DockerFailed(`this machine has no address on Docker's bridge network (interface ${name}) to be reached by`);
};
