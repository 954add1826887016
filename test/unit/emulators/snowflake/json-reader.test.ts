import { describe, expect, test } from 'vitest';
import { fileFormatOf, type JsonFormat } from '../../../../sandbox/emulators/snowflake/stages/file-format.ts';
import { JsonError, normalizedJson } from '../../../../sandbox/emulators/snowflake/stages/json-document.ts';
import { jsonReader } from '../../../../sandbox/emulators/snowflake/stages/json-reader.ts';

const format = (more: Partial<JsonFormat> = {}): JsonFormat => ({
  ...(fileFormatOf({ TYPE: { kind: 'string', value: 'JSON' } }) as JsonFormat),
  ...more,
});

const read = (parts: readonly string[], options: Partial<JsonFormat> = {}): string[] => {
  const reader = jsonReader(format(options));
  return [...parts.flatMap((part) => reader.push(part)), ...reader.end()].map((item) =>
    'record' in item
      ? `${item.record.rowNumber}:${item.record.fields[0]}`
      : `!${item.error.line}:${item.error.message}`,
  );
};

describe('a document as a VARIANT holds it', () => {
  const plain = { allowDuplicate: false, stripNullValues: false };

  test('keys are sorted, numbers keep their digits', () => {
    expect(normalizedJson('{ "b" : [1, 2.50, 1.0, 12345678901234567890.5], "a": {"z":null,"y":true} }', plain)).toBe(
      '{"a":{"y":true,"z":null},"b":[1,2.5,1,12345678901234567890.5]}',
    );
  });

  test.each([
    ['{"a":1,"a":2}', 'duplicate object attribute "a"'],
    ['{"a":1', 'incomplete object value'],
    ['[1, 2', 'incomplete array value'],
    ['{"a" 1}', 'missing colon'],
    ['[1 2]', 'missing comma'],
    ['{"a": nope}', 'unknown keyword "nope"'],
    ['"abc', 'unfinished string'],
    ['{"a":01}', 'invalid number'],
    ['{a:1}', 'object key must be a string'],
    ['{} {}', 'more than one document'],
  ])('%s is an error in Snowflake’s words', (text, message) => {
    expect(() => normalizedJson(text, plain)).toThrow(JsonError);
    expect(() => normalizedJson(text, plain)).toThrow(message);
  });
});

describe('the documents of a file', () => {
  test('one a line, in any parts', () => {
    const text = '{"a":1}\n\n{"b":"x\\"}"}\n[1,2]\n"text"\n7\n';
    for (let cut = 0; cut <= text.length; cut++) {
      expect(read([text.slice(0, cut), text.slice(cut)])).toEqual([
        '1:{"a":1}',
        '2:{"b":"x\\"}"}',
        '3:[1,2]',
        '4:"text"',
        '5:7',
      ]);
    }
  });

  test('over several lines, and one behind the other', () => {
    expect(read(['{"a":\n1}{"b":2} {"c":\n', '3}'])).toEqual(['1:{"a":1}', '2:{"b":2}', '3:{"c":3}']);
  });

  test('the elements of an outer array', () => {
    expect(read(['[{"a":1},\n {"b":[2]}]\n'], { stripOuterArray: true })).toEqual(['1:{"a":1}', '2:{"b":[2]}']);
    expect(read(['[{"a":1}, {"b":2}]'])).toEqual(['1:[{"a":1},{"b":2}]']);
  });

  test('an error costs its line', () => {
    expect(read(['{"a":1}\n{"b" 2}\n{"c":3}\n'])).toEqual([
      '1:{"a":1}',
      '!2:Error parsing JSON: missing colon, pos 5',
      '3:{"c":3}',
    ]);
  });

  test('a torn last line is an error, not silence', () => {
    expect(read(['{"a":1}\n{"b":'])).toEqual(['1:{"a":1}', '!2:Error parsing JSON: incomplete value']);
  });
});
