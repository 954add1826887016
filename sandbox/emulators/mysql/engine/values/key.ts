import { sortKey } from './collation.ts';
import { type Decimal, rescale } from './decimal.ts';
import { type Datum, kindOf, type SqlType } from './sql-type.ts';
import { readTime, timeToMicroseconds } from './temporal.ts';

// Keys are strings that compare, code unit by code unit, as the values do; each part ends by itself, so parts can be put together.

const nullPart = '\u0000';
const fixed = String.fromCharCode;

// Integers that a double holds exactly take the quick way, marked 0x40; those below and above it 0x3f and 0x41.
const near = 4503599627370496n;

const integerPart = (value: bigint): string => {
  if (value >= -near && value <= near) {
    const number = Number(value) + 4503599627370496;
    const high = Math.floor(number / 4294967296);
    const low = number % 4294967296;
    return fixed(1, 0x40, high >>> 16, high & 0xffff, low >>> 16, low & 0xffff);
  }
  const offset = value + 2n ** 78n;
  const units = [4, 3, 2, 1, 0].map((unit) => Number((offset >> BigInt(unit * 16)) & 0xffffn));
  return fixed(1, value < 0n ? 0x3f : 0x41, ...units);
};

const decimalPart = (value: Decimal, scale: number): string => {
  const { unscaled } = rescale(value, scale);
  if (unscaled >= 0n) return `\u00012${unscaled.toString().padStart(96, '0')}`;
  return `\u00011${(10n ** 96n - 1n + unscaled).toString().padStart(96, '0')}`;
};

const doubles = new DataView(new ArrayBuffer(8));

const doublePart = (value: number): string => {
  doubles.setFloat64(0, value === 0 ? 0 : value);
  const high = doubles.getUint32(0);
  const low = doubles.getUint32(4);
  // Positive numbers get their sign bit set, negative ones all bits turned.
  const flip = high >>> 31 === 1;
  const first = flip ? ~high >>> 0 : (high | 0x80000000) >>> 0;
  const second = flip ? ~low >>> 0 : low;
  return fixed(1, first >>> 16, first & 0xffff, second >>> 16, second & 0xffff);
};

const textPart = (text: string): string =>
  text.includes('\u0000')
    ? `\u0001${text.replaceAll('\u0000', '\u0000\u0001')}\u0000\u0000`
    : `\u0001${text}\u0000\u0000`;

const bytesPart = (value: Uint8Array): string =>
  textPart(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'));

/** One value of that type as part of a key. */
export const keyPart = (value: Datum, type: SqlType): string => {
  if (value === null) return nullPart;
  switch (kindOf(type)) {
    case 'integer':
      return integerPart(value as bigint);
    case 'decimal':
      return decimalPart(value as Decimal, type.decimals);
    case 'double':
      return doublePart(value as number);
    case 'binary':
      return bytesPart(value as Uint8Array);
    case 'time':
      return doublePart(timeToMicroseconds(readTime(value as string)));
    case 'date':
    case 'datetime':
      return `\u0001${value as string}\u0000\u0000`;
    case 'string':
      if (type.base === 'enum') return fixed(1, type.values.indexOf(value as string) + 1);
      if (type.base === 'set') return integerPart(setBits(value as string, type.values));
      return textPart(sortKey(value as string, type.collation));
    default:
      return textPart(String(value));
  }
};

export const setBits = (value: string, members: readonly string[]): bigint => {
  if (value === '') return 0n;
  let bits = 0n;
  for (const member of value.split(',')) bits |= 1n << BigInt(members.indexOf(member));
  return bits;
};

export const setText = (bits: bigint, members: readonly string[]): string =>
  members.filter((_member, index) => (bits >> BigInt(index)) & 1n).join(',');

/** Greater than every key that begins with `prefix`. */
export const afterPrefix = (prefix: string): string => `${prefix}\uffff`;
