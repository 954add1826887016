import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonConverter } from '../../../../sandbox/emulators/connect/converters/json-converter.ts';
import type {
  SinkRecord,
  SinkTask,
  SinkTaskContext,
  TopicPartitionOffset,
} from '../../../../sandbox/emulators/connect/plugin.ts';
import { jodaFormat } from '../../../../sandbox/emulators/connect/plugins/s3-sink/joda-format.ts';
import { zoneOf } from '../../../../sandbox/emulators/connect/plugins/s3-sink/joda-zone.ts';
import { s3Sink } from '../../../../sandbox/emulators/connect/plugins/s3-sink/s3-sink.ts';
import { nextScheduledMs } from '../../../../sandbox/emulators/connect/plugins/s3-sink/topic-partition-writer.ts';
import { type GoldenRecord, goldenLines } from './golden.ts';

// The task against an S3 that only knows multipart uploads, on a clock that stands still until it is moved.

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const startS3 = async () => {
  const parts = new Map<string, Buffer[]>();
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  let failures: number[] = [];
  let uploads = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://s3');
    const key = decodeURIComponent(url.pathname).replace(/^\/bucket\//, '');
    const body = await bodyOf(request);
    const id = url.searchParams.get('uploadId') ?? '';
    requests.push(
      `${request.method} ${key}${url.searchParams.has('partNumber') ? `#${url.searchParams.get('partNumber')}` : ''}`,
    );
    const failure = request.method === 'PUT' ? failures.shift() : undefined;
    const answer = (status: number, text = '') =>
      response.writeHead(status, { 'Content-Type': 'application/xml', ETag: '"e"' }).end(text);
    if (failure !== undefined && failure !== 200) {
      return answer(
        failure,
        `<Error><Code>${failure === 503 ? 'SlowDown' : 'AccessDenied'}</Code><Message>no</Message></Error>`,
      );
    }
    if (url.searchParams.has('uploads')) {
      parts.set(String(++uploads), []);
      return answer(
        200,
        `<InitiateMultipartUploadResult><UploadId>${uploads}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (request.method === 'PUT') parts.get(id)?.push(body);
    if (request.method === 'POST') {
      objects.set(key, Buffer.concat(parts.get(id) ?? []));
      return answer(200, '<CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>');
    }
    return answer(request.method === 'DELETE' ? 204 : 200);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    fail: (statuses: number[]) => {
      failures = statuses;
    },
    lines: (key: string): string[] => (objects.get(key)?.toString('utf8') ?? '').trimEnd().split('\n'),
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
};

let s3: Awaited<ReturnType<typeof startS3>>;
let nowMs = Date.UTC(2026, 10, 22, 17, 44, 2, 647);
let seeks: TopicPartitionOffset[] = [];
let warnings: string[] = [];
let reported: string[] = [];

beforeEach(async () => {
  s3 = await startS3();
  nowMs = Date.UTC(2026, 10, 22, 17, 44, 2, 647);
  seeks = [];
  warnings = [];
  reported = [];
});
afterEach(() => s3.stop());

const context = (reports: boolean): SinkTaskContext => ({
  connectorName: 'sink',
  taskId: 0,
  clock: { nowMs: () => nowMs, sleep: async () => {} },
  emit: () => {},
  log: { info: () => {}, warn: (message) => warnings.push(message), error: () => {} },
  assignment: () => [],
  seek: (offsets) => seeks.push(...offsets),
  requestCommit: () => {},
  pause: () => {},
  resume: () => {},
  setRetryBackoffMs: () => {},
  reportErrant: reports ? async (record, error) => void reported.push(`${record.offset}: ${error.message}`) : null,
});

const start = async (config: Record<string, string>, reports = false): Promise<SinkTask> => {
  const task = await s3Sink.startTask(
    {
      name: 'sink',
      topics: 't',
      's3.bucket.name': 'bucket',
      's3.region': 'us-east-1',
      'store.url': s3.url,
      'aws.access.key.id': 'a',
      'aws.secret.access.key': 'b',
      'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
      'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
      'flush.size': '2',
      ...config,
    },
    context(reports),
  );
  await task.open?.([{ topic: 't', partition: 0 }]);
  return task;
};

const record = (offset: number, value: SinkRecord['value'], more: Partial<SinkRecord> = {}): SinkRecord => ({
  topic: 't',
  partition: 0,
  keySchema: null,
  key: null,
  valueSchema: null,
  value,
  timestampMs: nowMs,
  headers: [],
  offset: BigInt(offset),
  timestampType: 'CreateTime',
  originalTopic: 't',
  originalPartition: 0,
  ...more,
});

const ids = (from: number, to: number): SinkRecord[] =>
  Array.from({ length: to - from + 1 }, (_, index) => record(from + index, { id: BigInt(from + index) }));

const committed = async (task: SinkTask): Promise<bigint | undefined> => (await task.preCommit([]))[0]?.offset;

const timeBased = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.TimeBasedPartitioner',
  'path.format': "'date'=YYYY-MM-dd/'time'=HH-mm-ss-SSS",
  'partition.duration.ms': '100',
  locale: 'en-US',
  timezone: 'UTC',
};

test('flush.size rotates, and the offset may be committed only behind an uploaded file, once', async () => {
  const task = await start({});
  await task.put(ids(0, 2));
  expect([...s3.objects.keys()]).toEqual(['topics/t/partition=0/t+0+0000000000.json']);
  expect(s3.lines('topics/t/partition=0/t+0+0000000000.json')).toEqual(['{"id":0}', '{"id":1}']);
  expect(await committed(task)).toBe(2n);
  expect(await committed(task)).toBeUndefined();
  await task.put(ids(3, 3));
  expect(await committed(task)).toBe(4n);
  expect(s3.requests.filter((request) => request.includes('t+0+0000000002'))).toEqual([
    'POST topics/t/partition=0/t+0+0000000002.json',
    'PUT topics/t/partition=0/t+0+0000000002.json#1',
    'POST topics/t/partition=0/t+0+0000000002.json',
  ]);
});

test('the objects hold what a real JsonFormat writes for schemaless records', async () => {
  const converter = jsonConverter.create({ 'schemas.enable': 'false' });
  const task = await start({ 'flush.size': '3' });
  const golden = goldenLines<GoldenRecord>('orders-topic.jsonl')
    .filter(({ value }) => value !== null)
    .slice(0, 3);
  await task.put(
    golden.map(({ offset, value }) => record(offset, converter.toConnect('t', Buffer.from(value ?? '')).value)),
  );
  const [object] = goldenLines<{ content: string }>('objects.jsonl');
  expect(s3.objects.get('topics/t/partition=0/t+0+0000000000.json')?.toString().trimEnd()).toBe(
    object?.content.trimEnd(),
  );
});

test('the wall clock in the path: a new folder does not rotate by itself, a scheduled rotation commits all open files', async () => {
  const task = await start({ ...timeBased, 'flush.size': '100', 'rotate.schedule.interval.ms': '1000' });
  await task.put(ids(0, 0));
  nowMs += 100;
  await task.put(ids(1, 1));
  expect(s3.objects.size).toBe(0);
  nowMs = Date.UTC(2026, 10, 22, 17, 44, 3);
  await task.put([]);
  expect([...s3.objects.keys()].sort()).toEqual([
    'topics/t/date=2026-11-22/time=17-44-02-600/t+0+0000000000.json',
    'topics/t/date=2026-11-22/time=17-44-02-700/t+0+0000000001.json',
  ]);
  expect(await committed(task)).toBe(2n);
});

test('rotate.interval.ms goes by record time, needs a later record, and rotates on a new folder too', async () => {
  const task = await start({
    ...timeBased,
    'partition.duration.ms': '3600000',
    'timestamp.extractor': 'Record',
    'flush.size': '100',
    'rotate.interval.ms': '1000',
  });
  await task.put([record(0, { id: 0n }), record(1, { id: 1n }, { timestampMs: nowMs + 999 })]);
  nowMs += 60_000;
  await task.put([]);
  expect(s3.objects.size).toBe(0);
  await task.put([record(2, { id: 2n }, { timestampMs: nowMs - 59_000 })]);
  expect(s3.lines('topics/t/date=2026-11-22/time=17-00-00-000/t+0+0000000000.json')).toHaveLength(2);
  await task.put([record(3, { id: 3n }, { timestampMs: nowMs + 3_600_000 })]);
  expect(s3.lines('topics/t/date=2026-11-22/time=17-00-00-000/t+0+0000000002.json')).toEqual(['{"id":2}']);
});

test('rotate.interval.ms without a timestamp extractor is ignored, with a warning', async () => {
  await start({ 'rotate.interval.ms': '1000' });
  expect(warnings.join()).toContain(
    "Property 'rotate.interval.ms' is set to '1000ms' but partitioner is not an instance of",
  );
});

test('a tombstone fails the task by default, is ignored when told so, and then reported', async () => {
  const failing = await start({});
  await expect(failing.put([record(0, null)])).rejects.toThrow(
    "Null valued records are not writeable with current behavior.on.null.values 'settings.",
  );
  const ignoring = await start({ 'behavior.on.null.values': 'ignore' }, true);
  await ignoring.put([record(0, null), ...ids(1, 2)]);
  expect(s3.lines('topics/t/partition=0/t+0+0000000001.json')).toHaveLength(2);
  expect(reported).toEqual(['0: Skipping null value record.']);
});

test('SlowDown is tried again; when that does not help the partition starts over from its file’s first record', async () => {
  const task = await start({ 's3.part.retries': '2' });
  s3.fail([503, 503]);
  await task.put(ids(0, 1));
  expect(s3.objects.size).toBe(1);
  expect(await committed(task)).toBe(2n);
  s3.fail([503, 503, 503]);
  await task.put(ids(2, 3));
  expect(s3.objects.size).toBe(1);
  expect(seeks).toEqual([{ topic: 't', partition: 0, offset: 2n }]);
  expect(await committed(task)).toBeUndefined();
  nowMs += 5_000;
  await task.put(ids(2, 3));
  expect(s3.lines('topics/t/partition=0/t+0+0000000002.json')).toHaveLength(2);
  expect(await committed(task)).toBe(4n);
});

test('a refusal that does not pass fails the task', async () => {
  const task = await start({});
  s3.fail([403]);
  await expect(task.put(ids(0, 1))).rejects.toThrow('AccessDenied');
});

test('a schema change begins a new file', async () => {
  const one = { type: 'struct', fields: [{ name: 'a', schema: { type: 'int32' } }] } as const;
  const two = {
    type: 'struct',
    fields: [
      { name: 'a', schema: { type: 'int32' } },
      { name: 'b', schema: { type: 'string', optional: true } },
    ],
  } as const;
  const task = await start({ 'flush.size': '2' });
  await task.put([
    record(0, { a: 1 }, { valueSchema: one }),
    record(1, { a: 2, b: 'x' }, { valueSchema: two }),
    record(2, { a: 3 }, { valueSchema: two }),
  ]);
  expect(s3.lines('topics/t/partition=0/t+0+0000000000.json')).toEqual(['{"a":1}']);
  expect(s3.lines('topics/t/partition=0/t+0+0000000001.json')).toEqual(['{"a":2,"b":"x"}', '{"a":3,"b":null}']);
});

test('BACKWARD projects older records to the newer schema instead', async () => {
  const older = { type: 'struct', version: 1, fields: [{ name: 'a', schema: { type: 'int32' } }] } as const;
  const newer = {
    type: 'struct',
    version: 2,
    fields: [
      { name: 'a', schema: { type: 'int32' } },
      { name: 'b', schema: { type: 'string', optional: true, default: 'd' } },
    ],
  } as const;
  const task = await start({ 'schema.compatibility': 'BACKWARD', 'flush.size': '3' });
  await task.put([
    record(0, { a: 1 }, { valueSchema: older }),
    record(1, { a: 2, b: 'x' }, { valueSchema: newer }),
    record(2, { a: 3 }, { valueSchema: older }),
    record(3, { a: 4, b: 'y' }, { valueSchema: newer }),
  ]);
  expect(s3.lines('topics/t/partition=0/t+0+0000000000.json')).toEqual(['{"a":1}']);
  expect(s3.lines('topics/t/partition=0/t+0+0000000001.json')).toEqual([
    '{"a":2,"b":"x"}',
    '{"a":3,"b":"d"}',
    '{"a":4,"b":"y"}',
  ]);
});

test('fields name the folder', async () => {
  const schema = {
    type: 'struct',
    fields: [
      { name: 'country', schema: { type: 'string', optional: true } },
      { name: 'n', schema: { type: 'int32' } },
    ],
  } as const;
  const task = await start({
    'partitioner.class': 'io.confluent.connect.storage.partitioner.FieldPartitioner',
    'partition.field.name': 'country,n',
  });
  await task.put([
    record(0, { country: 'de', n: 1 }, { valueSchema: schema }),
    record(1, { country: null, n: 2 }, { valueSchema: schema }),
  ]);
  expect([...s3.objects.keys()].sort()).toEqual([
    'topics/t/country=de/n=1/t+0+0000000000.json',
    'topics/t/country=null/n=2/t+0+0000000001.json',
  ]);
});

test('a field of the record gives the hour', async () => {
  const task = await start({
    'partitioner.class': 'io.confluent.connect.storage.partitioner.HourlyPartitioner',
    'timestamp.extractor': 'RecordField',
    'timestamp.field': 'at.time',
    locale: 'en',
    timezone: 'Europe/Berlin',
    'flush.size': '1',
  });
  await task.put([
    record(0, { at: { time: '2026-07-01T22:30:00Z' } }),
    record(1, { at: { time: 1_767_225_600_000n } }),
  ]);
  expect([...s3.objects.keys()]).toEqual([
    'topics/t/year=2026/month=07/day=02/hour=00/t+0+0000000000.json',
    'topics/t/year=2026/month=01/day=01/hour=01/t+0+0000000001.json',
  ]);
});

test('gzip and byte arrays', async () => {
  const zipped = await start({ 's3.compression.type': 'gzip' });
  await zipped.put(ids(0, 1));
  expect(gunzipSync(s3.objects.get('topics/t/partition=0/t+0+0000000000.json.gz') as Buffer).toString()).toBe(
    '{"id":0}\n{"id":1}\n',
  );
  const bytes = await start({
    'format.class': 'io.confluent.connect.s3.format.bytearray.ByteArrayFormat',
    'format.bytearray.extension': '.txt',
  });
  await bytes.put([
    record(0, Buffer.from('a'), { valueSchema: { type: 'bytes' } }),
    record(1, Buffer.from('b'), { valueSchema: { type: 'bytes' } }),
  ]);
  expect(s3.objects.get('topics/t/partition=0/t+0+0000000000.txt')?.toString()).toBe('a\nb\n');
});

test('a large file goes up in parts of s3.part.size', async () => {
  const task = await start({ 's3.part.size': '5242880', 'flush.size': '12' });
  const text = 'x'.repeat(1_000_000);
  for (let offset = 0; offset < 12; offset++) await task.put([record(offset, { text })]);
  expect(s3.requests.filter((request) => request.startsWith('PUT')).map((request) => request.at(-1))).toEqual([
    '1',
    '2',
    '3',
  ]);
  expect(s3.lines('topics/t/partition=0/t+0+0000000000.json')).toHaveLength(12);
});

describe('times', () => {
  const at = Date.UTC(2026, 1, 3, 4, 5, 6, 7);

  test.each([
    ["'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH", 'year=2026/month=02/day=03/hour=04'],
    ["'date'=YYYY-MM-dd/'time'=HH-mm-ss-SSS", 'date=2026-02-03/time=04-05-06-007'],
    ["yy.M.d h:mm a EEE MMM D 'o''clock' Z ZZ", "26.2.3 4:05 AM Tue Feb 34 o'clock +0000 +00:00"],
    ["xxxx-'W'ww-e", '2026-W06-2'],
  ])('Joda’s %s', (pattern, text) => {
    expect(jodaFormat(pattern, 'en-US', zoneOf('UTC'))(at)).toBe(text);
  });

  test('zones by offset and by name, across a change of summer time', () => {
    expect(jodaFormat('HH:mm', 'en', zoneOf('+05:30'))(at)).toBe('09:35');
    expect(jodaFormat('dd HH:mm', 'en', zoneOf('America/New_York'))(Date.UTC(2026, 2, 8, 6, 59))).toBe('08 01:59');
    expect(jodaFormat('dd HH:mm', 'en', zoneOf('America/New_York'))(Date.UTC(2026, 2, 8, 7, 0))).toBe('08 03:00');
    expect(() => jodaFormat('bb', 'en', zoneOf('UTC'))).toThrow('Illegal pattern component: bb');
  });

  test('scheduled rotations count from midnight of the zone, and midnight ends a period', () => {
    const zone = zoneOf('UTC');
    expect(nextScheduledMs(Date.UTC(2026, 0, 1, 0, 0, 0, 0), 100, zone)).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 100));
    expect(nextScheduledMs(Date.UTC(2026, 0, 1, 10, 17), 3_600_000, zone)).toBe(Date.UTC(2026, 0, 1, 11));
    expect(nextScheduledMs(Date.UTC(2026, 0, 1, 23, 30), 7 * 3_600_000, zone)).toBe(Date.UTC(2026, 0, 2));
    expect(nextScheduledMs(Date.UTC(2026, 0, 1, 10), 86_400_000, zoneOf('Europe/Berlin'))).toBe(
      Date.UTC(2026, 0, 1, 23),
    );
  });
});
