import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../../../../sandbox/core/random.ts';
import { handlers, refused } from '../../../../../sandbox/emulators/mysql/handlers/index.ts';
import { decodeBinaryRow } from '../../../../../sandbox/wire/mysql/binary-rows.ts';
import {
  readerOf,
  readInt2,
  readInt4,
  take,
  writeInt1,
  writeInt2,
  writeInt4,
  writerOf,
} from '../../../../../sandbox/wire/mysql/bytes.ts';
import { columnType } from '../../../../../sandbox/wire/mysql/column-types.ts';
import { capability, command } from '../../../../../sandbox/wire/mysql/flags.ts';
import { decodeEof, decodeError, decodeOk } from '../../../../../sandbox/wire/mysql/replies.ts';
import { loginRaw, type RawClient } from './raw-client.ts';
import { type Served, serveStandIn } from './served.ts';
import { columnOf, rowsOf } from './stand-in-engine.ts';

let served: Served;
beforeAll(async () => {
  served = await serveStandIn();
});
afterAll(() => served.stop());

const nextPayload = async (client: RawClient): Promise<Buffer> => (await client.receive())?.payload ?? Buffer.alloc(0);

const errorOf = async (client: RawClient) => decodeError(await nextPayload(client));

const statementCommand = (id: number, ...rest: number[]): Buffer => {
  const writer = writerOf();
  writeInt4(writer, id);
  for (const byte of rest) writeInt1(writer, byte);
  return take(writer);
};

test('several statements give several results, the first error ends them', async () => {
  const connection = await served.connect({ multipleStatements: true });
  const [results] = await connection.query('SELECT 1; SELECT 2; SELECT 1');
  expect(results).toEqual([[{ 1: 1 }], [{ 2: 2 }], [{ 1: 1 }]]);
  await expect(connection.query('SELECT 1; nonsense')).rejects.toMatchObject({ errno: 1064, sqlState: '42000' });
  expect((await connection.query('SELECT 1'))[0]).toEqual([{ 1: 1 }]);
});

test('sequence numbers begin anew with each command and count within an answer', async () => {
  const client = await loginRaw(served.port, capability.deprecateEof);
  for (let round = 0; round < 2; round++) {
    client.command(command.query, 'SELECT 1');
    const sequences = [];
    for (let index = 0; index < 4; index++) sequences.push((await client.receive())?.sequence);
    expect(sequences).toEqual([1, 2, 3, 4]);
  }
});

test('unknown commands are unknown, known ones that are not served are refused by name', async () => {
  const client = await loginRaw(served.port);
  client.command(0x55);
  expect(await errorOf(client)).toEqual({ errno: 1047, sqlState: '08S01', message: 'Unknown command' });
  for (const { code, name } of refused) {
    client.command(code);
    expect(await errorOf(client)).toMatchObject({
      errno: 1235,
      sqlState: '42000',
      message: expect.stringContaining(name),
    });
    expect(served.events.at(-1)).toMatchObject({ kind: 'not-emulated', component: 'mysql' });
  }
  client.command(command.ping);
  expect((await nextPayload(client))[0]).toBe(0);
});

test('every command is listed once', () => {
  const codes = [...handlers, ...refused].map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});

test('commands cut short are malformed, and the connection lives on', async () => {
  const client = await loginRaw(served.port);
  // These take an empty body, take any text, or end the connection.
  const others = new Set<number>([
    command.quit,
    command.query,
    command.statementPrepare,
    command.statistics,
    command.ping,
    command.resetConnection,
    command.processInfo,
    command.changeUser,
    command.initDatabase,
    command.binlogDump,
    command.binlogDumpGtid,
  ]);
  for (const { code, name } of handlers) {
    if (others.has(code)) continue;
    client.command(code);
    expect([name, await errorOf(client)]).toEqual([name, expect.objectContaining({ errno: 1835 })]);
  }
});

test('a packet over max_allowed_packet is told 1153 and the connection ends', async () => {
  const client = await loginRaw(served.port);
  served.engine.variables['max_allowed_packet'] = 1024n;
  client.command(command.query, 'x'.repeat(2000));
  expect(await errorOf(client)).toMatchObject({ errno: 1153, sqlState: '08S01' });
  expect(await client.receive()).toBeUndefined();
  served.engine.variables['max_allowed_packet'] = 67_108_864n;
});

test('a packet out of order is told 1156 and the connection ends', async () => {
  const client = await loginRaw(served.port);
  client.send(Buffer.of(command.ping), 3);
  expect(await errorOf(client)).toMatchObject({ errno: 1156, sqlState: '08S01' });
  expect(await client.receive()).toBeUndefined();
});

test('a payload of more than 16 MiB arrives and leaves whole', async () => {
  const long = 'x'.repeat(17 * 1024 * 1024);
  const column = columnOf('long', columnType.varString, { charset: 255 });
  served.engine.answers.set(`SELECT '${long}'`, () => [rowsOf([column], [[long]])]);
  const connection = await served.connect();
  const [rows] = await connection.query(`SELECT '${long}'`);
  expect((rows as { long: string }[])[0]?.long.length).toBe(long.length);
  served.engine.answers.delete(`SELECT '${long}'`);
});

test('a client that does not read a large result does not make the server hold it in memory as packets', async () => {
  const value = 'x'.repeat(100_000);
  const row = [value];
  const column = columnOf('long', columnType.varString, { charset: 255 });
  served.engine.answers.set('SELECT much', () => [rowsOf([column], Array(2000).fill(row))]);
  const client = await loginRaw(served.port);
  client.socket.pause();
  const before = process.memoryUsage();
  client.command(command.query, 'SELECT much');
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = process.memoryUsage();
  expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(50_000_000);
  client.socket.resume();
  let received = 0;
  for (let packet = await client.receive(); packet && received < 2004; packet = await client.receive()) {
    if (++received === 2004) break;
  }
  expect(received).toBe(2004);
});

test('a bug of ours ends its connection and no other', async () => {
  const [broken, other] = [await served.connect(), await served.connect()];
  await expect(broken.query('BUG')).rejects.toMatchObject({ errno: 1105, sqlState: 'HY000' });
  expect(served.events.at(-1)).toMatchObject({ kind: 'failed' });
  expect((await other.query('SELECT 1'))[0]).toEqual([{ 1: 1 }]);
});

test('KILL ends an idle connection', async () => {
  const [victim, killer] = [await loginRaw(served.port), await served.connect()];
  const id = Math.max(...[...served.engine.sessions].map(({ connectionId }) => connectionId)) - 1;
  await killer.query(`KILL ${id}`);
  expect(await victim.receive()).toBeUndefined();
  await expect(killer.query('KILL 99999')).rejects.toMatchObject({ errno: 1094 });
});

test('who is silent for wait_timeout is told 4031 and let go', async () => {
  const client = await loginRaw(served.port);
  served.engine.variables['wait_timeout'] = 0n;
  expect(await errorOf(client)).toMatchObject({ errno: 4031, sqlState: 'HY000' });
  served.engine.variables['wait_timeout'] = 28_800n;
});

test('latin1 clients are spoken to in latin1', async () => {
  const client = await loginRaw(served.port, capability.deprecateEof);
  const column = columnOf('word', columnType.varString, { charset: 8 });
  served.engine.answers.set("SELECT 'żółw é €'", () => [rowsOf([column], [['żółw é €']])]);
  served.engine.answers.set("SELECT 'é'", () => [rowsOf([column], [['é']])]);
  const ask = async (sql: Buffer) => {
    client.command(command.query, sql);
    await client.receive();
    await client.receive();
    const row = await nextPayload(client);
    await client.receive();
    return row.subarray(1).toString('latin1');
  };
  client.command(command.query, "SET character_set_results = 'latin1'");
  await client.receive();
  expect(await ask(Buffer.from("SELECT 'żółw é €'"))).toBe('?ó?w é \x80');
  client.command(command.query, "SET character_set_client = 'latin1'");
  await client.receive();
  expect(await ask(Buffer.from("SELECT 'é'", 'latin1'))).toBe('é');
});

test('parameters of all types reach the engine as they were bound', async () => {
  const connection = await served.connect();
  const date = new Date(2026, 10, 22, 10, 20, 30, 5);
  await connection.execute('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)', ['żółw', 5, Buffer.of(0, 255), null, date, true]);
  expect(served.engine.lastParameters.map(({ type, value }) => [type, value])).toEqual([
    [columnType.varString, 'żółw'],
    [columnType.double, 5],
    [expect.any(Number), Buffer.of(0, 255)],
    [expect.any(Number), null],
    [columnType.dateTime, '2026-11-22 10:20:30.005000'],
    [expect.any(Number), expect.anything()],
  ]);
});

const prepare = async (client: RawClient, sql: string, packetsAfter: number): Promise<number> => {
  client.command(command.statementPrepare, sql);
  const reader = readerOf(await nextPayload(client), 1);
  const id = readInt4(reader);
  readInt2(reader);
  for (let index = 0; index < packetsAfter; index++) await client.receive();
  return id;
};

test('long data is sent ahead in pieces, and forgotten by a reset', async () => {
  const client = await loginRaw(served.port, capability.deprecateEof);
  const id = await prepare(client, 'INSERT INTO t VALUES (?)', 1);
  const piece = (text: string) => {
    const writer = writerOf();
    writeInt4(writer, id);
    writeInt2(writer, 0);
    client.command(command.statementSendLongData, Buffer.concat([take(writer), Buffer.from(text)]));
  };
  piece('hello, ');
  piece('world');
  const execution = Buffer.concat([statementCommand(id, 0, 1, 0, 0, 0), Buffer.of(0, 1, columnType.blob, 0)]);
  client.command(command.statementExecute, execution);
  expect(decodeOk(await nextPayload(client)).affectedRows).toBe(1n);
  expect(served.engine.lastParameters[0]?.value).toEqual(Buffer.from('hello, world'));
  piece('dropped');
  client.command(command.statementReset, statementCommand(id));
  await client.receive();
  client.command(
    command.statementExecute,
    Buffer.concat([statementCommand(id, 0, 1, 0, 0, 0), Buffer.of(0, 0, 2, 0x68, 0x69)]),
  );
  await client.receive();
  expect(served.engine.lastParameters[0]?.value).toEqual(Buffer.from('hi'));
});

test('statements that are not known are told by the name of who was asked', async () => {
  const client = await loginRaw(served.port);
  client.command(command.statementExecute, statementCommand(77, 0, 1, 0, 0, 0));
  expect(await errorOf(client)).toMatchObject({
    errno: 1243,
    message: 'Unknown prepared statement handler (77) given to mysqld_stmt_execute',
  });
  client.command(command.statementClose, statementCommand(77));
  client.command(command.ping);
  expect((await nextPayload(client))[0]).toBe(0);
});

test('no more statements than max_prepared_stmt_count', async () => {
  const client = await loginRaw(served.port);
  served.engine.variables['max_prepared_stmt_count'] = 0n;
  client.command(command.statementPrepare, 'SELECT 1');
  expect(await errorOf(client)).toMatchObject({ errno: 1461, sqlState: '42000' });
  served.engine.variables['max_prepared_stmt_count'] = 16_382n;
});

test.each([
  ['with EOF packets', 0],
  ['without', capability.deprecateEof],
])('a cursor is fetched in parts, %s', async (_, flag) => {
  const column = columnOf('n', columnType.longLong);
  served.engine.answers.set('SELECT n', () => [rowsOf([column], [[1n], [2n], [3n]])]);
  const client = await loginRaw(served.port, flag);
  const id = await prepare(client, 'SELECT n', flag === 0 ? 2 : 1);
  client.command(command.statementExecute, statementCommand(id, 1, 1, 0, 0, 0));
  await client.receive();
  await client.receive();
  const cursorExists = 0x40;
  const lastRowSent = 0x80;
  const statusOf = (payload: Buffer) => (flag === 0 ? decodeEof(payload).status : decodeOk(payload).status);
  expect(statusOf(await nextPayload(client)) & cursorExists).toBe(cursorExists);
  const fetch = async (count: number) => {
    client.command(command.statementFetch, statementCommand(id, count, 0, 0, 0));
    const rows = [];
    for (;;) {
      const payload = await nextPayload(client);
      if (payload[0] === 0xfe) return { rows, status: statusOf(payload) };
      rows.push(decodeBinaryRow(payload, [column])[0]);
    }
  };
  const first = await fetch(2);
  expect(first.rows).toEqual([1n, 2n]);
  expect(first.status & lastRowSent).toBe(0);
  const second = await fetch(2);
  expect(second.rows).toEqual([3n]);
  expect(second.status & lastRowSent).toBe(lastRowSent);
  client.command(command.statementFetch, statementCommand(id, 1, 0, 0, 0));
  expect(await errorOf(client)).toMatchObject({ errno: 1421 });
});

test('a reset forgets statements and variables', async () => {
  const connection = await served.connect();
  await connection.execute('SELECT 1');
  expect(served.engine.prepared.has('SELECT 1')).toBe(true);
  const client = connection as unknown as { reset(): Promise<void> };
  await client.reset();
  expect(served.engine.prepared.has('SELECT 1')).toBe(false);
});

test('default database, field list, statistics and options', async () => {
  const client = await loginRaw(served.port);
  client.command(command.initDatabase, 'sales');
  expect((await nextPayload(client))[0]).toBe(0);
  client.command(command.initDatabase, 'nope');
  expect(await errorOf(client)).toMatchObject({ errno: 1049 });
  client.command(command.fieldList, 'orders\0');
  expect((await nextPayload(client)).includes('orders')).toBe(true);
  expect((await nextPayload(client))[0]).toBe(0xfe);
  client.command(command.statistics);
  expect((await nextPayload(client)).toString()).toMatch(/^Uptime: \d+ {2}Threads: \d+ {2}Questions: \d+/);
  client.command(command.setOption, Buffer.of(0, 0));
  expect((await nextPayload(client))[0]).toBe(0xfe);
  client.command(command.setOption, Buffer.of(9, 0));
  expect(await errorOf(client)).toMatchObject({ errno: 1047 });
});

test('whatever a client sends as a command, it is answered or let go, and nobody else notices', async () => {
  const random = seededRandom('commands');
  const other = await served.connect();
  const failures = () => served.events.filter(({ kind }) => kind === 'failed').length;
  const before = failures();
  for (let round = 0; round < 150; round++) {
    const client = await loginRaw(served.port, random.pick([0, capability.deprecateEof]));
    for (let count = 0; count < 5; count++) {
      const body = Buffer.from(
        Array.from({ length: random.integer(0, 40) }, () => random.pick([0, 0, 1, 255, random.integer(0, 255)])),
      );
      client.command(random.integer(1, 34), body);
    }
    client.command(command.quit);
    while (await client.receive());
  }
  expect(failures()).toBe(before);
  expect((await other.query('SELECT 1'))[0]).toEqual([{ 1: 1 }]);
});
