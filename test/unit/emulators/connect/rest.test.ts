import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GoldenExchange, goldenLines } from './golden.ts';
import { capturedPlugins, workerOnPaper } from './worker-on-paper.ts';

// The exchanges captured from a real 4.3.1 worker, sent again in their order.

const exchanges = goldenLines<GoldenExchange>('rest.jsonl');
let worker: Awaited<ReturnType<typeof workerOnPaper>>;

beforeAll(async () => {
  worker = await workerOnPaper(capturedPlugins);
});
afterAll(() => worker.stop());

const send = async ({ method, path, request, name }: GoldenExchange) => {
  const body = request === null ? undefined : typeof request === 'string' ? request : pythonJson(request);
  const contentType = name === 'create-wrong-content-type' ? 'text/plain' : 'application/json';
  const response = await fetch(`${worker.url}${path}`, {
    method,
    headers: { 'Content-Type': contentType },
    ...(body === undefined || method === 'GET' ? {} : { body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/** The bodies were sent by a program that puts a space after each comma and colon; error texts count columns. */
const pythonJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`)
    .join(', ')}}`;
};

const until = async (condition: () => boolean): Promise<void> => {
  for (let attempt = 0; attempt < 500 && !condition(); attempt++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

const taskState = (name: string) => worker.herder.statuses.task(name, 0)?.state;
const connectorState = (name: string) => worker.herder.statuses.connector(name)?.state;

/** What the capture waited for, and what its connectors did meanwhile. */
const before: Record<string, () => Promise<void>> = {
  'status-just-created': () => until(() => connectorState('rest-source') === 'RUNNING'),
  'put-update': () => until(() => taskState('rest-sink') === 'RUNNING'),
  'patch-config': () => until(() => taskState('rest-sink') === 'RUNNING'),
  list: async () => {
    await until(() => ['rest-source', 'rest-sink', 'rest-file'].every((name) => taskState(name) === 'RUNNING'));
    await until(() => connectorState('rest-stopped') === 'STOPPED');
    // The set they come from has no order; this is how it came out then.
    for (const topic of ['rest.sales.orders', 'rest']) worker.herder.statuses.addTopic('rest-source', topic, 0, 0);
    worker.herder.statuses.addTopic('rest-sink', 'rest.sales.orders', 0, 0);
    worker.groupOffsets.set('rest.sales.orders', 3n);
    await worker.herder.offsets.write('rest-source', [
      {
        partition: { server: 'rest' },
        offset: {
          ts_sec: 1795368255,
          file: 'mysql-bin.000003',
          pos: 198,
          gtids: '73f5e54e-e699-11f1-a84c-0242ac140003:1-18',
          snapshot: 'INITIAL',
        },
      },
    ]);
    await worker.herder.offsets.write('rest-file', [
      { partition: { filename: '/etc/hostname' }, offset: { position: 13 } },
    ]);
  },
  'status-paused': () =>
    until(() => taskState('rest-source') === 'PAUSED' && connectorState('rest-source') === 'PAUSED'),
  'pause-404': () => until(() => taskState('rest-source') === 'RUNNING'),
  'restart-task': () =>
    until(() => taskState('rest-source') === 'RUNNING' && connectorState('rest-source') === 'RUNNING'),
  'stop-rest-sink': () =>
    until(() => connectorState('rest-source') === 'STOPPED' && taskState('rest-source') === undefined),
  'status-stopped': () =>
    until(() => connectorState('rest-sink') === 'STOPPED' && taskState('rest-sink') === undefined),
};

/** Not of this worker on paper, with the reason. */
const elsewhere: Record<string, string> = {
  plugins: 'has MirrorMaker too',
  'plugins-all': 'has Debezium’s and MirrorMaker’s too; its own part is compared below',
  'validate-404': 'lists the plug-ins of that worker',
  'create-400-no-such-class': 'lists the plug-ins of that worker',
  'validate-file-sink-good': 'recommends Debezium’s converters too; compared below',
  'validate-file-sink-bad': 'recommends Debezium’s converters too; compared below',
  'status-just-created': 'has its task already: nothing here takes a second',
  'status-failed': 'a trace with Java’s frames; see the sink task’s test',
  'task-status-failed': 'a trace with Java’s frames',
  'restart-failed': 'a trace with Java’s frames',
  'restart-only-failed': 'a state between two restarts',
  'create-400-invalid-config': 'a NullPointerException of Debezium’s validation, told by its plug-in',
  'create-400-wrong-password': 'a NullPointerException of Debezium’s validation, told by its plug-in',
};

for (const exchange of exchanges) {
  test(`${exchange.name}: ${exchange.method} ${exchange.path}`, async () => {
    await before[exchange.name]?.();
    const { status, headers, text } = await send(exchange);
    expect(status).toBe(exchange.status);
    if (exchange.name in elsewhere) return;
    expect(text).toBe(exchange.response);
    const location = exchange.headers['Location'];
    expect(headers.get('location')).toBe(
      location === undefined ? null : location.replace('http://127.0.0.1:8083', worker.url),
    );
    if (exchange.response !== '') expect(headers.get('content-type')).toBe(exchange.headers['Content-Type'] ?? null);
  });
}

type Definition = { definition: { name: string }; value: { recommended_values: string[] } };

const foreign = /^io\.debezium\./;

const comparable = (text: string) => {
  const parsed = JSON.parse(text) as { configs: Definition[] };
  for (const { value } of parsed.configs) {
    // A real worker lists what two of its loaders find twice.
    value.recommended_values = [...new Set(value.recommended_values.filter((name) => !foreign.test(name)))];
  }
  return parsed;
};

test.each(['validate-file-sink-good', 'validate-file-sink-bad'])(
  '%s has the real definitions, values and errors',
  async (name) => {
    const exchange = exchanges.find((candidate) => candidate.name === name) as GoldenExchange;
    const { text } = await send(exchange);
    expect(comparable(text)).toEqual(comparable(exchange.response));
  },
);

test('every transformation, predicate and converter of Apache Kafka is there', async () => {
  const golden = exchanges.find(({ name }) => name === 'plugins-all') as GoldenExchange;
  const wanted = (JSON.parse(golden.response) as { class: string; type: string }[]).filter(
    (plugin) => !foreign.test(plugin.class) && !plugin.class.includes('.mirror.'),
  );
  const { text } = await send(golden);
  expect(JSON.parse(text)).toEqual(expect.arrayContaining(wanted));
});
