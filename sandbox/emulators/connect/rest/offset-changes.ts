import { restErrors } from '../errors.ts';
import type { ConnectorInfo, Herder } from '../worker/herder.ts';

/** The connector, when it is STOPPED and has no task left that could write an offset behind the change. */
export const requireStopped = (herder: Herder, name: string): ConnectorInfo => {
  const info = herder.info(name);
  const stored = herder.configs.get(name);
  if (stored?.targetState !== 'STOPPED' || stored.taskConfigs.length > 0) throw restErrors.notStopped(name);
  return info;
};

/** Source connectors that do not take part themselves get the longer answer. */
export const offsetsAltered = (change: 'altered' | 'reset', byPlugin: boolean): string =>
  byPlugin
    ? `The offsets for this connector have been ${change} successfully`
    : `The Connect framework-managed offsets for this connector have been ${change} successfully. However, if this connector manages offsets externally, they will need to be manually ${change} in the system that the connector uses.`;
