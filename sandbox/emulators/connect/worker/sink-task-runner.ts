import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { ConfigError, ConnectError, RetriableError } from '../connect-errors.ts';
import type {
  SinkPlugin,
  SinkRecord,
  SinkTask,
  SinkTaskContext,
  TopicPartition,
  TopicPartitionOffset,
} from '../plugin.ts';
import { createTransforms } from '../transforms/chain.ts';
import { wholeMatch } from '../transforms/predicates.ts';
import { type ConsumerSettings, consumerSettings } from './client-overrides.ts';
import { type ConsumedRecord, type DeadLetterQueue, openDeadLetterQueue } from './dead-letter-queue.ts';
import { tolerance, wasTolerated } from './error-tolerance.ts';
import { groupBy } from './group-by.ts';
import { quickRetry } from './kafka-access.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { consumedRecord, convertForSink, type SinkConversion } from './sink-conversion.ts';
import type { RunningTask, TaskAssignment, TaskServices } from './task.ts';
import { taskConverters } from './task-converters.ts';

// WorkerSinkTask: consumes as a member of the group connect-<name>, puts, and commits what preCommit allows each offset.flush.interval.ms and at
// the end. Between records the task is called with an empty batch once an interval, as the real one's poll returns then.

type Batch = EachBatchPayload['batch'] & { fetchedOffset?: string };

const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const topicsOf = (config: Readonly<Record<string, string>>): readonly string[] =>
  (config['topics'] ?? '')
    .split(',')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '');

/** Everything one running task shares; `serially` orders every call on the task. */
type Session = {
  services: TaskServices;
  assignment: TaskAssignment;
  consumer: ConsumerSettings;
  conversion: SinkConversion;
  deadLetters: DeadLetterQueue | null;
  serially: <T>(operation: () => Promise<T>) => Promise<T>;
  partitions: TopicPartition[];
  /** Next offset of each partition, by what was put. */
  consumed: Map<string, TopicPartitionOffset>;
  /** Allowed by preCommit, not yet taken by the broker. */
  committable: Map<string, TopicPartitionOffset>;
  /** A seek is under way: only a batch fetched from there counts. */
  seeks: Map<string, bigint>;
  pausedByTask: Set<string>;
  retryBackoffMs: number | undefined;
  commitRequested: boolean;
  paused: boolean;
  stopping: AbortController;
  client: Consumer | undefined;
  consumedOf: WeakMap<SinkRecord, ConsumedRecord>;
};

const defaultRetryBackoffMs = 3_000;

const ofTopics = (partitions: readonly TopicPartition[]) =>
  [...groupBy(partitions, ({ topic }) => topic)].map(([topic, own]) => ({
    topic,
    partitions: own.map(({ partition }) => partition),
  }));

const contextOf = (session: Session): SinkTaskContext => {
  const { services, assignment } = session;
  const { errors } = session.conversion;
  const reports = session.deadLetters !== null || errors.settings.logErrors;
  return {
    connectorName: assignment.connector,
    taskId: assignment.taskId,
    clock: services.clock,
    emit: services.emit,
    log: services.log,
    assignment: () => session.partitions,
    seek: (offsets) => {
      for (const { topic, partition, offset } of offsets) {
        session.seeks.set(partitionKey({ topic, partition }), offset);
        session.consumed.set(partitionKey({ topic, partition }), { topic, partition, offset });
        session.client?.seek({ topic, partition, offset: String(offset) });
      }
    },
    requestCommit: () => {
      session.commitRequested = true;
    },
    pause: (partitions) => {
      for (const partition of partitions) session.pausedByTask.add(partitionKey(partition));
      session.client?.pause(ofTopics(partitions));
    },
    resume: (partitions) => {
      for (const partition of partitions) session.pausedByTask.delete(partitionKey(partition));
      if (!session.paused) session.client?.resume(ofTopics(partitions));
    },
    setRetryBackoffMs: (backoffMs) => {
      session.retryBackoffMs = backoffMs;
    },
    reportErrant: reports
      ? async (record, error) => {
          if (!errors.settings.tolerateAll)
            throw new ConnectError('Tolerance exceeded in error handler', { cause: error });
          if (errors.settings.logErrors)
            services.log.error(`Error encountered in task. Executing stage 'TASK_PUT': ${error.message}`);
          const consumed = session.consumedOf.get(record);
          if (consumed !== undefined) {
            await session.deadLetters?.report(consumed, {
              stage: 'TASK_PUT',
              executingClass: 'org.apache.kafka.connect.sink.SinkTask',
              error,
            });
          }
        }
      : null,
  };
};

/** Puts, again after a pause while the task throws RetriableError. */
const put = async (session: Session, task: SinkTask, records: readonly SinkRecord[]): Promise<void> => {
  const { services, stopping } = session;
  for (;;) {
    try {
      return await task.put(records);
    } catch (error) {
      if (!(error instanceof RetriableError)) {
        throw new ConnectError('Exiting WorkerSinkTask due to unrecoverable exception.', { cause: error });
      }
      services.log.warn(`RetriableException from SinkTask: ${error.message}`);
      await services.clock.sleep(session.retryBackoffMs ?? defaultRetryBackoffMs, stopping.signal);
      session.retryBackoffMs = undefined;
      if (stopping.signal.aborted) return;
    }
  }
};

const convertAll = async (session: Session, topic: string, partition: number, messages: readonly KafkaMessage[]) => {
  const records: SinkRecord[] = [];
  for (const message of messages) {
    const consumed = consumedRecord(topic, partition, message);
    const record = convertForSink(session.conversion, consumed);
    if (record === null) continue;
    if (wasTolerated(record)) {
      await session.deadLetters?.report(consumed, record.tolerated);
      continue;
    }
    if (session.deadLetters !== null) session.consumedOf.set(record, consumed);
    records.push(record);
  }
  return records;
};

const commit = async (session: Session, task: SinkTask): Promise<void> => {
  session.commitRequested = false;
  for (const offset of await task.preCommit([...session.consumed.values()])) {
    session.committable.set(partitionKey(offset), offset);
  }
  const assigned = new Set(session.partitions.map(partitionKey));
  const offsets = [...session.committable.values()].filter((offset) => assigned.has(partitionKey(offset)));
  if (offsets.length === 0 || session.client === undefined) return;
  try {
    await session.client.commitOffsets(
      offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
    );
    session.committable.clear();
  } catch (error) {
    // The next interval tries again, unless the partitions are given away before.
    session.services.log.warn(`Offset commit failed: ${String(error)}`);
  }
};

const onBatch = async (session: Session, task: SinkTask, payload: EachBatchPayload): Promise<void> => {
  const batch: Batch = payload.batch;
  const { topic, partition } = batch;
  const key = partitionKey({ topic, partition });
  if (session.stopping.signal.aborted || session.paused || payload.isStale() || session.pausedByTask.has(key)) return;
  const sought = session.seeks.get(key);
  if (sought !== undefined) {
    if (batch.fetchedOffset !== String(sought)) return;
    session.seeks.delete(key);
  }
  const size = session.consumer.maximumPollRecords;
  for (let from = 0; from < batch.messages.length; from += size) {
    const messages = batch.messages.slice(from, from + size);
    const last = messages.at(-1) as KafkaMessage;
    const records = await convertAll(session, topic, partition, messages);
    session.services.onTopic(topic);
    await put(session, task, records);
    if (session.stopping.signal.aborted || session.seeks.has(key)) return;
    payload.resolveOffset(last.offset);
    session.consumed.set(key, { topic, partition, offset: BigInt(last.offset) + 1n });
    if (session.commitRequested) await commit(session, task);
    if (session.pausedByTask.has(key)) return;
  }
};

const onAssignment = async (
  session: Session,
  task: SinkTask,
  assigned: Readonly<Record<string, number[]>>,
): Promise<void> => {
  if (session.partitions.length > 0) await task.close?.(session.partitions);
  session.consumed.clear();
  session.committable.clear();
  session.seeks.clear();
  session.pausedByTask.clear();
  session.partitions = Object.entries(assigned).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );
  if (session.partitions.length > 0) await task.open?.(session.partitions);
  if (session.paused) session.client?.pause(ofTopics(session.partitions));
};

const openConsumer = (session: Session): Consumer => {
  const { consumer: settings, assignment, services } = session;
  return services.access.consumer({
    groupId: settings.groupId ?? `connect-${assignment.connector}`,
    sessionTimeout: settings.sessionTimeoutMs,
    heartbeatInterval: settings.heartbeatIntervalMs,
    rebalanceTimeout: settings.rebalanceTimeoutMs,
    minBytes: settings.minimumFetchBytes,
    maxBytes: settings.maximumFetchBytes,
    maxBytesPerPartition: settings.maximumPartitionBytes,
    maxWaitTimeInMs: settings.maximumFetchWaitMs,
    metadataMaxAge: settings.metadataMaxAgeMs,
    readUncommitted: settings.readUncommitted,
    allowAutoTopicCreation: true,
    retry: quickRetry,
  });
};

/** The topics to subscribe to: `topics`, or what `topics.regex` matches now. */
const subscription = (session: Session): (() => Promise<readonly string[]>) => {
  const config = session.assignment.connectorConfig;
  const regex = config['topics.regex'];
  if (regex === undefined || regex === '') return async () => topicsOf(config);
  const pattern = wholeMatch('topics.regex', regex);
  return async () =>
    session.services.access.withAdmin(async (admin) =>
      (await admin.listTopics()).filter((topic) => pattern.test(topic) && !topic.startsWith('__')).sort(),
    );
};

/** Consumes until stopped, failed, or (with topics.regex) another set of topics matches. */
const consume = async (
  session: Session,
  task: SinkTask,
  topics: readonly string[],
  changed: Promise<void>,
): Promise<void> => {
  const { serially, services, stopping } = session;
  const client = openConsumer(session);
  session.client = client;
  let fail = (_error: unknown): void => {};
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => {});
  const stopped = new Promise<void>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const guarded = (operation: () => Promise<void>): Promise<void> => serially(operation).catch(fail);
  client.on(client.events.GROUP_JOIN, ({ payload }) => {
    void guarded(() => onAssignment(session, task, payload.memberAssignment));
  });
  client.on(client.events.CRASH, ({ payload }) => {
    if (!payload.restart) fail(payload.error);
  });
  try {
    await client.connect();
    await client.subscribe({ topics: [...topics], fromBeginning: session.consumer.fromBeginning });
    if (!stopping.signal.aborted) {
      await client.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => {
          const beating = setInterval(
            () => void payload.heartbeat().catch(() => {}),
            session.consumer.heartbeatIntervalMs,
          );
          return guarded(() => onBatch(session, task, payload)).finally(() => clearInterval(beating));
        },
      });
      await Promise.race([stopped, failed, changed]);
    }
  } finally {
    // Also after a failure: what is safely delivered gets committed. Source: WorkerSinkTask.closeAllPartitions.
    await serially(() => release(session, task)).catch((error: unknown) =>
      services.log.warn(`Close failed: ${String(error)}`),
    );
    session.client = undefined;
    await client
      .disconnect()
      .catch((error: unknown) => services.log.warn(`Error while leaving the group: ${String(error)}`));
  }
};

const release = async (session: Session, task: SinkTask): Promise<void> => {
  if (session.partitions.length === 0) return;
  await commit(session, task);
  await task.close?.(session.partitions);
  session.partitions = [];
};

/** Calls the task between records, and commits; as often as the real worker's poll returns on a quiet topic. */
const tick = async (session: Session, task: SinkTask, signal: AbortSignal): Promise<void> => {
  const { services } = session;
  for (;;) {
    const intervalMs = services.settings.offsetFlushIntervalMs;
    await services.clock.sleep(Math.min(intervalMs, session.retryBackoffMs ?? intervalMs), signal);
    if (signal.aborted) return;
    await session.serially(async () => {
      if (session.partitions.length === 0 || session.paused || session.stopping.signal.aborted) return;
      session.retryBackoffMs = undefined;
      await put(session, task, []);
      await commit(session, task);
    });
  }
};

const topicChange = async (
  session: Session,
  resolve: () => Promise<readonly string[]>,
  known: readonly string[],
  signal: AbortSignal,
) => {
  if (!session.assignment.connectorConfig['topics.regex']) return new Promise<void>(() => {});
  for (;;) {
    await session.services.clock.sleep(session.consumer.metadataMaxAgeMs, signal);
    if (signal.aborted) return;
    const now = await resolve().catch(() => known);
    if (now.join() !== known.join()) return;
  }
};

const consumeAll = async (session: Session, task: SinkTask): Promise<void> => {
  const { services, stopping } = session;
  const resolve = subscription(session);
  while (!stopping.signal.aborted) {
    const watching = new AbortController();
    try {
      const topics = await resolve();
      const changed = topicChange(session, resolve, topics, AbortSignal.any([watching.signal, stopping.signal]));
      if (topics.length === 0) await changed;
      else await consume(session, task, topics, changed);
    } catch (error) {
      if (error instanceof ConnectError) throw error;
      // Broker away, topic not there yet: the real consumer goes on trying for ever, and so the task stays RUNNING.
      services.log.warn(`Consumer is started again: ${String(error)}`);
      await services.clock.sleep(250, stopping.signal);
    } finally {
      watching.abort();
    }
  }
};

const openSession = async (services: TaskServices, assignment: TaskAssignment): Promise<Session> => {
  const config = assignment.connectorConfig;
  const session: Session = {
    services,
    assignment,
    consumer: consumerSettings(config),
    conversion: {
      converters: taskConverters(config, services.settings),
      transforms: createTransforms(config),
      errors: tolerance(config, services.clock, services.log),
    },
    deadLetters: await openDeadLetterQueue(services.access, config, assignment.connector, assignment.taskId),
    serially: oneAtATime(),
    partitions: [],
    consumed: new Map(),
    committable: new Map(),
    seeks: new Map(),
    pausedByTask: new Set(),
    retryBackoffMs: undefined,
    commitRequested: false,
    paused: assignment.paused,
    stopping: new AbortController(),
    client: undefined,
    consumedOf: new WeakMap(),
  };
  if (topicsOf(config).length === 0 && !config['topics.regex'])
    throw new ConfigError('Must configure one of topics or topics.regex');
  return session;
};

export const runSinkTask = (plugin: SinkPlugin, services: TaskServices, assignment: TaskAssignment): RunningTask => {
  const stopping = new AbortController();
  let session: Session | undefined;
  let paused = assignment.paused;

  const run = async (): Promise<void> => {
    const opened = await openSession(services, { ...assignment, paused });
    session = opened;
    opened.paused = paused;
    stopping.signal.addEventListener('abort', () => opened.stopping.abort(), { once: true });
    if (stopping.signal.aborted) opened.stopping.abort();
    const task = await plugin.startTask(assignment.taskConfig, contextOf(opened));
    services.onState(paused ? 'PAUSED' : 'RUNNING');
    const ticking = new AbortController();
    const ticks = tick(opened, task, ticking.signal);
    const consuming = consumeAll(opened, task);
    // Both are awaited below; the one that loses the race must not count as unhandled.
    ticks.catch(() => {});
    consuming.catch(() => {});
    try {
      await Promise.race([consuming, ticks]);
    } finally {
      ticking.abort();
      opened.stopping.abort();
      await consuming.catch(() => {});
      await opened
        .serially(() => task.stop())
        .catch((error: unknown) => services.log.warn(`Task stop failed: ${String(error)}`));
      await opened.deadLetters?.close().catch(() => {});
    }
  };

  const ended = run().catch((error: unknown) => services.onState('FAILED', error));
  return {
    setPaused: (to) => {
      if (paused === to) return;
      paused = to;
      services.onState(to ? 'PAUSED' : 'RUNNING');
      if (session === undefined) return;
      session.paused = to;
      if (to) session.client?.pause(ofTopics(session.partitions));
      else session.client?.resume(ofTopics(session.partitions));
    },
    stop: async () => {
      stopping.abort();
      await Promise.race([ended, services.clock.sleep(services.settings.taskShutdownTimeoutMs)]);
    },
  };
};
