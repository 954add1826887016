import { readFileSync } from 'node:fs';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Served } from './serve.ts';

// A Connect worker, asked as its users ask it: by HTTP, through Kafka, and by the objects it writes.

export const bucket = 'snowflake-data-practice-bucket';
const repository = new URL('../../', import.meta.url);
export const artefact = (name: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`compose/connectors/${name}.json`, repository), 'utf8'));

export const until = async <T>(ask: () => Promise<T>, holds: (answer: T) => boolean, forMs = 60_000): Promise<T> => {
  const endMs = Date.now() + forMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > endMs) throw new Error(`did not come true: ${JSON.stringify(answer)?.slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

type Sent = { key?: string | null; value: string | null; headers?: Record<string, string>; partition?: number };
type Read = { key: string | undefined; value: string | undefined; headers: Record<string, string> };

/** The pipeline's own S3 sink with names by offset alone, and whatever is said here. */
export const sink = (config: Record<string, string>): Record<string, string> => {
  const base = { ...artefact('sink_s3_connector') };
  for (const name of ['path.format', 'partition.duration.ms', 'locale', 'timestamp.extractor', 'partitioner.class'])
    delete base[name];
  return {
    ...base,
    'partitioner.class': 'io.confluent.connect.storage.partitioner.DefaultPartitioner',
    'rotate.schedule.interval.ms': '-1',
    ...config,
  };
};

/** Clients of the worker, its Kafka and its S3, wherever they are at the time of asking. */
export const connectClient = (served: () => Served) => {
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${served().address['CONNECT_URL']}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };

  const put = (name: string, config: Record<string, string>) => ask('PUT', `/connectors/${name}/config`, config);

  const taskStates = async (name: string): Promise<string[]> => {
    const { body } = await ask('GET', `/connectors/${name}/status`);
    return (body?.tasks ?? []).map((task: { state: string }) => task.state);
  };

  const running = (name: string) =>
    until(
      () => taskStates(name),
      (states) => states.length > 0 && states.every((state) => state === 'RUNNING'),
    );

  const s3 = () =>
    new S3Client({
      endpoint: served().address['AWS_ENDPOINT_URL_S3'] ?? '',
      region: served().address['AWS_REGION'] ?? '',
      forcePathStyle: true,
      credentials: {
        accessKeyId: served().address['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: served().address['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    });

  /** Every object below a prefix: its lines by its key. */
  const objects = async (prefix: string): Promise<Map<string, string[]>> => {
    const client = s3();
    const found = new Map<string, string[]>();
    let next: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(next === undefined ? {} : { ContinuationToken: next }),
        }),
      );
      for (const { Key = '' } of page.Contents ?? []) {
        const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        found.set(Key, ((await object.Body?.transformToString()) ?? '').trimEnd().split('\n'));
      }
      next = page.NextContinuationToken;
    } while (next !== undefined);
    client.destroy();
    return found;
  };

  const kafka = () =>
    new Kafka({
      clientId: 'contract',
      brokers: [served().address['KAFKA_BOOTSTRAP_SERVERS'] ?? ''],
      logLevel: logLevel.NOTHING,
    });

  const produce = async (topic: string, messages: Sent[]): Promise<void> => {
    const producer = kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: messages.map(({ key = null, ...message }) => ({ key, ...message })) });
    await producer.disconnect();
  };

  /** Reads a topic from its start until `count` records are there. */
  const consume = async (topic: string, count: number): Promise<Read[]> => {
    const consumer = kafka().consumer({
      maxWaitTimeInMs: 100,
      groupId: `contract-${topic}-${Math.trunc(performance.now())}`,
    });
    const read: Read[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        read.push({
          key: message.key?.toString(),
          value: message.value?.toString(),
          headers: Object.fromEntries(headers),
        });
      },
    });
    await until(
      async () => read.length,
      (length) => length >= count,
    );
    await consumer.disconnect();
    return read;
  };

  return { ask, put, taskStates, running, s3, objects, kafka, produce, consume };
};
