import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../sandbox/core/clock.ts';
import type { PendingEvent, Segment, StoredObject } from '../../../../sandbox/emulators/s3/changes.ts';
import { openStore, type Store } from '../../../../sandbox/emulators/s3/store.ts';

const bucket = 'kept';

// Small contents share a pack, large ones have a file each.
describe.each([
  ['small', 10],
  ['large', 300_000],
])('the store of %s objects', (_, sizeBytes) => {
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

  const write = (store: Store, text: string): Segment => {
    const writer = store.contents.create();
    writer.write(Buffer.alloc(sizeBytes, `${text} `));
    return writer.keep();
  };

  const objectOf = (store: Store, key: string, text: string): StoredObject => ({
    key,
    sizeBytes,
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
    const where = { configurationId: '', sourceIp: '', key, sequencer };
    const detail = { kind: 'object', name: 'ObjectCreated:Put', ...where } as const;
    return { id: sequencer, queueArn: 'q', bucket, timeMs: 1, requestId: '', hostId: '', detail };
  };

  const put = (store: Store, key: string, text: string): string[] => {
    const events = [eventOf(store, key)];
    store.commit({ kind: 'object-put', bucket, object: objectOf(store, key, text), events });
    return events.map(({ id }) => id);
  };

  const readSegment = (store: Store, segment: Segment): string => {
    const reader = store.contents.open(segment);
    const bytes = Buffer.alloc(segment.sizeBytes);
    expect(reader.read(bytes, 0)).toBe(segment.sizeBytes);
    reader.close();
    return bytes.toString('utf8').split(' ')[0] ?? '';
  };

  const segmentOf = (store: Store, key: string): Segment => {
    const [segment] = store.buckets.get(bucket)?.objects.get(key)?.segments ?? [];
    if (segment === undefined) throw new Error(`${key} is not there`);
    return segment;
  };
  const read = (store: Store, key: string): string => readSegment(store, segmentOf(store, key));

  /** How many contents the disk has room for. */
  const contentCount = (dataDir = folder): number => {
    const contents = join(dataDir, 'contents');
    const files = readdirSync(contents, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    return bytes.reduce((sum, size) => sum + size, 0) / sizeBytes;
  };

  it('is the same after it is opened again', () => {
    const first = openAt();
    first.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    const ids = [...put(first, 'a', 'one'), ...put(first, 'b', 'two'), ...put(first, 'a', 'three')];
    first.commit({ kind: 'events-sent', ids: ids.slice(0, 1) });
    const second = openAt();
    expect([read(second, 'a'), read(second, 'b')]).toEqual(['three', 'two']);
    expect([...second.pendingEvents.keys()]).toEqual(ids.slice(1));
    expect(second.nextSequencer() > (ids.at(-1) ?? '')).toBe(true);
    put(second, 'c', 'four');
    const third = openAt();
    expect(['a', 'b', 'c'].map((key) => read(third, key))).toEqual(['three', 'two', 'four']);
  });

  it('holds an object and its event together wherever the journal is torn, and nothing else after', () => {
    const whole = openAt();
    whole.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    put(whole, 'a', 'one');
    const kept = readFileSync(join(folder, 'journal')).length;
    put(whole, 'b', 'two');
    const bytes = readFileSync(join(folder, 'journal'));
    for (let length = kept; length < bytes.length; length += 7) {
      const copy = mkdtempSync(join(tmpdir(), 's3-torn-'));
      cpSync(folder, copy, { recursive: true });
      writeFileSync(join(copy, 'journal'), bytes.subarray(0, length));
      const torn = openStore(copy, systemClock, () => {});
      expect([...torn.pendingEvents.values()].map(({ detail }) => 'key' in detail && detail.key)).toEqual(['a']);
      expect(torn.buckets.get(bucket)?.objects.keys()).toEqual(['a']);
      expect(contentCount(copy)).toBe(1);
      put(torn, 'c', 'three');
      expect([read(torn, 'a'), read(torn, 'c')]).toEqual(['one', 'three']);
      torn.close();
      rmSync(copy, { recursive: true });
    }
  });

  it('keeps what is being read until it was read', () => {
    const store = openAt();
    store.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    put(store, 'a', 'old');
    const segment = segmentOf(store, 'a');
    const release = store.contents.hold([segment]);
    put(store, 'a', 'new');
    expect(readSegment(store, segment)).toBe('old');
    release();
    release();
    expect(read(store, 'a')).toBe('new');
  });

  it('gives copies a life of their own', () => {
    const store = openAt();
    store.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    put(store, 'a', 'same');
    const object = { ...objectOf(store, 'b', 'other'), segments: [store.contents.duplicate(segmentOf(store, 'a'))] };
    store.commit({ kind: 'object-put', bucket, object, events: [] });
    store.commit({ kind: 'object-deleted', bucket, key: 'a', events: [] });
    expect(read(store, 'b')).toBe('same');
    expect(read(openAt(), 'b')).toBe('same');
  });

  it('shrinks to what is there when it is opened', () => {
    const store = openAt();
    store.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    for (let index = 0; index < 600; index++)
      store.commit({ kind: 'events-sent', ids: put(store, 'same', `${index}`) });
    for (let index = 0; index < 200; index++)
      store.commit({ kind: 'notifications-set', bucket, queues: [], events: [] });
    const before = readFileSync(join(folder, 'journal')).length;
    const again = openAt();
    expect(read(again, 'same')).toBe('599');
    expect(readFileSync(join(folder, 'journal')).length).toBeLessThan(before / 100);
    expect(read(openAt(), 'same')).toBe('599');
  });

  it('forgets uploads and their parts when they end', () => {
    const store = openAt();
    store.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    const upload = { id: 'u', key: 'a', startedMs: 1, headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
    store.commit({ kind: 'upload-created', bucket, upload: { ...upload, checksumType: 'FULL_OBJECT' } });
    for (const number of [1, 2, 2]) {
      const part = { number, segment: write(store, `part-${number}`), etag: '', lastModifiedMs: 1, checksums: {} };
      store.commit({ kind: 'part-put', bucket, uploadId: 'u', part });
    }
    const used = store.buckets.get(bucket)?.uploads.get('u')?.parts.get(1)?.segment as Segment;
    const object = { ...objectOf(store, 'a', ''), segments: [used] };
    store.commit({ kind: 'object-put', bucket, object, events: [], uploadId: 'u' });
    expect(store.buckets.get(bucket)?.uploads.size).toBe(0);
    expect(read(store, 'a')).toBe('part-1');
    expect(read(openAt(), 'a')).toBe('part-1');
    expect(contentCount()).toBe(1);
  });
});

describe('packs', () => {
  it('are left when mostly waste, and removed when nobody uses them', () => {
    const folder = mkdtempSync(join(tmpdir(), 's3-packs-'));
    const contents = join(folder, 'contents');
    const openAt = () => openStore(folder, systemClock, () => {});
    const names = () => readdirSync(contents).filter((name) => name.startsWith('pack-'));
    const store = openAt();
    store.commit({ kind: 'bucket-created', bucket, atMs: 1 });
    const put = (key: string) => {
      const writer = store.contents.create();
      writer.write(Buffer.alloc(250_000, key));
      const object: StoredObject = {
        ...{ key, sizeBytes: 250_000, etag: key, lastModifiedMs: 1, segments: [writer.keep()], isMultipart: false },
        ...{ headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' },
        checksum: { algorithm: 'CRC64NVME', value: '', type: 'FULL_OBJECT' },
      };
      store.commit({ kind: 'object-put', bucket, object, events: [] });
    };
    for (let index = 0; index < 600; index++) put(`${index}`);
    expect(names()).toEqual(['pack-00000001', 'pack-00000002', 'pack-00000003']);
    for (let index = 0; index < 600; index++)
      if (index !== 100 && index !== 599) store.commit({ kind: 'object-deleted', bucket, key: `${index}`, events: [] });
    expect(names()).toEqual(['pack-00000001', 'pack-00000003']);
    store.close();
    const again = openAt();
    expect(names()).toEqual(['pack-00000003']);
    for (const key of ['100', '599']) {
      const [segment] = again.buckets.get(bucket)?.objects.get(key)?.segments ?? [];
      const bytes = Buffer.alloc(250_000);
      again.contents.open(segment as Segment).read(bytes, 0);
      expect(bytes.equals(Buffer.alloc(250_000, key))).toBe(true);
    }
    again.close();
    rmSync(folder, { recursive: true });
  });
});
