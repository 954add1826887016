import { type Cursor, MalformedBinlog, readBytes, reserve, type Sink } from './bytes.ts';

// decimal2bin of the server (strings/decimal.cc): nine digits in four bytes, big-endian, sign in the first bit, a negative value inverted.
const bytesForDigits = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4] as const;

const groupsOf = (digits: number): number[] => {
  const groups: number[] = Array.from({ length: Math.floor(digits / 9) }, () => 9);
  return digits % 9 === 0 ? groups : [...groups, digits % 9];
};

type Layout = { groups: { digits: number; sizeBytes: number }[]; integerGroups: number; sizeBytes: number };
const layouts = new Map<number, Layout>();

const layoutOf = (precision: number, scale: number): Layout => {
  const id = precision * 256 + scale;
  const known = layouts.get(id);
  if (known) return known;
  if (precision < 1 || precision > 65 || scale > precision) throw new MalformedBinlog(`DECIMAL(${precision},${scale})`);
  const integers = groupsOf(precision - scale).reverse();
  const groups = [...integers, ...groupsOf(scale)].map((digits) => ({
    digits,
    sizeBytes: bytesForDigits[digits] as number,
  }));
  const layout = {
    groups,
    integerGroups: integers.length,
    sizeBytes: groups.reduce((sum, group) => sum + group.sizeBytes, 0),
  };
  layouts.set(id, layout);
  return layout;
};

export const decimalSizeBytes = (precision: number, scale: number): number => layoutOf(precision, scale).sizeBytes;

const withoutLeadingZeros = (digits: string): string => {
  let start = 0;
  while (start < digits.length - 1 && digits.charCodeAt(start) === 0x30) start++;
  return digits.slice(start);
};

/** Exact text: no exponent, no leading zeros but one before the point, exactly `scale` digits after it. */
export const readDecimal = (cursor: Cursor, precision: number, scale: number): string => {
  const layout = layoutOf(precision, scale);
  const bytes = readBytes(cursor, layout.sizeBytes);
  const negative = ((bytes[0] as number) & 0x80) === 0;
  const mask = negative ? 0xff : 0;
  let digits = '';
  let at = 0;
  for (const group of layout.groups) {
    let value = 0;
    for (const end = at + group.sizeBytes; at < end; at++) {
      value = value * 256 + ((bytes[at] as number) ^ mask ^ (at === 0 ? 0x80 : 0));
    }
    digits += String(value).padStart(group.digits, '0');
  }
  const integerDigits = precision - scale;
  const whole = integerDigits === 0 ? '0' : withoutLeadingZeros(digits.slice(0, integerDigits));
  const text = scale === 0 ? whole : `${whole}.${digits.slice(integerDigits)}`;
  return negative ? `-${text}` : text;
};

const plain = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** Writes a plain decimal text; digits that do not fit are a fault of the caller, who rounds. */
export const writeDecimal = (sink: Sink, text: string, precision: number, scale: number): void => {
  const layout = layoutOf(precision, scale);
  const match = plain.exec(text);
  if (!match || !(match[2] || match[3])) throw new MalformedBinlog(`'${text}' is no decimal`);
  const whole = (match[2] ?? '').replace(/^0+/, '').padStart(precision - scale, '0');
  const fraction = (match[3] ?? '').padEnd(scale, '0');
  if (whole.length > precision - scale || fraction.length > scale) {
    throw new MalformedBinlog(`'${text}' does not fit DECIMAL(${precision},${scale})`);
  }
  const digits = whole + fraction;
  const start = reserve(sink, layout.sizeBytes);
  let at = start;
  let digit = 0;
  let zero = true;
  for (const group of layout.groups) {
    const value = Number(digits.slice(digit, digit + group.digits));
    if (value !== 0) zero = false;
    sink.buffer.writeUIntBE(value, at, group.sizeBytes);
    at += group.sizeBytes;
    digit += group.digits;
  }
  if (match[1] === '-' && !zero) {
    for (let index = start; index < at; index++) sink.buffer[index] = ~(sink.buffer[index] as number) & 0xff;
  }
  sink.buffer[start] = (sink.buffer[start] as number) ^ 0x80;
};
