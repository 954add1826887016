import { expect, test } from 'vitest';
import { nextRunMs, parseSchedule } from '../../../../sandbox/emulators/snowflake/tasks/schedule.ts';

const next = (text: string, after: string, start = after): string =>
  new Date(nextRunMs(parseSchedule(text), Date.parse(start), Date.parse(after))).toISOString();

test('intervals count from the task’s start', () => {
  expect(next('5 MINUTES', '2024-05-01T10:07:00Z', '2024-05-01T10:00:00Z')).toBe('2024-05-01T10:10:00.000Z');
  expect(next('30 seconds', '2024-05-01T10:00:00Z')).toBe('2024-05-01T10:00:30.000Z');
});

test('cron lines, in their time zone', () => {
  expect(next('USING CRON 0 9 * * MON-FRI UTC', '2024-05-03T10:00:00Z')).toBe('2024-05-06T09:00:00.000Z');
  expect(next('USING CRON */15 * * * * UTC', '2024-05-01T10:07:30Z')).toBe('2024-05-01T10:15:00.000Z');
  expect(next('USING CRON 30 2 L * * UTC', '2024-02-10T00:00:00Z')).toBe('2024-02-29T02:30:00.000Z');
  expect(next('USING CRON 0 9 * * * America/New_York', '2024-07-01T12:59:00Z')).toBe('2024-07-01T13:00:00.000Z');
  expect(next('USING CRON 0 0 1 1 * Asia/Tokyo', '2024-06-01T00:00:00Z')).toBe('2024-12-31T15:00:00.000Z');
});

test.each([
  '5',
  '5 FORTNIGHTS',
  '1 SECOND',
  'USING CRON * * * * UTC',
  'USING CRON 61 * * * * UTC',
  'USING CRON 0 0 * * * Nowhere/Land',
])('%s is refused', (text) => {
  expect(() => parseSchedule(text)).toThrow('invalid schedule');
});
