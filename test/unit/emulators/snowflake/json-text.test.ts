import { expect, test } from 'vitest';
import { indentedJson } from '../../../../sandbox/emulators/snowflake/results/json-text.ts';

test('a VARIANT is printed as Snowflake prints it', () => {
  expect(indentedJson('{"a":[1,{"b":"x,\\"{"}],"c":{},"d":[]}', 2)).toBe(
    '{\n  "a": [\n    1,\n    {\n      "b": "x,\\"{"\n    }\n  ],\n  "c": {},\n  "d": []\n}',
  );
  expect(indentedJson('"text"', 2)).toBe('"text"');
  expect(indentedJson('{"a":1}', 0)).toBe('{"a":1}');
});
