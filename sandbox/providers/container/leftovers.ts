import { hostname } from 'node:os';
import type { ContainerRuntimeClient } from 'testcontainers';
import { isAlive } from '../../core/process-alive.ts';

/** Says which process a container goes with, so that another finds what one that was killed has left. */
export const ownerLabel = 'sluicebox.owner';
export const owner = `${hostname()}/${process.pid}`;

const projectLabel = 'com.docker.compose.project';

const isGone = (label: string): boolean => {
  const [host, pid] = label.split('/');
  return host === hostname() && !isAlive(Number(pid));
};

/**
 * Removes containers, networks and volumes of sandboxes that were killed. Ryuk does so too, but while another program uses the same Ryuk,
 * as every program with testcontainers does, it waits for that.
 */
export const removeLeftovers = async ({ container }: ContainerRuntimeClient): Promise<void> => {
  const docker = container.dockerode;
  const all = await docker.listContainers({ all: true, filters: { label: [ownerLabel] } });
  const left = all.filter(({ Labels }) => isGone(Labels[ownerLabel] ?? ''));
  const projects = new Set(left.flatMap(({ Labels }) => Labels[projectLabel] ?? []));
  // Ryuk may be at it at the same moment: what it took first is gone as it should be.
  await Promise.allSettled(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  for (const project of projects) {
    const filters = { label: [`${projectLabel}=${project}`] };
    const [networks, { Volumes: volumes }] = await Promise.all([
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters: JSON.stringify(filters) as never }),
    ]);
    await Promise.allSettled([
      ...networks.map(({ Id }) => docker.getNetwork(Id).remove()),
      ...(volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove()),
    ]);
  }
};
