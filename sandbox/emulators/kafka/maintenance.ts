import type { Broker } from './broker.ts';
import type { Connection } from './connection.ts';
import { compactLog } from './log-cleaner.ts';
import { applyRetention, flushLog } from './partition-log.ts';
import { expireProducers } from './producer-states.ts';

/** How often group timers (sessions, rebalances) are looked at: their resolution. */
const tickMs = 100;

const cleanLogs = (broker: Broker): void => {
  const { clock, settings } = broker;
  const unusedSinceMs = clock.nowMs() - settings.numberOf('producer.id.expiration.ms');
  for (const { config, partitions } of broker.topics.all()) {
    for (const log of partitions) {
      if (config.deleteOld) applyRetention(broker.logs, log, config);
      expireProducers(log.producers, unusedSinceMs);
    }
  }
};

const flushLogs = (broker: Broker): void => {
  const nowMs = broker.clock.nowMs();
  for (const { config, partitions } of broker.topics.all()) {
    for (const log of partitions) if (nowMs - log.lastFlushMs >= config.flushMs) flushLog(broker.logs, log);
  }
};

const closeIdle = (broker: Broker, connections: ReadonlySet<Connection>): void => {
  const idleMs = broker.settings.numberOf('connections.max.idle.ms');
  if (idleMs < 0) return;
  const nowMs = broker.clock.nowMs();
  for (const connection of connections) {
    if (!connection.isBusy() && nowMs - connection.lastUsedMs > idleMs) connection.close();
  }
};

const compactLogs = async (broker: Broker): Promise<void> => {
  for (const { config, partitions } of broker.topics.all()) {
    for (const log of config.compact ? partitions : []) {
      if (!broker.stopping.aborted) await compactLog(broker.logs, log, config);
    }
  }
};

/** Compaction takes its time beside everything else. */
const runCleaner = async (broker: Broker): Promise<void> => {
  const { clock, settings, stopping } = broker;
  for (;;) {
    await clock.sleep(settings.numberOf('log.cleaner.backoff.ms'), stopping);
    if (stopping.aborted) return;
    await compactLogs(broker);
  }
};

/** Runs everything that is due by the clock until the broker stops. */
export const runMaintenance = async (broker: Broker, connections: ReadonlySet<Connection>): Promise<void> => {
  const { clock, settings, stopping, groups } = broker;
  const due = new Map<() => void, number>();
  const every = (periodMs: number, work: () => void): void => {
    const nowMs = clock.nowMs();
    const dueMs = due.get(work);
    if (dueMs !== undefined && nowMs < dueMs) return;
    due.set(work, nowMs + periodMs);
    if (dueMs !== undefined) work();
  };
  const cleaner = runCleaner(broker);
  const clean = () => cleanLogs(broker);
  const flush = () => flushLogs(broker);
  const close = () => closeIdle(broker, connections);
  const { expireOffsets } = groups;
  const endTransactions = broker.transactions.sweep;
  while (!stopping.aborted) {
    groups.sweep();
    every(1_000, flush);
    every(1_000, endTransactions);
    every(1_000, close);
    every(settings.numberOf('log.retention.check.interval.ms'), clean);
    every(settings.numberOf('offsets.retention.check.interval.ms'), expireOffsets);
    await clock.sleep(tickMs, stopping);
  }
  await cleaner;
};
