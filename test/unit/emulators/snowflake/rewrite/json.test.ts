import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../../../sandbox/emulators/snowflake/rewrite/canonical-json.ts';
import {
  JsonError,
  parseJson,
  prettyJson,
  printJson,
} from '../../../../../sandbox/emulators/snowflake/rewrite/json.ts';

test.each([
  [' { "b" : 1 , "a" : [ true , null ] } ', '{"a":[true,null],"b":1}'],
  ['{"a":1.50,"b":-0,"c":0012,"d":12345678901234567890.1234}', '{"a":1.5,"b":0,"c":12,"d":12345678901234567890.1234}'],
  ['1.912e2', '1.912000000000000e+02'],
  ['{"a b":"\\u00e9\\n","A":"x"}', '{"A":"x","a b":"é\\n"}'],
  ['{"a!":1,"a":2}', '{"a":2,"a!":1}'],
  ['"tab\there"', '"tab\\there"'],
  ['[]', '[]'],
  ['{}', '{}'],
])('%s is stored as %s', (text, stored) => {
  expect(canonicalJson(text)).toBe(stored);
});

test.each([
  ['{"a":1,"a":2}', 'duplicate object attribute "a", pos 13'],
  ['{"a":1', 'incomplete object value, pos 7'],
  ['[1,', 'empty input, pos 4'],
  ['nope', 'unknown keyword "nope", pos 5'],
  ['1 2', 'more than one document in the input, pos 3'],
  ['"x', 'unfinished string, pos 1'],
  ['['.repeat(2000), 'nested too deeply'],
])('%s is an error', (text, message) => {
  expect(() => canonicalJson(text)).toThrow(JsonError);
  expect(() => canonicalJson(text)).toThrow(message);
});

test('the short way and the long way agree, and what is stored means the same', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const stored = canonicalJson(text);
      expect(stored).toBe(printJson(parseJson(text)));
      expect(canonicalJson(stored)).toBe(stored);
    }),
  );
});

test('results show a VARIANT over several lines', () => {
  expect(prettyJson(parseJson('{"b":[1,{}],"a":"x"}'))).toBe('{\n  "a": "x",\n  "b": [\n    1,\n    {}\n  ]\n}');
});
