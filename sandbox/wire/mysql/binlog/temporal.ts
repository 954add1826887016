import {
  type Cursor,
  MalformedBinlog,
  readUint,
  readUint64,
  readUintBig,
  type Sink,
  writeUint,
  writeUintBig,
} from './bytes.ts';

// Packed formats of my_time.cc: big-endian, offset so that they sort as bytes; a fraction takes one byte for two digits.
const pad2 = (value: number): string => (value < 10 ? `0${value}` : String(value));
const pad4 = (value: number): string => String(value).padStart(4, '0');

const fractionSizeBytes = (digits: number): number => (digits + 1) >> 1;
const fractionUnit = [1_000_000, 10_000, 10_000, 100, 100, 1, 1] as const;

const withFraction = (text: string, microseconds: number, digits: number): string =>
  digits === 0 ? text : `${text}.${String(microseconds).padStart(6, '0').slice(0, digits)}`;

const readFraction = (cursor: Cursor, digits: number): number =>
  digits === 0 ? 0 : readUintBig(cursor, fractionSizeBytes(digits)) * (fractionUnit[digits] as number);

const writeFraction = (sink: Sink, microseconds: number, digits: number): void => {
  if (digits > 0)
    writeUintBig(sink, Math.floor(microseconds / (fractionUnit[digits] as number)), fractionSizeBytes(digits));
};

const microsecondsOf = (fraction: string | undefined): number =>
  fraction === undefined ? 0 : Number(fraction.padEnd(6, '0').slice(0, 6));

const checkDigits = (digits: number): void => {
  if (digits > 6) throw new MalformedBinlog(`${digits} fractional digits`);
};

const dateText = (yearValue: number, month: number, day: number): string =>
  `${pad4(yearValue)}-${pad2(month)}-${pad2(day)}`;
const clockText = (hour: number, minute: number, second: number): string =>
  `${pad2(hour)}:${pad2(minute)}:${pad2(second)}`;

/** `YYYY-MM-DD`; zero parts stay zero. */
export const readDate = (cursor: Cursor): string => {
  const packed = readUint(cursor, 3);
  return dateText(packed >> 9, (packed >> 5) & 15, packed & 31);
};

const datePattern = /^(\d{4})-(\d\d)-(\d\d)$/;

export const writeDate = (sink: Sink, text: string): void => {
  const match = datePattern.exec(text);
  if (!match) throw new MalformedBinlog(`'${text}' is no date`);
  writeUint(sink, (Number(match[1]) << 9) | (Number(match[2]) << 5) | Number(match[3]), 3);
};

const datetimeOffset = 0x8000000000;

/** `YYYY-MM-DD HH:MM:SS[.f…]` with exactly `digits` fractional digits. */
export const readDatetime = (cursor: Cursor, digits: number): string => {
  checkDigits(digits);
  const packed = readUintBig(cursor, 5) - datetimeOffset;
  const microseconds = readFraction(cursor, digits);
  if (packed < 0) throw new MalformedBinlog('negative DATETIME');
  const days = Math.floor(packed / 0x20000);
  const clock = packed % 0x20000;
  const yearMonth = days >> 5;
  const text = `${dateText(Math.floor(yearMonth / 13), yearMonth % 13, days & 31)} ${clockText(clock >> 12, (clock >> 6) & 63, clock & 63)}`;
  return withFraction(text, microseconds, digits);
};

const datetimePattern = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

const datetimeParts = (text: string): { parts: number[]; microseconds: number } => {
  const match = datetimePattern.exec(text);
  if (!match) throw new MalformedBinlog(`'${text}' is no date and time`);
  return { parts: match.slice(1, 7).map(Number), microseconds: microsecondsOf(match[7]) };
};

export const writeDatetime = (sink: Sink, text: string, digits: number): void => {
  checkDigits(digits);
  const { parts, microseconds } = datetimeParts(text);
  const [yearValue = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const days = ((yearValue * 13 + month) << 5) | day;
  const clock = (hour << 12) | (minute << 6) | second;
  writeUintBig(sink, datetimeOffset + days * 0x20000 + clock, 5);
  writeFraction(sink, microseconds, digits);
};

const zeroDatetime = '0000-00-00 00:00:00';

const instantText = (seconds: number, microseconds: number, digits: number): string => {
  // A TIMESTAMP of 0 seconds is MySQL's zero timestamp: 1970-01-01 00:00:00 itself cannot be stored.
  const text = seconds === 0 ? zeroDatetime : new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return withFraction(text, microseconds, digits);
};

/** In UTC, as `YYYY-MM-DD HH:MM:SS[.f…]`; the zero timestamp as zeros. */
export const readTimestamp = (cursor: Cursor, digits: number): string => {
  checkDigits(digits);
  const seconds = readUintBig(cursor, 4);
  return instantText(seconds, readFraction(cursor, digits), digits);
};

export const writeTimestamp = (sink: Sink, text: string, digits: number): void => {
  checkDigits(digits);
  const { parts, microseconds } = datetimeParts(text);
  const [yearValue = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const zero = yearValue === 0 && month === 0 && day === 0;
  writeUintBig(sink, zero ? 0 : Date.UTC(yearValue, month - 1, day, hour, minute, second) / 1000, 4);
  writeFraction(sink, microseconds, digits);
};

const timeText = (negative: boolean, packed: number, microseconds: number, digits: number): string => {
  const text = clockText((packed >> 12) & 0x3ff, (packed >> 6) & 63, packed & 63);
  return withFraction(negative ? `-${text}` : text, microseconds, digits);
};

/** `[-]HH:MM:SS[.f…]`, hours up to 838. */
export const readTime = (cursor: Cursor, digits: number): string => {
  checkDigits(digits);
  const fractionBytes = fractionSizeBytes(digits);
  const unit = 256 ** fractionBytes;
  // One number of 3 + fraction bytes whose offset is half its range: a negative time is the negative of the whole number.
  const packed = readUintBig(cursor, 3 + fractionBytes) - 0x800000 * unit;
  const absolute = Math.abs(packed);
  const microseconds = digits === 0 ? 0 : (absolute % unit) * (fractionUnit[digits] as number);
  return timeText(packed < 0, Math.floor(absolute / unit), microseconds, digits);
};

const timePattern = /^(-?)(\d{2,3}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

export const writeTime = (sink: Sink, text: string, digits: number): void => {
  checkDigits(digits);
  const match = timePattern.exec(text);
  if (!match) throw new MalformedBinlog(`'${text}' is no time`);
  const fractionBytes = fractionSizeBytes(digits);
  const unit = 256 ** fractionBytes;
  const clock = (Number(match[2]) << 12) | (Number(match[3]) << 6) | Number(match[4]);
  const fraction = digits === 0 ? 0 : Math.floor(microsecondsOf(match[5]) / (fractionUnit[digits] as number));
  const absolute = clock * unit + fraction;
  writeUintBig(sink, 0x800000 * unit + (match[1] === '-' ? -absolute : absolute), 3 + fractionBytes);
};

/** Columns of tables made before MySQL 5.6.4. */
export const readOldTimestamp = (cursor: Cursor): string => instantText(readUint(cursor, 4), 0, 0);

export const readOldDatetime = (cursor: Cursor): string => {
  const digits = String(readUint64(cursor)).padStart(14, '0');
  return digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3 $4:$5:$6');
};

export const readOldTime = (cursor: Cursor): string => {
  const value = readUint(cursor, 3);
  const packed = value >= 0x800000 ? value - 0x1000000 : value;
  const absolute = Math.abs(packed);
  const text = clockText(Math.floor(absolute / 10_000), Math.floor(absolute / 100) % 100, absolute % 100);
  return packed < 0 ? `-${text}` : text;
};

/** The 64-bit packed forms that stand inside JSON values: hour, minute and second above 24 bits of microseconds. */
export const unpackDatetime = (packed: bigint): string => {
  const absolute = packed < 0n ? -packed : packed;
  const microseconds = Number(absolute & 0xffffffn);
  const whole = Number(absolute >> 24n);
  const days = Math.floor(whole / 0x20000);
  const clock = whole % 0x20000;
  const yearMonth = days >> 5;
  const text = `${dateText(Math.floor(yearMonth / 13), yearMonth % 13, days & 31)} ${clockText(clock >> 12, (clock >> 6) & 63, clock & 63)}`;
  return withFraction(text, microseconds, 6);
};

export const unpackDate = (packed: bigint): string => unpackDatetime(packed).slice(0, 10);

export const unpackTime = (packed: bigint): string => {
  const absolute = packed < 0n ? -packed : packed;
  return timeText(packed < 0n, Number(absolute >> 24n), Number(absolute & 0xffffffn), 6);
};
