import { readFileSync } from 'node:fs';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { removeFolder, type Served, serve } from './serve.ts';

// What Debezium 3.6.1 wrote to Kafka of script.sql run on MySQL 9.7.4, in eight configurations (captured on 2026-11-22 with Kafka 4.3.1): all four
// decimal modes, with schemas, with transaction metadata, unwrapped. The same script runs here, on ours or on containers, and every record is compared.

const golden = new URL('../golden/debezium/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, golden), 'utf8');

type Stored = {
  topic: string;
  partition: number;
  offset: number;
  headers: [string, string][];
  key: string | null;
  value: string | null;
};

const captured = JSON.parse(text('connectors.json')) as Record<string, Record<string, string>>;
const variants = Object.keys(captured);

// Heartbeats come with the clock.
const recordsOf = (variant: string): Stored[] =>
  text(`${variant}.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Stored)
    .filter(({ topic }) => !topic.startsWith('__debezium-heartbeat'));

let served: Served;
let kafka: Kafka;
let admin: Admin;

const rest = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${served.address['CONNECT_URL']}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
};

const connect = () => {
  const { address } = served;
  return createConnection({
    host: address['MYSQL_HOST'] as string,
    port: Number(address['MYSQL_PORT']),
    user: address['MYSQL_USER'] as string,
    password: address['MYSQL_PASSWORD'] as string,
    multipleStatements: true,
    charset: 'utf8mb4',
  });
};

const run = async (script: string): Promise<void> => {
  const connection = await connect();
  await connection.query(script);
  await connection.end();
};

/** How many follow the binlog. */
const followers = async (): Promise<number> => {
  const connection = await connect();
  const [rows] = (await connection.query('SHOW PROCESSLIST')) as unknown as [{ Command: string }[]];
  await connection.end();
  return rows.filter(({ Command }) => Command.startsWith('Binlog Dump')).length;
};

const untilAtLeast = (what: string, count: () => Promise<number>, wanted: number): Promise<void> =>
  vi.waitFor(async () => expect(await count(), what).toBeGreaterThanOrEqual(wanted), {
    timeout: 90_000,
    interval: 200,
  });

const stored = async (topic: string): Promise<number> =>
  (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);

const expectStored = async (count: (variant: string, topic: string) => number): Promise<void> => {
  const wanted = variants.flatMap((variant) =>
    [...new Set(recordsOf(variant).map(({ topic }) => topic))].map((topic) => ({
      topic,
      count: count(variant, topic),
    })),
  );
  for (const { topic, count: expected } of wanted)
    if (expected > 0) await untilAtLeast(topic, () => stored(topic).catch(() => 0), expected);
};

const isSnapshot = ({ value }: Stored): boolean =>
  /"(?:op|__op)"\s*:\s*"r"|"snapshot"\s*:\s*(?:true|"(?:true|first|last|INITIAL)")/.test(value ?? '');

const readTopics = async (topics: readonly string[], count: number): Promise<Stored[]> => {
  const consumer = kafka.consumer({ groupId: `golden-${topics[0]}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  const records: Stored[] = [];
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const headers = Object.entries(message.headers ?? {});
      records.push({
        ...{ topic, partition, offset: Number(message.offset) },
        headers: headers.map(([name, value]) => [name, String(value)]),
        key: message.key?.toString() ?? null,
        value: message.value?.toString() ?? null,
      });
    },
  });
  await untilAtLeast('records', async () => records.length, count);
  await consumer.disconnect();
  return records;
};

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** Without what differs from run to run: times, places in the binlog, threads, UUIDs; transactions are numbered as they come. */
const withoutRun = (records: readonly Stored[]): Stored[] => {
  const all = records.map(({ key, value }) => `${key}${value}`).join('\n');
  const numbers = [...all.matchAll(new RegExp(`${uuid}:(\\d+)(?!-?\\d)`, 'g'))].map(([, number]) => Number(number));
  const places = new Map(
    [...new Set(numbers)].sort((one, other) => one - other).map((number, index) => [number, index]),
  );
  const strip = (json: string | null): string | null =>
    json &&
    json
      .replace(new RegExp(`${uuid}:1-\\d+`, 'g'), 'GTIDS')
      .replace(new RegExp(`${uuid}:(\\d+)`, 'g'), (_whole, number: string) => `GTID ${places.get(Number(number))}`)
      .replace(/("(?:__)?(?:source_)?ts_(?:ms|us|ns|sec)"\s*:\s*)\d+/g, '$10')
      .replace(/("(?:__source_)?(?:pos|thread)"\s*:\s*)\d+/g, '$10')
      .replace(/("(?:__source_)?file"\s*:\s*)"[^"]*"/g, '$1""');
  return records
    .map(({ topic, partition, offset, headers, key, value }) => ({
      ...{ topic, partition, offset, key: strip(key), value: strip(value) },
      headers: headers.map(([name, value]): [string, string] => [name, name.endsWith('runId') ? '' : value]),
    }))
    .sort((one, other) => (one.topic < other.topic ? -1 : one.topic > other.topic ? 1 : one.offset - other.offset));
};

beforeAll(async () => {
  served = await serve({ components: ['kafka', 'mysql', 'connect'] });
  kafka = new Kafka({ brokers: [served.address['KAFKA_BOOTSTRAP_SERVERS'] ?? ''], logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
  await run(`CREATE DATABASE sales; USE sales; ${text('tables.sql')}`);
  for (const [name, config] of Object.entries(captured)) {
    const { status, body } = await rest('PUT', `/connectors/${name}/config`, {
      ...config,
      'database.hostname': '${env:MYSQL_HOST}',
      'database.port': '${env:MYSQL_PORT}',
      'schema.history.internal.kafka.bootstrap.servers': '${env:KAFKA_BOOTSTRAP_SERVERS}',
    });
    expect(status, JSON.stringify(body)).toBeLessThan(300);
  }
  // All of them follow the binlog before the script begins.
  await expectStored(
    (variant, topic) => recordsOf(variant).filter((record) => record.topic === topic && isSnapshot(record)).length,
  );
  await untilAtLeast('followers', followers, variants.length);
  await run(`USE sales; ${text('script.sql')}`);
  await expectStored((variant, topic) => recordsOf(variant).filter((record) => record.topic === topic).length);
});

afterAll(async () => {
  await admin?.disconnect();
  await served.stop();
  removeFolder(served.dataDir);
});

describe('the connector', () => {
  it.each(variants)('%s writes the records that the real Debezium wrote', async (variant) => {
    const real = recordsOf(variant);
    const topics = [...new Set(real.map(({ topic }) => topic))];
    const ours = withoutRun(await readTopics(topics, real.length));
    expect(ours.map(({ topic, offset }) => `${topic}/${offset}`)).toEqual(
      withoutRun(real).map(({ topic, offset }) => `${topic}/${offset}`),
    );
    for (const [index, record] of withoutRun(real).entries()) expect(ours[index]).toEqual(record);
  });
});
