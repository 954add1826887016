import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../sandbox/core/clock.ts';
import type { PendingEvent, StoredObject } from '../../../../sandbox/emulators/s3/changes.ts';
import { openStore, type Store } from '../../../../sandbox/emulators/s3/store.ts';

const bucket = 'kept';

describe('the store', () => {
  let folder: string;
  let open: Store[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 's3-store-'));
    open = [];
  });
  afterEach(() => {
    for (const store of open) store.close();
    rmSync(folder, { recursive: true });
  });

  const openAt = (dataDir = folder): Store => {
    const store = openStore(dataDir, systemClock, () => {});
    open.push(store);
    return store;
  };

  const write = (store: Store, text: string) => {
    const writer = store.contents.create();
    writer.write(Buffer.from(text));
    return writer.keep();
  };

  const objectOf = (store: Store, key: string, text: string): StoredObject => ({
    key,
    sizeBytes: text.length,
    etag: text,
    lastModifiedMs: 1,
    segments: [write(store, text)],
    isMultipart: false,
    headers: {},
    metadata: {},
    tags: {},
    storageClass: 'STANDARD',
    checksum: { algorithm: 'CRC64NVME', value: '', type: 'FULL_OBJECT' },
  });

  const eventOf = (store: Store, key: string): PendingEvent => {
    const sequencer = store.nextSequencer();
    const detail = {
      kind: 'object',
      name: 'ObjectCreated:Put',
      configurationId: '',
      sourceIp: '',
      key,
      sequencer,
    } as const;
    return { id: sequencer, queueArn: 'q', bucket, timeMs: 1, requestId: '', hostId: '', detail };
  };

  const put = (store: Store, key: string, text: string) => {
    const events = [eventOf(store, key)];
    store.commit({ kind: 'object-put', bucket, object: objectOf(store, key, text), events });
    return events.map(({ id }) => id);
  };

  const read = (store: Store, key: string): string => {
    const [segment] = store.buckets.get(bucket)?.objects.get(key)?.segments ?? [];
    if (segment === undefined) return '';
    const reader = store.contents.open(segment.content);
    const bytes = Buffer.alloc(100);
    const length = reader.read(bytes, 0);
    reader.close();
    return bytes.toString('utf8', 0, length);
  };

  const contentFiles = (dataDir = folder): string[] =>
    readdirSync(join(dataDir, 'contents')).flatMap((shard) => readdirSync(join(dataDir, 'contents', shard)));

  it('is the same after it is opened again', () => {
    const first = openAt();
    first.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    const ids = [...put(first, 'a', 'one'), ...put(first, 'b', 'two'), ...put(first, 'a', 'three')];
    first.commit({ kind: 'events-sent', ids: ids.slice(0, 1) });
    const second = openAt();
    expect([read(second, 'a'), read(second, 'b')]).toEqual(['three', 'two']);
    expect([...second.pendingEvents.keys()]).toEqual(ids.slice(1));
    expect(second.nextSequencer() > (ids.at(-1) ?? '')).toBe(true);
    expect(contentFiles()).toHaveLength(2);
  });

  it('holds an object and its event together wherever the journal is torn, and no orphan after', () => {
    const whole = openAt();
    whole.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    put(whole, 'a', 'one');
    const kept = readFileSync(join(folder, 'journal')).length;
    put(whole, 'b', 'two');
    const bytes = readFileSync(join(folder, 'journal'));
    for (let length = kept; length <= bytes.length; length += 7) {
      const copy = mkdtempSync(join(tmpdir(), 's3-torn-'));
      cpSync(folder, copy, { recursive: true });
      writeFileSync(join(copy, 'journal'), bytes.subarray(0, length));
      const torn = openStore(copy, systemClock, () => {});
      expect([...torn.pendingEvents.values()].map(({ detail }) => 'key' in detail && detail.key)).toEqual(['a']);
      expect(torn.buckets.get(bucket)?.objects.keys()).toEqual(['a']);
      expect(contentFiles(copy)).toHaveLength(1);
      torn.close();
      rmSync(copy, { recursive: true });
    }
  });

  it('keeps what is being read until it was read', () => {
    const store = openAt();
    store.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    put(store, 'a', 'old');
    const segments = store.buckets.get(bucket)?.objects.get('a')?.segments ?? [];
    const release = store.contents.hold(segments);
    put(store, 'a', 'new');
    const reader = store.contents.open(segments[0]?.content ?? '');
    const bytes = Buffer.alloc(3);
    reader.read(bytes, 0);
    reader.close();
    expect(bytes.toString()).toBe('old');
    expect(contentFiles()).toHaveLength(2);
    release();
    release();
    expect(contentFiles()).toHaveLength(1);
  });

  it('shrinks its journal to what is there', () => {
    const store = openAt();
    store.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    for (let index = 0; index < 1500; index++)
      store.commit({ kind: 'events-sent', ids: put(store, 'same', `${index}`) });
    const before = readFileSync(join(folder, 'journal')).length;
    const again = openAt();
    expect(read(again, 'same')).toBe('1499');
    expect(readFileSync(join(folder, 'journal')).length).toBeLessThan(before / 100);
    expect(read(openAt(), 'same')).toBe('1499');
  });

  it('forgets uploads and their parts when they end', () => {
    const store = openAt();
    store.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    const upload = { id: 'u', key: 'a', startedMs: 1, headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
    store.commit({ kind: 'upload-created', bucket, upload: { ...upload, checksumType: 'FULL_OBJECT' } });
    const part = (number: number) => ({
      number,
      segment: write(store, `part ${number}`),
      etag: '',
      lastModifiedMs: 1,
      checksums: {},
    });
    for (const number of [1, 2, 2]) store.commit({ kind: 'part-put', bucket, uploadId: 'u', part: part(number) });
    expect(contentFiles()).toHaveLength(2);
    const used = store.buckets.get(bucket)?.uploads.get('u')?.parts.get(1)?.segment;
    const object = { ...objectOf(store, 'a', ''), segments: used ? [used] : [] };
    store.commit({ kind: 'object-put', bucket, object, events: [], uploadId: 'u' });
    expect(store.buckets.get(bucket)?.uploads.size).toBe(0);
    expect(contentFiles()).toContain(used?.content);
    expect(read(openAt(), 'a')).toBe('part 1');
    expect(contentFiles()).toHaveLength(1);
  });
});
