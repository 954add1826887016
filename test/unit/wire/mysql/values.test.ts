import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBinaryRow, encodeBinaryRow } from '../../../../sandbox/wire/mysql/binary-rows.ts';
import { readerOf, take, writerOf } from '../../../../sandbox/wire/mysql/bytes.ts';
import { columnFlag, columnType } from '../../../../sandbox/wire/mysql/column-types.ts';
import type { Column } from '../../../../sandbox/wire/mysql/columns.ts';
import {
  readDate,
  readDateTime,
  readTime,
  writeDateTime,
  writeTime,
} from '../../../../sandbox/wire/mysql/temporals.ts';
import { decodeTextRow, encodeTextRow } from '../../../../sandbox/wire/mysql/text-rows.ts';
import { printDouble, printFloat, type Value } from '../../../../sandbox/wire/mysql/values.ts';

const column = (type: number, more: Partial<Column> = {}): Column => ({
  schema: '',
  table: '',
  orgTable: '',
  name: 'c',
  orgName: 'c',
  charset: 63,
  length: 0,
  type,
  flags: 0,
  decimals: 31,
  ...more,
});

// Right-hand sides are what MySQL 8 prints for SELECT of the literal.
test.each([
  [0, '0'],
  [-0, '-0'],
  [0.1, '0.1'],
  [1.5, '1.5'],
  [-2.25, '-2.25'],
  [100000, '100000'],
  [1e14, '100000000000000'],
  [1e15, '1e15'],
  [1.2345678901234568e17, '1.2345678901234568e17'],
  [1e-5, '0.00001'],
  [1e-7, '0.0000001'],
  [1e-15, '0.000000000000001'],
  [1e-16, '1e-16'],
  [1e22, '1e22'],
  [1.7976931348623157e308, '1.7976931348623157e308'],
])('the double %d is printed %s', (value, printed) => {
  expect(printDouble(value)).toBe(printed);
});

test('a double with fixed decimals keeps them', () => {
  expect(printDouble(1, 2)).toBe('1.00');
  expect(printFloat(2.5, 1)).toBe('2.5');
});

test('a float has six significant digits', () => {
  expect(printFloat(Math.fround(1.2345678))).toBe('1.23457');
  expect(printFloat(Math.fround(0.1))).toBe('0.1');
  expect(printFloat(Math.fround(1e10))).toBe('10000000000');
});

test.each([
  ['0000-00-00', 0],
  ['2026-11-22', 4],
  ['2026-11-22 00:00:00', 4],
  ['2026-11-22 10:20:30', 7],
  ['2026-11-22 10:20:30.5', 11],
  ['2026-11-22 00:00:00.000001', 11],
])('%s is sent in %i bytes', (text, sizeBytes) => {
  const writer = writerOf();
  writeDateTime(writer, text);
  const bytes = take(writer);
  expect(bytes[0]).toBe(sizeBytes);
  expect(readDate(readerOf(bytes))).toBe(text.slice(0, 10));
});

test('date and time come back as they were', () => {
  for (const text of ['2026-11-22 10:20:30', '0000-00-00 00:00:00', '9999-12-31 23:59:59.999999']) {
    const writer = writerOf();
    writeDateTime(writer, text);
    expect(readDateTime(readerOf(take(writer)))).toBe(text);
  }
});

test('times go beyond a day and below zero', () => {
  for (const text of ['00:00:00', '-838:59:59', '838:59:59', '10:20:30', '-00:00:00.000001', '100:00:00.500000']) {
    const writer = writerOf();
    writeTime(writer, text);
    expect(readTime(readerOf(take(writer)))).toBe(text);
  }
});

const signedOf = (bits: number) => fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n });
const unsignedOf = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const unsigned = { flags: columnFlag.unsigned };

test('binary rows keep every number exactly, and every NULL in its place', () => {
  const columns = [
    column(columnType.tiny),
    column(columnType.short),
    column(columnType.int24),
    column(columnType.long),
    column(columnType.longLong),
    column(columnType.tiny, unsigned),
    column(columnType.long, unsigned),
    column(columnType.longLong, unsigned),
    column(columnType.double),
    column(columnType.newDecimal),
  ];
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const rows = fc.tuple(
    maybe(signedOf(8)),
    maybe(signedOf(16)),
    maybe(signedOf(24)),
    maybe(signedOf(32)),
    maybe(signedOf(64)),
    maybe(unsignedOf(8)),
    maybe(unsignedOf(32)),
    maybe(unsignedOf(64)),
    maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
    maybe(fc.constantFrom('0.10', '-123456789012345678901234567890.12')),
  );
  fc.assert(
    fc.property(rows, (row) => {
      expect(decodeBinaryRow(encodeBinaryRow(columns, row as Value[]), columns)).toEqual(row);
    }),
  );
});

test('text rows print what MySQL prints', () => {
  const columns = [
    column(columnType.longLong, unsigned),
    column(columnType.newDecimal),
    column(columnType.year),
    column(columnType.bit),
    column(columnType.varString, { charset: 255 }),
    column(columnType.double),
    column(columnType.varString),
  ];
  const row: Value[] = [18446744073709551615n, '-0.10', 0n, Uint8Array.of(1, 255), 'żółw', 0.5, null];
  expect(decodeTextRow(encodeTextRow(columns, row))).toEqual([
    Buffer.from('18446744073709551615'),
    Buffer.from('-0.10'),
    Buffer.from('0000'),
    Buffer.of(1, 255),
    Buffer.from('żółw'),
    Buffer.from('0.5'),
    null,
  ]);
});

test('strings longer than 250 and 65535 bytes carry longer lengths', () => {
  for (const sizeBytes of [250, 251, 65535, 65536, 0x1000000]) {
    const text = 'x'.repeat(sizeBytes);
    const [value] = decodeTextRow(encodeTextRow([column(columnType.varString, { charset: 255 })], [text]));
    expect(value?.length).toBe(sizeBytes);
  }
});
