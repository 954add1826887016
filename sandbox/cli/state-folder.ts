import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderChoice } from '../providers/provider.ts';

const stateFolders = ['kafka', 'schema-registry', 'connect', 'mysql', 's3', 'snowflake', 'simulators', 'carrier'];

/** Only what the sandbox itself has made: the folder may be one of the user's. */
const removeState = (dataDir: string): void => {
  for (const folder of [...stateFolders, 'containers'])
    rmSync(join(dataDir, folder), { recursive: true, force: true, maxRetries: 5 });
};

/**
 * Where this run keeps its state. Containers take theirs with them unless they are kept, and an embedded component that remembered more
 * than its neighbour would not fit to it: so a run with containers has a folder of its own, which lives as long as they do.
 */
export const stateFolder = (
  dataDir: string,
  { choice, keep, fresh }: { choice: ProviderChoice; keep: boolean; fresh: boolean },
): string => {
  const hasContainers = Object.values(choice).includes('container');
  const folder = hasContainers ? join(dataDir, 'with-containers') : dataDir;
  const isKept = existsSync(join(folder, 'containers', 'ports.json'));
  if (fresh || (hasContainers && !(keep && isKept))) removeState(folder);
  return folder;
};
