import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEventJournal, type PipeEvent } from '../../../../sandbox/emulators/snowflake/pipes/event-journal.ts';
import { createdObject } from '../../../../sandbox/emulators/snowflake/pipes/s3-event.ts';

const event = (key: string): PipeEvent => ({ pipeId: 1, key, etag: 'e', sizeBytes: 10, modifiedMs: 5, receivedMs: 6 });

test('what was appended is read again; a torn or damaged tail is cut', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sluicebox-test-')), 'events.log');
  const journal = openEventJournal(path);
  expect(journal.read()).toEqual([]);
  journal.append([event('a'), event('b')]);
  const good = readFileSync(path, 'utf8');
  appendFileSync(path, '0000abcd {"pipeId":1,"key":"c"');
  expect(openEventJournal(path).read()).toEqual([event('a'), event('b')]);
  expect(readFileSync(path, 'utf8')).toBe(good);
  appendFileSync(path, 'ffffffff {"pipeId":1}\n');
  expect(openEventJournal(path).read().length).toBe(2);
});

test('S3 events: keys are decoded, what is no creation is passed over', () => {
  const record = {
    eventName: 'ObjectCreated:Put',
    eventTime: '2024-05-01T00:00:00.000Z',
    s3: { bucket: { name: 'b' }, object: { key: 'a+b%2Fc%C3%A9', size: 3, eTag: 'x' } },
  };
  expect(createdObject(record)).toEqual({
    bucket: 'b',
    key: 'a b/cé',
    etag: 'x',
    sizeBytes: 3,
    eventMs: 1714521600000,
  });
  expect(createdObject({ ...record, eventName: 'ObjectRemoved:Delete' })).toBeUndefined();
  expect(createdObject({ Event: 's3:TestEvent' })).toBeUndefined();
  expect(createdObject(null)).toBeUndefined();
});
