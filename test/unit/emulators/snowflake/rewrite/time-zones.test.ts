import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWarehouse, type Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await openWarehouse();
  warehouse.resolver.timezone = 'America/New_York';
});

afterAll(() => warehouse.close());

/** A session in New York: LTZ is shown and truncated there, NTZ is untouched, TZ keeps what it was given. */
test.each([
  ["select '2024-01-15 10:00:00'::timestamp_ltz::varchar", '2024-01-15 10:00:00.000 -0500'],
  ["select '2024-07-15 10:00:00'::timestamp_ltz::varchar", '2024-07-15 10:00:00.000 -0400'],
  ["select '2024-01-15T10:00:00Z'::timestamp_ltz::varchar", '2024-01-15 05:00:00.000 -0500'],
  ["select '2024-01-15T10:00:00+09:00'::timestamp_tz::varchar", '2024-01-15 10:00:00.000 +0900'],
  ["select '2024-01-15T10:00:00+09:00'::timestamp_ntz::varchar", '2024-01-15 10:00:00.000'],
  ["select '2024-01-15 10:00:00'::timestamp_tz::varchar", '2024-01-15 10:00:00.000 -0500'],
  ["select date_trunc('day', '2024-01-15T02:00:00Z'::timestamp_ltz)::varchar", '2024-01-14 00:00:00.000 -0500'],
  ["select dateadd(day, 1, '2024-03-09 12:00:00'::timestamp_ltz)::varchar", '2024-03-10 12:00:00.000 -0400'],
  ["select dateadd(hour, 24, '2024-03-09 12:00:00'::timestamp_ltz)::varchar", '2024-03-10 13:00:00.000 -0400'],
  ["select '2024-01-15T02:00:00Z'::timestamp_ltz::date::varchar", '2024-01-14'],
  ["select date_part(tzh, '2024-01-15T10:00:00+09:00'::timestamp_tz)::varchar", '9'],
  ["select date_part(epoch_second, '1970-01-01T00:00:10+09:00'::timestamp_tz)::varchar", '-32390'],
  ['select to_timestamp_ltz(0)::varchar', '1969-12-31 19:00:00.000 -0500'],
  ["select to_timestamp_ntz('2024-01-15T10:00:00Z'::timestamp_ltz)::varchar", '2024-01-15 05:00:00.000'],
  ["select convert_timezone('UTC', '2024-01-15 10:00:00'::timestamp_ltz)::varchar", '2024-01-15 15:00:00.000 +0000'],
  ["select to_varchar('2024-01-15T10:00:00+09:00'::timestamp_tz, 'HH24:MI TZH:TZM')", '10:00 +09:00'],
  ['select current_timestamp()::varchar', '2024-01-01 22:04:05.006 -0500'],
  ['select current_date()::varchar', '2024-01-01'],
  ['select sysdate()::varchar', '2024-01-02 03:04:05.006'],
  ["select ('2024-01-15T10:00:00+09:00'::timestamp_tz = '2024-01-15T01:00:00Z'::timestamp_tz)::varchar", 'true'],
  ["select datediff(hour, '2024-01-15T10:00:00Z'::timestamp_ltz, '2024-01-15T12:30:00Z'::timestamp_ltz)::varchar", '2'],
])('%s', async (query, text) => {
  expect(await warehouse.query(query)).toEqual([[text]]);
});
