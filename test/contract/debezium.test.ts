import { Kafka, logLevel } from 'kafkajs';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder, type Served, serve, temporaryFolder } from './serve.ts';

// The Debezium connector as its users see it: configured over REST, fed by MySQL, read from Kafka. SLUICEBOX_CONTRACT_MYSQL=mysql://user:password@host:port
// runs it against a real MySQL server with binlog and GTIDs; the user must be allowed everything.
const external = process.env['SLUICEBOX_CONTRACT_MYSQL'];

type Envelope = {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  op: string;
  source: Record<string, unknown>;
};
type Stored = { key: Record<string, unknown> | null; value: Envelope | null; headers: Record<string, string> };

let stack: Served;
let worker: Served;
let workerData: string;
let database: Connection;
let mysqlAddress: { host: string; port: number };
let kafka: Kafka;

const startWorker = async (): Promise<void> => {
  const servers = `KAFKA_BOOTSTRAP_SERVERS=${stack.address['KAFKA_BOOTSTRAP_SERVERS']}`;
  worker = await serve({ components: ['connect'], dataDir: workerData, args: ['--set', servers] });
};

const connectDatabase = async (): Promise<Connection> => {
  const address = external ? new URL(external) : undefined;
  const host = address?.hostname ?? stack.address['MYSQL_HOST'] ?? '';
  const port = Number(address?.port ?? stack.address['MYSQL_PORT']);
  const user = address?.username ?? stack.address['MYSQL_USER'] ?? '';
  const password = address?.password ?? stack.address['MYSQL_PASSWORD'] ?? '';
  mysqlAddress = { host, port };
  return createConnection({ host, port, user, password, charset: 'utf8mb4' });
};

const statements = async (...all: string[]): Promise<void> => {
  for (const one of all) await database.query(one);
};

const rest = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${worker.address['CONNECT_URL']}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
};

let serverId = 190_000 + Math.floor(process.pid % 9_000);

const configOf = (name: string, extra: Record<string, string> = {}): Record<string, string> => ({
  'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
  'tasks.max': '1',
  'database.hostname': mysqlAddress.host,
  'database.port': String(mysqlAddress.port),
  'database.user': 'capture',
  'database.password': 'capture-1',
  'database.server.id': String(++serverId),
  'topic.prefix': name,
  'database.include.list': 'dbz_contract',
  'decimal.handling.mode': 'string',
  'poll.interval.ms': '10',
  'schema.history.internal.kafka.bootstrap.servers': stack.address['KAFKA_BOOTSTRAP_SERVERS'] ?? '',
  'schema.history.internal.kafka.topic': `schema-history.${name}`,
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
  ...extra,
});

const create = async (name: string, extra: Record<string, string> = {}): Promise<void> => {
  const { status, body } = await rest('PUT', `/connectors/${name}/config`, configOf(name, extra));
  expect(status, JSON.stringify(body)).toBeLessThan(300);
};

const until = async <T>(look: () => Promise<T>, good: (seen: T) => boolean, limitMs = 40_000): Promise<T> => {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = await look().catch((error) => error as T);
    if (!(seen instanceof Error) && good(seen)) return seen;
    if (Date.now() > end)
      throw new Error(`not within ${limitMs} ms; last seen: ${JSON.stringify(seen)?.slice(0, 2000) ?? seen}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

type Follower = { records: Stored[]; stop(): Promise<void> };

const parse = (bytes: Buffer | null): unknown =>
  bytes === null || bytes.length === 0 ? null : JSON.parse(bytes.toString());

const follow = async (topic: string): Promise<Follower> => {
  const admin = kafka.admin();
  await admin.connect();
  await until(
    () => admin.listTopics(),
    (topics) => topics.includes(topic),
  );
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `${topic}-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const records: Stored[] = [];
  await consumer.run({
    eachMessage: async ({ message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
      records.push({
        key: parse(message.key),
        value: parse(message.value),
        headers: Object.fromEntries(headers),
      } as Stored);
    },
  });
  return { records, stop: () => consumer.disconnect() };
};

const has = (follower: Follower, count: number) =>
  until(
    async () => follower.records,
    (records) => records.length >= count,
  );

const taskOf = async (name: string): Promise<{ state: string; trace?: string } | undefined> => {
  const { body } = await rest('GET', `/connectors/${name}/status`);
  return (body as { tasks?: { state: string; trace?: string }[] }).tasks?.[0];
};

beforeAll(async () => {
  workerData = temporaryFolder();
  stack = await serve({ components: external ? ['kafka'] : ['kafka', 'mysql'] });
  kafka = new Kafka({ brokers: [stack.address['KAFKA_BOOTSTRAP_SERVERS'] ?? ''], logLevel: logLevel.NOTHING });
  database = await connectDatabase();
  await statements(
    'DROP DATABASE IF EXISTS dbz_contract',
    "DROP USER IF EXISTS 'capture'@'%'",
    'CREATE DATABASE dbz_contract DEFAULT CHARACTER SET utf8mb4',
    "CREATE USER 'capture'@'%' IDENTIFIED BY 'capture-1'",
    "GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT, LOCK TABLES ON *.* TO 'capture'@'%'",
  );
  await startWorker();
});

afterAll(async () => {
  await worker?.stop();
  await database?.query('DROP DATABASE IF EXISTS dbz_contract').catch(() => {});
  await database?.end();
  await stack?.stop();
  removeFolder(workerData);
  if (stack) removeFolder(stack.dataDir);
});

describe('a table', () => {
  it('is read whole, then followed: insert, update, delete with tombstone, a changed key, a transaction', async () => {
    await statements(
      "CREATE TABLE dbz_contract.orders (id BIGINT PRIMARY KEY, status ENUM('new','paid') NOT NULL DEFAULT 'new', amount DECIMAL(10,2) NOT NULL, placed DATETIME(3), note VARCHAR(50))",
      "INSERT INTO dbz_contract.orders VALUES (1, 'new', 10.50, '2026-01-02 03:04:05.678', 'ü€😀'), (2, 'paid', -0.01, NULL, NULL)",
    );
    await create('crud', { 'table.include.list': 'dbz_contract.orders' });
    const topic = await follow('crud.dbz_contract.orders');
    await has(topic, 2);
    await until(
      () => taskOf('crud'),
      (task) => task?.state === 'RUNNING',
    );
    expect(topic.records.map(({ value }) => [value?.op, value?.after, value?.source['snapshot']])).toEqual([
      ['r', { id: 1, status: 'new', amount: '10.50', placed: 1767323045678, note: 'ü€😀' }, 'first'],
      ['r', { id: 2, status: 'paid', amount: '-0.01', placed: null, note: null }, 'last'],
    ]);
    await statements(
      'INSERT INTO dbz_contract.orders (id, amount) VALUES (3, 99999999.99)',
      "UPDATE dbz_contract.orders SET status = 'paid' WHERE id = 3",
      'UPDATE dbz_contract.orders SET id = 30 WHERE id = 3',
      'DELETE FROM dbz_contract.orders WHERE id = 30',
      'START TRANSACTION',
      'INSERT INTO dbz_contract.orders (id, amount) VALUES (4, 4), (5, 5)',
      'DELETE FROM dbz_contract.orders WHERE id = 4',
      'COMMIT',
      'START TRANSACTION',
      'INSERT INTO dbz_contract.orders (id, amount) VALUES (6, 6)',
      'ROLLBACK',
      'INSERT INTO dbz_contract.orders (id, amount) VALUES (7, 7)',
    );
    await has(topic, 14);
    const changes = topic.records
      .slice(2)
      .map(({ key, value }) => [key?.['id'], value?.op ?? null, value?.before?.['id'], value?.after?.['id']]);
    expect(changes).toEqual([
      [3, 'c', undefined, 3],
      [3, 'u', 3, 3],
      [3, 'd', 3, undefined],
      [3, null, undefined, undefined],
      [30, 'c', undefined, 30],
      [30, 'd', 30, undefined],
      [30, null, undefined, undefined],
      [4, 'c', undefined, 4],
      [5, 'c', undefined, 5],
      [4, 'd', 4, undefined],
      [4, null, undefined, undefined],
      [7, 'c', undefined, 7],
    ]);
    expect(topic.records[4]?.headers['__debezium.newkey']).toBe('{"id":30}');
    expect(topic.records[6]?.headers['__debezium.oldkey']).toBe('{"id":3}');
    expect(topic.records[2]?.headers['__debezium.context.connectorLogicalName']).toBe('crud');
    expect(topic.records[9]?.value?.source).toMatchObject({
      connector: 'mysql',
      name: 'crud',
      db: 'dbz_contract',
      table: 'orders',
      snapshot: 'false',
    });
    const rows = topic.records.slice(9, 11).map(({ value }) => value?.source['row']);
    expect(rows).toEqual([0, 1]);
    await topic.stop();
    await rest('DELETE', '/connectors/crud');
  });

  it('may change while it is followed', async () => {
    await statements(
      'CREATE TABLE dbz_contract.items (id INT PRIMARY KEY, name VARCHAR(20))',
      "INSERT INTO dbz_contract.items VALUES (1, 'one')",
    );
    await create('alter', { 'table.include.list': 'dbz_contract.items' });
    const topic = await follow('alter.dbz_contract.items');
    await has(topic, 1);
    await statements(
      "INSERT INTO dbz_contract.items VALUES (2, 'two')",
      'ALTER TABLE dbz_contract.items ADD COLUMN price DECIMAL(8,3) NOT NULL DEFAULT 1.5 FIRST, MODIFY name VARCHAR(40)',
      "INSERT INTO dbz_contract.items (id, name) VALUES (3, 'three')",
      'ALTER TABLE dbz_contract.items DROP COLUMN name',
      'INSERT INTO dbz_contract.items (id, price) VALUES (4, 4)',
    );
    await has(topic, 4);
    expect(topic.records.map(({ value }) => value?.after)).toEqual([
      { id: 1, name: 'one' },
      { id: 2, name: 'two' },
      { price: '1.500', id: 3, name: 'three' },
      { price: '4.000', id: 4 },
    ]);
    const changes = await follow('alter');
    await until(
      async () => changes.records,
      (records) => records.some(({ value }) => JSON.stringify(value).includes('DROP COLUMN name')),
    );
    await changes.stop();
    await topic.stop();
    await rest('DELETE', '/connectors/alter');
  });

  it('loses no row when the worker is killed, again and again', async () => {
    await statements('CREATE TABLE dbz_contract.events (id INT PRIMARY KEY, batch INT NOT NULL)');
    await create('killed', { 'table.include.list': 'dbz_contract.events' });
    await until(
      () => taskOf('killed'),
      (task) => task?.state === 'RUNNING',
    );
    let written = 0;
    let writing = true;
    const write = async () => {
      const writer = await connectDatabase();
      for (let batch = 0; writing; batch++) {
        const rows = Array.from({ length: 40 }, () => `(${++written}, ${batch})`);
        await writer.query(`INSERT INTO dbz_contract.events VALUES ${rows.join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await writer.end();
    };
    const writer = write();
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await worker.kill();
      await startWorker();
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    writing = false;
    await writer;
    const topic = await follow('killed.dbz_contract.events');
    const missing = () => {
      const seen = new Set(topic.records.map(({ value }) => value?.after?.['id']));
      return Array.from({ length: written }, (_, index) => index + 1).filter((id) => !seen.has(id));
    };
    await until(
      async () => ({ written, task: await taskOf('killed'), missing: missing().slice(0, 20) }),
      (state) => state.missing.length === 0,
      60_000,
    );
    await topic.stop();
    await rest('DELETE', '/connectors/killed');
  });
});

describe('a binlog that is gone', () => {
  it('fails the task in the words of Debezium, or is made good by a snapshot', async () => {
    await statements(
      'CREATE TABLE dbz_contract.purged (id INT PRIMARY KEY)',
      'INSERT INTO dbz_contract.purged VALUES (1)',
    );
    await create('purged', { 'table.include.list': 'dbz_contract.purged' });
    const topic = await follow('purged.dbz_contract.purged');
    await has(topic, 1);
    await until(
      async () => (await rest('GET', '/connectors/purged/offsets')).body as { offsets: unknown[] },
      ({ offsets }) => offsets.length > 0 && !JSON.stringify(offsets).includes('INITIAL'),
    );
    await rest('PUT', '/connectors/purged/stop');
    await until(
      () => rest('GET', '/connectors/purged/status'),
      ({ body }) => JSON.stringify(body).includes('STOPPED'),
    );
    await statements(
      'INSERT INTO dbz_contract.purged VALUES (2)',
      'FLUSH BINARY LOGS',
      'INSERT INTO dbz_contract.purged VALUES (3)',
      'FLUSH BINARY LOGS',
    );
    const [logs] = (await database.query('SHOW BINARY LOGS')) as unknown as [{ Log_name: string }[]];
    await statements(`PURGE BINARY LOGS TO '${logs.at(-1)?.Log_name}'`);
    await rest('PUT', '/connectors/purged/resume');
    const task = await until(
      () => taskOf('purged'),
      (one) => one?.state === 'FAILED',
    );
    expect(task?.trace).toContain(
      'but this is no longer available on the server. Reconfigure the connector to use a snapshot mode when needed.',
    );
    await create('purged', { 'table.include.list': 'dbz_contract.purged', 'snapshot.mode': 'when_needed' });
    await until(
      async () => topic.records,
      (records) => records.some(({ value }) => value?.after?.['id'] === 3),
    );
    expect(new Set(topic.records.map(({ value }) => value?.after?.['id']))).toEqual(new Set([1, 2, 3]));
    await topic.stop();
    await rest('DELETE', '/connectors/purged');
  });
});

type Validation = { error_count: number; configs: { value: { name: string; errors: string[] } | null }[] };

const errorsOf = (body: unknown): Record<string, string[]> =>
  Object.fromEntries(
    (body as Validation).configs.flatMap(({ value }) =>
      value && value.errors.length > 0 ? [[value.name, value.errors]] : [],
    ),
  );

const validate = (config: Record<string, string>) =>
  rest('PUT', '/connector-plugins/MySqlConnector/config/validate', { name: 'v', ...config });

describe('a configuration', () => {
  it('without what is required is told so by validate, and is a 500 on create, as on a real worker', async () => {
    const bare = { 'connector.class': 'io.debezium.connector.mysql.MySqlConnector', 'tasks.max': '1' };
    expect(errorsOf((await validate(bare)).body)).toEqual(
      Object.fromEntries(
        ['topic.prefix', 'database.hostname', 'database.user', 'database.server.id'].map((name) => [
          name,
          [`The '${name}' value is invalid: A value is required`],
        ]),
      ),
    );
    const created = await rest('POST', '/connectors', { name: 'bare', config: bare });
    expect(created.status).toBe(500);
    expect(JSON.stringify(created.body)).toContain('ConfigValueInfo.errors()');
  });

  it('with a wrong password cannot connect', async () => {
    const { body } = await validate({ ...configOf('wrong'), 'database.password': 'nope' });
    expect(errorsOf(body)['database.hostname']?.[0]).toMatch(/^Unable to connect: Access denied for user 'capture'@/);
  });

  it('that asks for what is not emulated is refused by name', async () => {
    const { status, body } = await rest(
      'PUT',
      '/connectors/refused/config',
      configOf('refused', { 'signal.data.collection': 'dbz_contract.signals' }),
    );
    expect(status).toBe(501);
    expect(JSON.stringify(body)).toContain('signal.data.collection=dbz_contract.signals of Debezium is not emulated');
  });
});
