import type { Message } from 'kafkajs';
import { ConnectError, RetriableError } from '../connect-errors.ts';
import type { ConnectRecord, SourcePlugin, SourceRecord, SourceTask } from '../plugin.ts';
import { createTransforms, type NamedTransform } from '../transforms/chain.ts';
import { type Tolerance, tolerance, wasTolerated } from './error-tolerance.ts';
import type { OffsetWrite } from './offset-store.ts';
import { type OutgoingRecord, openSourceProducer, type SourceProducer } from './source-producer.ts';
import type { RunningTask, TaskAssignment, TaskServices } from './task.ts';
import { type TaskConverters, taskConverters } from './task-converters.ts';

// WorkerSourceTask: poll, transform, convert, send, note offsets of what is acknowledged, store them each offset.flush.interval.ms and at the end.

type Parts = {
  services: TaskServices;
  assignment: TaskAssignment;
  converters: TaskConverters;
  transforms: readonly NamedTransform[];
  errors: Tolerance;
  stopping: AbortSignal;
};

const idlePauseMs = 5;
const retriablePauseMs = 10;
const retryReminderMs = 60_000;

const transformed = ({ transforms, errors }: Parts, record: ConnectRecord): ConnectRecord | null => {
  let current: ConnectRecord | null = record;
  for (const { className, apply } of transforms) {
    const input: ConnectRecord = current;
    const output = errors.attempt('TRANSFORMATION', className, () => apply(input));
    if (wasTolerated(output)) return null;
    if (output === null) return null;
    current = output;
  }
  return current;
};

/** Null when the record was filtered out, or failed and the failure is tolerated. */
const converted = (parts: Parts, source: SourceRecord): OutgoingRecord | null => {
  const { converters, errors } = parts;
  const record = transformed(parts, source);
  if (record === null) return null;
  const { topic } = record;
  const headers: Record<string, Buffer[]> = {};
  const key = errors.attempt('KEY_CONVERTER', converters.keyClass, () =>
    converters.key.fromConnect(topic, record.keySchema, record.key),
  );
  if (wasTolerated(key)) return null;
  const value = errors.attempt('VALUE_CONVERTER', converters.valueClass, () =>
    converters.value.fromConnect(topic, record.valueSchema, record.value),
  );
  if (wasTolerated(value)) return null;
  for (const header of record.headers) {
    const bytes = errors.attempt('HEADER_CONVERTER', converters.headerClass, () =>
      converters.header.fromConnect(topic, header.schema, header.value),
    );
    if (wasTolerated(bytes)) return null;
    (headers[header.key] ??= []).push(bytes ?? Buffer.alloc(0));
  }
  const message: Message = {
    key,
    value,
    headers,
    timestamp: String(record.timestampMs ?? parts.services.clock.nowMs()),
    ...(record.partition === null ? {} : { partition: record.partition }),
  };
  return { topic, message };
};

/** Offsets of acknowledged records, by source partition, until they are stored. */
const committableOffsets = () => {
  let pending = new Map<string, OffsetWrite>();
  return {
    note: ({ sourcePartition, sourceOffset }: SourceRecord): void => {
      // Plug-ins give an empty map for "the only partition"; one without properties cannot be told apart from another such.
      pending.set(Object.entries(sourcePartition).flat().join('\u0000'), {
        partition: sourcePartition,
        offset: sourceOffset,
      });
    },
    take: (): readonly OffsetWrite[] => {
      const taken = [...pending.values()];
      pending = new Map();
      return taken;
    },
    giveBack: (writes: readonly OffsetWrite[]): void => {
      const newer = pending;
      pending = new Map(writes.map((write) => [Object.entries(write.partition).flat().join('\u0000'), write]));
      for (const [identity, write] of newer) pending.set(identity, write);
    },
  };
};

type Offsets = ReturnType<typeof committableOffsets>;

const deliver = async (
  parts: Parts,
  task: SourceTask,
  producer: SourceProducer,
  offsets: Offsets,
  records: readonly SourceRecord[],
) => {
  const outgoing: OutgoingRecord[] = [];
  for (const record of records) {
    const out = converted(parts, record);
    if (out !== null) outgoing.push(out);
  }
  if (outgoing.length > 0) {
    await producer.send(outgoing, parts.stopping).catch((error: unknown) => {
      throw new ConnectError('Unrecoverable exception from producer send callback', { cause: error });
    });
    for (const topic of new Set(outgoing.map((record) => record.topic))) parts.services.onTopic(topic);
  }
  for (const record of records) {
    offsets.note(record);
    task.commitRecord?.(record);
  }
};

const flush = async (parts: Parts, task: SourceTask, offsets: Offsets): Promise<void> => {
  const writes = offsets.take();
  try {
    await parts.services.offsets.write(parts.assignment.connector, writes);
  } catch (error) {
    offsets.giveBack(writes);
    parts.services.log.error(`Failed to flush offsets: ${String(error)}`);
    return;
  }
  await task.commit?.();
};

const start = async (
  plugin: SourcePlugin,
  services: TaskServices,
  assignment: TaskAssignment,
  stopping: AbortSignal,
) => {
  const { connectorConfig, taskConfig, connector, taskId } = assignment;
  const { clock, emit, log, settings } = services;
  const parts: Parts = {
    services,
    assignment,
    converters: taskConverters(connectorConfig, settings),
    transforms: createTransforms(connectorConfig),
    errors: tolerance(connectorConfig, clock, log),
    stopping,
  };
  const producer = await openSourceProducer({
    access: services.access,
    config: connectorConfig,
    createTopics: settings.topicCreation,
    clock,
    log,
  });
  try {
    const task = await plugin.startTask(taskConfig, {
      connectorName: connector,
      taskId,
      clock,
      emit,
      log,
      readOffset: async (partition) => services.offsets.read(connector, partition),
    });
    return { parts, producer, task };
  } catch (error) {
    await producer.close();
    throw error;
  }
};

export const runSourceTask = (
  plugin: SourcePlugin,
  services: TaskServices,
  assignment: TaskAssignment,
): RunningTask => {
  const stopping = new AbortController();
  let paused = assignment.paused;
  let pollAbort = new AbortController();
  let wake = (): void => {};

  // A service that is away fails every poll: it is told once, and again each minute.
  let toldOfRetryMs = Number.NEGATIVE_INFINITY;
  const warnOfRetry = (error: RetriableError): void => {
    const nowMs = services.clock.nowMs();
    if (nowMs - toldOfRetryMs < retryReminderMs) return;
    toldOfRetryMs = nowMs;
    services.log.warn(`Failed to poll records from SourceTask. Will retry operation: ${error.message}`);
  };

  const pollLoop = async (
    { parts, producer, task }: Awaited<ReturnType<typeof start>>,
    offsets: Offsets,
  ): Promise<void> => {
    const { clock } = services;
    let told: boolean | undefined;
    while (!stopping.signal.aborted) {
      if (told !== paused) services.onState((told = paused) ? 'PAUSED' : 'RUNNING');
      if (paused) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      pollAbort = new AbortController();
      try {
        const records = await task.poll(pollAbort.signal);
        toldOfRetryMs = Number.NEGATIVE_INFINITY;
        if (records.length > 0) await deliver(parts, task, producer, offsets, records);
        else await clock.sleep(idlePauseMs, pollAbort.signal);
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error;
        warnOfRetry(error);
        await clock.sleep(retriablePauseMs, pollAbort.signal);
      }
    }
  };

  const flushLoop = async (
    { parts, task }: Awaited<ReturnType<typeof start>>,
    offsets: Offsets,
    signal: AbortSignal,
  ) => {
    for (;;) {
      await services.clock.sleep(services.settings.offsetFlushIntervalMs, signal);
      if (signal.aborted) return;
      await flush(parts, task, offsets);
    }
  };

  const run = async (): Promise<void> => {
    let started: Awaited<ReturnType<typeof start>>;
    try {
      started = await start(plugin, services, assignment, stopping.signal);
    } catch (error) {
      return services.onState('FAILED', error);
    }
    const { parts, producer, task } = started;
    const offsets = committableOffsets();
    const flushing = new AbortController();
    const flushes = flushLoop(started, offsets, flushing.signal);
    // Awaited below; a failure in between must not count as unhandled.
    flushes.catch(() => {});
    let failure: { error: unknown } | undefined;
    await Promise.race([pollLoop(started, offsets), flushes]).catch((error: unknown) => (failure = { error }));
    flushing.abort();
    pollAbort.abort();
    try {
      await flushes.catch(() => {});
      await flush(parts, task, offsets);
      await task.stop();
    } catch (error) {
      services.log.warn(`Error while stopping task: ${String(error)}`);
    }
    await producer.close().catch(() => {});
    if (failure !== undefined) services.onState('FAILED', failure.error);
  };

  const ended = run().catch((error: unknown) => services.onState('FAILED', error));
  return {
    setPaused: (to) => {
      paused = to;
      pollAbort.abort();
      wake();
    },
    stop: async () => {
      stopping.abort();
      pollAbort.abort();
      wake();
      await Promise.race([ended, services.clock.sleep(services.settings.taskShutdownTimeoutMs)]);
    },
  };
};
