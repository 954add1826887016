/**
 * A value of a row or a parameter. Its JavaScript type follows from the column's type: integers and YEAR are bigint, FLOAT and DOUBLE number,
 * NEWDECIMAL and temporals string as MySQL prints them, BIT and binary strings Uint8Array, all other strings string.
 */
export type Value = null | string | bigint | number | Uint8Array;

const notFixedDecimals = 31;
const maxPlainExponent = 15;

// Digits and exponent, so that 0.d1d2d3… × 10^exponent is the number.
const shortestDigits = (text: string): { digits: string; exponent: number } => {
  const [mantissa = '', power = '0'] = text.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const leading = `${whole}${fraction}`.match(/^0*/)?.[0].length ?? 0;
  const digits = `${whole}${fraction}`.slice(leading).replace(/0+$/, '');
  return { digits, exponent: whole.length - leading + Number(power) };
};

const plain = (digits: string, exponent: number): string => {
  if (exponent <= 0) return `0.${'0'.repeat(-exponent)}${digits}`;
  if (digits.length <= exponent) return digits.padEnd(exponent, '0');
  return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
};

const scientific = (digits: string, exponent: number): string => {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${fraction}e${exponent - 1}`;
};

// my_gcvt of MySQL's dtoa.cc: as many digits as it takes, in plain form while the decimal point stands within 15 places.
const print = (text: string): string => {
  const negative = text.startsWith('-');
  const { digits, exponent } = shortestDigits(negative ? text.slice(1) : text);
  if (digits === '') return negative ? '-0' : '0';
  const isPlain = exponent > -maxPlainExponent && exponent <= maxPlainExponent;
  return `${negative ? '-' : ''}${isPlain ? plain(digits, exponent) : scientific(digits, exponent)}`;
};

export const printDouble = (value: number, decimals = notFixedDecimals): string => {
  if (decimals < notFixedDecimals && Math.abs(value) < 1e21) return value.toFixed(decimals);
  return print(Object.is(value, -0) ? '-0' : String(value));
};

/** FLOAT is printed with six significant digits. */
export const printFloat = (value: number, decimals = notFixedDecimals): string => {
  if (decimals < notFixedDecimals && Math.abs(value) < 1e21) return value.toFixed(decimals);
  return print(Object.is(value, -0) ? '-0' : value.toPrecision(6));
};
