import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeFolder, type Served, serve, temporaryFolder } from '../contract/serve.ts';
import { cli, runProgram } from './program.ts';

// A second program, with components of its own, stands for the cluster that runs elsewhere.

const everything = ['kafka', 'schema-registry', 'connect', 'mysql', 's3', 'snowflake'] as const;
const bucket = 'snowflake-data-practice-bucket';
const folders: string[] = [];
const folder = (): string => {
  const made = temporaryFolder();
  folders.push(made);
  return made;
};
afterAll(() => folders.forEach(removeFolder));

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const profileOf = (address: Readonly<Record<string, string>>): string => {
  const path = join(folder(), 'cluster.env');
  writeFileSync(
    path,
    `# the cluster\n${Object.entries(address)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')}`,
  );
  return path;
};

const freePorts = (names: readonly string[]): string[] => names.flatMap((name) => ['--port', `${name}=0`]);

describe('everything runs elsewhere', () => {
  let cluster: Served;
  let profile: string;
  let clickstream: number;
  const dataDir = folder();

  beforeAll(async () => {
    clickstream = await freePort();
    cluster = await serve({
      components: everything,
      args: [...freePorts(everything), '--set', `CLICKSTREAM_URL=http://127.0.0.1:${clickstream}`],
    });
    profile = profileOf(cluster.address);
  });
  afterAll(() => cluster?.stop());

  const sandbox = (...args: string[]) =>
    runProgram(
      [
        'sandbox',
        '--plain',
        '--data',
        dataDir,
        '--provider',
        'external',
        '--profile',
        profile,
        '--port',
        `clickstream=${clickstream}`,
      ].concat(args),
    );
  const connectors = async (): Promise<string[]> =>
    (await (await fetch(`${cluster.address['CONNECT_URL']}/connectors`)).json()) as string[];
  const s3 = (): S3Client =>
    new S3Client({
      endpoint: cluster.address['AWS_ENDPOINT_URL_S3'] as string,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: {
        accessKeyId: cluster.address['AWS_ACCESS_KEY_ID'] as string,
        secretAccessKey: cluster.address['AWS_SECRET_ACCESS_KEY'] as string,
      },
    });
  const buckets = async (): Promise<string[]> =>
    ((await s3().send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name }) => Name as string);
  const mysqlTables = async (): Promise<string[]> => {
    const connection = await createConnection({
      host: cluster.address['MYSQL_HOST'] as string,
      port: Number(cluster.address['MYSQL_PORT']),
      user: cluster.address['MYSQL_USER'] as string,
      password: cluster.address['MYSQL_PASSWORD'] as string,
    });
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT CONCAT(table_schema, '.', table_name) AS name FROM information_schema.tables WHERE table_schema = 'sales'",
    );
    await connection.end();
    return rows.map(({ name }) => String(name)).sort();
  };
  const topics = async (): Promise<string[]> => {
    const admin = new Kafka({
      brokers: [cluster.address['KAFKA_BOOTSTRAP_SERVERS'] as string],
      logLevel: logLevel.NOTHING,
    }).admin();
    await admin.connect();
    const found = await admin.listTopics();
    await admin.disconnect();
    return found.filter((name) => !name.startsWith('_') && !name.startsWith('connect-')).sort();
  };

  test('it is only watched: nothing is there afterwards that was not there before', async () => {
    const { code, output } = await sandbox('--for', '2s');
    expect(output).toContain('topic clickstream-http-data is not there: nothing is made without --apply');
    expect(output).toContain(`bucket ${bucket} is not there: nothing is made without --apply`);
    expect(output).toContain('connector mysql_src_connector is not there: nothing is changed without --apply');
    expect(output).toMatch(/schema "DATA_PRACTICE"\."SLUICEBOX_SANDBOX" is not there: nothing is made without --apply/);
    expect(code).toBe(0);
    expect([await connectors(), await buckets(), await mysqlTables(), await topics()]).toEqual([[], [], [], []]);
    expect(existsSync(join(dataDir, 'made.json'))).toBe(false);
  });

  test('applied when asked, and rows flow to the end, through the stages inside the account', async () => {
    const args = ['--apply', '--rate', 'clickstream=50', '--rate', 'orders=20', '--for', '12s'];
    const { code, output } = await sandbox(...args);
    expect(output).toContain('sql/snowflake applied in schema SLUICEBOX_SANDBOX');
    expect(output).toContain('first row in transformed_clickstream');
    expect(output).toContain('first row in transformed_logs');
    expect(code).toBe(0);
    const made = JSON.parse(readFileSync(join(dataDir, 'made.json'), 'utf8')) as { kind: string; name: string }[];
    expect(made.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      'bucket snowflake-data-practice-bucket',
      'connector CLICKSTREAM_SRC_CONNECTOR',
      'connector mysql_src_connector',
      'connector sink_mysql_connector',
      'connector sink_s3_connector',
      'mysql-database sales',
      'mysql-table sales.customers',
      'mysql-table sales.orders',
      'mysql-table sales.products',
      'mysql-user debezium@%',
      'snowflake-schema "DATA_PRACTICE"."SLUICEBOX_SANDBOX"',
      'topic clickstream-http-data',
      'topic schema-history.temp_sql',
      'topic temp_sql.sales.orders',
    ]);
  });

  test('applied again, what is as it should be is left alone', async () => {
    const { code, output } = await sandbox('--apply', '--for', '1s');
    expect(output).toContain('connector mysql_src_connector is as compose/connectors/mysql_src_connector.json says');
    expect(output).not.toMatch(/connector \S+ (created|changed)/);
    expect(code).toBe(0);
  });

  test('a connector that differs is told, field by field, and changed only when asked', async () => {
    const path = `${cluster.address['CONNECT_URL']}/connectors/mysql_src_connector/config`;
    const { name: _name, ...config } = (await (await fetch(path)).json()) as Record<string, string>;
    const body = JSON.stringify({ ...config, 'poll.interval.ms': '77' });
    await fetch(path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
    const { output } = await sandbox('--for', '1s');
    expect(output).toContain(
      'connector mysql_src_connector differs from compose/connectors/mysql_src_connector.json in poll.interval.ms: nothing is changed without --apply',
    );
    expect(await (await fetch(path)).json()).toMatchObject({ 'poll.interval.ms': '77' });
    const applied = await sandbox('--apply', '--for', '1s');
    expect(applied.output).toContain('connector mysql_src_connector changed');
    expect(await (await fetch(path)).json()).toMatchObject({ 'poll.interval.ms': config['poll.interval.ms'] });
  });

  test('clean removes what was made and nothing else', async () => {
    await s3().send(new CreateBucketCommand({ Bucket: 'of-others' }));
    await s3().send(new PutObjectCommand({ Bucket: bucket, Key: 'of/others.txt', Body: 'theirs' }));
    const connection = await createConnection({
      host: cluster.address['MYSQL_HOST'] as string,
      port: Number(cluster.address['MYSQL_PORT']),
      user: cluster.address['MYSQL_USER'] as string,
      password: cluster.address['MYSQL_PASSWORD'] as string,
    });
    await connection.query('CREATE TABLE sales.of_others (id INT PRIMARY KEY)');
    await connection.end();

    const refused = await runProgram(['clean', '--data', dataDir, '--profile', profile]);
    expect(refused.output).toContain('nobody is there to ask: say --yes to remove this');
    expect(refused.code).toBe(2);

    const { code, output } = await runProgram(['clean', '--data', dataDir, '--profile', profile, '--yes']);
    expect(output).toContain(`left: bucket ${bucket} at`);
    expect(output).toContain('other objects are in it, as of/others.txt');
    expect(output).toMatch(/left: mysql database sales at .*: 1 other tables are in it/);
    expect(code).toBe(1);
    expect([await connectors(), (await buckets()).sort(), await mysqlTables(), await topics()]).toEqual([
      [],
      ['of-others', bucket].sort(),
      ['sales.of_others'],
      [],
    ]);
    const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['of/others.txt']);
  });
});

test('a name that the worker does not know is an error with file, line and field, before any connector is made', async () => {
  // No CLICKSTREAM_URL is given to this worker.
  const cluster = await serve({ components: ['kafka', 'connect'] });
  try {
    const own = ['schema-registry', 'mysql', 's3', 'snowflake', 'clickstream'];
    const { code, output } = await runProgram([
      ...['sandbox', '--plain', '--data', folder(), '--provider', 'kafka=external,connect=external'],
      ...['--profile', profileOf(cluster.address), '--apply', '--for', '5s', ...freePorts(own)],
    ]);
    expect(output).toContain(
      `compose/connectors/CLICKSTREAM_SRC_CONNECTOR.json:5: http.request.url needs CLICKSTREAM_URL, which the Connect worker at ${cluster.address['CONNECT_URL']} does not know`,
    );
    expect(code).toBe(2);
    expect(await (await fetch(`${cluster.address['CONNECT_URL']}/connectors`)).json()).toEqual([]);
  } finally {
    await cluster.stop();
  }
});

test('a worker of ours does not write to a cluster of others unasked', async () => {
  const cluster = await serve({ components: ['kafka'] });
  try {
    const { code, output } = await runProgram([
      ...['sandbox', '--plain', '--data', folder(), '--provider', 'kafka=external', '--for', '1s'],
      ...[
        '--profile',
        profileOf(cluster.address),
        ...freePorts(['connect', 'mysql', 's3', 'snowflake', 'clickstream']),
      ],
    ]);
    expect(output).toContain('connect is ours and would write to the external kafka at');
    expect(code).toBe(2);
  } finally {
    await cluster.stop();
  }
});

describe('a schema for each developer', () => {
  let account: Served;
  let connections: string;

  beforeAll(async () => {
    // The account cannot read the sandbox's store: that address leads nowhere.
    const args = [...freePorts(['snowflake']), '--set', 'AWS_ENDPOINT_URL_S3=http://127.0.0.1:1'];
    account = await serve({ components: ['snowflake'], args });
    connections = join(folder(), 'connections.toml');
    const { address } = account;
    const lines = [
      '[dev]',
      ...['account', 'user', 'password', 'host', 'protocol', 'database', 'warehouse'].map(
        (key) => `${key} = "${address[`SNOWFLAKE_${key.toUpperCase()}`]}"`,
      ),
      `port = ${address['SNOWFLAKE_PORT']}`,
    ];
    writeFileSync(connections, `${lines.join('\n')}\n`);
  });
  afterAll(() => account?.stop());

  const own = ['kafka', 'schema-registry', 'connect', 'mysql', 's3', 'clickstream'];
  const args = (dataDir: string): string[] => [
    ...['--data', dataDir, '--provider', 'snowflake=external', '--connection', 'dev', '--connections', connections],
    ...['--apply', ...freePorts(own)],
  ];

  test('killed in the middle of carrying, again and again: each file arrives once', async () => {
    const dataDir = folder();
    const rates = ['--rate', 'clickstream=100', '--rate', 'orders=30'];
    for (const aliveMs of [7_000, 9_300, 8_100]) {
      const child = spawn(process.execPath, [cli, 'sandbox', '--json', ...args(dataDir), ...rates], {
        stdio: 'ignore',
      });
      await new Promise((resolve) => setTimeout(resolve, aliveMs));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const child = spawn(process.execPath, [cli, 'sandbox', '--json', ...args(dataDir), '--no-simulators'], {
      stdio: 'ignore',
    });
    try {
      const sql = async (statement: string): Promise<unknown> => {
        const { output } = await runProgram(['sql', statement, '--json', '--data', dataDir]);
        return output.startsWith('{') ? (JSON.parse(output) as unknown) : output;
      };
      const status = async (): Promise<Record<string, { total?: number }>> => {
        const { output } = await runProgram(['status', '--json', '--data', dataDir]);
        return (JSON.parse(output) as { readings: { nodes: Record<string, { total?: number }> } }).readings.nodes;
      };
      for (const [prefix, table] of [
        ['clickstream-http-data', 'raw_events'],
        ['temp_sql.sales.orders', 'raw_logs'],
      ]) {
        const objects = async (): Promise<number> =>
          (await status().catch(() => undefined))?.[`objects:s3://${bucket}/topics/${prefix}/`]?.total ?? -1;
        const files = async () =>
          sql(
            `select count(distinct file_name) as files, count(*) - count(distinct file_name || ':' || file_row_number) as repeats from ${table}`,
          );
        await expect
          .poll(async () => JSON.stringify([await objects(), await files()]), { timeout: 180_000, interval: 1_000 })
          .toMatch(/^\[([1-9]\d*),\{"files":\1,"repeats":0\}\]$/);
      }
    } finally {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
    expect(child.exitCode).toBe(0);
  });

  test('clean drops the schema; one that was there before is not taken without being named', async () => {
    const dataDir = folder();
    const run = (...more: string[]) => runProgram(['sandbox', '--plain', ...args(dataDir), '--for', '1s', ...more]);
    const taken = await run();
    expect(taken.output).toContain(
      'schema "DATA_PRACTICE"."SLUICEBOX_SANDBOX" is there already and was not made from here: use it with --schema SLUICEBOX_SANDBOX, or name another',
    );
    expect(taken.code).toBe(2);
    const other = await run('--schema', 'of_ada');
    expect(other.output).toContain('sql/snowflake applied in schema OF_ADA');
    expect(other.code).toBe(0);
    const cleaned = await runProgram([
      ...['clean', '--data', dataDir, '--connection', 'dev', '--connections', connections, '--yes'],
    ]);
    expect(cleaned.output).toContain('removed: snowflake schema "DATA_PRACTICE"."OF_ADA"');
    expect(cleaned.code).toBe(0);
    expect((await runProgram(['clean', '--data', dataDir])).output).toBe(
      'nothing was made in any system but our own\n',
    );
  });

  test('a mistake in connections.toml is one line with file and line', async () => {
    const broken = join(folder(), 'connections.toml');
    writeFileSync(broken, '[dev]\naccount = "acme"\nuser = ada\n');
    const { code, output } = await runProgram([
      ...['sandbox', '--plain', '--provider', 'snowflake=external', '--data', folder()],
      ...['--connection', 'dev', '--connections', broken],
    ]);
    expect(output).toMatch(new RegExp(`^sluicebox: ${broken}:3: not TOML: .*\n$`));
    expect(code).toBe(2);
  });
});
