import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OffsetMap, SourceRecord, SourceTask } from '../../../../sandbox/emulators/connect/plugin.ts';
import { httpSource } from '../../../../sandbox/emulators/connect/plugins/http-source/http-source.ts';
import { type GoldenRecord, goldenLines } from './golden.ts';

// The task against an HTTP server of a few lines, on a clock whose sleeps are noted and cost nothing.

let asked: { method: string; url: string; headers: Record<string, unknown>; body: string }[] = [];
let answer: { status: number; body: string } = { status: 200, body: '[]' };
let api: { url: string; stop(): Promise<unknown> };
let slept: number[] = [];
let stored: OffsetMap | null = null;
const nowMs = Date.UTC(2026, 10, 22, 18);

beforeEach(async () => {
  asked = [];
  slept = [];
  stored = null;
  answer = { status: 200, body: '[]' };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
});
afterEach(() => api.stop());

const start = (config: Record<string, string> = {}): Promise<SourceTask> =>
  httpSource.startTask(
    {
      'http.request.url': `${api.url}/events`,
      'http.request.params': 'since=${offset.event_id}&limit=1000',
      'http.offset.initial': 'event_id=0',
      'http.response.list.pointer': '',
      'http.response.record.offset.pointer': 'key=/event_id, timestamp=/event_time, event_id=/event_id',
      'http.timer.interval.millis': '2000',
      'http.timer.catchup.interval.millis': '500',
      'kafka.topic': 'clicks',
      ...config,
    },
    {
      connectorName: 'clicks',
      taskId: 0,
      clock: { nowMs: () => nowMs, sleep: async (durationMs) => void slept.push(durationMs) },
      emit: () => {},
      log: { info: () => {}, warn: () => {}, error: () => {} },
      readOffset: async () => stored,
    },
  );

const poll = (task: SourceTask): Promise<readonly SourceRecord[]> => task.poll(new AbortController().signal);
const event = (id: number, time = `2026-11-22T17:44:0${id}.000Z`) => ({ event_id: id, event_time: time });
const give = (body: unknown, status = 200): void => {
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
};
const confirm = async (task: SourceTask, records: readonly SourceRecord[]): Promise<void> => {
  for (const record of records) task.commitRecord?.(record);
  await task.commit?.();
};
const idsOf = (records: readonly SourceRecord[]) => records.map(({ sourceOffset }) => Number(sourceOffset['event_id']));

test('records have the text, key and time that a real connector gave them', async () => {
  const golden = goldenLines<GoldenRecord>('clickstream-topic.jsonl').slice(0, 50);
  give(`[${golden.map(({ value }) => value).join(',')}]`);
  const records = await poll(await start());
  expect(records.map(({ value }) => (value as { value: string }).value)).toEqual(golden.map(({ value }) => value));
  expect(records.map(({ key }) => `Struct{key=${(key as { key: string }).key}}`)).toEqual(golden.map(({ key }) => key));
  expect(records.map(({ timestampMs }) => timestampMs)).toEqual(golden.map(({ timestamp }) => timestamp));
  expect(records[0]?.sourcePartition).toEqual({});
  expect(JSON.stringify(records[0]?.sourceOffset)).toBe(
    '{"event_id":"1","key":"1","timestamp":"2026-11-22T17:44:02.647Z"}',
  );
});

test('a poll before the commit asks for the same page and gives it again; after it, for what follows', async () => {
  const task = await start();
  give([event(1), event(2)]);
  const first = await poll(task);
  for (const record of first) task.commitRecord?.(record);
  expect(idsOf(await poll(task))).toEqual([1, 2]);
  await confirm(task, first);
  give([event(2), event(3)]);
  // The page repeats the last seen record: it is left out by its offset and time.
  expect(idsOf(await poll(task))).toEqual([3]);
  expect(asked.map(({ url }) => url)).toEqual([
    '/events?limit=1000&since=0',
    '/events?limit=1000&since=0',
    '/events?limit=1000&since=2',
  ]);
});

test('only what Kafka confirmed without a gap moves the offset', async () => {
  const task = await start();
  give([event(1), event(2), event(3)]);
  const [first, , third] = await poll(task);
  await confirm(task, [first as SourceRecord, third as SourceRecord]);
  await poll(task);
  expect(asked.at(-1)?.url).toContain('since=1');
});

test('the stored offset wins over the initial one', async () => {
  stored = { event_id: '84', key: '84', timestamp: '2026-11-22T17:45:25.647Z' };
  await poll(await start());
  expect(asked[0]?.url).toContain('since=84');
});

test('it waits the interval before each request, and less while it catches up', async () => {
  const task = await start();
  give([event(1)]);
  await confirm(task, await poll(task));
  give([event(2)]);
  await confirm(task, await poll(task));
  give([]);
  await poll(task);
  await poll(task);
  // New records from long ago are caught up with; when nothing is new, the interval counts again.
  expect(slept).toEqual([2_000, 500, 500, 2_000]);
});

test('a page in falling order is turned around', async () => {
  give([event(3), event(2), event(1)]);
  expect(idsOf(await poll(await start()))).toEqual([1, 2, 3]);
  give([event(3), event(2)]);
  expect(idsOf(await poll(await start({ 'http.response.list.order.direction': 'ASC' })))).toEqual([3, 2]);
});

test('policy: 2xx is read, 3xx skipped, all else fails the task; no connection is tried again', async () => {
  give('', 304);
  expect(await poll(await start())).toEqual([]);
  give('busy', 500);
  await expect(poll(await start())).rejects.toThrow('Policy failed for response code: 500, body: busy');
  give([event(1)], 500);
  expect(await poll(await start({ 'http.response.policy.codes.process': '200..299, 500' }))).toHaveLength(1);
  const task = await start({ 'http.request.url': 'http://127.0.0.1:1/events' });
  await expect(poll(task)).rejects.toMatchObject({ name: 'RetriableError' });
});

test('method, headers, body, login and templates go out', async () => {
  const task = await start({
    'http.request.method': 'POST',
    'http.request.headers': 'Accept: application/json, X-Cursor: ${offset.event_id}',
    'http.request.params': '',
    'http.request.body': '{"from":"${event_id}","at":${offset.timestamp!\'0\'}}',
    'http.auth.type': 'Basic',
    'http.auth.user': 'me',
    'http.auth.password': 'secret',
  });
  await poll(task);
  expect(asked[0]).toMatchObject({
    method: 'POST',
    url: '/events',
    headers: { accept: 'application/json', 'x-cursor': '0', authorization: `Basic ${btoa('me:secret')}` },
    body: '{"from":"0","at":0}',
  });
});

test('pointers lead to list, record, key and time; epoch milliseconds and other patterns are times', async () => {
  give({ data: { items: [{ doc: { a: 1.0, b: 12345678901234567890n.toString() }, id: 7, at: 1_763_833_442_647 }] } });
  const [record] = await poll(
    await start({
      'http.response.list.pointer': '/data/items',
      'http.response.record.pointer': '/doc',
      'http.response.record.key.pointer': '/id',
      'http.response.record.timestamp.pointer': '/at',
      'http.response.record.offset.pointer': 'event_id=/id',
    }),
  );
  expect(record).toMatchObject({
    key: { key: '7' },
    value: { value: '{"a":1,"b":"12345678901234567890"}', key: '7', timestamp: 1_763_833_442_647n },
    sourceOffset: { event_id: '7', key: '7' },
  });
  give([event(1, '22/11/2026 17:44 +0100')]);
  const [other] = await poll(await start({ 'http.response.record.timestamp.parser.pattern': 'dd/MM/yyyy HH:mm XX' }));
  expect(other?.timestampMs).toBe(Date.UTC(2026, 10, 22, 16, 44));
});

test('without key and time, the key is made from the text and the time is now', async () => {
  give([{ a: 1 }]);
  const [record] = await poll(await start({ 'http.response.record.offset.pointer': '', 'http.request.params': '' }));
  // UUID.nameUUIDFromBytes of {"a":1}
  expect((record as SourceRecord).key).toMatchObject({
    key: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  });
  expect(record?.timestampMs).toBe(nowMs);
});

test('what cannot be is told with the real errors', async () => {
  give([{ event_id: 1 }]);
  await expect(poll(await start())).rejects.toThrow("No node at '/event_time' (unmatched part: '/event_time')");
  give('nope');
  await expect(poll(await start())).rejects.toThrow("Unrecognized token 'nope'");
  await expect(poll(await start({ 'http.request.params': 'a=${offset.nope}' }))).rejects.toThrow(
    'The following has evaluated to null or missing:\n==> offset.nope',
  );
  await expect(start({ 'http.request.params': '<#if offset.a??>x</#if>' })).rejects.toThrow('FreeMarker directive');
  await expect(start({ 'http.client.proxy.host': 'proxy' })).rejects.toThrow(
    'Setting http.client.proxy.host is not emulated',
  );
  const { 'kafka.topic': _, ...rest } = { 'kafka.topic': '', 'http.request.url': 'http://x' };
  await expect(httpSource.startTask(rest, {} as never)).rejects.toThrow(
    'Missing required configuration "kafka.topic" which has no default value.',
  );
});
