import type { ContainerRuntimeClient } from 'testcontainers';
import type { Clock } from '../../core/clock.ts';
import type { Life } from '../supervise.ts';
import type { ContainerService } from './compose-file.ts';
import { DockerFailed } from './docker-failed.ts';

type Container = ReturnType<ContainerRuntimeClient['container']['getById']>;

const logLines = 15;
const lookEachMs = 150;
const healthyDeadlineMs = 240_000;

/** The last lines that a container wrote, both streams. */
const lastLines = async (container: Container): Promise<string> => {
  const log = (await container.logs({
    stdout: true,
    stderr: true,
    tail: logLines,
    follow: false,
  })) as unknown as Buffer;
  // Without a terminal each piece comes behind a header of eight bytes, whose last four are its length.
  const pieces: string[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const length = log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + 8, at + 8 + length).toString());
    at += 8 + length;
  }
  return pieces.join('').trimEnd();
};

/** Why a container ended, with the last it wrote. */
const whyEnded = async ({ service }: ContainerService, container: Container): Promise<string> => {
  const { State: state } = await container.inspect();
  const log = await lastLines(container).catch(() => '');
  const how = state.OOMKilled
    ? `its container ran out of memory: give ${service} a larger mem_limit in compose/docker-compose.yml, or Docker more memory`
    : `its container ended with exit code ${state.ExitCode}`;
  return log === '' ? how : `${how}; it wrote last:\n${log.replace(/^/gm, '    ')}`;
};

/** The container of a service of this compose project; undefined while there is none. */
export const findContainer = async (
  docker: ContainerRuntimeClient,
  projectName: string,
  service: string,
): Promise<Container | undefined> => {
  const filters = { label: [`com.docker.compose.project=${projectName}`, `com.docker.compose.service=${service}`] };
  const [found] = await docker.container.dockerode.listContainers({ all: true, filters });
  return found && docker.container.getById(found.Id);
};

/** Waits until the container's own health check passes. */
const untilHealthy = async (service: ContainerService, container: Container, clock: Clock): Promise<void> => {
  const endMs = clock.nowMs() + healthyDeadlineMs;
  for (;;) {
    const { State: state } = await container.inspect();
    if (state.Status === 'running' && (state.Health === undefined || state.Health.Status === 'healthy')) return;
    if (state.Status === 'exited' || state.Status === 'dead')
      throw new DockerFailed(`${service.component} did not start: ${await whyEnded(service, container)}`);
    if (state.Health?.Status === 'unhealthy' || clock.nowMs() > endMs) {
      const log = await lastLines(container).catch(() => '');
      throw new DockerFailed(
        `${service.component} did not get ready: its container is up, but its health check fails; it wrote last:\n${log.replace(/^/gm, '    ')}`,
      );
    }
    await clock.sleep(lookEachMs);
  }
};

/** One life of a container that exists: started if it is not running, until it ends. After `left` nobody asks how it goes on. */
export const beginContainer = async (
  service: ContainerService,
  container: Container,
  clock: Clock,
  left: AbortSignal,
): Promise<Life> => {
  const { State: state } = await container.inspect();
  if (state.Status !== 'running') await container.start();
  await untilHealthy(service, container, clock);
  const ended = new Promise<void>((resolve) => {
    container.wait({ abortSignal: left }).then(
      () => resolve(),
      () => {
        if (!left.aborted) resolve();
      },
    );
  });
  return {
    ended,
    kill: async () => {
      await container.kill({ signal: 'SIGKILL' });
      await ended;
    },
    stop: async () => {
      await container.stop({ t: 10 });
      await ended;
    },
    reason: () => whyEnded(service, container),
  };
};
