import { formatJson, type JsonSpelling, readJson } from '../../../../../wire/mysql/binlog/jsonb.ts';

/** A double's exact digits without an exponent, as `new BigDecimal(double).toPlainString()`. */
const plainDigits = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(Math.abs(value));
  const bits = bytes.readBigUInt64BE();
  const exponentBits = Number(bits >> 52n);
  const mantissa = exponentBits === 0 ? bits & 0xfffffffffffffn : (bits & 0xfffffffffffffn) | (1n << 52n);
  const exponent = (exponentBits === 0 ? 1 : exponentBits) - 1075;
  const sign = value < 0 ? '-' : '';
  if (exponent >= 0) return `${sign}${mantissa << BigInt(exponent)}`;
  const scale = -exponent;
  const digits = String(mantissa * 5n ** BigInt(scale)).padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -scale)}${fraction === '' ? '' : `.${fraction}`}`;
};

/** Java's Double.toString while it has no exponent (from 10^-3 to below 10^7), else all digits: what the binlog reader of Debezium prints. */
const javaDouble = (value: number): string => {
  const absolute = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (absolute < 1e-3 || absolute >= 1e7) return plainDigits(value);
  return Number.isInteger(value) ? `${value}.0` : String(value);
};

const compact: JsonSpelling = { comma: ',', colon: ':', double: javaDouble };

/** JSON of a row event: without spaces, unlike the text that a snapshot reads from the server. */
export const jsonOfBinary = (bytes: Uint8Array): string => formatJson(readJson(bytes), compact);
