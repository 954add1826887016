import type {
  ConnectLog,
  ConnectorConfig,
  OffsetMap,
  SourceRecord,
  SourceTask,
  SourceTaskContext,
} from '../../plugin.ts';
import { type BinlogStream, openBinlog } from './binlog-client.ts';
import { binlogReader } from './binlog-reader.ts';
import { contextHeaders, type RecordMaker, recordMaker } from './change-records.ts';
import { type DatabaseSchema, databaseSchema } from './database-schema.ts';
import { errors, producerFailed } from './errors.ts';
import { type Heartbeat, heartbeat } from './heartbeat.ts';
import { type HistoryStore, kafkaHistoryStore } from './history-store.ts';
import { connectMysql, isConnectionFailure, type MysqlConnection } from './mysql-connection.ts';
import { isSnapshotOffset, type OffsetContext, offsetMap, restoreOffset } from './offset-context.ts';
import { type RecordQueue, recordQueue } from './record-queue.ts';
import { newRunId } from './run-id.ts';
import { executedAtStart, globalVariable, hasGtids, isPositionAvailable } from './server-facts.ts';
import { type Settings, settingsOf } from './settings.ts';
import { SnapshotStopped, takeSnapshot } from './snapshot.ts';
import { restoreTransactionCounts, type TransactionCounts } from './transaction-metadata.ts';

/** All that the running task holds. */
type Task = {
  settings: Settings;
  context: SourceTaskContext;
  log: ConnectLog;
  sourcePartition: OffsetMap;
  history: HistoryStore;
  schema: DatabaseSchema;
  maker: RecordMaker;
  heartbeat: Heartbeat;
  queue: RecordQueue;
  stopping: AbortController;
  /** Where a restart within this task goes on: what the last record that went to the queue says, or the event after it. */
  offset: OffsetContext | undefined;
  counts: TransactionCounts;
  stream: BinlogStream | undefined;
};

const push = async (task: Task, record: SourceRecord): Promise<void> => {
  task.queue.put(record);
  if (task.queue.isFull()) await task.queue.roomy();
};

const validateBinlogSettings = async (connection: MysqlConnection): Promise<void> => {
  const is = async (name: string, value: string) =>
    ((await globalVariable(connection, name)) ?? value).toUpperCase() === value;
  if (!(await is('log_bin', 'ON'))) throw errors.binlogOff();
  if (!(await is('binlog_format', 'ROW'))) throw errors.wrongFormat();
  if (!(await is('binlog_row_image', 'FULL'))) throw errors.wrongRowImage();
};

const offsetText = (offset: OffsetContext): string =>
  `MySqlOffsetContext [sourceInfo=SourceInfo [currentGtid=null, currentBinlogFilename=${offset.file}, currentBinlogPosition=${offset.eventPosition}, currentRowNumber=0, serverId=${offset.serverId}, sourceTime=null, threadId=-1, currentQuery=null, tableIds=[], databaseName=null], restartGtidSet=${offset.restartGtids}, currentGtidSet=${offset.currentGtids}, restartBinlogFilename=${offset.restartFile}, restartBinlogPosition=${offset.restartPosition}, restartRowsToSkip=${offset.restartRows}, restartEventsToSkip=${offset.restartEvents}]`;

type Plan = { snapshot: 'none' | 'structure' | 'data'; offset: OffsetContext | undefined };

const withoutOffset = ({ snapshotMode }: Settings): Plan => {
  if (snapshotMode === 'recovery') throw errors.recoveryWithoutOffset();
  return { snapshot: snapshotMode === 'no_data' ? 'structure' : 'data', offset: undefined };
};

/** What the snapshot mode says about the stored offset: BaseSourceTask.validateSchemaHistory and the Snapshotters. */
const planStart = async (task: Task, connection: MysqlConnection, stored: OffsetMap | null): Promise<Plan> => {
  const { settings, history, log } = task;
  const { snapshotMode } = settings;
  if (stored === null || isSnapshotOffset(stored)) {
    if (stored === null) log.info('No previous offset found');
    await history.initialize();
    return withoutOffset(settings);
  }
  const offset = restoreOffset(stored);
  log.info(`Found previous offset ${offsetText(offset)}`);
  if (snapshotMode === 'always') return { snapshot: 'data', offset: undefined };
  if (!(await history.exists())) return planWithoutHistory(task, offset);
  if (snapshotMode !== 'initial_only' && !(await isPositionAvailable(connection, settings, offset))) {
    log.warn('Last recorded offset is no longer available on the server.');
    if (snapshotMode === 'when_needed') return { snapshot: 'data', offset: undefined };
    throw errors.positionGone(offsetText(offset));
  }
  return { snapshot: snapshotMode === 'recovery' ? 'structure' : 'none', offset };
};

const planWithoutHistory = async ({ settings, history, log }: Task, offset: OffsetContext): Promise<Plan> => {
  log.warn('Database schema history was not found but was expected');
  if (settings.snapshotMode === 'recovery') {
    await history.initialize();
    return { snapshot: 'structure', offset };
  }
  if (settings.snapshotMode === 'when_needed') {
    await history.initialize();
    return { snapshot: 'data', offset: undefined };
  }
  throw errors.historyMissing();
};

const snapshotOf = (task: Task, connection: MysqlConnection, plan: Plan): Promise<OffsetContext> => {
  const { settings, context, log, schema, maker, sourcePartition, stopping } = task;
  const parts = {
    settings,
    clock: context.clock,
    log,
    connection,
    schema,
    maker,
    sourcePartition,
    push: (record: SourceRecord) => push(task, record),
    stopped: () => stopping.signal.aborted,
  };
  return takeSnapshot(parts, { data: plan.snapshot === 'data', keptOffset: plan.offset });
};

/** Brings the task to where streaming begins; undefined when there is nothing to stream. */
const prepare = async (task: Task, connection: MysqlConnection): Promise<OffsetContext | undefined> => {
  const { settings, context, schema, sourcePartition, log } = task;
  if (settings.snapshotMode !== 'initial_only') await validateBinlogSettings(connection);
  const stored = await context.readOffset(sourcePartition);
  const plan = await planStart(task, connection, stored);
  if (plan.snapshot !== 'none') {
    if (settings.snapshotDelayMs > 0) await context.clock.sleep(settings.snapshotDelayMs, task.stopping.signal);
    const offset = await snapshotOf(task, connection, plan);
    log.info(`Snapshot ended at ${offset.file}/${offset.restartPosition}`);
    return settings.snapshotMode === 'initial_only' ? undefined : offset;
  }
  if (settings.snapshotMode === 'initial_only' || !plan.offset || stored === null) return undefined;
  const count = await schema.recover(stored);
  log.info(`Recovered the schema history: ${count} statements`);
  task.counts = restoreTransactionCounts(stored);
  return plan.offset;
};

const heartbeatShare = 0.8;

const openStream = async (task: Task, connection: MysqlConnection, offset: OffsetContext) => {
  const { settings } = task;
  const checksum = ((await globalVariable(connection, 'binlog_checksum')) ?? 'CRC32').toUpperCase() !== 'NONE';
  const gtids = (await hasGtids(connection)) && !settings.ignoresGtids;
  const executed = gtids ? await executedAtStart(connection, offset) : undefined;
  const stream = await openBinlog({
    ...settings,
    heartbeatMs: Math.floor(settings.keepAliveIntervalMs * heartbeatShare),
    start: executed
      ? { kind: 'gtids', executed }
      : { kind: 'position', file: offset.restartFile, position: offset.restartPosition },
  });
  return { stream, checksum, executed };
};

const follow = async (task: Task, connection: MysqlConnection, offset: OffsetContext): Promise<never> => {
  const { queue } = task;
  const { stream, checksum, executed } = await openStream(task, connection, offset);
  task.stream = stream;
  if (task.stopping.signal.aborted) stream.close();
  const reader = binlogReader({
    ...task,
    clock: task.context.clock,
    offset,
    checksum,
    executed,
    push: (record) => queue.put(record),
  });
  task.log.info(
    executed
      ? 'Streaming from the GTIDs of the offset'
      : `Streaming from ${offset.restartFile}/${offset.restartPosition}`,
  );
  for (;;) {
    for (const event of await stream.read()) {
      const waiting = reader.handle(event);
      if (waiting) await waiting;
      if (queue.isFull()) await queue.roomy();
      if (task.stopping.signal.aborted) throw new SnapshotStopped();
    }
  }
};

/** One connection's worth of work: ends only by an error, or when there is nothing to stream. */
const work = async (task: Task): Promise<void> => {
  const connection = await connectMysql(task.settings);
  try {
    const first = task.offset === undefined;
    const offset = task.offset ?? (await prepare(task, connection));
    if (offset === undefined) return;
    task.offset = offset;
    const beat = first
      ? task.heartbeat.force(() => ({
          sourcePartition: task.sourcePartition,
          sourceOffset: offsetMap(offset, task.counts),
        }))
      : undefined;
    if (beat) task.queue.put(beat);
    if (first && task.settings.streamingDelayMs > 0)
      await task.context.clock.sleep(task.settings.streamingDelayMs, task.stopping.signal);
    await follow(task, connection, offset);
  } finally {
    task.stream?.close();
    task.stream = undefined;
    await connection.close();
  }
};

/** The same offset as if it had been stored and read again: in the middle of a transaction, reading begins anew at its start. */
const resumed = (task: Task): void => {
  if (!task.offset) return;
  const { snapshot: _, ...stored } = offsetMap(task.offset, task.counts);
  task.offset = restoreOffset(stored);
};

const firstRetryMs = 200;

/**
 * Works until stopped. A lost connection is tried again without end (errors.max.retries), after pauses that grow up to
 * retriable.restart.connector.wait.ms; Debezium waits that long at once.
 */
const run = async (task: Task): Promise<void> => {
  const { settings, context, log, queue, stopping } = task;
  let retries = 0;
  for (let pauseMs = firstRetryMs; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, settings.retryDelayMs)) {
    const startedMs = context.clock.nowMs();
    try {
      return await work(task);
    } catch (error) {
      if (error instanceof SnapshotStopped || stopping.signal.aborted) return;
      const lasted = context.clock.nowMs() - startedMs > settings.retryDelayMs;
      if (lasted) {
        retries = 0;
        pauseMs = firstRetryMs;
      }
      if (!isConnectionFailure(rootOf(error)) || (settings.maxRetries >= 0 && ++retries > settings.maxRetries)) {
        return queue.fail(producerFailed(error));
      }
      log.warn(`Connection to MySQL lost, will retry in ${pauseMs} ms: ${String(rootOf(error))}`);
      resumed(task);
      await context.clock.sleep(pauseMs, stopping.signal);
    }
  }
};

const rootOf = (error: unknown): unknown => {
  const { cause } = error as { cause?: unknown };
  return cause === undefined ? error : rootOf(cause);
};

const stopLimitMs = 3_000;

export const startSourceTask = async (config: ConnectorConfig, context: SourceTaskContext): Promise<SourceTask> => {
  const settings = settingsOf(config);
  const { clock, log, taskId } = context;
  const sourcePartition = { server: settings.topicPrefix };
  const history = kafkaHistoryStore({
    bootstrapServers: settings.historyBootstrapServers,
    topic: settings.historyTopic,
    clientId: `${settings.topicPrefix}-schemahistory`,
    settings: config,
    log,
  });
  const task: Task = {
    settings,
    context,
    log,
    sourcePartition,
    history,
    schema: databaseSchema({ settings, history, log }),
    maker: recordMaker({
      settings,
      clock,
      sourcePartition,
      contextHeaders: contextHeaders(settings, taskId, newRunId(clock.nowMs())),
    }),
    heartbeat: heartbeat(settings, clock),
    queue: recordQueue({ ...settings, clock }),
    stopping: new AbortController(),
    offset: undefined,
    counts: restoreTransactionCounts({}),
    stream: undefined,
  };
  const running = run(task).catch((error) => task.queue.fail(producerFailed(error)));
  return {
    poll: (signal) => task.queue.poll(signal),
    stop: async () => {
      task.stopping.abort();
      task.stream?.close();
      // A producer that waits for room is let go: its records are not wanted any more.
      task.queue.close();
      // What still waits for the network is left to its own time limits.
      await Promise.race([running, clock.sleep(stopLimitMs)]);
      await history.close();
    },
  };
};
