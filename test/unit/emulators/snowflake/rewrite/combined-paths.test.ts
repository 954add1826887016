import { expect, test } from 'vitest';
import { combinePaths } from '../../../../../sandbox/emulators/snowflake/rewrite/combined-paths.ts';

const of = (path: string, base = '"_1"."V"') => `json_extract_string(${base}, '$."${path}"')`;

test('three paths of one column are one call', () => {
  const all = `json_extract_string("_1"."V", ['$."a"', '$."b"', '$."c"'])`;
  expect(combinePaths([of('a'), `TRY_CAST(${of('b')} AS DATE)`, `${of('c')} || ${of('a')}`])).toEqual([
    `${all}[1]`,
    `TRY_CAST(${all}[2] AS DATE)`,
    `${all}[3] || ${all}[1]`,
  ]);
});

test('two paths, paths of several columns and branches stay as they are', () => {
  for (const items of [
    [of('a'), of('b')],
    [of('a'), of('b'), of('c', '_2.c1')],
    [of('a'), of('b'), `CASE WHEN true THEN ${of('c')} END`],
  ]) {
    expect(combinePaths(items)).toEqual(items);
  }
});
