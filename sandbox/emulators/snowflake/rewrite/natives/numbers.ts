import { engineError, type Native } from './native.ts';

/** An exact decimal: value × 10^-scale. */
type Decimal = { value: bigint; scale: number };

export const readDecimal = (text: string): Decimal => {
  const [whole = '0', fraction = ''] = text.split('.');
  return { value: BigInt(`${whole}${fraction}`), scale: fraction.length };
};

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Halves go away from zero. */
const divideRounded = (dividend: bigint, divisor: bigint): bigint => {
  const [a, b] = [magnitude(dividend), magnitude(divisor)];
  const quotient = (a * 2n + b) / (b * 2n);
  return dividend < 0n !== divisor < 0n ? -quotient : quotient;
};

export const printDecimal = (value: bigint, scale: number): string => {
  const digits = magnitude(value)
    .toString()
    .padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
};

const divide = (left: string, right: string, scale: number): string => {
  const [a, b] = [readDecimal(left), readDecimal(right)];
  if (b.value === 0n) throw engineError('100051', '22012', 'Division by zero');
  const shift = scale - a.scale + b.scale;
  const dividend = shift >= 0 ? a.value * 10n ** BigInt(shift) : a.value;
  const divisor = shift >= 0 ? b.value : b.value * 10n ** BigInt(-shift);
  return printDecimal(divideRounded(dividend, divisor), scale);
};

const multiply = (left: string, right: string, scale: number): string => {
  const [a, b] = [readDecimal(left), readDecimal(right)];
  return printDecimal(divideRounded(a.value * b.value, 10n ** BigInt(a.scale + b.scale - scale)), scale);
};

const truncate = (text: string, digits: number): string => {
  const { value, scale } = readDecimal(text);
  if (digits >= scale) return text;
  const cut = 10n ** BigInt(scale - digits);
  return printDecimal((value / cut) * cut, scale);
};

// ── Formats: TO_CHAR(1234.5, '9,999.00') and TO_NUMBER('1,234.50', '9,999.00') ──────────────────────────────────────

const fixedFormat = /^(S|MI|\$)*([90G,]*)(?:[.D]([90]*))?(S|MI)?$/i;

/** Digits right-aligned in the width of the format, 0 where the format says 0; # if they do not fit. */
const formatNumber = (text: string, pattern: string): string => {
  const trimmed = /^FM/i.test(pattern);
  const shape = pattern.replace(/^FM/i, '').toUpperCase();
  if (shape === 'TM' || shape === 'TM9') return text;
  if (/^X+$/.test(shape))
    return BigInt(Math.round(Number(text)))
      .toString(16)
      .toUpperCase()
      .padStart(trimmed ? 0 : shape.length + 1, ' ');
  const found = fixedFormat.exec(shape.replaceAll('$', ''));
  if (!found) throw engineError('100097', '22007', `Bad output format: '${pattern}'`);
  const [, , integral = '', decimals] = found;
  const { value, scale } = readDecimal(text.includes('e') ? Number(text).toFixed(9) : text);
  const places = decimals?.length ?? 0;
  const rounded =
    places >= scale ? value * 10n ** BigInt(places - scale) : divideRounded(value, 10n ** BigInt(scale - places));
  const printed = printDecimal(magnitude(rounded), places);
  const [whole = '0', fraction = ''] = printed.split('.');
  const slots = integral.replace(/[G,]/g, '');
  const significant = whole === '0' ? '' : whole;
  if (significant.length > slots.length) return '#'.repeat(pattern.length + (trimmed ? 0 : 1));
  const filled = significant.padStart(slots.length, ' ').split('');
  const firstZero = slots.indexOf('0');
  const digits = filled.map((digit, index) =>
    digit === ' ' && ((firstZero >= 0 && index >= firstZero) || (index === slots.length - 1 && places === 0))
      ? '0'
      : digit,
  );
  let slot = 0;
  const grouped = [...integral].map((symbol) =>
    symbol === ',' || symbol === 'G' ? (slot > 0 && digits[slot - 1] !== ' ' ? ',' : ' ') : (digits[slot++] ?? ' '),
  );
  const body = grouped.join('') + (decimals === undefined ? '' : `.${fraction}`);
  const sign = rounded < 0n ? '-' : shape.startsWith('S') ? '+' : trimmed ? '' : ' ';
  const dollar = shape.includes('$') ? '$' : '';
  const bare = body.trimStart();
  const full = `${' '.repeat(body.length - bare.length)}${sign}${dollar}${bare}`;
  return trimmed ? full.trim() : full;
};

/** A text that a format describes, as plain digits: the marks of the format are dropped. */
const digitsOf = (text: string, pattern: string): string | null => {
  const shape = pattern.toUpperCase();
  if (/^X+$/.test(shape)) return /^[0-9a-fA-F]+$/.test(text.trim()) ? BigInt(`0x${text.trim()}`).toString() : null;
  const bare = text
    .trim()
    .replace(/[$,]/g, '')
    .replace(/^(.*)-$/, '-$1');
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(bare) ? bare : null;
};

const numberOf = (text: string, pattern: string): string => {
  const digits = digitsOf(text, pattern);
  if (digits === null) throw engineError('100038', '22018', `Can't parse '${text}' as number with format '${pattern}'`);
  return digits;
};

export const numberNatives: readonly Native[] = [
  { name: 'sb_divide', parameters: ['text', 'text', 'integer'], returns: 'text', run: divide },
  { name: 'sb_multiply', parameters: ['text', 'text', 'integer'], returns: 'text', run: multiply },
  { name: 'sb_truncate', parameters: ['text', 'integer'], returns: 'text', run: truncate },
  { name: 'sb_format_number', parameters: ['text', 'text'], returns: 'text', run: formatNumber },
  { name: 'sb_number_of', parameters: ['text', 'text'], returns: 'text', run: numberOf },
  { name: 'sb_try_number_of', parameters: ['text', 'text'], returns: 'text', run: digitsOf },
];
