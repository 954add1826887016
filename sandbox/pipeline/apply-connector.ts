import type { Address } from '../components/component.ts';
import { connectRequest } from '../components/rest-request.ts';
import type { Clock } from '../core/clock.ts';
import { retryUntil } from '../core/retry.ts';
import { UsageError } from '../core/usage-error.ts';
import type { ConnectorArtefact } from './artefacts.ts';
import { mayChange, type Outside, recordOf, whereIs } from './outside.ts';

// A worker answers 409 while it rebalances, and 404 or 500 for a moment after its start.
const rebalanceDeadlineMs = 30_000;

class Rebalancing extends Error {}

const configPath = (name: string): string => `/connectors/${encodeURIComponent(name)}/config`;

const put = (connector: ConnectorArtefact, environment: Address, clock: Clock): Promise<void> =>
  retryUntil(
    async () => {
      const response = await connectRequest(environment, configPath(connector.name), {
        method: 'PUT',
        body: connector.config,
      });
      const body = (await response.json()) as { message?: string };
      if (response.ok) return;
      const message = `${connector.file}:1: Connect answers ${response.status}: ${body.message ?? 'no message'}`;
      if (response.status === 409) throw new Rebalancing(message);
      throw new UsageError(message);
    },
    { clock, deadlineMs: rebalanceDeadlineMs, mayPass: (error) => !(error instanceof UsageError) },
  );

type Config = Readonly<Record<string, string>>;

/** What the worker runs under this name now. */
export const runningConfig = async (name: string, environment: Address): Promise<Config | undefined> => {
  const response = await connectRequest(environment, configPath(name));
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new UsageError(`Connect answers ${response.status} when asked for the configuration of ${name}`);
  const { name: _name, ...config } = (await response.json()) as Record<string, string>;
  return config;
};

/** The fields that differ. Their values are not told: what runs may hold secrets. */
export const differingFields = (running: Config, wanted: Config): string[] =>
  [...new Set([...Object.keys(running), ...Object.keys(wanted)])].filter(
    (field) => field !== 'name' && running[field] !== wanted[field],
  );

/** On a worker that is not ours: one that is as it should be is left alone, a difference is told, and changed only when asked. */
const putElsewhere = async (
  connector: ConnectorArtefact,
  environment: Address,
  outside: Outside,
  clock: Clock,
): Promise<string> => {
  const { name, file } = connector;
  const running = await runningConfig(name, environment);
  const differing = running && differingFields(running, connector.config);
  if (differing?.length === 0) return `connector ${name} is as ${file} says`;
  const difference = differing ? `differs from ${file} in ${differing.join(', ')}` : 'is not there';
  if (!mayChange('connect', outside)) {
    const message = `connector ${name} ${difference}: nothing is changed without --apply`;
    outside.emit({ component: 'connect', kind: 'warning', message });
    return `connector ${name} ${difference}`;
  }
  const where = whereIs('connect', environment);
  const isOurs = outside.record
    .all()
    .some((made) => made.kind === 'connector' && made.name === name && made.where === where);
  if (!running) outside.record.add({ kind: 'connector', name, where });
  else if (!isOurs) outside.record.add({ kind: 'connector-change', name, where, before: running });
  await put(connector, environment, clock);
  return running ? `connector ${name} changed` : `connector ${name} created`;
};

/** PUTs one connector's configuration, placeholders and all: the same call creates it and changes it. Says what was done. */
export const applyConnector = async (
  connector: ConnectorArtefact,
  environment: Address,
  clock: Clock,
  outside?: Outside,
): Promise<string> => {
  if (outside && recordOf('connect', outside)) return putElsewhere(connector, environment, outside, clock);
  await put(connector, environment, clock);
  return `connector ${connector.name} created`;
};
