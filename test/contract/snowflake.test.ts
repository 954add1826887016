import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import snowflake from 'snowflake-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, serve } from './serve.ts';

process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
snowflake.configure({ logLevel: 'OFF' as never });

const bucket = 'snowflake-data-practice-bucket';
const clicks = 'topics/clickstream-http-data/';
const sqlFolder = join(import.meta.dirname, '../../sql/snowflake');

type Row = Record<string, unknown>;
type SnowflakeError = Error & { code?: string | number; sqlState?: string };
type Client = {
  connection: snowflake.Connection;
  query(sqlText: string, binds?: snowflake.Binds): Promise<Row[]>;
  /** The error that a statement is answered with. */
  refused(sqlText: string, binds?: snowflake.Binds): Promise<SnowflakeError>;
  close(): Promise<void>;
};

let served: Served;
let client: Client;
let s3: S3Client;

const connect = async (
  options: Partial<snowflake.ConnectionOptions> = {},
  address = served.address,
): Promise<Client> => {
  const connection = snowflake.createConnection({
    account: address['SNOWFLAKE_ACCOUNT'] as string,
    username: address['SNOWFLAKE_USER'] as string,
    password: address['SNOWFLAKE_PASSWORD'] as string,
    accessUrl: `http://${address['SNOWFLAKE_HOST']}:${address['SNOWFLAKE_PORT']}`,
    ...options,
  });
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  const query: Client['query'] = (sqlText, binds) =>
    new Promise((resolve, reject) =>
      connection.execute({
        sqlText,
        ...(binds ? { binds } : {}),
        complete: (error, _statement, rows) => (error ? reject(error) : resolve((rows ?? []) as Row[])),
      }),
    );
  return {
    connection,
    query,
    refused: (sqlText, binds) =>
      query(sqlText, binds).then(
        () => {
          throw new Error(`succeeded: ${sqlText}`);
        },
        (error: SnowflakeError) => error,
      ),
    close: () => new Promise((resolve) => connection.destroy(() => resolve())),
  };
};

/** Retries until the assertion holds: what is asynchronous is asserted by convergence. */
const eventually = async (assertion: () => Promise<void>, withinMs = 30_000): Promise<void> => {
  const endMs = performance.now() + withinMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};

const put = (key: string, body: string): Promise<unknown> =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));

const lines = (...records: unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

const count = async (table: string, of: Client = client): Promise<number> =>
  Number((await of.query(`select count(*) as n from ${table}`))[0]?.['N']);

/** Statements of a file, as a person would paste them one after another. */
const statementsOf = (file: string): string[] =>
  readFileSync(join(sqlFolder, file), 'utf8')
    .split(/;[ \t]*$/m)
    .filter((text) => text.replace(/--.*$/gm, '').trim() !== '');

const runFiles = async (of: Client): Promise<void> => {
  for (const statement of statementsOf('010_account.sql')) await of.query(statement);
  await of.query('use schema data_practice.pipeline');
  for (const file of ['020_stages.sql', '030_clickstream.sql', '040_orders.sql']) {
    for (const statement of statementsOf(file)) await of.query(statement);
  }
};

const storageClient = (address: Record<string, string>): S3Client =>
  new S3Client({
    endpoint: address['AWS_ENDPOINT_URL_S3'] as string,
    region: address['AWS_REGION'] as string,
    credentials: {
      accessKeyId: address['AWS_ACCESS_KEY_ID'] as string,
      secretAccessKey: address['AWS_SECRET_ACCESS_KEY'] as string,
    },
    forcePathStyle: true,
  });

beforeAll(async () => {
  served = await serve({ components: ['s3', 'snowflake'] });
  s3 = storageClient(served.address);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  client = await connect();
  await client.query('create database if not exists playground');
});

afterAll(async () => {
  await client?.close();
  s3?.destroy();
  await served?.stop();
});

describe('login', () => {
  test('a wrong password is refused with 390100', async () => {
    const error: SnowflakeError = await connect({ password: 'wrong' }).then(
      () => {
        throw new Error('logged in');
      },
      (failed: SnowflakeError) => failed,
    );
    expect(error.code).toBe('390100');
    expect(error.message).toContain('Incorrect username or password was specified.');
  });

  test('settings of the connection are those of the session', async () => {
    const other = await connect({ database: 'playground', schema: 'public' });
    expect(await other.query('select current_database() as d, current_schema() as s, current_user() as u')).toEqual([
      { D: 'PLAYGROUND', S: 'PUBLIC', U: 'SLUICEBOX' },
    ]);
    await other.close();
  });

  test('a session that has ended is not served any more', async () => {
    const other = await connect();
    await other.close();
    await expect(other.query('select 1')).rejects.toThrow();
  });
});

describe('statements', () => {
  beforeAll(async () => {
    await client.query('create or replace schema playground.statements');
  });

  test('DDL answers in the words of the real one', async () => {
    expect(await client.query('create table words (id number(10,0) not null, word varchar(20))')).toEqual([
      { status: 'Table WORDS successfully created.' },
    ]);
    expect(await client.query('create table if not exists words (id int)')).toEqual([
      { status: 'WORDS already exists, statement succeeded.' },
    ]);
    const error = await client.refused('create table words (id int)');
    expect([error.code, error.sqlState]).toEqual(['002002', '42710']);
    expect(error.message).toContain("Object 'WORDS' already exists.");
    expect(await client.query('drop table words')).toEqual([{ status: 'WORDS successfully dropped.' }]);
    expect(await client.query('drop table if exists words')).toEqual([
      { status: 'Drop statement executed successfully (WORDS already dropped).' },
    ]);
  });

  test('DML answers with its counts, under their own names', async () => {
    await client.query('create table fruit (id int, name varchar, price number(10,2))');
    expect(await client.query("insert into fruit values (1, 'apple', 1.10), (2, 'pear', 0.20), (3, 'fig', 3)")).toEqual(
      [{ 'number of rows inserted': 3 }],
    );
    expect(await client.query('update fruit set price = price + 0.10 where id < 3')).toEqual([
      { 'number of rows updated': 2, 'number of multi-joined rows updated': 0 },
    ]);
    expect(await client.query('delete from fruit where id = 3')).toEqual([{ 'number of rows deleted': 1 }]);
    expect(
      await client.query(`merge into fruit t using (select 1 as id, 'quince' as name union all select 9, 'plum') s on t.id = s.id
        when matched then update set name = s.name when not matched then insert (id, name) values (s.id, s.name)`),
    ).toEqual([{ 'number of rows inserted': 1, 'number of rows updated': 1 }]);
    expect(await client.query('select id, name, price from fruit order by id')).toEqual([
      { ID: 1, NAME: 'quince', PRICE: 1.2 },
      { ID: 2, NAME: 'pear', PRICE: 0.3 },
      { ID: 9, NAME: 'plum', PRICE: null },
    ]);
  });

  test('each type comes back as the driver shows it', async () => {
    await client.query("alter session set timezone = 'UTC'");
    await client.query(`create table kinds (n number(38,0), d number(12,3), f float, t varchar, b boolean, day date, clock time,
      ntz timestamp_ntz(3), ltz timestamp_ltz(3), v variant, o object, a array, x binary)`);
    await client.query(`insert into kinds select 12345678901234567890, 0.125, 1.5, 'héllo', true, '2024-02-29', '23:59:58',
      '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789', parse_json('{"b": [1, 2.50], "a": null}'), object_construct('k', 'v'),
      array_construct(1, 'x'), to_binary('CAFE')`);
    const statement = await new Promise<{ rows: Row[]; types: string[] }>((resolve, reject) =>
      client.connection.execute({
        sqlText: 'select * from kinds',
        fetchAsString: ['Number', 'Date'],
        complete: (error, done, rows) =>
          error
            ? reject(error)
            : resolve({ rows: rows as Row[], types: (done.getColumns() ?? []).map((column) => column.getType()) }),
      }),
    );
    expect(statement.types).toEqual([
      'fixed',
      'fixed',
      'real',
      'text',
      'boolean',
      'date',
      'time',
      'timestamp_ntz',
      'timestamp_ltz',
      'variant',
      'object',
      'array',
      'binary',
    ]);
    const { X: binary, ...others } = statement.rows[0] as Row & { X: Buffer };
    expect(Buffer.from(binary).toString('hex')).toBe('cafe');
    expect(others).toEqual({
      N: '12345678901234567890',
      D: '0.125',
      F: '1.5',
      T: 'héllo',
      B: true,
      DAY: '2024-02-29',
      CLOCK: '23:59:58',
      NTZ: '2024-02-29 12:34:56.789',
      LTZ: '2024-02-29 12:34:56.789 +0000',
      V: { a: null, b: [1, 2.5] },
      O: { k: 'v' },
      A: [1, 'x'],
    });
  });

  test('binds, one row and many', async () => {
    await client.query('create table bound (id int, name varchar, at timestamp_ntz, ok boolean, amount number(10,2))');
    await client.query('insert into bound values (?, ?, ?, ?, ?)', [1, "o'brien", '2024-01-01 00:00:00', true, 1.25]);
    await client.query(
      'insert into bound (id, name) values (?, ?)',
      Array.from({ length: 500 }, (_, index) => [index + 2, `name ${index}`]) as never,
    );
    expect(await client.query('select count(*) as n, max(id) as m from bound where id >= :1', [1])).toEqual([
      { N: 501, M: 501 },
    ]);
    expect(await client.query('select name, amount from bound where id = ?', [1])).toEqual([
      { NAME: "o'brien", AMOUNT: 1.25 },
    ]);
  });

  test('several statements in one request', async () => {
    const results: Row[][] = [];
    await new Promise<void>((resolve, reject) => {
      client.connection.execute({
        sqlText: "set answer = 42; select $answer as a; select 'last' as b",
        parameters: { MULTI_STATEMENT_COUNT: 3 },
        complete: (
          error: Error | undefined,
          statement: snowflake.RowStatement & { hasNext(): boolean; NextResult(): void },
          rows: Row[],
        ) => {
          if (error) return reject(error);
          results.push(rows);
          if (statement.hasNext()) statement.NextResult();
          else resolve();
        },
      } as never);
    });
    expect(results.slice(1)).toEqual([[{ A: 42 }], [{ B: 'last' }]]);
    const error = await client.refused('select 1; select 2');
    expect(error.message).toContain('Actual statement count 2 did not match the desired statement count 1.');
  });

  test('a large result comes whole', async () => {
    const rows = await client.query(
      "select seq4() as n, repeat('x', 100) as filler from table(generator(rowcount => 120000)) order by 1",
    );
    expect(rows.length).toBe(120_000);
    expect(rows[119_999]?.['N']).toBe(119_999);
  });

  test('a query runs on while the client is away, and can be stopped', async () => {
    const started = await new Promise<string>((resolve, reject) =>
      client.connection.execute({
        sqlText: 'select count(*) as n from table(generator(rowcount => 1000))',
        asyncExec: true,
        complete: (error, statement) => (error ? reject(error) : resolve(statement.getQueryId())),
      }),
    );
    const statement = await client.connection.getResultsFromQueryId({ queryId: started, sqlText: '' });
    const rows: Row[] = [];
    for await (const row of statement.streamRows()) rows.push(row as Row);
    expect(rows).toEqual([{ N: 1000 }]);

    const stopped = await new Promise<SnowflakeError | undefined>((resolve) => {
      const long = client.connection.execute({
        sqlText:
          'select count(*) from table(generator(rowcount => 100000)) a, table(generator(rowcount => 1000000)) b where a.seq4() < 0 or random() > 2',
        complete: (error) => resolve(error as SnowflakeError | undefined),
      });
      setTimeout(() => long.cancel(() => {}), 200);
    });
    expect(stopped).toBeDefined();
  });

  test('what is wrong is answered with the code and state of the real one', async () => {
    const answers: [string, string, string][] = [
      ['selec 1', '001003', '42000'],
      ['select nope from fruit', '000904', '42000'],
      ['select * from nowhere', '002003', '42S02'],
      ['drop stage nowhere', '002003', '02000'],
      ['use database nowhere', '002043', '02000'],
      ["select 'abc'::number", '100038', '22018'],
      ['select 1 / 0', '100051', '22012'],
      ['insert into fruit values (1)', '002020', '21S01'],
      ['select nofunction(1)', '002140', '42601'],
    ];
    for (const [sql, code, state] of answers) {
      const error = await client.refused(sql);
      expect([sql, error.code, error.sqlState]).toEqual([sql, code, state]);
    }
    await client.query('create table strict (id int not null)');
    const error = await client.refused('insert into strict values (null)');
    expect([error.code, error.sqlState]).toEqual(['100072', '22000']);
  });

  test('what is not emulated is refused by name', async () => {
    for (const sql of [
      'create dynamic table d target_lag = downstream warehouse = w as select 1',
      'create masking policy p as (v varchar) returns varchar -> v',
      'grant role a to user b',
    ]) {
      const error = await client.refused(sql);
      expect([sql, error.code, error.sqlState]).toEqual([sql, '000002', '0A000']);
      expect(error.message).toContain('Unsupported feature');
    }
  });
});

describe('transactions', () => {
  let other: Client;

  beforeAll(async () => {
    await client.query('create or replace schema playground.transactions');
    await client.query('create table accounts (id int, balance number(10,2))');
    await client.query('insert into accounts values (1, 100), (2, 100)');
    other = await connect({ database: 'playground', schema: 'transactions' });
  });
  afterAll(() => other.close());

  test('what is not committed is not seen by others, and a rollback undoes it', async () => {
    await client.query('begin');
    await client.query('update accounts set balance = balance - 30 where id = 1');
    expect(await other.query('select balance from accounts where id = 1')).toEqual([{ BALANCE: 100 }]);
    await client.query('rollback');
    expect(await client.query('select balance from accounts where id = 1')).toEqual([{ BALANCE: 100 }]);
    await client.query('begin');
    await client.query('update accounts set balance = balance - 30 where id = 1');
    await client.query('update accounts set balance = balance + 30 where id = 2');
    await client.query('commit');
    expect(await other.query('select id, balance from accounts order by id')).toEqual([
      { ID: 1, BALANCE: 70 },
      { ID: 2, BALANCE: 130 },
    ]);
  });

  test('changes of one table wait for each other, and queries wait for nobody', async () => {
    await client.query('begin');
    await client.query('update accounts set balance = 0 where id = 1');
    let waited = false;
    const second = other.query('update accounts set balance = balance + 1 where id = 1').then(() => {
      waited = true;
    });
    const third = await connect({ database: 'playground', schema: 'transactions' });
    expect(await third.query('select balance from accounts where id = 1')).toEqual([{ BALANCE: 70 }]);
    expect(waited).toBe(false);
    await client.query('commit');
    await second;
    expect(await third.query('select balance from accounts where id = 1')).toEqual([{ BALANCE: 1 }]);
    await third.close();
  });

  test('a statement that fails undoes itself alone', async () => {
    await client.query('create or replace table ledger (id int not null, amount number(5,2))');
    await client.query('begin');
    await client.query('insert into ledger values (1, 1.50), (2, 2.50)');
    await client.query('update ledger set amount = 9 where id = 2');
    expect((await client.refused('insert into ledger values (null, 1)')).code).toBe('100072');
    expect((await client.refused("insert into ledger select 3, 'abc'::number")).code).toBe('100038');
    expect((await client.refused('select 1 / 0')).code).toBe('100051');
    await client.query('insert into ledger values (4, 4)');
    await client.query('commit');
    expect(await client.query('select id, amount from ledger order by id')).toEqual([
      { ID: 1, AMOUNT: 1.5 },
      { ID: 2, AMOUNT: 9 },
      { ID: 4, AMOUNT: 4 },
    ]);
  });

  test('a transaction sees what others commit while it runs', async () => {
    await client.query('create or replace table shared (id int, n int)');
    await client.query('insert into shared values (1, 0)');
    await client.query('begin');
    expect(await count('shared')).toBe(1);
    await other.query('insert into shared values (2, 0)');
    await other.query('update shared set n = 5 where id = 1');
    expect(await client.query('select sum(n) as n from shared')).toEqual([{ N: 5 }]);
    await client.query('create or replace temporary table unrelated (id int)');
    await client.query('begin');
    await client.query('insert into shared values (3, 0)');
    await other.query('update shared set n = n + 1 where id = 1');
    await client.query('update shared set n = n + 1 where id = 1');
    await client.query('commit');
    expect(await client.query('select id, n from shared order by id')).toEqual([
      { ID: 1, N: 7 },
      { ID: 2, N: 0 },
      { ID: 3, N: 0 },
    ]);
  });

  test('DDL commits what is open', async () => {
    await client.query('begin');
    await client.query('insert into accounts values (3, 5)');
    await client.query('create table another (id int)');
    await client.query('rollback');
    expect(await count('accounts')).toBe(3);
  });
});

describe('streams', () => {
  beforeAll(async () => {
    await client.query('create or replace schema playground.streams');
  });

  const changes = (stream: string) =>
    client.query(
      `select id, name, metadata$action as action, metadata$isupdate as is_update from ${stream} order by id, action`,
    );

  test('a stream holds the net change since its offset, and DML that reads it moves it', async () => {
    await client.query('create table things (id int, name varchar)');
    await client.query("insert into things values (1, 'one'), (2, 'two'), (3, 'three')");
    await client.query('create stream changes on table things');
    await client.query('create stream arrivals on table things append_only = true');
    expect(await changes('changes')).toEqual([]);
    await client.query("insert into things values (4, 'four'), (5, 'five')");
    await client.query("update things set name = 'TWO' where id = 2");
    await client.query("update things set name = 'FOUR' where id = 4");
    await client.query('delete from things where id in (3, 5)');
    const net = [
      { ID: 2, NAME: 'two', ACTION: 'DELETE', IS_UPDATE: true },
      { ID: 2, NAME: 'TWO', ACTION: 'INSERT', IS_UPDATE: true },
      { ID: 3, NAME: 'three', ACTION: 'DELETE', IS_UPDATE: false },
      { ID: 4, NAME: 'FOUR', ACTION: 'INSERT', IS_UPDATE: false },
    ];
    expect(await changes('changes')).toEqual(net);
    expect(await changes('changes')).toEqual(net);
    expect(await changes('arrivals')).toEqual([
      { ID: 4, NAME: 'four', ACTION: 'INSERT', IS_UPDATE: false },
      { ID: 5, NAME: 'five', ACTION: 'INSERT', IS_UPDATE: false },
    ]);

    await client.query('create table log (id int, action varchar)');
    await client.query('begin');
    await client.query('insert into log select id, metadata$action from changes');
    await client.query('rollback');
    expect(await changes('changes')).toEqual(net);
    await client.query('insert into log select id, metadata$action from changes');
    expect(await changes('changes')).toEqual([]);
    expect(await count('log')).toBe(4);
    expect((await changes('arrivals')).length).toBe(2);
    await client.query('insert into log select id, metadata$action from arrivals where false');
    expect(await changes('arrivals')).toEqual([]);

    await client.query("insert into things values (6, 'six')");
    expect(await changes('changes')).toEqual([{ ID: 6, NAME: 'six', ACTION: 'INSERT', IS_UPDATE: false }]);
    expect(await client.query("select system$stream_has_data('changes') as has_data")).toEqual([{ HAS_DATA: true }]);
    expect(Object.keys((await client.query('select * from things where id = 6'))[0] as Row)).toEqual(['ID', 'NAME']);
  });

  test('rows of concurrent transactions are seen once, whichever commits first', async () => {
    await client.query('create table busy (id int)');
    await client.query('create stream busy_stream on table busy append_only = true');
    await client.query('create table taken (id int)');
    const other = await connect({ database: 'playground', schema: 'streams' });
    await other.query('begin');
    await other.query('insert into busy values (1)');
    await client.query('insert into busy values (2)');
    await client.query('insert into taken select id from busy_stream');
    await other.query('commit');
    await client.query('insert into taken select id from busy_stream');
    expect(await client.query('select id from taken order by id')).toEqual([{ ID: 1 }, { ID: 2 }]);
    await other.close();
  });

  test('SHOW_INITIAL_ROWS gives what was there before', async () => {
    await client.query("create table old as select 7 as id, 'seven' as name");
    await client.query('create stream old_stream on table old show_initial_rows = true');
    expect(await changes('old_stream')).toEqual([{ ID: 7, NAME: 'seven', ACTION: 'INSERT', IS_UPDATE: false }]);
  });
});

describe('the pipeline of this repository', () => {
  beforeAll(async () => {
    await runFiles(client);
    const [pipe] = await client.query('show pipes');
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: {
          QueueConfigurations: [{ QueueArn: String(pipe?.['notification_channel']), Events: ['s3:ObjectCreated:*'] }],
        },
      }),
    );
  });

  const click = (id: number, visitor = 'v1', at = '2024-05-01T10:00:00.000') => ({
    event_id: id,
    visitor_id: visitor,
    event_type: 'view',
    page_url: `/p/${id}`,
    unit_price: '12.50',
    event_time: at,
  });

  test('runs its files again without a change', async () => {
    await runFiles(client);
    expect((await client.query('show tasks')).map((task) => task['state'])).toEqual([
      'started',
      'started',
      'started',
      'started',
    ]);
  });

  test('an object in the bucket becomes rows, through pipe and tasks', async () => {
    await put(
      `${clicks}first.json`,
      lines(click(1), click(2, 'v1', '2024-05-01T10:10:00.000'), click(3, 'v1', '2024-05-01T12:00:00.000')),
    );
    await eventually(async () => {
      expect(
        await client.query(
          'select event_id, session_id, session_event_number, unit_price from transformed_clickstream where event_id <= 3 order by 1',
        ),
      ).toEqual([
        { EVENT_ID: 1, SESSION_ID: 'v1/1', SESSION_EVENT_NUMBER: 1, UNIT_PRICE: 12.5 },
        { EVENT_ID: 2, SESSION_ID: 'v1/1', SESSION_EVENT_NUMBER: 2, UNIT_PRICE: 12.5 },
        { EVENT_ID: 3, SESSION_ID: 'v1/2', SESSION_EVENT_NUMBER: 1, UNIT_PRICE: 12.5 },
      ]);
    });
    expect(
      await client.query(
        'select file_name, file_row_number, record:visitor_id::varchar as v from raw_events order by 2 limit 1',
      ),
    ).toEqual([{ FILE_NAME: `${clicks}first.json`, FILE_ROW_NUMBER: 1, V: 'v1' }]);
    const history = await client.query(
      "select name, state from table(information_schema.task_history()) where name = 'INSERT_EVENT_DATA_TASK' and state = 'SUCCEEDED'",
    );
    expect(history.length).toBeGreaterThan(0);
  });

  test('a file is loaded once by its name, though it changes or is announced again', async () => {
    const before = await count('raw_events');
    await put(`${clicks}once.json`, lines(click(10)));
    await eventually(async () => expect(await count('raw_events')).toBe(before + 1));
    await put(`${clicks}once.json`, lines(click(10), click(11)));
    await put(`${clicks}after.json`, lines(click(12)));
    await eventually(async () => expect(await count('raw_events')).toBe(before + 2));
    expect(await client.query('alter pipe raw_events_pipe refresh')).toEqual([]);
  });

  test('a file that cannot be read is skipped, remembered, and told of', async () => {
    await put(`${clicks}broken.json`, '{"event_id": 20}\n{"event_id": 21, "event_id": 22}\n');
    await put(`${clicks}whole.json`, lines(click(23)));
    await eventually(async () => {
      const loads = await client.query(
        `select file_name, status, first_error_message as message from table(information_schema.copy_history(
          table_name => 'raw_events', start_time => dateadd(hour, -1, current_timestamp()))) where file_name like '%broken%'`,
      );
      expect(loads).toEqual([
        {
          FILE_NAME: `${clicks}broken.json`,
          STATUS: 'Load failed',
          MESSAGE: expect.stringContaining('duplicate object attribute'),
        },
      ]);
    });
    expect(await client.query('select record from raw_events where record:event_id in (20, 21, 22)')).toEqual([]);
    await eventually(async () => {
      const [status] = await client.query("select system$pipe_status('raw_events_pipe') as status");
      expect(JSON.parse(String(status?.['STATUS']))).toMatchObject({ executionState: 'RUNNING', pendingFileCount: 0 });
    });
  });

  test('a paused pipe keeps what it is told of', async () => {
    await client.query('alter pipe raw_events_pipe set pipe_execution_paused = true');
    const before = await count('raw_events');
    await put(`${clicks}paused.json`, lines(click(30)));
    await eventually(async () => {
      const [status] = await client.query("select system$pipe_status('raw_events_pipe') as status");
      expect(JSON.parse(String(status?.['STATUS']))).toMatchObject({ executionState: 'PAUSED', pendingFileCount: 1 });
    });
    expect(await count('raw_events')).toBe(before);
    await client.query('alter pipe raw_events_pipe set pipe_execution_paused = false');
    await eventually(async () => expect(await count('raw_events')).toBe(before + 1));
  });

  test('orders: money exact, late changes ignored, deletes marked', async () => {
    const change = (op: string, id: number, position: number, status: string) => ({
      op,
      before: op === 'd' ? { id, customer_id: 5, status, total_amount: '19.99' } : null,
      after:
        op === 'd'
          ? null
          : {
              id,
              customer_id: 5,
              product_id: 7,
              quantity: 1,
              unit_price: '19.99',
              total_amount: '19.99',
              status,
              created_at: 1714557600000,
            },
      source: { ts_ms: 1714557600000, file: 'binlog.000002', pos: position, row: 0 },
    });
    await put(
      'topics/temp_sql.sales.orders/a.json',
      lines(change('c', 1, 100, 'created'), change('c', 2, 150, 'created'), change('u', 1, 300, 'paid')),
    );
    await eventually(async () => expect(await count('transformed_logs')).toBe(2));
    await put(
      'topics/temp_sql.sales.orders/b.json',
      lines(change('u', 1, 200, 'late'), change('d', 2, 400, 'created')),
    );
    await eventually(async () => {
      expect(
        await client.query(
          'select order_id, status, total_amount::varchar as total, is_deleted from transformed_logs order by 1',
        ),
      ).toEqual([
        { ORDER_ID: 1, STATUS: 'paid', TOTAL: '19.99', IS_DELETED: false },
        { ORDER_ID: 2, STATUS: 'created', TOTAL: '19.99', IS_DELETED: true },
      ]);
    });
  });
});

describe('COPY INTO', () => {
  const folder = 'topics/copy/';

  beforeAll(async () => {
    await client.query('create or replace schema playground.copies');
    await client.query(`create storage integration if not exists copies_integration type = external_stage storage_provider = 'S3' enabled = true
      storage_allowed_locations = ('s3://${bucket}/topics/copy/')`);
    await client.query(`create stage files url = 's3://${bucket}/${folder}' storage_integration = copies_integration`);
    await put(`${folder}a.json`, lines({ id: 1, name: 'a' }, { id: 2, name: 'b' }));
    await put(`${folder}array.json`, JSON.stringify([{ id: 3 }, { id: 4 }]));
    await put(`${folder}bad.json`, '{"id": 5}\n{"id": \n{"id": 6}\n');
    await put(`${folder}people.csv`, 'id,name,born\n1,"Ann, B.",2000-01-02\n2,,\n');
  });

  test('a stage outside of what the integration allows is refused', async () => {
    const error = await client.refused(
      `create stage elsewhere url = 's3://other-bucket/' storage_integration = copies_integration`,
    );
    expect(error.message).toContain('is not allowed by integration');
  });

  test('JSON, once by its content unless forced', async () => {
    await client.query('create table documents (d variant)');
    const copy = "copy into documents from @files files = ('a.json') file_format = (type = json)";
    const [loaded] = await client.query(copy);
    expect(loaded).toMatchObject({
      file: `s3://${bucket}/${folder}a.json`,
      status: 'LOADED',
      rows_parsed: 2,
      rows_loaded: 2,
      errors_seen: 0,
    });
    expect(await client.query(copy)).toEqual([{ status: 'Copy executed with 0 files processed.' }]);
    await client.query(`${copy} force = true`);
    expect(await count('documents')).toBe(4);
    await client.query(
      "copy into documents from @files pattern = '.*array.*' file_format = (type = json strip_outer_array = true)",
    );
    expect(await count('documents')).toBe(6);
  });

  test('ON_ERROR', async () => {
    await client.query('create table picky (d variant)');
    const copy = "copy into picky from @files files = ('bad.json') file_format = (type = json)";
    const error = await client.refused(copy);
    expect([error.code, error.sqlState]).toEqual(['100069', '22P02']);
    expect(error.message).toContain('Error parsing JSON');
    expect(await count('picky')).toBe(0);
    const [skipped] = await client.query(`${copy} on_error = skip_file`);
    expect(skipped).toMatchObject({ status: 'LOAD_FAILED', rows_loaded: 0 });
    const [kept] = await client.query(`${copy} on_error = continue`);
    expect(kept).toMatchObject({ status: 'PARTIALLY_LOADED' });
    expect(await count('picky')).toBeGreaterThan(0);
  });

  test('CSV into typed columns, and a stage as a table', async () => {
    await client.query('create table people (id int, name varchar, born date)');
    const format = "file_format = (type = csv skip_header = 1 field_optionally_enclosed_by = '\"')";
    await client.query(`copy into people from @files files = ('people.csv') ${format}`);
    expect(await client.query('select id, name, to_varchar(born) as born from people order by id')).toEqual([
      { ID: 1, NAME: 'Ann, B.', BORN: '2000-01-02' },
      { ID: 2, NAME: null, BORN: null },
    ]);
    await client.query('create file format as_json type = json');
    expect(
      await client.query(
        "select $1:id::int as id, metadata$file_row_number as r from @files/a.json (file_format => 'as_json') order by 1",
      ),
    ).toEqual([
      { ID: 1, R: 1 },
      { ID: 2, R: 2 },
    ]);
  });

  test('the files of a stage are listed and removed', async () => {
    await put(`${folder}gone.json`, lines({ id: 1 }));
    expect((await client.query("list @files pattern = '.*gone.*'")).map((file) => file['name'])).toEqual([
      `s3://${bucket}/${folder}gone.json`,
    ]);
    await client.query('remove @files/gone.json');
    expect(await client.query("list @files pattern = '.*gone.*'")).toEqual([]);
  });
});

describe('kill -9', () => {
  test('nothing that was answered is lost, and no file is loaded twice', async () => {
    let crashing = await serve({ components: ['s3', 'snowflake'] });
    let storage = storageClient(crashing.address);
    await storage.send(new CreateBucketCommand({ Bucket: bucket }));
    let session = await connect({}, crashing.address);
    await runFiles(session);
    const [pipe] = await session.query('show pipes');
    await storage.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: {
          QueueConfigurations: [{ QueueArn: String(pipe?.['notification_channel']), Events: ['s3:ObjectCreated:*'] }],
        },
      }),
    );
    let written = 0;
    for (let round = 0; round < 3; round++) {
      for (let file = 0; file < 10; file++) {
        const events = Array.from({ length: 20 }, (_, index) => ({
          event_id: ++written,
          visitor_id: `v${index}`,
          event_time: '2024-05-01T10:00:00.000',
        }));
        await storage.send(
          new PutObjectCommand({ Bucket: bucket, Key: `${clicks}${round}-${file}.json`, Body: lines(...events) }),
        );
      }
      await session.query('create table if not exists acknowledged (n int)');
      await session.query(`insert into acknowledged values (${round})`);
      await crashing.kill();
      crashing = await serve({ components: ['s3', 'snowflake'], dataDir: crashing.dataDir });
      storage.destroy();
      storage = storageClient(crashing.address);
      session = await connect({ database: 'data_practice', schema: 'pipeline' }, crashing.address);
    }
    await eventually(async () => {
      expect(
        await session.query('select count(*) as n, count(distinct event_id) as d from transformed_clickstream'),
      ).toEqual([{ N: written, D: written }]);
    });
    expect(await count('raw_events', session)).toBe(written);
    expect(await session.query('select n from acknowledged order by n')).toEqual([{ N: 0 }, { N: 1 }, { N: 2 }]);
    await session.close();
    storage.destroy();
    await crashing.stop();
  });

  test('a second server on the same folder is told why it cannot start', async () => {
    await expect(serve({ components: ['s3', 'snowflake'], dataDir: served.dataDir })).rejects.toThrow(/running/);
  });
});
