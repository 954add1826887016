import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { ConnectHeader, SinkRecord } from '../plugin.ts';
import type { NamedTransform } from '../transforms/chain.ts';
import type { ConsumedRecord } from './dead-letter-queue.ts';
import { type Failure, type Tolerance, wasTolerated } from './error-tolerance.ts';
import type { TaskConverters } from './task-converters.ts';

// WorkerSinkTask.convertAndTransformRecord.

export type SinkConversion = { converters: TaskConverters; transforms: readonly NamedTransform[]; errors: Tolerance };

/** A record for the task, null when a transformation dropped it, or the failure that errors.tolerance=all lets pass. */
export type Converted = SinkRecord | null | { tolerated: Failure };

export const consumedRecord = (topic: string, partition: number, message: KafkaMessage): ConsumedRecord => ({
  topic,
  partition,
  offset: BigInt(message.offset),
  timestamp: message.timestamp,
  key: message.key,
  value: message.value,
  headers: message.headers ?? {},
});

const flatHeaders = (headers: IHeaders): [string, Buffer | null][] =>
  Object.entries(headers).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((item): [string, Buffer | null] => [
      key,
      item === undefined ? null : Buffer.from(item as Buffer),
    ]),
  );

const convertHeaders = (
  { converters, errors }: SinkConversion,
  record: ConsumedRecord,
): ConnectHeader[] | { tolerated: Failure } => {
  const headers: ConnectHeader[] = [];
  for (const [key, bytes] of flatHeaders(record.headers)) {
    const header = errors.attempt('HEADER_CONVERTER', converters.headerClass, () =>
      converters.header.toConnect(record.topic, bytes),
    );
    if (wasTolerated(header)) return header;
    headers.push({ key, ...header });
  }
  return headers;
};

export const convertForSink = (conversion: SinkConversion, consumed: ConsumedRecord): Converted => {
  const { converters, transforms, errors } = conversion;
  const { topic, partition } = consumed;
  const key = errors.attempt('KEY_CONVERTER', converters.keyClass, () => converters.key.toConnect(topic, consumed.key));
  if (wasTolerated(key)) return key;
  const value = errors.attempt('VALUE_CONVERTER', converters.valueClass, () =>
    converters.value.toConnect(topic, consumed.value),
  );
  if (wasTolerated(value)) return value;
  const headers = convertHeaders(conversion, consumed);
  if (wasTolerated(headers)) return headers;
  const timestampMs = Number(consumed.timestamp);
  let record: SinkRecord = {
    topic,
    partition,
    keySchema: key.schema,
    key: key.value,
    valueSchema: value.schema,
    value: value.value,
    timestampMs: timestampMs < 0 ? null : timestampMs,
    headers,
    offset: consumed.offset,
    timestampType: timestampMs < 0 ? 'NoTimestampType' : 'CreateTime',
    originalTopic: topic,
    originalPartition: partition,
  };
  for (const { className, apply } of transforms) {
    const input = record;
    const output = errors.attempt('TRANSFORMATION', className, () => apply(input));
    if (wasTolerated(output)) return output;
    if (output === null) return null;
    // A transformation changes what it knows and keeps the rest.
    record = { ...record, ...output, partition: output.partition ?? partition };
  }
  return record;
};
