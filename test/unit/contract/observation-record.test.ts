import { expect, test } from 'vitest';
import { recorded, storedObservation } from '../../contract/observation-record.ts';

const images = { kafka: 'apache/kafka:4.3.1' };
const first = recorded(undefined, { name: 'b', value: { errorCode: 3 }, images, date: '2026-11-22' });

test('observations are kept by name in order, with image and date', () => {
  const both = recorded(first, { name: 'a', value: [1, null], images: { connect: 'c:1' }, date: '2026-11-23' });
  expect(JSON.stringify(both)).toBe(
    '{"images":{"connect":"c:1","kafka":"apache/kafka:4.3.1"},"date":"2026-11-23","observations":{"a":[1,null],"b":{"errorCode":3}}}',
  );
});

test('a newer answer takes the place of the older', () => {
  const again = recorded(first, { name: 'b', value: 'other', images, date: '2026-11-22' });
  expect(storedObservation(again, 'kafka', 'b')).toBe('other');
});

test('nothing is kept of nobody, and nothing that is no value', () => {
  expect(() => recorded(undefined, { name: 'b', value: 1, images: {}, date: '2026-11-22' })).toThrow('which image');
  expect(() => recorded(first, { name: 'b', value: undefined, images, date: '2026-11-22' })).toThrow('undefined');
});

test('an observation that was never made is missed by name', () => {
  expect(storedObservation(first, 'kafka', 'b')).toEqual({ errorCode: 3 });
  expect(() => storedObservation(first, 'kafka', 'toString')).toThrow('observations/kafka.json has no "toString"');
  expect(() => storedObservation(undefined, 's3', 'b')).toThrow('observations/s3.json has no "b"');
});
