import { describe, expect, it } from 'vitest';
import { formEncodeKey, parseQuery, uriDecode, uriEncode, uriEncodePath } from '../../../../sandbox/wire/s3/uri.ts';

describe('URI encoding', () => {
  it('leaves only the unreserved characters', () => {
    expect(uriEncode("aZ0-._~ !*'()/+é")).toBe('aZ0-._~%20%21%2A%27%28%29%2F%2B%C3%A9');
    expect(uriEncodePath('/a b//c+d/')).toBe('/a%20b//c%2Bd/');
  });

  it('encodes keys in events and listings as a form does, but for slashes', () => {
    expect(formEncodeKey('topics/a b+c/date=2026-01-01/x*é~.json')).toBe(
      'topics/a+b%2Bc/date%3D2026-01-01/x*%C3%A9%7E.json',
    );
  });

  it('decodes what is well-formed', () => {
    expect(uriDecode('a%2Fb+c')).toBe('a/b+c');
    expect(uriDecode('%')).toBeUndefined();
    expect(uriDecode('%ff')).toBeUndefined();
  });

  it('reads queries', () => {
    expect(parseQuery('list-type=2&prefix=a%2Bb+c&delete&x==&&')).toEqual([
      ['list-type', '2'],
      ['prefix', 'a+b c'],
      ['delete', ''],
      ['x', '='],
    ]);
    expect(parseQuery('a=%')).toBeUndefined();
  });
});
