import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeError } from '../../../../../sandbox/wire/mysql/replies.ts';
import { connectRaw, loginRaw } from './raw-client.ts';
import { type Served, serveStandIn } from './served.ts';

let served: Served;
beforeAll(async () => {
  served = await serveStandIn();
});
afterAll(() => served.stop());

const tls = { ssl: { rejectUnauthorized: false } };

test.each<[string, ConnectionOptions]>([
  ['caching_sha2_password', {}],
  ['mysql_native_password, by a switch of plug-in', { user: 'old', password: 'ancient' }],
  ['no password', { user: 'open', password: '' }],
  ['caching_sha2_password over TLS', tls],
  ['mysql_native_password over TLS', { user: 'old', password: 'ancient', ...tls }],
])('logs in with %s', async (_, options) => {
  const connection = await served.connect(options);
  expect((await connection.query('SELECT 1'))[0]).toEqual([{ 1: 1 }]);
});

test.each<[string, ConnectionOptions, string]>([
  ['a wrong password', { password: 'wrong' }, "Access denied for user 'root'@'localhost' (using password: YES)"],
  ['a wrong password over TLS', { password: 'wrong', ...tls }, "user 'root'@'localhost' (using password: YES)"],
  ['a wrong native password', { user: 'old', password: 'x' }, "user 'old'@'localhost' (using password: YES)"],
  ['no password', { password: '' }, "Access denied for user 'root'@'localhost' (using password: NO)"],
  ['a name nobody has', { user: 'ghost' }, "Access denied for user 'ghost'@'localhost' (using password: YES)"],
])('turns away %s', async (_, options, message) => {
  const error = await served.connect(options).catch((error) => error);
  expect(error).toMatchObject({ errno: 1045, sqlState: '28000', code: 'ER_ACCESS_DENIED_ERROR' });
  expect(error.message).toContain(message);
});

test('turns away a locked account and an unknown database', async () => {
  await expect(served.connect({ user: 'shut' })).rejects.toMatchObject({ errno: 3118 });
  await expect(served.connect({ database: 'nope' })).rejects.toMatchObject({ errno: 1049, sqlState: '42000' });
});

test('the RSA key is made once, by the first full authentication', async () => {
  await served.connect({ password: 'wrong' }).catch(() => {});
  expect(existsSync(join(served.dataDir, 'private_key.pem'))).toBe(true);
});

test('the id of the handshake is the session’s', async () => {
  const connection = await served.connect();
  expect([...served.engine.sessions].map(({ connectionId }) => connectionId)).toContain(connection.threadId);
});

test('a user can be changed, and a wrong password then ends the connection', async () => {
  const connection = await served.connect();
  await connection.execute('SELECT 1');
  await connection.changeUser({ user: 'old', password: 'ancient' });
  expect((await connection.query('SELECT 2'))[0]).toEqual([{ 2: 2 }]);
  expect(served.engine.prepared.size).toBe(0);
  await expect(connection.changeUser({ user: 'root', password: 'wrong' })).rejects.toMatchObject({ errno: 1045 });
  await expect(connection.query('SELECT 1')).rejects.toThrow();
});

test('one connection too many is told so, and a place that is given up is free again', async () => {
  const others = served.engine.sessions.size;
  served.engine.variables['max_connections'] = BigInt(others + 2);
  const first = await served.connect();
  await served.connect();
  await expect(served.connect()).rejects.toMatchObject({ errno: 1040, sqlState: '08004' });
  await first.end();
  await expect
    .poll(() =>
      served.connect().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  served.engine.variables['max_connections'] = 151n;
});

test('garbage instead of a handshake response is answered and closed', async () => {
  const client = await connectRaw(served.port);
  await client.receive();
  client.send(Buffer.from('GET / HTTP/1.1'), 1);
  expect(decodeError((await client.receive())?.payload ?? Buffer.alloc(0)).errno).toBe(1043);
  expect(await client.receive()).toBeUndefined();
});

test('a port scan, a half-open client and a reset do no harm', async () => {
  const scan = await connectRaw(served.port);
  scan.socket.destroy();
  const reset = await loginRaw(served.port);
  reset.socket.resetAndDestroy();
  const halfOpen = await loginRaw(served.port);
  halfOpen.command(3, 'SELECT 1');
  halfOpen.socket.end();
  const kinds = [];
  for (let packet = await halfOpen.receive(); packet; packet = await halfOpen.receive()) kinds.push(packet.payload[0]);
  expect(kinds.length).toBe(5);
  expect((await (await served.connect()).query('SELECT 1'))[0]).toEqual([{ 1: 1 }]);
});

test('who does not log in is let go after connect_timeout', async () => {
  served.engine.variables['connect_timeout'] = 0n;
  const client = await connectRaw(served.port);
  await client.receive();
  expect(await client.receive()).toBeUndefined();
  served.engine.variables['connect_timeout'] = 10n;
});
