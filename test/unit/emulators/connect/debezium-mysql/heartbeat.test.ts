import { expect, it } from 'vitest';
import { heartbeat } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/heartbeat.ts';
import { settingsOf } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/settings.ts';

it('beats at the first event after each interval, and at once when forced', () => {
  let nowMs = 1_000;
  const settings = settingsOf({ 'topic.prefix': 'p', 'heartbeat.interval.ms': '100' });
  const { beat, force } = heartbeat(settings, { nowMs: () => nowMs, sleep: async () => {} });
  const origin = () => ({ sourcePartition: { server: 'p' }, sourceOffset: { pos: 4 } });
  expect(beat(origin)).toBeUndefined();
  expect(force(origin)).toMatchObject({
    topic: '__debezium-heartbeat.p',
    key: { serverName: 'p' },
    value: { ts_ms: 1_000n },
  });
  nowMs += 100;
  expect(beat(origin)).toBeDefined();
  expect(beat(origin)).toBeUndefined();
  nowMs += 99;
  expect(beat(origin)).toBeUndefined();
});
