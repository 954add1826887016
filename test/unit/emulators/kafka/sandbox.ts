import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../../sandbox/core/clock.ts';
import type { SandboxEvent } from '../../../../sandbox/core/events.ts';
import { newOpenFiles } from '../../../../sandbox/emulators/kafka/open-files.ts';
import type { LogContext } from '../../../../sandbox/emulators/kafka/partition-log.ts';
import { parseSettings } from '../../../../sandbox/emulators/kafka/settings.ts';
import {
  parseTopicConfig,
  type TopicConfig,
  topicConfigDefinitions,
} from '../../../../sandbox/emulators/kafka/topic-configs.ts';
import { encodeRecords, noHeaders } from '../../../../sandbox/wire/kafka/record.ts';
import { encodeBatch } from '../../../../sandbox/wire/kafka/record-batch.ts';

/** A clock that stands until it is moved. */
export type HandClock = Clock & { advance(durationMs: number): void };

export const handClock = (startMs = 1_000_000): HandClock => {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
    advance: (durationMs) => {
      nowMs += durationMs;
    },
  };
};

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'sluicebox-kafka-'));

export const logContext = (clock: Clock = handClock()): LogContext & { events: SandboxEvent[] } => {
  const events: SandboxEvent[] = [];
  return { files: newOpenFiles(8), clock, emit: (event) => events.push(event), events };
};

const defaults = new Map(topicConfigDefinitions.map(({ name, defaultValue }) => [name, defaultValue]));

export const topicConfig = (overrides: Partial<TopicConfig> = {}): TopicConfig => ({
  ...parseTopicConfig((name) => defaults.get(name) ?? ''),
  ...overrides,
});

export const brokerSettings = (given: Record<string, string> = {}) => parseSettings(given);

type Producer = { producerId?: bigint; producerEpoch?: number; baseSequence?: number; isTransactional?: boolean };

/** A batch as a producer sends it. */
export const batchOf = (
  values: readonly (string | readonly [key: string, value: string | null])[],
  timestampMs = 1_000_000,
  producer: Producer = {},
): Buffer =>
  encodeBatch(
    {
      baseOffset: 0n,
      lastOffsetDelta: values.length - 1,
      leaderEpoch: -1,
      baseTimestampMs: BigInt(timestampMs),
      maxTimestampMs: BigInt(timestampMs),
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
      recordCount: values.length,
      isLogAppendTime: false,
      isTransactional: false,
      isControl: false,
      ...producer,
    },
    encodeRecords(
      values.map((item, offsetDelta) => {
        const [key, value] = typeof item === 'string' ? [null, item] : item;
        return {
          timestampDeltaMs: 0n,
          offsetDelta,
          key: key === null ? null : Buffer.from(key),
          value: value === null ? null : Buffer.from(value),
          encodedHeaders: noHeaders,
        };
      }),
    ),
  );
