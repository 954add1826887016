import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type ContainerRuntimeClient, ImageName } from 'testcontainers';
import type { ComposeFile, ContainerService } from './compose-file.ts';
import { DockerFailed } from './docker-failed.ts';

const progressEachMs = 1_000;

/** Runs one `docker compose` command and tells its progress; the last lines it wrote are the error when it fails. */
const compose = (
  args: readonly string[],
  { dir, file }: ComposeFile,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<{ code: number | null; last: string }> =>
  new Promise((resolve) => {
    const child = spawn('docker', ['compose', '--ansi', 'never', '--progress', 'plain', '-f', file, ...args], {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      signal,
    });
    let last = '';
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (line.trim() === '') return;
        last = line.trim();
        onLine(last);
      });
    }
    child.once('error', (error) => resolve({ code: null, last: error.message }));
    child.once('close', (code) => resolve({ code, last }));
  });

const failure = ({ service, image, isBuilt }: ContainerService, last: string): string =>
  isBuilt
    ? `the image ${image} for ${service} could not be built: ${last}; try: docker compose -f compose/docker-compose.yml build ${service}`
    : `the image ${image} for ${service} is not here and could not be pulled: ${last}; check the network and: docker pull ${image}`;

export type ImagesRequest = {
  docker: ContainerRuntimeClient;
  composeFile: ComposeFile;
  services: readonly ContainerService[];
  /** Values of the compose file's variables. */
  variables: Readonly<Record<string, string>>;
  signal: AbortSignal;
  report(step: string): void;
};

/** Pulls or builds what is not there yet, telling how far it is. */
export const getImages = async (request: ImagesRequest): Promise<void> => {
  const { docker, composeFile, services, variables, signal, report } = request;
  for (const service of services) {
    const { image, isBuilt } = service;
    if (await docker.image.exists(ImageName.fromString(image))) continue;
    const doing = `${isBuilt ? 'building' : 'pulling'} ${image}`;
    report(doing);
    let toldMs = performance.now();
    const onLine = (line: string): void => {
      if (performance.now() - toldMs < progressEachMs) return;
      toldMs = performance.now();
      report(`${doing}: ${line.slice(0, 100)}`);
    };
    const verb = isBuilt ? 'build' : 'pull';
    const { code, last } = await compose([verb, service.service], composeFile, variables, signal, onLine);
    if (code !== 0) throw new DockerFailed(failure(service, last));
    report(`${image} is here`);
  }
};
