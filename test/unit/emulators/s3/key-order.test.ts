import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, firstNotBefore, orderedMap } from '../../../../sandbox/emulators/s3/key-order.ts';
import { listKeys } from '../../../../sandbox/emulators/s3/listing.ts';

const text = fc.string({ unit: 'binary', maxLength: 6 });
const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\u{1f600}', '\uffee'), minLength: 1, maxLength: 5 });

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(compareKeys(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is kept by the map through any changes', () => {
    const change = fc.record({ key: path, isPut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.nat(40), (changes, listAt) => {
        const map = orderedMap<number>();
        const model = new Map<string, number>();
        changes.forEach(({ key, isPut }, index) => {
          if (index === listAt) map.keys();
          if (isPut) {
            map.set(key, index);
            model.set(key, index);
          } else {
            map.delete(key);
            model.delete(key);
          }
        });
        expect(map.keys()).toEqual([...model.keys()].sort(compareKeys));
        expect(map.size).toBe(model.size);
        for (const [key, value] of model) expect(map.get(key)).toBe(value);
      }),
    );
  });

  it('is searched', () => {
    expect(firstNotBefore(['a', 'c', 'e'], 'c')).toBe(1);
    expect(firstNotBefore(['a', 'c', 'e'], 'd')).toBe(2);
    expect(firstNotBefore([], 'd')).toBe(0);
  });
});

/** S3's rules, said plainly: every key and common prefix once, in order, after the marker. */
const listPlainly = (keys: readonly string[], prefix: string, delimiter: string, after: string): string[] => {
  const items = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const found = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return { key, item: found < 0 ? key : key.slice(0, found + delimiter.length) };
    })
    .filter(({ key, item }) => item !== after && compareKeys(key, after) > 0);
  return [...new Set(items.map(({ item }) => item))];
};

describe('listings', () => {
  it('hold the same items page by page as all at once', () => {
    const request = fc.record({
      keys: fc.uniqueArray(path, { maxLength: 20 }),
      prefix: fc.constantFrom('', 'a', 'a/', '/', '\u{1f600}'),
      delimiter: fc.constantFrom('', '/', 'b', 'a/'),
      most: fc.integer({ min: 1, max: 5 }),
      start: fc.constantFrom('', 'a', 'a/', 'b/a', '/'),
    });
    fc.assert(
      fc.property(request, ({ keys, prefix, delimiter, most, start }) => {
        const map = orderedMap<string>();
        for (const key of keys) map.set(key, key);
        const seen: string[] = [];
        let after: string = start;
        for (let pages = 0; pages < 50; pages++) {
          const listing = listKeys(map, { prefix, delimiter, after, most });
          const items = [...listing.values, ...listing.commonPrefixes].sort(compareKeys);
          expect(items.length).toBeLessThanOrEqual(most);
          seen.push(...items);
          after = listing.last;
          if (!listing.isTruncated) break;
        }
        expect(seen).toEqual(listPlainly([...keys].sort(compareKeys), prefix, delimiter, start));
      }),
      { numRuns: 1000 },
    );
  });

  it('of nothing are not cut', () => {
    const map = orderedMap<string>();
    map.set('a', 'a');
    expect(listKeys(map, { prefix: '', delimiter: '', after: '', most: 0 })).toEqual({
      values: [],
      commonPrefixes: [],
      isTruncated: false,
      last: '',
    });
  });
});
