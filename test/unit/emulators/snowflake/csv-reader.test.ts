import { expect, test } from 'vitest';
import { csvReader } from '../../../../sandbox/emulators/snowflake/stages/csv-reader.ts';
import { type CsvFormat, fileFormatOf } from '../../../../sandbox/emulators/snowflake/stages/file-format.ts';

const format = (more: Partial<CsvFormat> = {}): CsvFormat => ({ ...(fileFormatOf({}) as CsvFormat), ...more });

const read = (parts: readonly string[], options: Partial<CsvFormat> = {}): (readonly (string | null)[] | string)[] => {
  const reader = csvReader(format(options));
  return [...parts.flatMap((part) => reader.push(part)), ...reader.end()].map((item) =>
    'record' in item ? item.record.fields : item.error.message,
  );
};

test('fields, empty ones as null, \\N as null', () => {
  expect(read(['a,b\n1,\n\\N,x\r\n'])).toEqual([
    ['a', 'b'],
    ['1', null],
    [null, 'x'],
  ]);
});

test('quotes hold delimiters, line breaks and doubled quotes, in any parts', () => {
  const text = '1,"a,b\nc ""d"""\n2,""\n';
  for (let cut = 0; cut <= text.length; cut++) {
    expect(read([text.slice(0, cut), text.slice(cut)], { enclosedBy: '"' })).toEqual([
      ['1', 'a,b\nc "d"'],
      ['2', ''],
    ]);
  }
});

test('a header is skipped, another delimiter taken', () => {
  expect(read(['h|i\n1|2\n'], { skipHeader: 1, fieldDelimiter: '|' })).toEqual([['1', '2']]);
});

test('a quote that is never closed is an error', () => {
  expect(read(['1,"a\n'], { enclosedBy: '"' })).toEqual([expect.stringContaining('without a closing')]);
});
