import type { Engine, EngineOptions } from './types.ts';

/** Opens the data directory: recovers tables from the last checkpoint and the binlog after it, cutting a torn tail. */
export const openEngine = async (options: EngineOptions): Promise<Engine> => {
  throw new Error(`the storage engine in ${options.dataDir} cannot be opened yet`);
};
