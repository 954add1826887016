// Numbers as Java writes them: what a JSON line of a Connect converter shows.

/** Double.toString of JDK 19 and later: shortest digits, always a point, `E` outside 10^-3 to 10^7. */
export const javaDouble = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [digits = '0', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
};

/** Float.toString: the shortest decimal that rounds to the same 32-bit float. */
export const javaFloat = (value: number): string => {
  const float = Math.fround(value);
  if (!Number.isFinite(float)) return javaDouble(float);
  for (let precision = 1; precision <= 9; precision++) {
    const short = Number(float.toPrecision(precision));
    if (Math.fround(short) === float) return javaDouble(short);
  }
  return javaDouble(float);
};

/** BigDecimal.toPlainString of unscaled × 10^-scale. */
export const plainDecimal = (unscaled: bigint, scale: number): string => {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  if (scale <= 0) return `${sign}${digits}${digits === '0' ? '' : '0'.repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
};

/** new BigDecimal(text), or null where it throws NumberFormatException. */
export const parseDecimal = (text: string): { unscaled: bigint; scale: number } | null => {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const unscaled = BigInt(`${whole}${fraction}`);
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale: fraction.length - Number(exponent) };
};

/** BigInteger.toByteArray: shortest big-endian two's complement. */
export const bigEndianBytes = (value: bigint): Uint8Array => {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  const bytes = new Uint8Array(length);
  let left = value;
  for (let index = length - 1; index >= 0; index--) {
    bytes[index] = Number(left & 0xffn);
    left >>= 8n;
  }
  return bytes;
};

/** new BigInteger(bytes). */
export const bigIntegerOf = (bytes: Uint8Array): bigint => {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, value);
};
