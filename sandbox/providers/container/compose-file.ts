import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type ComponentName, componentNames } from '../../components/component.ts';
import { UsageError } from '../../core/usage-error.ts';

/** A service of the compose file that is a component of the pipeline, as its `sluicebox.*` labels say. */
export type ContainerService = {
  service: string;
  component: ComponentName;
  image: string;
  /** Built from the compose file when the image is not there, instead of pulled. */
  isBuilt: boolean;
  /** Where other containers reach it. */
  inside: { host: string; port: number; path: string };
  /** The compose file's variable for the port that it is published on. */
  publishedPort: string;
  /** S3 alone: the queue that takes the place of Snowpipe's, and the service's variable for where it delivers. */
  eventQueue?: { arn: string; urlVariable: string };
};

export type ComposeFile = { dir: string; file: string; services: ReadonlyMap<ComponentName, ContainerService> };

const fileName = 'docker-compose.yml';

type RawService = { image?: string; build?: unknown; labels?: Record<string, string> };

const readInside = (text: string, where: string): ContainerService['inside'] => {
  const [, host, port, path = ''] = /^([^:/]+):(\d+)(\/.*)?$/.exec(text) ?? [];
  if (!host || !port) throw new UsageError(`${where}: the label sluicebox.inside is HOST:PORT, not "${text}"`);
  return { host, port: Number(port), path };
};

const readService = (service: string, raw: RawService, file: string): ContainerService | undefined => {
  const { labels = {} } = raw;
  const component = labels['sluicebox.component'] as ComponentName | undefined;
  if (component === undefined) return undefined;
  const where = `${file}: service ${service}`;
  if (!componentNames.includes(component))
    throw new UsageError(`${where}: sluicebox.component is one of ${componentNames.join(', ')}, not "${component}"`);
  const publishedPort = labels['sluicebox.published-port'];
  if (!raw.image || !publishedPort)
    throw new UsageError(`${where}: a component needs an image and the label sluicebox.published-port`);
  const [arn, urlVariable] = [labels['sluicebox.event-queue'], labels['sluicebox.event-queue-url']];
  return {
    service,
    component,
    image: raw.image,
    isBuilt: raw.build !== undefined,
    inside: readInside(labels['sluicebox.inside'] ?? '', where),
    publishedPort,
    ...(arn && urlVariable ? { eventQueue: { arn, urlVariable } } : {}),
  };
};

/** The project's compose file where it has one, else the one that comes with the program. */
export const readComposeFile = (projectDir: string): ComposeFile => {
  const shipped = join(dirname(fileURLToPath(import.meta.url)), '..', 'compose');
  const own = join(projectDir, 'compose');
  const dir = existsSync(join(own, fileName)) ? own : shipped;
  const file = `compose/${fileName}`;
  let services: Record<string, RawService>;
  try {
    services = (parse(readFileSync(join(dir, fileName), 'utf8'), { merge: true })?.services ?? {}) as typeof services;
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
  const found = Object.entries(services).flatMap(([name, raw]) => readService(name, raw, file) ?? []);
  return { dir, file: fileName, services: new Map(found.map((service) => [service.component, service])) };
};
