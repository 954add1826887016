import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import type { AnyMessage, RequestOf, ResponseOf } from '../../wire/kafka/message.ts';
import { KafkaError } from './errors.ts';
import type { Groups } from './groups.ts';
import type { LogContext } from './partition-log.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { BrokerSettings } from './settings.ts';
import type { Topics } from './topics.ts';
import type { Transactions } from './transactions.ts';

/** What handlers work on: one broker that leads every partition and coordinates every group. */
export type Broker = {
  readonly nodeId: number;
  readonly clusterId: string;
  /** As DescribeLogDirs tells it. */
  readonly dataFolder: string;
  readonly settings: BrokerSettings;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly logs: LogContext;
  readonly topics: Topics;
  readonly groups: Groups;
  readonly producerIds: ProducerIds;
  readonly transactions: Transactions;
  /** Aborted when the broker stops: what waits ends its wait. */
  readonly stopping: AbortSignal;
};

/** One request: who asks, how, and the address this broker has for that client. */
export type Call = {
  readonly version: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** Advertised address of the listener that the client came in on. */
  readonly host: string;
  readonly port: number;
  /** Aborted when the client has gone or the broker stops. */
  readonly gone: AbortSignal;
};

/** Undefined where the protocol has no answer: Produce with acks=0. */
type Answer<M> = ResponseOf<M> | undefined;

export type Handler = {
  readonly message: AnyMessage;
  handle(broker: Broker, request: unknown, call: Call): unknown;
};

/** Ties a message to what answers it; the types of both ends come from the message's table. */
export const handler = <M extends AnyMessage>(
  message: M,
  handle: (broker: Broker, request: RequestOf<M>, call: Call) => Answer<M> | Promise<Answer<M>>,
): Handler => ({ message, handle: handle as Handler['handle'] });

/** What a group member waits for may take minutes; a client that goes, or a broker that stops, ends the wait. */
export const unlessGone = <T>({ gone }: Call, waiting: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = () => reject(new KafkaError('COORDINATOR_NOT_AVAILABLE'));
    if (gone.aborted) end();
    gone.addEventListener('abort', end, { once: true });
    waiting.then(resolve, reject).finally(() => gone.removeEventListener('abort', end));
  });
