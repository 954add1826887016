import type { Address, ComponentName } from '../../components/component.ts';
import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import { retryUntil } from '../../core/retry.ts';
import { UsageError } from '../../core/usage-error.ts';
import type { ComponentState, RunningComponent } from '../provider.ts';
import { externalAddress } from './needs.ts';
import { probes } from './probe.ts';
import { isPassing, reasonAndRemedy } from './unreachable.ts';

export type ExternalRequest = {
  /** Names and values of profile, connection and `SLUICEBOX_<NAME>`. */
  environment: Address;
  clock: Clock;
  emit: Emit;
};

// A system that runs is there at once; one that is just being started is given this long.
const readyDeadlineMs = 20_000;

/** An external component did not answer as a client needs it to: nothing here can mend that. */
export class Unreachable extends UsageError {
  constructor(message: string) {
    super(message);
    this.name = 'Unreachable';
  }
}

const whereOf = (name: ComponentName, address: Address): string =>
  ({
    kafka: address['KAFKA_BOOTSTRAP_SERVERS'],
    'schema-registry': address['SCHEMA_REGISTRY_URL'],
    connect: address['CONNECT_URL'],
    mysql: `${address['MYSQL_HOST']}:${address['MYSQL_PORT']}`,
    s3: address['AWS_ENDPOINT_URL_S3'] ?? `AWS in ${address['AWS_REGION']}`,
    snowflake: `${address['SNOWFLAKE_PROTOCOL']}://${address['SNOWFLAKE_HOST']}:${address['SNOWFLAKE_PORT']}`,
  })[name] as string;

/** A component that runs elsewhere: nothing is started, and nothing ends it. `ready` when a client really talks with it. */
export const attachExternal = (name: ComponentName, request: ExternalRequest): RunningComponent => {
  const address = externalAddress(name, request.environment);
  const where = whereOf(name, address);
  let state: ComponentState = 'starting';

  const talk = async (): Promise<void> => {
    try {
      // What a second try cannot mend (a wrong password, an unknown authority) is told at once.
      await retryUntil(() => probes[name](address), {
        clock: request.clock,
        deadlineMs: readyDeadlineMs,
        pauseMs: 250,
        mayPass: isPassing,
      });
    } catch (error) {
      state = 'down';
      const { reason, remedy } = reasonAndRemedy(name, error as Error);
      throw new Unreachable(`${name} at ${where} does not answer: ${reason}; ${remedy}`);
    }
    state = 'running';
  };

  const refuse = (verb: string) => async (): Promise<void> => {
    throw new UsageError(`${name} is external (${where}): it is not ours to ${verb}`);
  };
  const ready = talk();
  ready.catch(() => {});
  return {
    name,
    provider: 'external',
    address,
    ready,
    state: () => state,
    crash: refuse('kill'),
    stop: refuse('stop'),
    start: refuse('start'),
  };
};
