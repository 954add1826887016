import type { Clock } from '../core/clock.ts';
import { retryUntil } from '../core/retry.ts';
import { UsageError } from '../core/usage-error.ts';
import type { ConnectorArtefact } from './artefacts.ts';

// A worker answers 409 while it rebalances, and 404 or 500 for a moment after its start.
const rebalanceDeadlineMs = 30_000;

class Rebalancing extends Error {}

/** PUTs one connector's configuration, placeholders and all: the same call creates it and changes it. */
export const applyConnector = (connector: ConnectorArtefact, connectUrl: string, clock: Clock): Promise<void> =>
  retryUntil(
    async () => {
      const response = await fetch(`${connectUrl}/connectors/${encodeURIComponent(connector.name)}/config`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(connector.config),
      });
      const body = (await response.json()) as { message?: string };
      if (response.ok) return undefined;
      const message = `${connector.file}:1: Connect answers ${response.status}: ${body.message ?? 'no message'}`;
      if (response.status === 409) throw new Rebalancing(message);
      return new UsageError(message);
    },
    { clock, deadlineMs: rebalanceDeadlineMs },
  ).then((refusal) => {
    if (refusal) throw refusal;
  });
