import { describe, expect, it } from 'vitest';
import { asStored, configOf, goldenRecords, wholeRun, withoutRun } from './captured-script.ts';

const variants = [
  'mysql_src_connector',
  'orders_schemas',
  'orders_transactions',
  'types_precise',
  'types_precise_schemas',
  'types_string',
  'types_double',
];

const byPlace = (a: { topic: string; offset: number }, b: { topic: string; offset: number }): number =>
  a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.offset - b.offset;

describe.each(variants)('the connector %s', (name) => {
  it('writes the records that the real Debezium wrote', async () => {
    const config = configOf(name);
    const run = await wholeRun(config);
    const ours = asStored(run, config).map(withoutRun).sort(byPlace);
    // Heartbeats come with the clock.
    const real = goldenRecords(name)
      .filter(({ topic }) => !topic.startsWith('__debezium-heartbeat'))
      .map(withoutRun)
      .sort(byPlace);
    expect(ours.map(({ topic, offset }) => `${topic}/${offset}`)).toEqual(
      real.map(({ topic, offset }) => `${topic}/${offset}`),
    );
    for (const [index, record] of real.entries()) expect(ours[index]).toEqual(record);
  });
});
