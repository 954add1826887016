import { textDecoderOf } from '../../../../../wire/mysql/binlog/charsets.ts';
import type { ColumnValue } from '../../../../../wire/mysql/binlog/values.ts';
import { DataError } from '../../../connect-errors.ts';
import type { ConnectSchema, ConnectValue, Decimal } from '../../../plugin.ts';
import { jdbcTypes as jdbc } from '../ddl/column-definition.ts';
import type { Settings } from '../settings.ts';
import { type Column, dottedId, type TableId } from '../tables.ts';
import { jsonOfBinary } from './json-text.ts';
import { adjustYear, dateForm, datetimeForm, type TemporalForm, timeForm, timestampForm } from './temporal.ts';

/**
 * How a column's values become values of Connect. Values come as row events hold them (values.ts of the codec, character columns as
 * bytes, JSON in its binary form), or from a snapshot: then text columns, ENUM, SET and JSON are text already.
 */
export type ColumnConverter = { name: string; schema: ConnectSchema; convert(value: ColumnValue): ConnectValue };

/** A form is tried on values that are not null; undefined means that there is no such value in this form. */
type Form = {
  schema: ConnectSchema;
  convert(value: Exclude<ColumnValue, null>): ConnectValue | undefined;
  fallback: ConnectValue;
};

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const unexpected = (value: unknown): never => {
  throw new DataError(`Unexpected value of type ${value instanceof Uint8Array ? 'bytes' : typeof value}`);
};

const labelsOf = (column: Column): string[] =>
  column.enumValues.map((label) => label.slice(1, -1).replaceAll("''", "'"));

const toNumber = (value: Exclude<ColumnValue, null>): number =>
  typeof value === 'number'
    ? value
    : typeof value === 'bigint' || typeof value === 'string'
      ? Number(value)
      : unexpected(value);

const toBigint = (value: Exclude<ColumnValue, null>): bigint => {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(Math.round(value));
  return typeof value === 'string'
    ? BigInt(/^-?\d+$/.test(value) ? value : Math.round(Number(value)))
    : unexpected(value);
};

const integerForm = (type: 'int16' | 'int32'): Form => ({
  schema: { type },
  convert: (value) => Math.round(toNumber(value)),
  fallback: 0,
});

const longForm: Form = {
  schema: { type: 'int64' },
  // The upper half of BIGINT UNSIGNED wraps to negative numbers: a Java long.
  convert: (value) => BigInt.asIntN(64, toBigint(value)),
  fallback: 0n,
};

const decimalSchema = (precision: number, scale: number): ConnectSchema => ({
  type: 'bytes',
  name: 'org.apache.kafka.connect.data.Decimal',
  version: 1,
  parameters: { scale: String(scale), 'connect.decimal.precision': String(precision) },
});

const parseDecimal = (text: string, scale: number): Decimal => {
  const [whole = '0', fraction = ''] = text.split('.');
  const digits = `${whole}${fraction.padEnd(scale, '0').slice(0, scale)}`;
  return { unscaled: BigInt(digits === '-' || digits === '' ? 0 : digits), scale };
};

const decimalForm = (column: Column, settings: Settings): Form => {
  const scale = column.scale ?? 0;
  const text = (value: Exclude<ColumnValue, null>) => (value instanceof Uint8Array ? unexpected(value) : String(value));
  if (settings.decimalMode === 'string') {
    return { schema: { type: 'string' }, convert: text, fallback: '0' };
  }
  if (settings.decimalMode === 'double') {
    return { schema: { type: 'float64' }, convert: (value) => Number(text(value)), fallback: 0 };
  }
  return {
    schema: decimalSchema(column.length ?? 10, scale),
    convert: (value) => parseDecimal(text(value), scale),
    fallback: { unscaled: 0n, scale },
  };
};

const unsignedBigintForm: Form = {
  schema: decimalSchema(20, 0),
  convert: (value) => ({ unscaled: BigInt.asUintN(64, toBigint(value)), scale: 0 }),
  fallback: { unscaled: 0n, scale: 0 },
};

const floatForm: Form = { schema: { type: 'float32' }, convert: (value) => Math.fround(toNumber(value)), fallback: 0 };
const doubleForm: Form = { schema: { type: 'float64' }, convert: toNumber, fallback: 0 };
const booleanForm: Form = { schema: { type: 'boolean' }, convert: (value) => toBigint(value) !== 0n, fallback: false };

const bitDefault = (text: string): bigint => BigInt(`0b${/^b'([01]+)'$/.exec(text)?.[1] ?? Number(text).toString(2)}`);

const bitForm = (column: Column): Form => {
  const length = column.length ?? 1;
  const bits = (value: Exclude<ColumnValue, null>): bigint =>
    value instanceof Uint8Array
      ? BigInt(`0x${bufferOf(value).toString('hex') || '0'}`)
      : typeof value === 'string'
        ? bitDefault(value)
        : toBigint(value);
  if (length === 1) return { schema: { type: 'boolean' }, convert: (value) => bits(value) !== 0n, fallback: false };
  const sizeBytes = (length + 7) >> 3;
  return {
    schema: { type: 'bytes', name: 'io.debezium.data.Bits', version: 1, parameters: { length: String(length) } },
    // Little-endian, unlike MySQL itself.
    convert: (value) =>
      Buffer.from(
        bits(value)
          .toString(16)
          .padStart(sizeBytes * 2, '0'),
        'hex',
      ).reverse(),
    fallback: new Uint8Array(0),
  };
};

const textForm = (column: Column): Form => {
  const charset = column.charsetName ?? 'utf8mb4';
  const decode = textDecoderOf(charset) ?? ((bytes: Buffer) => bytes.toString('utf8'));
  return {
    schema: { type: 'string' },
    convert: (value) => (value instanceof Uint8Array ? decode(bufferOf(value)) : String(value)),
    fallback: '',
  };
};

const allowed = (labels: readonly string[]): Readonly<Record<string, string>> => ({ allowed: labels.join(',') });

const enumForm = (column: Column): Form => {
  const labels = labelsOf(column);
  return {
    schema: { type: 'string', name: 'io.debezium.data.Enum', version: 1, parameters: allowed(labels) },
    convert: (value) =>
      typeof value === 'string' ? value : (labels[toNumber(value) - 1] ?? (toNumber(value) === 0 ? '' : undefined)),
    fallback: '',
  };
};

const setForm = (column: Column): Form => {
  const labels = labelsOf(column);
  return {
    schema: { type: 'string', name: 'io.debezium.data.EnumSet', version: 1, parameters: allowed(labels) },
    convert: (value) => {
      if (typeof value === 'string') return value;
      const bits = toBigint(value);
      return labels.filter((_, index) => (bits & (1n << BigInt(index))) !== 0n).join(',');
    },
    fallback: '',
  };
};

const jsonForm = (column: Column): Form => ({
  schema: { type: 'string', name: 'io.debezium.data.Json', version: 1 },
  convert: (value) => {
    if (!(value instanceof Uint8Array)) return String(value);
    return value.length === 0 && column.optional ? null : value.length === 0 ? '{}' : jsonOfBinary(value);
  },
  fallback: '{}',
});

const yearForm = (settings: Settings): Form => ({
  schema: { type: 'int32', name: 'io.debezium.time.Year', version: 1 },
  // A row event holds years since 1900, so YEAR 0 comes out as 1900 (golden: types topics, offset 4).
  convert: (value) => {
    const year = toNumber(value);
    if (typeof value !== 'string' && year === 0) return 1900;
    return settings.adjustsYears ? adjustYear(year) : year;
  },
  fallback: 0,
});

const temporal = ({ schema, convert, fallback }: TemporalForm): Form => ({
  schema,
  convert: (value) => (typeof value === 'string' ? convert(value) : unexpected(value)),
  fallback,
});

const toBytes = (value: Exclude<ColumnValue, null>, padding: number): Buffer => {
  const bytes = value instanceof Uint8Array ? bufferOf(value) : Buffer.from(String(value), 'latin1');
  return bytes.length < padding ? Buffer.concat([bytes, Buffer.alloc(padding - bytes.length)]) : bytes;
};

const binaryForm = (column: Column, settings: Settings): Form => {
  // Row events leave out the zero bytes at the end of a BINARY.
  const padding = column.jdbcType === jdbc.binary ? (column.length ?? 1) : 0;
  const encodings = { base64: 'base64', 'base64-url-safe': 'base64url', hex: 'hex' } as const;
  if (settings.binaryMode === 'bytes') {
    return { schema: { type: 'bytes' }, convert: (value) => toBytes(value, padding), fallback: new Uint8Array(0) };
  }
  const encoding = encodings[settings.binaryMode];
  // Java's URL-safe encoder pads, Node's does not.
  const text = (bytes: Buffer) =>
    encoding === 'base64url'
      ? bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
      : bytes.toString(encoding);
  return { schema: { type: 'string' }, convert: (value) => text(toBytes(value, padding)), fallback: '' };
};

const geometryFields: ConnectSchema['fields'] = [
  { name: 'wkb', schema: { type: 'bytes' } },
  { name: 'srid', schema: { type: 'int32', optional: true } },
];

const pointFields: ConnectSchema['fields'] = [
  { name: 'x', schema: { type: 'float64' } },
  { name: 'y', schema: { type: 'float64' } },
  { name: 'wkb', schema: { type: 'bytes', optional: true } },
  { name: 'srid', schema: { type: 'int32', optional: true } },
];

// MySQL stores four bytes of SRID before the WKB; SRID 0 is no SRID.
const splitGeometry = (value: Exclude<ColumnValue, null>): { wkb: Buffer; srid: number | null } => {
  const bytes = value instanceof Uint8Array ? bufferOf(value) : unexpected(value);
  const srid = bytes.readUInt32LE(0);
  return { wkb: bytes.subarray(4), srid: srid === 0 ? null : srid };
};

const geometryForm: Form = {
  schema: { type: 'struct', name: 'io.debezium.data.geometry.Geometry', version: 1, fields: geometryFields },
  convert: splitGeometry,
  fallback: { wkb: Buffer.from('010700000000000000', 'hex'), srid: null },
};

const pointForm: Form = {
  schema: { type: 'struct', name: 'io.debezium.data.geometry.Point', version: 1, fields: pointFields },
  convert: (value) => {
    const { wkb, srid } = splitGeometry(value);
    return { x: wkb.readDoubleLE(5), y: wkb.readDoubleLE(13), wkb, srid };
  },
  fallback: { x: 0, y: 0, wkb: null, srid: null },
};

const vectorForm: Form = {
  schema: { type: 'array', name: 'io.debezium.data.FloatVector', version: 1, valueSchema: { type: 'float32' } },
  convert: (value) => {
    const bytes = value instanceof Uint8Array ? bufferOf(value) : unexpected(value);
    return Array.from({ length: bytes.length >> 2 }, (_, index) => bytes.readFloatLE(index * 4));
  },
  fallback: [],
};

const integerOf = (column: Column): Form => {
  const unsigned = column.typeName.includes('UNSIGNED');
  if (column.jdbcType === jdbc.smallint)
    return integerForm(unsigned && /^(SMALLINT|INT2)/.test(column.typeName) ? 'int32' : 'int16');
  return unsigned && /^(INT|INTEGER|INT4) /.test(column.typeName) ? longForm : integerForm('int32');
};

const floatOf = (column: Column): Form =>
  column.scale === null && (column.length ?? 0) <= 24 ? floatForm : doubleForm;

const otherForm = (typeName: string, column: Column): Form => {
  if (typeName === 'JSON') return jsonForm(column);
  if (typeName === 'POINT') return pointForm;
  if (typeName === 'VECTOR') return vectorForm;
  return geometryForm;
};

const formOf = (column: Column, settings: Settings): Form => {
  const typeName = column.typeName.split(/[ (]/)[0] as string;
  if (typeName === 'YEAR') return yearForm(settings);
  if (typeName === 'ENUM') return enumForm(column);
  if (typeName === 'SET') return setForm(column);
  switch (column.jdbcType) {
    case jdbc.smallint:
    case jdbc.integer:
      return integerOf(column);
    case jdbc.bigint:
      return column.typeName.includes('UNSIGNED') && settings.preciseUnsignedBigint ? unsignedBigintForm : longForm;
    case jdbc.boolean:
      return { ...integerForm('int16'), schema: { type: 'int16' } };
    case jdbc.decimal:
    case jdbc.numeric:
      return decimalForm(column, settings);
    case jdbc.float:
      return floatOf(column);
    case jdbc.real:
    case jdbc.double:
      return doubleForm;
    case jdbc.bit:
      return bitForm(column);
    case jdbc.date:
      return temporal(dateForm(settings.timeMode, settings.adjustsYears));
    case jdbc.time:
      return temporal(timeForm(settings.timeMode));
    case jdbc.timestamp:
      return temporal(datetimeForm(settings.timeMode, settings.adjustsYears, column.length ?? 0));
    case jdbc.timestampWithTimezone:
      return temporal(timestampForm(column.length ?? 0));
    case jdbc.binary:
    case jdbc.varbinary:
    case jdbc.blob:
      return binaryForm(column, settings);
    case jdbc.other:
      return otherForm(typeName, column);
    default:
      return textForm(column);
  }
};

const isTinyIntOne = (column: Column): boolean =>
  (/^TINYINT( |$)/.test(column.typeName) && column.length === 1) || column.jdbcType === jdbc.boolean;

const defaultOf = (column: Column, form: Form): ConnectValue | undefined => {
  const text = column.hasDefaultValue ? column.defaultValueExpression : null;
  if (text === null) return undefined;
  // A default of CURRENT_TIMESTAMP stands in the schema history as the epoch.
  const value = form.convert(text);
  return value === undefined ? (column.optional ? undefined : form.fallback) : value;
};

const withDigitsCut = (column: Column): Column =>
  column.jdbcType === jdbc.timestampWithTimezone ? { ...column, length: 0 } : column;

export const columnConverter = (id: TableId, column: Column, settings: Settings): ColumnConverter => {
  const boolean = isTinyIntOne(column) && settings.booleanColumns?.(`${dottedId(id)}.${column.name}`) === true;
  const form = boolean ? booleanForm : formOf(column, settings);
  const transform = form.schema.type === 'string' ? settings.transformation(id, column) : undefined;
  const fallbackOfNull = defaultOf(column, boolean ? booleanForm : formOf(withDigitsCut(column), settings));
  const schema: ConnectSchema = {
    ...form.schema,
    ...(column.optional ? { optional: true } : {}),
    ...(fallbackOfNull === undefined ? {} : { default: fallbackOfNull }),
    ...(settings.includesComments && column.comment !== null ? { doc: column.comment } : {}),
  };
  const missing: ConnectValue = column.optional ? null : (fallbackOfNull ?? form.fallback);
  const convert = (value: ColumnValue): ConnectValue => {
    const converted = value === null ? missing : form.convert(value);
    return converted === undefined ? missing : converted;
  };
  if (!transform) return { name: column.name, schema, convert };
  return { name: column.name, schema, convert: (value) => transform(convert(value) as string | null) };
};
