import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { artefact, bucket, connectClient, sink, until } from './connect-client.ts';
import { removeFolder, type Served, serve, serverHost, temporaryFolder } from './serve.ts';

// A Connect worker, asked as its users ask it: by HTTP, through Kafka, and by the objects it writes.

type Click = { event_id: number; event_time: string };

/** The clickstream API as the connector asks it: events after a cursor, a page at most. */
const startClickstream = async () => {
  const events: Click[] = [];
  const server: Server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://api');
    const since = Number(searchParams.get('since'));
    const page = events.filter((event) => event.event_id > since).slice(0, Number(searchParams.get('limit')));
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(page));
  });
  await new Promise<void>((resolve) => server.listen(0, serverHost().bind, resolve));
  const startMs = Date.UTC(2026, 10, 22, 12);
  const add = (count: number): void => {
    for (let left = count; left > 0; left--) {
      const id = events.length + 1;
      events.push({ event_id: id, event_time: new Date(startMs + id).toISOString() });
    }
  };
  return {
    url: `http://${serverHost().name}:${(server.address() as AddressInfo).port}`,
    events,
    add,
    stop: () => server.close(),
  };
};

/** Stands between the sink and S3, and answers as a busy S3 does while it is told to. */
const startGate = async (target: string) => {
  let refusals = 0;
  const server = createServer((request, response) => {
    if (refusals > 0 && request.method === 'PUT') {
      refusals--;
      request.resume();
      response.writeHead(503, { 'Content-Type': 'application/xml' });
      response.end(
        '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
      );
      return;
    }
    const { host, ...headers } = request.headers;
    // The signature covers the Host header, so that goes on unchanged.
    const onward = httpRequest(
      new URL(request.url ?? '/', target),
      { method: request.method, headers: { ...headers, host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, serverHost().bind, resolve));
  return {
    url: `http://${serverHost().name}:${(server.address() as AddressInfo).port}`,
    refuse: (count: number) => {
      refusals = count;
    },
    refusalsLeft: () => refusals,
    stop: () => server.close(),
  };
};

const settings = {
  CLICKSTREAM_POLL_INTERVAL_MS: '50',
  CLICKSTREAM_CATCHUP_INTERVAL_MS: '10',
  SINK_FLUSH_SIZE: '1000',
  SINK_ROTATE_SCHEDULE_INTERVAL_MS: '100',
  SINK_PARTITION_DURATION_MS: '100',
  SINK_SESSION_TIMEOUT_MS: '6000',
  CONNECT_OFFSET_FLUSH_INTERVAL_MS: '50',
};

const dataDir = temporaryFolder();
let clickstream: Awaited<ReturnType<typeof startClickstream>>;
let served: Served;

const start = async (): Promise<void> => {
  const told = { ...settings, CLICKSTREAM_URL: clickstream.url };
  const args = Object.entries(told).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  served = await serve({ components: ['kafka', 's3', 'connect'], dataDir, args, restarts: true });
};

const { ask, put, taskStates, running, s3, objects, kafka, produce, consume } = connectClient(() => served);

const clicksInS3 = async (): Promise<Map<number, number>> => {
  const seen = new Map<number, number>();
  for (const lines of (await objects('topics/clickstream-http-data/')).values()) {
    for (const line of lines) {
      const { event_id: id } = JSON.parse(line) as Click;
      seen.set(id, (seen.get(id) ?? 0) + 1);
    }
  }
  return seen;
};

beforeAll(async () => {
  clickstream = await startClickstream();
  await start();
  const client = s3();
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
});
afterAll(async () => {
  await served?.kill();
  clickstream?.stop();
  removeFolder(dataDir);
});

const sinkVersion = async (): Promise<string> => {
  const { body } = await ask('GET', '/connector-plugins');
  return body.find((plugin: { class: string }) => plugin.class === 'io.confluent.connect.s3.S3SinkConnector').version;
};

/** What only Confluent's own sink does cannot be seen where another one has its name. */
const skipUnlessConfluent = async ({ skip }: TestContext): Promise<void> => {
  const version = await sinkVersion();
  if (!/^\d+\.\d+\.\d+$/.test(version)) skip(`the S3 sink of this worker, version ${version}, is not Confluent’s`);
};

describe('the pipeline’s own connectors', () => {
  test('clicks go from the API to objects that are named by topic, time and first offset', async () => {
    clickstream.add(2_500);
    expect((await put('CLICKSTREAM_SRC_CONNECTOR', artefact('CLICKSTREAM_SRC_CONNECTOR'))).status).toBe(201);
    expect((await put('sink_s3_connector', artefact('sink_s3_connector'))).status).toBe(201);
    await until(clicksInS3, (seen) => seen.size === 2_500);
    const found = await objects('topics/');
    const keyPattern =
      /^topics\/clickstream-http-data\/date=\d{4}-\d\d-\d\d\/time=\d\d-\d\d-\d\d-\d00\/clickstream-http-data\+0\+\d{10}\.json$/;
    for (const key of found.keys()) expect(key).toMatch(keyPattern);
    expect([...found.keys()].sort()[0]).toMatch(/\+0\+0000000000\.json$/);
    expect(JSON.parse([...found.values()][0]?.[0] ?? '')).toEqual(clickstream.events[0]);
  });

  test('the record is what the API gave, keyed by the struct’s text', async () => {
    const [first] = await consume('clickstream-http-data', 1);
    expect(first).toMatchObject({ key: 'Struct{key=1}', value: JSON.stringify(clickstream.events[0]) });
  });

  test('offsets, topics and configuration are told; placeholders are not resolved', async () => {
    const offsets = await until(
      () => ask('GET', '/connectors/CLICKSTREAM_SRC_CONNECTOR/offsets'),
      ({ body }) => body.offsets[0]?.offset.event_id === '2500',
    );
    expect(offsets.body.offsets).toEqual([
      { partition: {}, offset: { event_id: '2500', key: '2500', timestamp: clickstream.events.at(-1)?.event_time } },
    ]);
    const { body: topics } = await ask('GET', '/connectors/sink_s3_connector/topics');
    expect(topics).toEqual({ sink_s3_connector: { topics: ['clickstream-http-data'] } });
    const { body: config } = await ask('GET', '/connectors/sink_s3_connector/config');
    expect(config).toEqual({ ...artefact('sink_s3_connector'), name: 'sink_s3_connector' });
    const { body: tasks } = await ask('GET', '/connectors/sink_s3_connector/tasks');
    expect(tasks[0].config['aws.secret.access.key']).toBe('${env:AWS_SECRET_ACCESS_KEY}');
    expect(tasks[0].config['task.class']).toBe('io.confluent.connect.s3.S3SinkTask');
  });

  test('the state is in Kafka as a real worker keeps it', async () => {
    const configs = await consume('connect-configs', 6);
    const properties = (key: string) => JSON.parse(configs.find((record) => record.key === key)?.value ?? '{}');
    expect(properties('connector-sink_s3_connector').properties.topics).toBe('clickstream-http-data');
    expect(properties('task-sink_s3_connector-0').properties['task.class']).toBe('io.confluent.connect.s3.S3SinkTask');
    expect(properties('commit-sink_s3_connector')).toEqual({ tasks: 1 });
    const statuses = await consume('connect-status', 4);
    const status = JSON.parse(statuses.find(({ key }) => key === 'status-task-sink_s3_connector-0')?.value ?? '{}');
    expect(status).toMatchObject({ state: 'RUNNING', trace: null, version: await sinkVersion() });
    const [offset] = await consume('connect-offsets', 1);
    expect(offset?.key).toBe('["CLICKSTREAM_SRC_CONNECTOR",{}]');
  });

  test('after kill -9 of everything they go on by themselves, and nothing is lost', async () => {
    clickstream.add(1_000);
    await served.kill();
    clickstream.add(1_000);
    await start();
    const seen = await until(clicksInS3, (found) => found.size === 4_500);
    expect([...seen.keys()].sort((left, right) => left - right).at(-1)).toBe(4_500);
    expect((await ask('GET', '/connectors')).body.sort()).toEqual(['CLICKSTREAM_SRC_CONNECTOR', 'sink_s3_connector']);
  });

  test('a stop and start in order repeats no object: offsets were committed on the way out', async () => {
    await until(
      async () =>
        (await ask('GET', '/connectors/sink_s3_connector/offsets')).body.offsets[0]?.offset.kafka_offset as number,
      (offset) => offset >= 4_500,
    );
    await ask('PUT', '/connectors/CLICKSTREAM_SRC_CONNECTOR/stop');
    await until(
      () => taskStates('CLICKSTREAM_SRC_CONNECTOR'),
      (states) => states.length === 0,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = [...(await objects('topics/clickstream-http-data/')).keys()];
    expect(await served.stop()).toBe(0);
    await start();
    await running('sink_s3_connector');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect([...(await objects('topics/clickstream-http-data/')).keys()]).toEqual(before);
    expect((await ask('GET', '/connectors/CLICKSTREAM_SRC_CONNECTOR/status')).body.connector.state).toBe('STOPPED');
  });
});

describe('the S3 sink', () => {
  test('flush.size closes files by count; tombstones are left out; key, path and lines are Confluent’s', async () => {
    await produce('by-count', [
      { key: 'a', value: '{"id":9007199254740993,"price":1.0}' },
      { key: 'a', value: null },
      { key: 'b', value: '{"id":2}' },
      { key: 'c', value: '{"id":3}' },
    ]);
    await put('by-count-sink', sink({ topics: 'by-count', 'flush.size': '2' }));
    const found = await until(
      () => objects('topics/by-count/'),
      (map) => map.size === 1,
    );
    expect([...found]).toEqual([
      ['topics/by-count/partition=0/by-count+0+0000000000.json', ['{"price":1.0,"id":9007199254740993}', '{"id":2}']],
    ]);
    const committed = await until(
      () => ask('GET', '/connectors/by-count-sink/offsets'),
      ({ body }) => body.offsets.length > 0,
    );
    // The open tail is not committed: it is written when its file is full.
    expect(committed.body.offsets).toEqual([
      { partition: { kafka_partition: 0, kafka_topic: 'by-count' }, offset: { kafka_offset: 3 } },
    ]);
    await produce('by-count', [{ key: 'd', value: '{"id":4}' }]);
    const two = await until(
      () => objects('topics/by-count/'),
      (map) => map.size === 2,
    );
    expect(two.get('topics/by-count/partition=0/by-count+0+0000000003.json')).toEqual(['{"id":3}', '{"id":4}']);
  });

  test('two tasks share the partitions; a restart changes no file: names and contents follow from offsets', async () => {
    const admin = kafka().admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'shared', numPartitions: 4 }] });
    await admin.disconnect();
    const records = Array.from({ length: 400 }, (_, id) => ({ value: `{"id":${id}}`, partition: id % 4 }));
    await produce('shared', records);
    await put('shared-sink', sink({ topics: 'shared', 'flush.size': '10', 'tasks.max': '2' }));
    const complete = (found: Map<string, string[]>) => found.size === 40;
    const found = await until(() => objects('topics/shared/'), complete);
    expect(await taskStates('shared-sink')).toEqual(['RUNNING', 'RUNNING']);
    expect([...found.values()].every((lines) => lines.length === 10)).toBe(true);
    expect(new Set([...found.values()].flat()).size).toBe(400);
    expect((await ask('POST', '/connectors/shared-sink/restart?includeTasks=true')).status).toBe(202);
    await running('shared-sink');
    await produce('shared', records);
    const twice = await until(
      () => objects('topics/shared/'),
      (map) => map.size === 80,
    );
    for (const [key, lines] of found) expect(twice.get(key)).toEqual(lines);
  });

  test('a busy S3 is waited for: the same records arrive, once', async (context) => {
    await skipUnlessConfluent(context);
    const gate = await startGate(served.address['AWS_ENDPOINT_URL_S3'] ?? '');
    await put(
      'gated-sink',
      sink({
        topics: 'gated',
        'flush.size': '3',
        'store.url': gate.url,
        'retry.backoff.ms': '200',
        's3.retry.backoff.ms': '20',
      }),
    );
    await running('gated-sink');
    gate.refuse(9);
    await produce(
      'gated',
      [1, 2, 3].map((id) => ({ value: `{"id":${id}}` })),
    );
    const found = await until(
      () => objects('topics/gated/'),
      (map) => map.size === 1,
    );
    expect([...found.values()]).toEqual([['{"id":1}', '{"id":2}', '{"id":3}']]);
    expect(gate.refusalsLeft()).toBe(0);
    expect(await taskStates('gated-sink')).toEqual(['RUNNING']);
    await ask('DELETE', '/connectors/gated-sink');
    gate.stop();
  });

  test('a missing bucket fails the task, and a restart of failed tasks brings it back', async (context) => {
    await skipUnlessConfluent(context);
    await put('no-bucket', sink({ topics: 'by-count', 's3.bucket.name': 'not-there-yet' }));
    await until(
      () => taskStates('no-bucket'),
      (states) => states[0] === 'FAILED',
    );
    const { body } = await ask('GET', '/connectors/no-bucket/tasks/0/status');
    expect(body.trace).toContain(
      'org.apache.kafka.connect.errors.ConnectException: Non-existent S3 bucket: not-there-yet',
    );
    // A plain restart does not touch the task.
    expect((await ask('POST', '/connectors/no-bucket/restart')).status).toBe(204);
    expect(await taskStates('no-bucket')).toEqual(['FAILED']);
    const client = s3();
    await client.send(new CreateBucketCommand({ Bucket: 'not-there-yet' }));
    client.destroy();
    const restarted = await ask('POST', '/connectors/no-bucket/restart?includeTasks=true&onlyFailed=true');
    expect(restarted.status).toBe(202);
    expect(restarted.body.tasks[0].state).toBe('RESTARTING');
    await running('no-bucket');
    await ask('DELETE', '/connectors/no-bucket');
  });

  test('what it does not write is refused by name', async () => {
    const avro = await put(
      'avro',
      sink({ topics: 't', 'format.class': 'io.confluent.connect.s3.format.avro.AvroFormat' }),
    );
    expect(avro.status).toBe(400);
    expect(avro.body.message).toContain('io.confluent.connect.s3.format.avro.AvroFormat is not emulated');
    const converter = await put(
      'avro',
      sink({ topics: 't', 'value.converter': 'io.confluent.connect.avro.AvroConverter' }),
    );
    expect(converter.body.message).toContain('Class io.confluent.connect.avro.AvroConverter could not be found');
    const override = await put('avro', sink({ topics: 't', 'consumer.override.security.protocol': 'SSL' }));
    expect(override.body.message).toContain('consumer.override.security.protocol is not emulated');
  });
});

describe('errors and states', () => {
  test('a poisoned record fails its task and no other; with tolerance it goes to the dead letter queue', async () => {
    await produce('poisoned', [
      { value: '{"id":1}' },
      { key: 'bad', value: 'nope', headers: { origin: 'test' } },
      { value: '{"id":2}' },
    ]);
    await put('poisoned-sink', sink({ topics: 'poisoned', 'flush.size': '2' }));
    await until(
      () => taskStates('poisoned-sink'),
      (states) => states[0] === 'FAILED',
    );
    const { body } = await ask('GET', '/connectors/poisoned-sink/tasks/0/status');
    expect(body.trace).toMatch(
      /^org\.apache\.kafka\.connect\.errors\.ConnectException: Tolerance exceeded in error handler\n/,
    );
    expect(body.trace).toContain("Unrecognized token 'nope'");
    expect(await taskStates('by-count-sink')).toEqual(['RUNNING']);

    await ask('PATCH', '/connectors/poisoned-sink/config', {
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'dead-letters',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    });
    const found = await until(
      () => objects('topics/poisoned/'),
      (map) => map.size === 1,
    );
    expect([...found.values()]).toEqual([['{"id":1}', '{"id":2}']]);
    const [dead] = await consume('dead-letters', 1);
    expect(dead).toMatchObject({
      key: 'bad',
      value: 'nope',
      headers: {
        origin: 'test',
        '__connect.errors.topic': 'poisoned',
        '__connect.errors.partition': '0',
        '__connect.errors.offset': '1',
        '__connect.errors.connector.name': 'poisoned-sink',
        '__connect.errors.stage': 'VALUE_CONVERTER',
        '__connect.errors.class.name': 'org.apache.kafka.connect.json.JsonConverter',
        '__connect.errors.exception.class.name': 'org.apache.kafka.connect.errors.DataException',
      },
    });
  });

  test('paused, a sink takes nothing; resumed, it takes what waited; stopped, its offsets can be moved', async () => {
    await put('stateful-sink', sink({ topics: 'stateful', 'flush.size': '1' }));
    await running('stateful-sink');
    await produce('stateful', [{ value: '{"id":1}' }]);
    await until(
      () => objects('topics/stateful/'),
      (map) => map.size === 1,
    );
    expect((await ask('PUT', '/connectors/stateful-sink/pause')).status).toBe(202);
    await until(
      () => taskStates('stateful-sink'),
      (states) => states[0] === 'PAUSED',
    );
    await produce('stateful', [{ value: '{"id":2}' }]);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect((await objects('topics/stateful/')).size).toBe(1);
    await ask('PUT', '/connectors/stateful-sink/resume');
    await until(
      () => objects('topics/stateful/'),
      (map) => map.size === 2,
    );

    expect((await ask('DELETE', '/connectors/stateful-sink/offsets')).status).toBe(400);
    await ask('PUT', '/connectors/stateful-sink/stop');
    await until(
      async () => (await ask('GET', '/connectors/stateful-sink/status')).body.connector.state as string,
      (state) => state === 'STOPPED',
    );
    const moved = await until(
      () =>
        ask('PATCH', '/connectors/stateful-sink/offsets', {
          offsets: [{ partition: { kafka_topic: 'stateful', kafka_partition: 0 }, offset: { kafka_offset: 1 } }],
        }),
      ({ status }) => status === 200,
    );
    expect(moved.body.message).toMatch(/offsets for this connector have been altered successfully/);
    expect((await ask('GET', '/connectors/stateful-sink/offsets')).body.offsets[0].offset).toEqual({ kafka_offset: 1 });
    expect((await ask('DELETE', '/connectors/stateful-sink/offsets')).status).toBe(200);
    expect((await ask('GET', '/connectors/stateful-sink/offsets')).body).toEqual({ offsets: [] });
  });

  test('transformations with predicates', async () => {
    await produce('orders.raw', [{ value: '{"id":1,"note":"a"}' }, { value: null }, { value: '{"id":2,"note":"b"}' }]);
    await put(
      'transformed-sink',
      sink({
        topics: 'orders.raw',
        'flush.size': '2',
        'behavior.on.null.values': 'fail',
        transforms: 'drop,mask,stamp',
        'transforms.drop.type': 'org.apache.kafka.connect.transforms.Filter',
        'transforms.drop.predicate': 'tombstone',
        'transforms.mask.type': 'org.apache.kafka.connect.transforms.MaskField$Value',
        'transforms.mask.fields': 'note',
        'transforms.stamp.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
        'transforms.stamp.offset.field': 'offset',
        predicates: 'tombstone',
        'predicates.tombstone.type': 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
      }),
    );
    const found = await until(
      () => objects('topics/orders.raw/'),
      (map) => map.size === 1,
    );
    expect([...found.values()].flat().map((line) => JSON.parse(line))).toEqual([
      { id: 1, note: '', offset: 0 },
      { id: 2, note: '', offset: 2 },
    ]);
  });

  test('deleted connectors are gone after a restart too', async () => {
    for (const name of (await ask('GET', '/connectors')).body as string[]) {
      expect((await ask('DELETE', `/connectors/${name}`)).status).toBe(204);
    }
    expect(await served.stop()).toBe(0);
    await start();
    expect((await ask('GET', '/connectors')).body).toEqual([]);
  });
});
