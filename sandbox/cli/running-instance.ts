import { join, resolve } from 'node:path';
import { findInstance, type InstanceStatus } from '../pipeline/instance.ts';
import { findProject } from '../pipeline/project.ts';

export type WhereOptions = { project?: string; data?: string };

/** No sandbox answers: nothing is wrong with the command line, so the exit code is 1. */
export class NotRunning extends Error {
  constructor(dataDir: string) {
    super(`no sandbox runs on ${dataDir}; start one with: npm run sandbox`);
    this.name = 'NotRunning';
  }
}

export const runningInstance = async (options: WhereOptions): Promise<InstanceStatus> => {
  const dataDir = resolve(options.data ?? join(findProject(options.project).dir, '.sandbox'));
  const status = await findInstance(dataDir);
  if (!status) throw new NotRunning(dataDir);
  return status;
};
