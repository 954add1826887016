import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentName } from '../components/component.ts';
import { components } from '../components/components.ts';
import type { Emit } from '../core/events.ts';
import { claimPort } from './ports.ts';
import type { ProviderChoice } from './provider.ts';

/** A server on this machine: its port here, and the one at which containers reach it. */
export type Place = { port: number; forContainers?: number };

export type PlacesRequest = {
  names: readonly ComponentName[];
  choice: ProviderChoice;
  chosenPorts: Partial<Record<ComponentName, number>>;
  /** Containers that were kept go on at the ports they have. */
  keep: boolean;
  dataDir: string;
  neighbour?: { name: string; standardPort: number; chosenPort: number | undefined };
  emit: Emit;
};

export type Places = { of(name: ComponentName): Place; neighbour: Place | undefined };

const keptFile = (dataDir: string): string => join(dataDir, 'containers', 'ports.json');

const readKept = ({ keep, dataDir }: PlacesRequest): Partial<Record<ComponentName, number>> => {
  if (!keep) return {};
  try {
    return JSON.parse(readFileSync(keptFile(dataDir), 'utf8'));
  } catch {
    return {};
  }
};

const writeKept = (
  { keep, dataDir, names, choice }: PlacesRequest,
  places: ReadonlyMap<ComponentName, Place>,
): void => {
  if (!keep) return;
  const kept = names.filter((name) => choice[name] === 'container').map((name) => [name, places.get(name)?.port]);
  mkdirSync(join(dataDir, 'containers'), { recursive: true });
  writeFileSync(keptFile(dataDir), JSON.stringify(Object.fromEntries(kept)));
};

/** A port for each component that runs here, and a second one for an embedded component that containers have to reach. */
export const claimPlaces = async (request: PlacesRequest): Promise<Places> => {
  const { names, choice, chosenPorts, neighbour, emit } = request;
  const reserved = new Set<number>();
  const claim = async (component: string, standardPort: number, chosenPort: number | undefined): Promise<number> => {
    const port = await claimPort({ component, standardPort, chosenPort }, reserved);
    if (chosenPort === undefined && port !== standardPort)
      emit({ component, kind: 'info', message: `port ${standardPort} is taken, ${component} listens on ${port}` });
    return port;
  };
  const hasContainers = names.some((name) => choice[name] === 'container');
  const second = async (component: string): Promise<Partial<Place>> =>
    hasContainers ? { forContainers: await claim(component, 0, 0) } : {};

  const kept = readKept(request);
  const places = new Map<ComponentName, Place>();
  const chosenFirst = names
    .filter((name) => choice[name] !== 'external')
    .sort((left, right) => Number(chosenPorts[left] === undefined) - Number(chosenPorts[right] === undefined));
  for (const name of chosenFirst) {
    const isContainer = choice[name] === 'container';
    const keptPort = isContainer ? kept[name] : undefined;
    const port = keptPort ?? (await claim(name, components[name].standardPort, chosenPorts[name]));
    places.set(name, { port, ...(isContainer ? {} : await second(name)) });
  }
  const neighbourPlace = neighbour && {
    port: await claim(neighbour.name, neighbour.standardPort, neighbour.chosenPort),
    ...(await second(neighbour.name)),
  };
  writeKept(request, places);
  return { of: (name) => places.get(name) as Place, neighbour: neighbourPlace };
};
