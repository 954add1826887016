import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../sandbox/core/random.ts';

const draws = (seed: string, count = 20): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test('one seed gives one sequence, in [0, 1)', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      expect(draws(seed)).toEqual(draws(seed));
      for (const draw of draws(seed)) expect(draw >= 0 && draw < 1).toBe(true);
    }),
  );
});

test('these are the first draws of a seed, on every machine', () => {
  expect(draws('sluicebox', 3)).toMatchInlineSnapshot(`
    [
      0.45271730958484113,
      0.6701494234148413,
      0.8787301590200514,
    ]
  `);
});

test('a fork depends on its name, not on what was drawn before it', () => {
  const [early, late] = [seededRandom('seed'), seededRandom('seed')];
  late.next();
  expect(late.fork('clicks').next()).toBe(early.fork('clicks').next());
  expect(early.fork('orders').next()).not.toBe(early.fork('clicks').next());
});

test('integers cover their whole range and weights are kept', () => {
  const random = seededRandom('range');
  const integers = new Set(Array.from({ length: 500 }, () => random.integer(3, 6)));
  expect([...integers].sort()).toEqual([3, 4, 5, 6]);
  const heavy = Array.from({ length: 10_000 }, () =>
    random.weighted([
      ['often', 90],
      ['seldom', 10],
    ] as const),
  );
  const share = heavy.filter((item) => item === 'often').length / heavy.length;
  expect(share).toBeGreaterThan(0.87);
  expect(share).toBeLessThan(0.93);
});
