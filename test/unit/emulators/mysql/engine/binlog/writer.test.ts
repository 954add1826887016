import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BinlogWriter, openBinlogWriter } from '../../../../../../sandbox/emulators/mysql/engine/binlog/writer.ts';
import { encodeTransaction } from '../../../../../../sandbox/wire/mysql/binlog/transaction.ts';

const uuid = '4db608be-e69c-11f1-8d96-0242ac180004';

let dataDir: string;
let maxFileBytes: number;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sluicebox-binlog-'));
  maxFileBytes = 2 ** 30;
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (folder = dataDir): BinlogWriter =>
  openBinlogWriter({
    dataDir: folder,
    baseName: 'binlog',
    serverId: 1,
    serverUuid: uuid,
    serverVersion: '8.4.0',
    nowMs: () => 1_700_000_000_000,
    maxFileBytes: () => maxFileBytes,
  });

const session = { threadId: 8, executionSeconds: 0, errorCode: 0, database: 'sales', statusVariables: [] };

const write = (log: BinlogWriter, query: string): void => {
  const { position, gtid } = log.next();
  const { bytes } = encodeTransaction({
    kind: 'ddl',
    query,
    timestampSeconds: 1,
    serverId: 1,
    position,
    checksum: true,
    session,
    gtid: {
      anonymous: false,
      flags: 1,
      ...gtid,
      lastCommitted: 0n,
      sequenceNumber: 1n,
      immediateCommitMicroseconds: 1n,
      immediateServerVersion: 80400,
    },
  });
  log.append(bytes);
};

const queries = (log: BinlogWriter): string[] =>
  [...log.read({ file: log.files()[0]?.name ?? '', position: 4 })].flatMap(({ event }) =>
    event.body.kind === 'query' ? [event.body.query] : [],
  );

test('what was written is there after opening again, and the numbers go on', () => {
  const first = open();
  write(first, 'one');
  write(first, 'two');
  expect(first.position().executedGtids).toBe(`${uuid}:1-2`);
  first.close();
  const second = open();
  expect(queries(second)).toEqual(['one', 'two']);
  expect(second.next().gtid.number).toBe(3n);
  write(second, 'three');
  expect(second.files()).toEqual([{ name: 'binlog.000001', sizeBytes: second.position().offset }]);
  second.close();
});

test('a tail cut at any byte is cut back to whole transactions', () => {
  const log = open();
  write(log, 'one');
  const afterOne = log.position().offset;
  write(log, 'two');
  const whole = readFileSync(join(dataDir, 'binlog.000001'));
  log.close();
  for (let sizeBytes = afterOne; sizeBytes < whole.length; sizeBytes += 7) {
    const folder = mkdtempSync(join(tmpdir(), 'sluicebox-torn-'));
    copyFileSync(join(dataDir, 'binlog.index'), join(folder, 'binlog.index'));
    writeFileSync(join(folder, 'binlog.000001'), whole.subarray(0, sizeBytes));
    const torn = open(folder);
    expect(queries(torn)).toEqual(['one']);
    expect(torn.position()).toMatchObject({ offset: afterOne, executedGtids: `${uuid}:1` });
    write(torn, 'again');
    torn.close();
    expect(queries(open(folder))).toEqual(['one', 'again']);
    rmSync(folder, { recursive: true, force: true });
  }
});

test('files follow each other by size, and the oldest can be purged', () => {
  maxFileBytes = 1;
  const log = open();
  let told = 0;
  const stop = log.onAppend(() => told++);
  for (const name of ['one', 'two', 'three']) write(log, name);
  expect(told).toBe(3);
  stop();
  expect(log.files().map(({ name }) => name)).toEqual([1, 2, 3, 4].map((number) => `binlog.00000${number}`));
  expect(queries(log)).toEqual(['one', 'two', 'three']);
  log.purgeTo('binlog.000003');
  expect(log.purgedGtids()).toBe(`${uuid}:1-2`);
  expect(queries(log)).toEqual(['three']);
  log.close();
  const again = open();
  expect(again.purgedGtids()).toBe(`${uuid}:1-2`);
  expect(again.position().executedGtids).toBe(`${uuid}:1-3`);
  expect(readdirSync(dataDir).sort()).toEqual(['binlog.000003', 'binlog.000004', 'binlog.index']);
  again.close();
});

test('a crash between a Rotate event and the next file ends in the next file', () => {
  const log = open();
  write(log, 'one');
  log.rotate();
  log.close();
  writeFileSync(join(dataDir, 'binlog.index'), './binlog.000001\n');
  truncateSync(join(dataDir, 'binlog.000002'), 30);
  const again = open();
  expect(again.position().file).toBe('binlog.000002');
  write(again, 'two');
  expect(queries(again)).toEqual(['one', 'two']);
  again.close();
});

test('a file that never got its first events is written again', () => {
  const log = open();
  write(log, 'one');
  log.rotate();
  log.close();
  truncateSync(join(dataDir, 'binlog.000002'), 30);
  const again = open();
  write(again, 'two');
  expect(queries(again)).toEqual(['one', 'two']);
  again.close();
});

test('a reset forgets everything', () => {
  const log = open();
  write(log, 'one');
  log.rotate();
  log.reset();
  expect(log.position()).toMatchObject({ file: 'binlog.000001', executedGtids: '' });
  write(log, 'anew');
  expect(log.position().executedGtids).toBe(`${uuid}:1`);
  log.close();
});
