/** Chance comes in by the door: one seed gives the same draws on every machine and Node version. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [minimum, maximum]. */
  integer(minimum: number, maximum: number): number;
  pick<T>(items: readonly T[]): T;
  /** Draws an item with a probability proportional to its weight. */
  weighted<T>(items: readonly (readonly [item: T, weight: number])[]): T;
  /** An independent stream that depends on this seed and the name alone, not on the draws made so far. */
  fork(name: string): Random;
};

// cyrb128-like string hash into the four words of sfc32's state; both are public-domain constructions of integer arithmetic alone.
const hashWords = (text: string): [number, number, number, number] => {
  let [a, b, c, d] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ code, 0x9e3779b1);
    b = c ^ Math.imul(b ^ code, 0x85ebca6b);
    c = d ^ Math.imul(c ^ code, 0xc2b2ae35);
    d = a ^ Math.imul(d ^ code, 0x27d4eb2f);
  }
  return [a | 0, b | 0, c | 0, d | 0];
};

const sfc32 = (a: number, b: number, c: number, d: number) => () => {
  const sum = (((a + b) | 0) + d) | 0;
  d = (d + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (c << 21) | (c >>> 11);
  c = (c + sum) | 0;
  return (sum >>> 0) / 4294967296;
};

export const seededRandom = (seed: string | number): Random => {
  const next = sfc32(...hashWords(String(seed)));
  for (let warmUp = 0; warmUp < 12; warmUp++) next();
  const integer = (minimum: number, maximum: number) => minimum + Math.floor(next() * (maximum - minimum + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(next() * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  const weighted = <T>(items: readonly (readonly [T, number])[]): T => {
    let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) if ((left -= weight) < 0) return item;
    return pick(items)[0];
  };
  return { next, integer, pick, weighted, fork: (name) => seededRandom(`${seed}/${name}`) };
};
