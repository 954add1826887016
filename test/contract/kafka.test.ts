import { once } from 'node:events';
import { connect } from 'node:net';
import { type Consumer, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { removeFolder, type Served, serve, startProgram } from './serve.ts';

const clientOf = (served: Served) =>
  new Kafka({
    clientId: 'contract',
    brokers: [served.address['KAFKA_BOOTSTRAP_SERVERS'] ?? ''],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, retries: 8 },
  });

const producerOf = (kafka: Kafka, idempotent = false) =>
  kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent });

type Seen = { topic: string; partition: number; offset: string; key: string | null; value: string | null };

const seenAs = (
  topic: string,
  partition: number,
  message: { offset: string; key: Buffer | null; value: Buffer | null },
) => ({
  topic,
  partition,
  offset: message.offset,
  key: message.key?.toString() ?? null,
  value: message.value?.toString() ?? null,
});

const consume = async (kafka: Kafka, groupId: string, topics: string[], seen: Seen[]): Promise<Consumer> => {
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 200, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => void seen.push(seenAs(topic, partition, message)),
  });
  return consumer;
};

const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 30_000, interval: 50 });

describe('the Kafka broker', () => {
  let served: Served;
  let kafka: Kafka;
  beforeAll(async () => {
    served = await serve({ components: ['kafka'] });
    kafka = clientOf(served);
  });
  afterAll(async () => {
    expect(await served.stop()).toBe(0);
    removeFolder(served.dataDir);
  });

  it('keeps keys, values, headers, null values and order', async () => {
    const producer = producerOf(kafka);
    await producer.connect();
    await producer.send({
      topic: 'order',
      messages: [
        { key: 'a', value: '1', headers: { trace: 'x' } },
        { key: 'a', value: null },
        { key: null, value: 'ü' },
      ],
    });
    const [sent] = await producer.send({ topic: 'order', acks: 1, messages: [{ value: 'last' }] });
    expect(sent).toMatchObject({ errorCode: 0, baseOffset: '3' });
    await producer.disconnect();
    const seen: Seen[] = [];
    const consumer = await consume(kafka, 'order-readers', ['order'], seen);
    await until(() =>
      expect(seen.map(({ offset, value }) => [offset, value])).toEqual([
        ['0', '1'],
        ['1', null],
        ['2', 'ü'],
        ['3', 'last'],
      ]),
    );
    await consumer.disconnect();
  });

  it('shares partitions among the members of a group, and goes on from committed offsets', async () => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'shared', numPartitions: 4 }] });
    const seen: Seen[] = [];
    const first = await consume(kafka, 'sharers', ['shared'], seen);
    const second = await consume(kafka, 'sharers', ['shared'], seen);
    await until(async () => {
      const { groups } = await admin.describeGroups(['sharers']);
      expect(groups[0]).toMatchObject({ state: 'Stable', protocolType: 'consumer' });
      expect(groups[0]?.members).toHaveLength(2);
    });
    const producer = producerOf(kafka, true);
    await producer.connect();
    const messages = Array.from({ length: 40 }, (_, index) => ({ partition: index % 4, value: String(index) }));
    await producer.send({ topic: 'shared', acks: -1, messages });
    await until(() => expect(new Set(seen.map(({ value }) => value)).size).toBe(40));
    await first.disconnect();
    await second.disconnect();
    expect(await admin.fetchOffsets({ groupId: 'sharers', topics: ['shared'] })).toMatchObject([
      {
        partitions: expect.arrayContaining(
          [0, 1, 2, 3].map((partition) => expect.objectContaining({ partition, offset: '10' })),
        ),
      },
    ]);
    await producer.send({ topic: 'shared', acks: -1, messages: [{ partition: 2, value: 'more' }] });
    await producer.disconnect();
    const later: Seen[] = [];
    const third = await consume(kafka, 'sharers', ['shared'], later);
    await until(() => expect(later.map(({ value }) => value)).toEqual(['more']));
    await third.disconnect();
    await admin.deleteGroups(['sharers']);
    expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).not.toContain('sharers');
    await admin.disconnect();
  });

  it('shows what a transaction commits, with its offsets, and nothing of one that aborts', async () => {
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionalId: 'contract-tx',
    });
    await producer.connect();
    const committed = await producer.transaction();
    await committed.send({ topic: 'transacted', messages: [{ value: 'kept' }] });
    await committed.sendOffsets({
      consumerGroupId: 'transactors',
      topics: [{ topic: 'transacted', partitions: [{ partition: 0, offset: '1' }] }],
    });
    await committed.commit();
    const aborted = await producer.transaction();
    await aborted.send({ topic: 'transacted', messages: [{ value: 'lost' }] });
    await aborted.abort();
    const last = await producer.transaction();
    await last.send({ topic: 'transacted', messages: [{ value: 'end' }] });
    await last.commit();
    await producer.disconnect();
    const seen: Seen[] = [];
    const consumer = await consume(kafka, 'committed-readers', ['transacted'], seen);
    await until(() => expect(seen.map(({ value }) => value)).toEqual(['kept', 'end']));
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    expect(await admin.fetchOffsets({ groupId: 'transactors', topics: ['transacted'] })).toMatchObject([
      { partitions: [{ partition: 0, offset: '1' }] },
    ]);
    await admin.disconnect();
  });

  it('creates, describes, alters, grows, trims and deletes topics', async () => {
    const admin = kafka.admin();
    await admin.connect();
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.createTopics({ topics: [{ topic: 'managed', numPartitions: 2, configEntries }] });
    const configOf = async (name: string) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: 'managed', configNames: [name] }],
      });
      return resources[0]?.configEntries[0]?.configValue;
    };
    expect(await configOf('cleanup.policy')).toBe('compact');
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: 'managed', configEntries: [{ name: 'retention.ms', value: '60000' }] }],
    });
    expect(await configOf('retention.ms')).toBe('60000');
    expect(await configOf('cleanup.policy')).toBe('delete');
    await admin.createPartitions({ topicPartitions: [{ topic: 'managed', count: 3 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['managed'] });
    expect(topics[0]?.partitions).toHaveLength(3);
    const producer = producerOf(kafka);
    await producer.connect();
    await producer.send({ topic: 'managed', messages: [1, 2, 3].map((n) => ({ partition: 0, value: String(n) })) });
    await producer.disconnect();
    await admin.deleteTopicRecords({ topic: 'managed', partitions: [{ partition: 0, offset: '2' }] });
    expect((await admin.fetchTopicOffsets('managed')).find(({ partition }) => partition === 0)).toMatchObject({
      low: '2',
      high: '3',
    });
    await admin.deleteTopics({ topics: ['managed'] });
    expect(await admin.listTopics()).not.toContain('managed');
    await admin.disconnect();
  });

  it('answers with the errors of the real broker', async () => {
    const admin = kafka.admin();
    await admin.connect();
    const create = (topic: object) => admin.createTopics({ topics: [{ topic: 'wrong', ...topic }] });
    await expect(create({ topic: 'not/a/name' })).rejects.toMatchObject({
      errors: [{ type: 'INVALID_TOPIC_EXCEPTION' }],
    });
    await expect(create({ numPartitions: 0 })).rejects.toMatchObject({ errors: [{ type: 'INVALID_PARTITIONS' }] });
    await expect(create({ replicationFactor: 3 })).rejects.toMatchObject({
      errors: [{ type: 'INVALID_REPLICATION_FACTOR' }],
    });
    await expect(create({ configEntries: [{ name: 'retention.ms', value: 'soon' }] })).rejects.toMatchObject({
      errors: [{ type: 'INVALID_CONFIG' }],
    });
    await expect(admin.deleteTopics({ topics: ['nowhere'] })).rejects.toThrow(
      'This server does not host this topic-partition',
    );
    await admin.disconnect();
    const producer = producerOf(kafka);
    await producer.connect();
    const tooLarge = [{ value: 'x'.repeat(1_100_000) }];
    await expect(producer.send({ topic: 'order', messages: tooLarge })).rejects.toMatchObject({
      type: 'MESSAGE_TOO_LARGE',
    });
    await producer.disconnect();
    const impatient = kafka.consumer({
      groupId: 'impatient',
      sessionTimeout: 1_000,
      heartbeatInterval: 100,
      retry: { retries: 0 },
    });
    await impatient.connect();
    await impatient.subscribe({ topics: ['order'] });
    const crashed = new Promise<unknown>((resolve) => {
      impatient.on(impatient.events.CRASH, ({ payload }) => resolve(payload.error));
    });
    await impatient.run({ eachMessage: async () => {} }).catch(() => {});
    expect(await crashed).toMatchObject({ type: 'INVALID_SESSION_TIMEOUT' });
    await impatient.disconnect();
  });

  it('closes a connection that talks nonsense, and only that one', async () => {
    const [host, port] = (served.address['KAFKA_BOOTSTRAP_SERVERS'] ?? '').split(':');
    for (const nonsense of ['GET / HTTP/1.1\r\n\r\n', '\0\0\0\x04\0\x03\0\x0c', '\0\0\0\x0a\x7f\x7f\0\0\0\0\0\0\0\0']) {
      const socket = connect({ host: host ?? '', port: Number(port) });
      await once(socket, 'connect');
      socket.write(nonsense, 'latin1');
      socket.resume();
      await once(socket, 'close');
    }
    const admin = kafka.admin();
    await admin.connect();
    expect(await admin.listTopics()).toContain('order');
    await admin.disconnect();
  });

  it('refuses a second broker on the same data', async () => {
    const second = startProgram(['serve', 'kafka', '--json', '--data', served.dataDir, '--port', 'kafka=0']);
    let errors = '';
    second.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    const [code] = (await once(second, 'exit')) as [number | null];
    expect(code).not.toBe(0);
    expect(errors).toContain('in use');
  });
});

describe('a Kafka broker that is killed', () => {
  it('has every acknowledged message and offset when it is started again', async () => {
    let served = await serve({ components: ['kafka'], restarts: true });
    const acknowledged: string[] = [];
    const creator = clientOf(served).admin();
    await creator.connect();
    await creator.createTopics({ waitForLeaders: true, topics: [{ topic: 'survivors' }] });
    await creator.disconnect();
    const attempt = async (round: number): Promise<void> => {
      const producer = clientOf(served).producer({
        createPartitioner: Partitioners.DefaultPartitioner,
        retry: { initialRetryTime: 50, retries: 5 },
      });
      await producer.connect();
      let killed = false;
      const produce = async (worker: number): Promise<void> => {
        for (let index = 0; !killed; index++) {
          const value = `${round}-${worker}-${index}`;
          await producer.send({ topic: 'survivors', acks: -1, messages: [{ value }] });
          acknowledged.push(value);
        }
      };
      const workers = [0, 1, 2, 3].map((worker) => produce(worker).catch(() => {}));
      await until(() => expect(acknowledged.length).toBeGreaterThan((round + 1) * 100));
      await served.kill();
      killed = true;
      await Promise.all(workers);
      await producer.disconnect().catch(() => {});
      served = await serve({ components: ['kafka'], dataDir: served.dataDir, restarts: true });
    };
    for (const round of [0, 1, 2]) await attempt(round);
    const seen: Seen[] = [];
    const consumer = await consume(clientOf(served), 'counters', ['survivors'], seen);
    await until(() => {
      const values = new Set(seen.map(({ value }) => value));
      expect(acknowledged.filter((value) => !values.has(value))).toEqual([]);
    });
    await consumer.disconnect();
    const offsetsOf = async () => {
      const admin = clientOf(served).admin();
      await admin.connect();
      const offsets = await admin.fetchOffsets({ groupId: 'counters', topics: ['survivors'] });
      await admin.disconnect();
      return offsets;
    };
    const committed = await offsetsOf();
    await served.kill();
    served = await serve({ components: ['kafka'], dataDir: served.dataDir, restarts: true });
    expect(await offsetsOf()).toEqual(committed);
    expect(await served.stop()).toBe(0);
    removeFolder(served.dataDir);
  });
});
