import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  divideDecimals,
  formatDecimal,
  multiplyDecimals,
  parseDecimal,
  rescale,
  subtractDecimals,
} from '../../../../../sandbox/emulators/mysql/engine/values/decimal.ts';
import { keyPart } from '../../../../../sandbox/emulators/mysql/engine/values/key.ts';
import { bigintType, decimalType, doubleType } from '../../../../../sandbox/emulators/mysql/engine/values/sql-type.ts';

const decimals = fc.record({
  unscaled: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  scale: fc.integer({ min: 0, max: 20 }),
});

test('a decimal is read as it was written', () => {
  fc.assert(fc.property(decimals, (value) => void expect(parseDecimal(formatDecimal(value))).toEqual(value)));
});

test('sums and differences undo each other, products divide back', () => {
  fc.assert(
    fc.property(decimals, decimals, (one, other) => {
      expect(compareDecimals(subtractDecimals(addDecimals(one, other), other), one)).toBe(0);
      if (other.unscaled === 0n || one.scale + other.scale > 30) return;
      const back = divideDecimals(multiplyDecimals(one, other), other, 30);
      expect(back && compareDecimals(back, one)).toBe(0);
    }),
  );
});

test('rounding is never further away than half a unit', () => {
  fc.assert(
    fc.property(decimals, fc.integer({ min: 0, max: 20 }), (value, scale) => {
      const difference = subtractDecimals(rescale(value, scale), value);
      const twice = difference.unscaled < 0n ? -difference.unscaled * 2n : difference.unscaled * 2n;
      expect(
        compareDecimals({ unscaled: twice, scale: difference.scale }, { unscaled: 1n, scale }),
      ).toBeLessThanOrEqual(0);
    }),
  );
});

test('keys order as values do', () => {
  const sign = (value: number) => Math.sign(value);
  const order = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
  const integers = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -300n, max: 300n }),
  );
  fc.assert(
    fc.property(
      integers,
      integers,
      (one, other) =>
        void expect(order(keyPart(one, bigintType), keyPart(other, bigintType))).toBe(
          one < other ? -1 : one > other ? 1 : 0,
        ),
    ),
  );
  const doubles = fc.double({ noNaN: true });
  fc.assert(
    fc.property(
      doubles,
      doubles,
      (one, other) =>
        void expect(order(keyPart(one, doubleType), keyPart(other, doubleType))).toBe(
          one < other ? -1 : one > other ? 1 : 0,
        ),
    ),
  );
  const type = decimalType(65, 20);
  fc.assert(
    fc.property(
      decimals,
      decimals,
      (one, other) =>
        void expect(order(keyPart(one, type), keyPart(other, type))).toBe(sign(compareDecimals(one, other))),
    ),
  );
});
