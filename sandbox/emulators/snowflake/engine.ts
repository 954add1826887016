import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { Pipes } from './pipes/pipes.ts';
import type { Queries } from './queries.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { ObjectStorage } from './stages/object-storage.ts';
import type { Locks } from './storage/locks.ts';
import type { Store } from './storage/store.ts';
import type { Transactions } from './storage/transaction.ts';
import type { Streams } from './streams/streams.ts';
import type { Tasks } from './tasks/tasks.ts';

export type SnowflakeOptions = {
  account: string;
  users: readonly { name: string; password: string }[];
  /** Where `s3://` URLs of stages lead. */
  storage: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };
  /** What the real system takes longer for, and no artefact can say. */
  timing?: {
    /** From a stream's new data to the start of its triggered task; the real one waits 10 to 30 s. Default 20. */
    triggerIntervalMs?: number;
    /** From a file's event to its load; the real one takes up to a minute. Default 0. */
    pipeDelayMs?: number;
  };
};

/** All parts of the running server, as handlers see them. */
export type Engine = {
  options: SnowflakeOptions;
  dataDir: string;
  clock: Clock;
  emit: Emit;
  store: Store;
  locks: Locks;
  transactions: Transactions;
  catalog: Catalog;
  sessions: Sessions;
  queries: Queries;
  storage: ObjectStorage;
  streams: Streams;
  pipes: Pipes;
  tasks: Tasks;
};

export const componentName = 'snowflake';
/** The queue that auto-ingest pipes listen to; its name and region make the notification channel of SHOW PIPES. */
export const snowpipeQueueName = 'sf-snowpipe-sluicebox';
export const notificationChannel = (options: SnowflakeOptions): string =>
  `arn:aws:sqs:${options.storage.region}:000000000000:${snowpipeQueueName}`;
