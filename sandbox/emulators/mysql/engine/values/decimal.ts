/** An exact decimal: unscaled × 10^-scale. Plain data, so that it can be cloned and written to a checkpoint. */
export type Decimal = { readonly unscaled: bigint; readonly scale: number };
export const maximumScale = 30;

const powers: bigint[] = [1n];
export const powerOfTen = (exponent: number): bigint => {
  for (let next = powers.length; next <= exponent; next++) powers.push((powers[next - 1] as bigint) * 10n);
  return powers[exponent] as bigint;
};

export const decimal = (unscaled: bigint, scale = 0): Decimal => ({ unscaled, scale });

/** Reads '-12.50', '1e3', '.5'; null when the text is no number as a whole. */
export const parseDecimal = (text: string): Decimal | null => {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/.exec(text);
  if (!match || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return null;
  const fraction = match[3] ?? '';
  const digits = BigInt((match[2] ?? '') + fraction);
  const exponent = match[4] ? Number(match[4]) : 0;
  // Beyond this no DECIMAL can hold it anyway.
  if (Math.abs(exponent) > 400) return null;
  const unscaled = match[1] === '-' ? -digits : digits;
  const scale = fraction.length - exponent;
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * powerOfTen(-scale), scale: 0 };
};

export const formatDecimal = ({ unscaled, scale }: Decimal): string => {
  if (scale === 0) return unscaled.toString();
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

/** To `scale` fraction digits, halves away from zero as MySQL rounds exact numbers. */
export const rescale = (value: Decimal, scale: number): Decimal => {
  if (scale === value.scale) return value;
  if (scale > value.scale) return { unscaled: value.unscaled * powerOfTen(scale - value.scale), scale };
  return { unscaled: divideRounded(value.unscaled, powerOfTen(value.scale - scale)), scale };
};

const divideRounded = (dividend: bigint, divisor: bigint): bigint => {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
};

/** Cuts digits instead of rounding. */
export const truncateTo = (value: Decimal, scale: number): Decimal =>
  scale >= value.scale ? rescale(value, scale) : { unscaled: value.unscaled / powerOfTen(value.scale - scale), scale };

const aligned = (left: Decimal, right: Decimal): [bigint, bigint, number] => {
  const scale = Math.max(left.scale, right.scale);
  return [rescale(left, scale).unscaled, rescale(right, scale).unscaled, scale];
};

export const addDecimals = (left: Decimal, right: Decimal): Decimal => {
  const [one, other, scale] = aligned(left, right);
  return { unscaled: one + other, scale };
};

export const subtractDecimals = (left: Decimal, right: Decimal): Decimal => {
  const [one, other, scale] = aligned(left, right);
  return { unscaled: one - other, scale };
};

export const multiplyDecimals = (left: Decimal, right: Decimal): Decimal => {
  const product = { unscaled: left.unscaled * right.unscaled, scale: left.scale + right.scale };
  return product.scale > maximumScale ? rescale(product, maximumScale) : product;
};

/** Division to `scale` digits; null by zero. */
export const divideDecimals = (left: Decimal, right: Decimal, scale: number): Decimal | null => {
  if (right.unscaled === 0n) return null;
  const dividend = left.unscaled * powerOfTen(Math.max(0, scale + right.scale - left.scale));
  const divisor = right.unscaled * powerOfTen(Math.max(0, left.scale - right.scale - scale));
  return { unscaled: divideRounded(dividend, divisor), scale };
};

export const remainderOfDecimals = (left: Decimal, right: Decimal): Decimal | null => {
  if (right.unscaled === 0n) return null;
  const [one, other, scale] = aligned(left, right);
  return { unscaled: one % other, scale };
};

export const compareDecimals = (left: Decimal, right: Decimal): number => {
  if (left.scale === right.scale) return left.unscaled < right.unscaled ? -1 : left.unscaled > right.unscaled ? 1 : 0;
  const [one, other] = aligned(left, right);
  return one < other ? -1 : one > other ? 1 : 0;
};

export const negateDecimal = ({ unscaled, scale }: Decimal): Decimal => ({ unscaled: -unscaled, scale });

export const decimalToNumber = (value: Decimal): number => Number(formatDecimal(value));

/** The shortest decimal that prints like the number: 0.1 is 0.1. */
export const numberToDecimal = (value: number): Decimal =>
  parseDecimal(String(value)) ?? decimal(BigInt(Math.trunc(value)));

/** Digits before and after the point that the value needs. */
export const integerDigits = ({ unscaled, scale }: Decimal): number => {
  const whole = (unscaled < 0n ? -unscaled : unscaled) / powerOfTen(scale);
  return whole === 0n ? 0 : whole.toString().length;
};
