import type { Reader, Writer } from './bytes.ts';
import {
  MalformedPacket,
  readerOf,
  readInt1,
  readInt2,
  readInt4,
  readLengthEncodedBytes,
  remainingBytes,
  writeInt1,
  writeInt2,
  writeInt4,
} from './bytes.ts';

// Dates and times of the binary protocol: a length byte, then as many fields as are not zero.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html#sect_protocol_binary_resultset_row_value

const dateTimeText = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?)?$/;
const timeText = /^(-?)(\d{2,3}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/;

const microseconds = (fraction: string | undefined): number => (fraction ? Number(fraction.padEnd(6, '0')) : 0);

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

/** DATE, DATETIME and TIMESTAMP from the text that MySQL prints. */
export const writeDateTime = (writer: Writer, text: string): void => {
  const match = dateTimeText.exec(text);
  if (!match) throw new TypeError(`not a date: ${text}`);
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction] = match;
  const micro = microseconds(fraction);
  const withTime = Number(hour) + Number(minute) + Number(second) > 0;
  const withDate = Number(year) + Number(month) + Number(day) > 0;
  const sizeBytes = micro > 0 ? 11 : withTime ? 7 : withDate ? 4 : 0;
  writeInt1(writer, sizeBytes);
  if (sizeBytes >= 4) {
    writeInt2(writer, Number(year));
    writeInt1(writer, Number(month));
    writeInt1(writer, Number(day));
  }
  if (sizeBytes >= 7) {
    writeInt1(writer, Number(hour));
    writeInt1(writer, Number(minute));
    writeInt1(writer, Number(second));
  }
  if (sizeBytes === 11) writeInt4(writer, micro);
};

export const writeTime = (writer: Writer, text: string): void => {
  const match = timeText.exec(text);
  if (!match) throw new TypeError(`not a time: ${text}`);
  const [, sign, hours, minute, second, fraction] = match;
  const micro = microseconds(fraction);
  const isZero = Number(hours) + Number(minute) + Number(second) + micro === 0;
  const sizeBytes = micro > 0 ? 12 : isZero ? 0 : 8;
  writeInt1(writer, sizeBytes);
  if (sizeBytes === 0) return;
  writeInt1(writer, sign === '-' ? 1 : 0);
  writeInt4(writer, Math.floor(Number(hours) / 24));
  writeInt1(writer, Number(hours) % 24);
  writeInt1(writer, Number(minute));
  writeInt1(writer, Number(second));
  if (sizeBytes === 12) writeInt4(writer, micro);
};

const fieldsOf = (reader: Reader, sizes: readonly number[]): Reader => {
  const bytes = readLengthEncodedBytes(reader);
  if (!sizes.includes(bytes.length)) throw new MalformedPacket(`a date or time of ${bytes.length} bytes`);
  return readerOf(bytes);
};

const readClock = (fields: Reader): { hour: number; rest: string } => {
  if (remainingBytes(fields) === 0) return { hour: 0, rest: ':00:00' };
  const hour = readInt1(fields);
  const minute = readInt1(fields);
  const second = readInt1(fields);
  const fraction = remainingBytes(fields) > 0 ? `.${digits(readInt4(fields), 6)}` : '';
  return { hour, rest: `:${digits(minute, 2)}:${digits(second, 2)}${fraction}` };
};

const readDay = (fields: Reader): string => {
  if (remainingBytes(fields) === 0) return '0000-00-00';
  const year = readInt2(fields);
  const month = readInt1(fields);
  const day = readInt1(fields);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
};

/** 'YYYY-MM-DD' */
export const readDate = (reader: Reader): string => readDay(fieldsOf(reader, [0, 4, 7, 11]));

/** 'YYYY-MM-DD hh:mm:ss[.ffffff]' */
export const readDateTime = (reader: Reader): string => {
  const fields = fieldsOf(reader, [0, 4, 7, 11]);
  const day = readDay(fields);
  const { hour, rest } = readClock(fields);
  return `${day} ${digits(hour, 2)}${rest}`;
};

/** '[-]hhh:mm:ss[.ffffff]' */
export const readTime = (reader: Reader): string => {
  const fields = fieldsOf(reader, [0, 8, 12]);
  if (remainingBytes(fields) === 0) return '00:00:00';
  const sign = readInt1(fields) === 1 ? '-' : '';
  const days = readInt4(fields);
  const { hour, rest } = readClock(fields);
  return `${sign}${digits(days * 24 + hour, 2)}${rest}`;
};
