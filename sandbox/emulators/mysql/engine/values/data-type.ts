import type { DataType } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { binaryCollation, type Collation, defaultCollation, findCharset, findCollation, utf8mb4 } from './collation.ts';
import type { BaseType, SqlType } from './sql-type.ts';

const textTypes = ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set'];

/** The collation that character set and collation, as written, amount to. */
export const resolveCollation = (charset: string | null, collation: string | null, fallback: Collation): Collation => {
  if (charset !== null && !findCharset(charset)) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', charset);
  if (collation !== null) {
    const found = findCollation(collation);
    if (!found) throw mysqlError('ER_UNKNOWN_COLLATION', collation);
    const wanted = charset === null ? found.charset : findCharset(charset)?.name;
    if (found.charset !== wanted) throw mysqlError('ER_COLLATION_CHARSET_MISMATCH', found.name, String(wanted));
    return found;
  }
  return charset === null ? fallback : (defaultCollation(charset) ?? fallback);
};

const displayWidths: Partial<Record<BaseType, readonly [signed: number, unsigned: number]>> = {
  tinyint: [4, 3],
  smallint: [6, 5],
  mediumint: [9, 8],
  int: [11, 10],
  bigint: [20, 20],
};

const tooBig = (column: string, length: number, maximum: number) =>
  mysqlError('ER_TOO_BIG_FIELDLENGTH', column, maximum) ?? length;

const textOrBinary = (type: DataType, column: string, tableCollation: Collation): SqlType => {
  const collation = textCollation(type, tableCollation);
  const binary = collation === binaryCollation;
  const bytesPerCharacter = findCharset(collation.charset)?.maxLength ?? 1;
  const common = { decimals: 0, unsigned: false, zerofill: false, collation, values: type.values };
  if (type.name === 'char') {
    if ((type.length ?? 1) > 255) throw tooBig(column, type.length ?? 1, 255);
    return { ...common, base: binary ? 'binary' : 'char', length: type.length ?? 1 };
  }
  if (type.name === 'varchar') {
    const maximum = Math.floor(65_535 / bytesPerCharacter);
    if ((type.length ?? 0) > maximum) throw tooBig(column, type.length ?? 0, maximum);
    return { ...common, base: binary ? 'varbinary' : 'varchar', length: type.length ?? 0 };
  }
  if (type.name === 'enum' || type.name === 'set') return { ...common, ...enumeration(type, column), base: type.name };
  return {
    ...common,
    base: (binary ? type.name.replace('text', 'blob') : type.name) as BaseType,
    length: textLengths[type.name] ?? 65_535,
  };
};

const textLengths: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
};

const textCollation = (type: DataType, tableCollation: Collation): Collation => {
  const fallback = type.charset === null && type.collation === null ? tableCollation : utf8mb4;
  const resolved = resolveCollation(type.charset, type.collation, fallback);
  return type.binary ? (findCollation(`${resolved.charset}_bin`) ?? resolved) : resolved;
};

const enumeration = (type: DataType, column: string): Pick<SqlType, 'length' | 'values'> => {
  const seen = new Set<string>();
  const values = type.values.map((value) => value.replace(/ +$/, ''));
  for (const value of values) {
    if (seen.has(value.toLowerCase()))
      throw mysqlError('ER_DUPLICATED_VALUE_IN_TYPE', column, value, type.name.toUpperCase());
    if (type.name === 'set' && value.includes(',')) throw mysqlError('ER_ILLEGAL_VALUE_FOR_TYPE', type.name, value);
    seen.add(value.toLowerCase());
  }
  if (type.name === 'set' && values.length > 64) throw mysqlError('ER_TOO_BIG_SET', column);
  const lengths = values.map((value) => value.length);
  const length =
    type.name === 'enum'
      ? Math.max(0, ...lengths)
      : lengths.reduce((sum, item) => sum + item, 0) + Math.max(0, values.length - 1);
  return { values, length };
};

/** What a type as written means for a column of a table with that collation. Throws what CREATE TABLE answers to an impossible one. */
export const resolveType = (type: DataType, column: string, tableCollation: Collation): SqlType => {
  if (textTypes.includes(type.name)) return textOrBinary(type, column, tableCollation);
  const common = {
    decimals: 0,
    unsigned: type.unsigned,
    zerofill: type.zerofill,
    collation: binaryCollation,
    values: [],
  };
  const base = type.name as BaseType;
  const widths = displayWidths[base];
  if (widths) {
    const explicit =
      type.length !== null && (type.zerofill || (base === 'tinyint' && type.length === 1 && !type.unsigned));
    if ((type.length ?? 0) > 255) throw mysqlError('ER_TOO_BIG_DISPLAYWIDTH', column, 255);
    const usual = widths[type.unsigned || type.zerofill ? 1 : 0];
    const length = type.length !== null && explicit ? type.length : usual;
    return { ...common, base, length, ...(explicit || type.zerofill ? { explicitLength: length } : {}) };
  }
  switch (type.name) {
    case 'decimal': {
      const precision = type.length ?? 10;
      const decimals = type.decimals ?? 0;
      if (decimals > 30) throw mysqlError('ER_TOO_BIG_SCALE', decimals, column, 30);
      if (precision > 65) throw mysqlError('ER_TOO_BIG_PRECISION', precision, column, 65);
      if (decimals > precision) throw mysqlError('ER_M_BIGGER_THAN_D', column);
      return { ...common, base, length: precision === 0 ? 10 : precision, decimals };
    }
    case 'float':
    case 'double': {
      const double = type.name === 'double' || (type.length !== null && type.decimals === null && type.length > 24);
      if (type.length !== null && type.decimals === null && type.length > 53)
        throw mysqlError('ER_WRONG_FIELD_SPEC', column);
      if (type.decimals !== null)
        return {
          ...common,
          base: double ? 'double' : 'float',
          length: type.length ?? 22,
          decimals: type.decimals,
          explicitLength: type.length ?? 22,
        };
      return { ...common, base: double ? 'double' : 'float', length: double ? 22 : 12, decimals: 31 };
    }
    case 'bit': {
      if ((type.length ?? 1) > 64) throw mysqlError('ER_TOO_BIG_DISPLAYWIDTH', column, 64);
      return { ...common, base, length: type.length ?? 1, unsigned: true };
    }
    case 'date':
      return { ...common, base, length: 10 };
    case 'time':
    case 'datetime':
    case 'timestamp': {
      const digits = type.length ?? 0;
      if (digits > 6) throw mysqlError('ER_TOO_BIG_PRECISION', digits, column, 6);
      return {
        ...common,
        base,
        length: (type.name === 'time' ? 10 : 19) + (digits ? digits + 1 : 0),
        decimals: digits,
      };
    }
    case 'year':
      return { ...common, base, length: 4, unsigned: true };
    case 'json':
      return { ...common, base, length: 4_294_967_295, collation: utf8mb4 };
    case 'binary':
      if ((type.length ?? 1) > 255) throw tooBig(column, type.length ?? 1, 255);
      return { ...common, base, length: type.length ?? 1 };
    case 'varbinary':
      if ((type.length ?? 0) > 65_535) throw tooBig(column, type.length ?? 0, 65_535);
      return { ...common, base, length: type.length ?? 0 };
    default:
      return { ...common, base, length: textLengths[type.name.replace('blob', 'text')] ?? 65_535 };
  }
};

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** As SHOW CREATE TABLE and information_schema.COLUMN_TYPE write it. */
export const typeText = (type: SqlType): string => {
  const { base } = type;
  const suffix = `${type.unsigned && base !== 'bit' && base !== 'year' ? ' unsigned' : ''}${type.zerofill ? ' zerofill' : ''}`;
  if (base === 'decimal') return `decimal(${type.length},${type.decimals})${suffix}`;
  if (base === 'float' || base === 'double')
    return `${base}${type.explicitLength === undefined ? '' : `(${type.length},${type.decimals})`}${suffix}`;
  if (['char', 'varchar', 'binary', 'varbinary', 'bit'].includes(base)) return `${base}(${type.length})`;
  if (base === 'enum' || base === 'set') return `${base}(${type.values.map(quoted).join(',')})`;
  if (['time', 'datetime', 'timestamp'].includes(base)) return type.decimals ? `${base}(${type.decimals})` : base;
  return `${base}${type.explicitLength === undefined ? '' : `(${type.explicitLength})`}${suffix}`;
};
