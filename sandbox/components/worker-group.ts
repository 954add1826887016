import { userInfo } from 'node:os';
import type { Address } from './component.ts';

/** The group of a worker of ours, when it is not the only one on its broker. */
export const workerGroupName = 'CONNECT_GROUP_ID';

/**
 * On a cluster that is not ours a worker of ours has a group and topics of its own: under the usual names it would take over the connectors of
 * whoever runs one there.
 */
export const ownWorkerGroup = (): string => `sluicebox-${userInfo().username.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`;

/** The topics of that group by the worker's settings; undefined when it has none of its own. */
export const workerTopics = (environment: Address): Record<string, string> | undefined => {
  const group = environment[workerGroupName];
  if (!group) return undefined;
  return {
    'config.storage.topic': `${group}-configs`,
    'offset.storage.topic': `${group}-offsets`,
    'status.storage.topic': `${group}-status`,
  };
};
