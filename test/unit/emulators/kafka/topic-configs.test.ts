import { describe, expect, it } from 'vitest';
import { NotEmulated } from '../../../../sandbox/core/not-emulated.ts';
import { checkTopicConfig } from '../../../../sandbox/emulators/kafka/topic-configs.ts';
import { brokerSettings } from './sandbox.ts';

describe('topic configurations', () => {
  it.each([
    ['retention.ms', '-1'],
    ['retention.ms', '9223372036854775807'],
    ['cleanup.policy', 'compact,delete'],
    ['min.cleanable.dirty.ratio', '0.01'],
    ['compression.type', 'producer'],
  ])('%s=%s is taken', (name, value) => expect(checkTopicConfig(name, value)).toBe(value));

  // The texts are those of Kafka 4.3.1.
  it.each([
    ['cleanup.policy', 'x', 'Invalid value x for configuration cleanup.policy: String must be one of: compact, delete'],
    ['segment.bytes', '-7', 'Invalid value -7 for configuration segment.bytes: Value must be at least 1048576'],
    ['segment.bytes', 'x', 'Invalid value x for configuration segment.bytes: Not a number of type INT'],
    ['retention.ms', '9223372036854775808', 'Not a number of type LONG'],
    ['preallocate', 'x', 'Invalid value x for configuration preallocate: Expected value to be either true or false'],
    ['nope', 'x', 'Unknown topic config name: nope'],
  ])('%s=%s is answered', (name, value, text) => expect(() => checkTopicConfig(name, value)).toThrow(text));

  it.each([
    ['compression.type', 'gzip'],
    ['remote.storage.enable', 'true'],
    ['preallocate', 'true'],
  ])('%s=%s would have no effect and is refused', (name, value) =>
    expect(() => checkTopicConfig(name, value)).toThrow(NotEmulated),
  );
});

describe('broker settings', () => {
  it('know their aliases, and refuse what they do not know', () => {
    expect(brokerSettings({ 'log.retention.hours': '2' }).numberOf('log.retention.ms')).toBe(7_200_000);
    expect(brokerSettings({ 'log.retention.hours': '2', 'log.retention.ms': '5' }).numberOf('log.retention.ms')).toBe(
      5,
    );
    expect(brokerSettings().flagOf('auto.create.topics.enable')).toBe(true);
    expect(() => brokerSettings({ 'no.such.setting': '1' })).toThrow('no.such.setting');
    expect(() => brokerSettings({ 'num.partitions': '0' })).toThrow('at least 1');
  });
});
