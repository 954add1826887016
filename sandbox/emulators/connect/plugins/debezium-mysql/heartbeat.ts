import type { Clock } from '../../../../core/clock.ts';
import type { ConnectSchema, OffsetMap, SourceRecord } from '../../plugin.ts';
import type { Settings } from './settings.ts';

const keySchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.common.ServerNameKey',
  version: 1,
  fields: [{ name: 'serverName', schema: { type: 'string' } }],
};

const valueSchema: ConnectSchema = {
  type: 'struct',
  name: 'io.debezium.connector.common.Heartbeat',
  version: 1,
  fields: [{ name: 'ts_ms', schema: { type: 'int64' } }],
};

type Origin = { sourcePartition: OffsetMap; sourceOffset: OffsetMap };

/** heartbeat.interval.ms: a record that carries the offset on although no captured table changes. */
export type Heartbeat = {
  /** A record if the interval has passed since the last one, else undefined; asked at each event, as Debezium does. */
  beat(origin: () => Origin): SourceRecord | undefined;
  /** A record at once, if there are heartbeats at all; the interval runs on. */
  force(origin: () => Origin): SourceRecord | undefined;
};

export const heartbeat = (settings: Settings, clock: Clock): Heartbeat => {
  const { heartbeatIntervalMs, heartbeatTopicsPrefix, topicPrefix } = settings;
  let lastMs = clock.nowMs();
  const force: Heartbeat['force'] = (origin) => {
    if (heartbeatIntervalMs <= 0) return undefined;
    return {
      topic: `${heartbeatTopicsPrefix}.${topicPrefix}`,
      partition: 0,
      keySchema,
      key: { serverName: topicPrefix },
      valueSchema,
      value: { ts_ms: BigInt(Math.floor(clock.nowMs())) },
      timestampMs: null,
      headers: [],
      ...origin(),
    };
  };
  return {
    force,
    beat: (origin) => {
      if (heartbeatIntervalMs <= 0 || clock.nowMs() - lastMs < heartbeatIntervalMs) return undefined;
      lastMs = clock.nowMs();
      return force(origin);
    },
  };
};
