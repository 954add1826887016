import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  binlogMagic,
  checksumHolds,
  decodeEvent,
  type EventBody,
  encodeEvent,
  formatDescription,
} from '../../../../../sandbox/wire/mysql/binlog/event.ts';
import { encodeGtidSet, parseGtidSet } from '../../../../../sandbox/wire/mysql/binlog/gtid-set.ts';
import { command } from '../../../../../sandbox/wire/mysql/flags.ts';
import { dumpFlag, encodeBinlogDump, encodeBinlogDumpGtid } from '../../../../../sandbox/wire/mysql/replication.ts';
import { decodeError } from '../../../../../sandbox/wire/mysql/replies.ts';
import { loginRaw, type RawClient } from './raw-client.ts';
import { type Served, serveStandIn } from './served.ts';

const uuid = '4db608be-e69c-11f1-8d96-0242ac180004';
const checksum = true;

let served: Served;
let folder: string;

beforeEach(async () => {
  served = await serveStandIn();
  folder = mkdtempSync(join(tmpdir(), 'sluicebox-binlog-'));
});
afterEach(async () => {
  await served.stop();
  rmSync(folder, { recursive: true, force: true });
});

const fileOf = (name: string): number => served.engine.binlogFiles.findIndex((file) => file.name === name);

const append = async (name: string, ...bodies: EventBody[]): Promise<void> => {
  const index = fileOf(name);
  let { sizeBytes } = served.engine.binlogFiles[index] as { sizeBytes: number };
  for (const body of bodies) {
    const event = encodeEvent(body, { timestampSeconds: 1_700_000_000, serverId: 1, position: sizeBytes }, checksum);
    await appendFile(join(folder, name), event);
    sizeBytes += event.length;
  }
  served.engine.binlogFiles[index] = { name, sizeBytes };
  served.engine.append();
};

const create = async (name: string, before: string): Promise<void> => {
  writeFileSync(join(folder, name), binlogMagic);
  served.engine.paths.set(name, join(folder, name));
  served.engine.binlogFiles.push({ name, sizeBytes: 4 });
  await append(name, formatDescription('8.4.0', 1_700_000_000), {
    kind: 'previous-gtids',
    gtids: parseGtidSet(before),
    tagged: false,
  });
};

const transaction = (number: bigint): EventBody[] => [
  { kind: 'gtid', anonymous: false, flags: 0, uuid, number, lastCommitted: 0n, sequenceNumber: number },
  { kind: 'xid', xid: number },
];

const twoFiles = async (): Promise<void> => {
  await create('binlog.000001', '');
  await append('binlog.000001', ...transaction(1n), ...transaction(2n), {
    kind: 'rotate',
    position: 4n,
    file: 'binlog.000002',
  });
  await create('binlog.000002', `${uuid}:1-2`);
  await append('binlog.000002', ...transaction(3n));
  served.engine.executedGtids = `${uuid}:1-3`;
};

const sizeOf = (name: string): number => served.engine.binlogFiles[fileOf(name)]?.sizeBytes ?? 0;

const follower = async (...settings: string[]): Promise<RawClient> => {
  const client = await loginRaw(served.port);
  for (const sql of ["SET @source_binlog_checksum = 'CRC32'", ...settings]) {
    client.command(command.query, sql);
    await client.receive();
  }
  return client;
};

const nextEvent = async (client: RawClient) => {
  const payload = (await client.receive())?.payload ?? Buffer.alloc(0);
  if (payload[0] !== 0) return payload;
  const bytes = payload.subarray(1);
  expect(checksumHolds(bytes)).toBe(true);
  return decodeEvent(bytes, checksum);
};

const summary = (event: Awaited<ReturnType<typeof nextEvent>>): string => {
  if (Buffer.isBuffer(event)) return event[0] === 0xfe ? 'eof' : `error ${decodeError(event).errno}`;
  const { body } = event;
  if (body.kind === 'rotate') return `rotate ${body.file} ${body.position}`;
  if (body.kind === 'gtid') return `gtid ${body.number}`;
  if (body.kind === 'xid') return `xid ${body.xid}`;
  return body.kind;
};

const take = async (client: RawClient, count: number): Promise<string[]> => {
  const told = [];
  for (let index = 0; index < count; index++) told.push(summary(await nextEvent(client)));
  return told;
};

test('a dump goes through all files and on as they grow, also into a new one', async () => {
  await twoFiles();
  const client = await follower();
  client.send(encodeBinlogDump({ offset: 4n, flags: 0, serverId: 7, file: '' }));
  expect(await take(client, 13)).toEqual([
    'rotate binlog.000001 4',
    'format-description',
    'previous-gtids',
    'gtid 1',
    'xid 1',
    'gtid 2',
    'xid 2',
    'rotate binlog.000002 4',
    'rotate binlog.000002 4',
    'format-description',
    'previous-gtids',
    'gtid 3',
    'xid 3',
  ]);
  await append('binlog.000002', ...transaction(4n));
  expect(await take(client, 2)).toEqual(['gtid 4', 'xid 4']);
  await append('binlog.000002', { kind: 'rotate', position: 4n, file: 'binlog.000003' });
  await create('binlog.000003', `${uuid}:1-4`);
  expect(await take(client, 4)).toEqual([
    'rotate binlog.000003 4',
    'rotate binlog.000003 4',
    'format-description',
    'previous-gtids',
  ]);
});

test('a dump from the middle describes the format without a position, and ends at once when it may not wait', async () => {
  await twoFiles();
  const client = await follower();
  const offset = sizeOf('binlog.000002');
  await append('binlog.000002', ...transaction(4n));
  client.send(
    encodeBinlogDump({ offset: BigInt(offset), flags: dumpFlag.nonBlocking, serverId: 7, file: 'binlog.000002' }),
  );
  expect(await take(client, 1)).toEqual([`rotate binlog.000002 ${offset}`]);
  expect(await nextEvent(client)).toMatchObject({
    header: { nextPosition: 0 },
    body: { kind: 'format-description', createdSeconds: 0 },
  });
  expect(await take(client, 3)).toEqual(['gtid 4', 'xid 4', 'eof']);
  expect(await client.receive()).toBeUndefined();
});

test('a replica gets only what it has not executed', async () => {
  await twoFiles();
  const dumpGtid = (gtids: string) =>
    encodeBinlogDumpGtid({
      offset: 4n,
      flags: dumpFlag.nonBlocking,
      serverId: 7,
      file: '',
      gtidSet: encodeGtidSet(parseGtidSet(gtids)),
    });
  const first = await follower();
  first.send(dumpGtid(`${uuid}:1`));
  const events = await take(first, 11);
  expect(events.filter((event) => /gtid |xid/.test(event))).toEqual(['gtid 2', 'xid 2', 'gtid 3', 'xid 3']);
  const second = await follower();
  second.send(dumpGtid(`${uuid}:1-2`));
  expect(await take(second, 6)).toEqual([
    'rotate binlog.000002 4',
    'format-description',
    'previous-gtids',
    'gtid 3',
    'xid 3',
    'eof',
  ]);
  const ahead = await follower();
  ahead.send(dumpGtid(`${uuid}:1-99`));
  const error = decodeError((await ahead.receive())?.payload ?? Buffer.alloc(0));
  expect(error).toMatchObject({ errno: 1236, message: expect.stringContaining('Replica has more GTIDs than') });
  served.engine.purged = `${uuid}:1-2`;
  const behind = await follower();
  behind.send(dumpGtid(''));
  expect(decodeError((await behind.receive())?.payload ?? Buffer.alloc(0)).message).toContain(
    `the missing transactions are '${uuid}:1-2'`,
  );
});

test.each([
  ['a file that is not there', 'binlog.999999', 4n, 'Could not find first log file name in binary log index file'],
  ['a position after the end', 'binlog.000001', 1_000_000n, 'position > file size'],
  ['a position before the first event', 'binlog.000001', 2n, 'position < 4'],
  ['a position inside an event', 'binlog.000001', 9n, 'bogus data in log event'],
])('%s is error 1236', async (_, file, offset, message) => {
  await twoFiles();
  const client = await follower();
  client.send(encodeBinlogDump({ offset, flags: dumpFlag.nonBlocking, serverId: 7, file }));
  for (;;) {
    const event = await nextEvent(client);
    if (!Buffer.isBuffer(event)) continue;
    expect(decodeError(event)).toMatchObject({
      errno: 1236,
      sqlState: 'HY000',
      message: expect.stringContaining(message),
    });
    break;
  }
  expect(await client.receive()).toBeUndefined();
});

test('a client that does not know of checksums is refused', async () => {
  await twoFiles();
  const client = await loginRaw(served.port);
  client.send(encodeBinlogDump({ offset: 4n, flags: 0, serverId: 7, file: '' }));
  await client.receive();
  const error = decodeError((await client.receive())?.payload ?? Buffer.alloc(0));
  expect(error.message).toContain('Replica can not handle replication events with the checksum');
});

test('heartbeats come while nothing else does', async () => {
  await create('binlog.000001', '');
  const client = await follower("SET @source_heartbeat_period = '20000000'");
  client.send(encodeBinlogDump({ offset: 4n, flags: 0, serverId: 7, file: '' }));
  await take(client, 3);
  expect(await nextEvent(client)).toMatchObject({
    body: { kind: 'heartbeat', file: 'binlog.000001', position: BigInt(sizeOf('binlog.000001')) },
  });
  await append('binlog.000001', ...transaction(1n));
  const told = await take(client, 6);
  expect(told.filter((event) => event !== 'heartbeat')).toEqual(['gtid 1', 'xid 1']);
});

test('a replica that comes again ends its first dump, KILL ends any', async () => {
  await create('binlog.000001', '');
  const first = await follower();
  first.send(encodeBinlogDump({ offset: 4n, flags: 0, serverId: 7, file: '' }));
  await take(first, 3);
  const second = await follower();
  second.send(encodeBinlogDump({ offset: 4n, flags: 0, serverId: 7, file: '' }));
  expect(await first.receive()).toBeUndefined();
  await take(second, 3);
  const id = Math.max(...[...served.engine.sessions].map(({ connectionId }) => connectionId));
  await (await served.connect()).query(`KILL ${id}`);
  expect(await second.receive()).toBeUndefined();
});

test('a client that hangs up in the middle of a dump leaves nothing behind', async () => {
  await create('binlog.000001', '');
  const client = await follower();
  client.send(encodeBinlogDump({ offset: 4n, flags: 0, serverId: 7, file: '' }));
  await take(client, 3);
  client.socket.destroy();
  await expect.poll(() => served.engine.sessions.size).toBe(0);
});
