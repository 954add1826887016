import { expect, test } from 'vitest';
import { combinePaths } from '../../../../../sandbox/emulators/snowflake/rewrite/combined-paths.ts';

const of = (path: string, base = '"_1"."V"') => `json_extract_string(${base}, '$."${path}"')`;

test('three paths of one column are one call', () => {
  const all = `json_extract_string("_1"."V", ['$."a"', '$."b"', '$."c"'])`;
  const items = [of('a'), `TRY_CAST(${of('b')} AS DATE)`, `${of('c')} || ${of('a')}`];
  const from = 'a AS "_1", b AS "_2"';
  expect(combinePaths({ items, from }, false)).toEqual({
    items: [`${all}[1]`, `TRY_CAST(${all}[2] AS DATE)`, `${all}[3] || ${all}[1]`],
    from,
  });
});

test('of one table they stand beside its columns', () => {
  const items = [of('a'), of('b'), of('c')];
  expect(combinePaths({ items, from: 'store.t1 AS "_1"' }, true)).toEqual({
    items: ['"_1".sb_paths_0[1]', '"_1".sb_paths_0[2]', '"_1".sb_paths_0[3]'],
    from: `(SELECT "_1".*, json_extract_string("_1"."V", ['$."a"', '$."b"', '$."c"']) AS sb_paths_0 FROM store.t1 AS "_1") AS "_1"`,
  });
});

test('two paths, paths of several columns and branches stay as they are', () => {
  for (const items of [
    [of('a'), of('b')],
    [of('a'), of('b'), of('c', '_2.c1')],
    [of('a'), of('b'), `CASE WHEN true THEN ${of('c')} END`],
  ]) {
    const parts = { items, from: 't AS "_1"' };
    expect(combinePaths(parts, true)).toEqual(parts);
  }
});
