import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const composeFile = join(import.meta.dirname, '..', '..', 'compose', 'docker-compose.yml');

const docker = (...args: string[]): string =>
  execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Why container tests do not run; undefined when they do. They have to be asked for, and a test pulls no image. */
export const noContainers = (services: readonly string[]): string | undefined => {
  if (!(process.env['SANDBOX_PROVIDERS'] ?? '').split(',').includes('containers'))
    return 'SANDBOX_PROVIDERS does not name containers';
  try {
    docker('version', '--format', '{{.Server.Version}}');
  } catch {
    return 'no Docker engine answers';
  }
  const images = (
    parse(readFileSync(composeFile, 'utf8'), { merge: true }) as { services: Record<string, { image: string }> }
  ).services;
  const missing = services
    .map((service) => images[service]?.image ?? service)
    .find((image) => {
      try {
        docker('image', 'inspect', image);
        return false;
      } catch {
        return true;
      }
    });
  return missing && `the image ${missing} is not here`;
};

/** Names of containers of compose projects of ours, whatever their state. */
export const ourContainers = (): string[] =>
  docker('ps', '-a', '--filter', 'label=com.docker.compose.project', '--format', '{{.Names}}')
    .split('\n')
    .filter((name) => name.startsWith('sluicebox-'));
