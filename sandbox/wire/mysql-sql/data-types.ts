import type { DataType } from './ast.ts';
import {
  accept,
  acceptOneOf,
  acceptSymbol,
  advance,
  atSymbol,
  type Cursor,
  commaSeparated,
  deprecate,
  deprecateFor,
  expect,
  expectSymbol,
  fail,
  identifierOrString,
  integerLiteral,
  parenthesised,
  peek,
  refuse,
  stringLiteral,
} from './cursor.ts';

const synonyms: Readonly<Record<string, string>> = {
  INT: 'int',
  INTEGER: 'int',
  INT4: 'int',
  TINYINT: 'tinyint',
  INT1: 'tinyint',
  SMALLINT: 'smallint',
  INT2: 'smallint',
  MEDIUMINT: 'mediumint',
  INT3: 'mediumint',
  MIDDLEINT: 'mediumint',
  BIGINT: 'bigint',
  INT8: 'bigint',
  BOOL: 'bool',
  BOOLEAN: 'bool',
  SERIAL: 'serial',
  DECIMAL: 'decimal',
  NUMERIC: 'decimal',
  DEC: 'decimal',
  FIXED: 'decimal',
  FLOAT: 'float',
  FLOAT4: 'float',
  DOUBLE: 'double',
  FLOAT8: 'double',
  REAL: 'double',
  BIT: 'bit',
  CHAR: 'char',
  CHARACTER: 'char',
  NCHAR: 'nchar',
  NVARCHAR: 'nvarchar',
  NATIONAL: 'national',
  VARCHAR: 'varchar',
  VARCHARACTER: 'varchar',
  TINYTEXT: 'tinytext',
  TEXT: 'text',
  MEDIUMTEXT: 'mediumtext',
  LONGTEXT: 'longtext',
  LONG: 'long',
  BINARY: 'binary',
  VARBINARY: 'varbinary',
  TINYBLOB: 'tinyblob',
  BLOB: 'blob',
  MEDIUMBLOB: 'mediumblob',
  LONGBLOB: 'longblob',
  ENUM: 'enum',
  SET: 'set',
  JSON: 'json',
  DATE: 'date',
  TIME: 'time',
  DATETIME: 'datetime',
  TIMESTAMP: 'timestamp',
  YEAR: 'year',
};

const notEmulated = [
  'GEOMETRY',
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
  'GEOMETRYCOLLECTION',
  'GEOMCOLLECTION',
  'VECTOR',
];

const blank = (name: string): DataType => ({
  name,
  length: null,
  decimals: null,
  unsigned: false,
  zerofill: false,
  values: [],
  charset: null,
  collation: null,
  binary: false,
});

const acceptLength = (cursor: Cursor): number | null =>
  atSymbol(cursor, '(') ? parenthesised(cursor, (inner) => Number(integerLiteral(inner))) : null;

const acceptPrecision = (cursor: Cursor, type: DataType): void => {
  if (!acceptSymbol(cursor, '(')) return;
  type.length = Number(integerLiteral(cursor));
  if (acceptSymbol(cursor, ',')) type.decimals = Number(integerLiteral(cursor));
  expectSymbol(cursor, ')');
};

const acceptNumberAttributes = (cursor: Cursor, type: DataType): void => {
  for (let word = acceptOneOf(cursor, attributes); word; word = acceptOneOf(cursor, attributes)) {
    if (word !== 'SIGNED') type.unsigned = true;
    if (word === 'ZEROFILL') type.zerofill = true;
  }
};
const attributes = ['UNSIGNED', 'SIGNED', 'ZEROFILL'];

/** `CHARACTER SET x`, `CHARSET x`: the name, or null when there is none. */
export const acceptCharset = (cursor: Cursor): string | null => {
  if (accept(cursor, 'CHARACTER', 'SET') || accept(cursor, 'CHAR', 'SET') || accept(cursor, 'CHARSET')) {
    acceptSymbol(cursor, '=');
    return charsetName(cursor);
  }
  return null;
};

export const charsetName = (cursor: Cursor): string =>
  (accept(cursor, 'BINARY') ? 'binary' : identifierOrString(cursor)).toLowerCase();

const acceptTextAttributes = (cursor: Cursor, type: DataType): void => {
  for (;;) {
    const charset = acceptCharset(cursor);
    if (charset !== null) type.charset = charset;
    else if (accept(cursor, 'ASCII')) type.charset = 'latin1';
    else if (accept(cursor, 'UNICODE')) type.charset = 'ucs2';
    else if (accept(cursor, 'BINARY')) type.binary = true;
    else if (accept(cursor, 'COLLATE')) type.collation = charsetName(cursor);
    else return;
  }
};

const numberNames = ['int', 'tinyint', 'smallint', 'mediumint', 'bigint', 'decimal', 'float', 'double'];

const inexact = ['float', 'double'];

// In the server's order (sql_yacc.yy): attributes first, then the width.
const warnOfNumber = (cursor: Cursor, type: DataType): void => {
  const gone = 'is deprecated and will be removed in a future release.';
  const warn = (text: string) => deprecate(cursor, text, 1681);
  const whole = !inexact.includes(type.name) && type.name !== 'decimal';
  if (type.zerofill)
    warn(
      `The ZEROFILL attribute ${gone} Use the LPAD function to zero-pad numbers, or store the formatted numbers in a CHAR column.`,
    );
  else if (type.unsigned && !whole)
    warn(
      'UNSIGNED for decimal and floating point data types is deprecated and support for it will be removed in a future release.',
    );
  if (whole && type.length !== null) warn(`Integer display width ${gone}`);
  if (inexact.includes(type.name) && type.decimals !== null)
    warn(`Specifying number of digits for floating point data types ${gone}`);
};

/** A type in a column definition. Attributes that are not the type's (NOT NULL, DEFAULT, …) are left to the caller. */
export const parseDataType = (cursor: Cursor): DataType => {
  const token = advance(cursor);
  if (notEmulated.includes(token.upper)) return refuse(`the data type ${token.upper}`);
  const name = token.kind === 'word' ? synonyms[token.upper] : undefined;
  if (name === undefined) return fail(cursor, token);
  const type = blank(name);
  if (name === 'bool') return { ...type, name: 'tinyint', length: 1 };
  if (name === 'serial') return type;
  if (name === 'double') accept(cursor, 'PRECISION');
  if (numberNames.includes(name)) {
    acceptPrecision(cursor, type);
    acceptNumberAttributes(cursor, type);
    warnOfNumber(cursor, type);
    return type;
  }
  if (name === 'enum' || name === 'set') {
    type.values = parenthesised(cursor, (inner) => commaSeparated(inner, stringLiteral));
    acceptTextAttributes(cursor, type);
    return type;
  }
  return parseStringType(cursor, type);
};

const nationalIsOld =
  'NATIONAL/NCHAR/NVARCHAR implies the character set UTF8MB3, which will be replaced by UTF8MB4 in a future release. Please consider using CHAR(x) CHARACTER SET UTF8MB4 in order to be unambiguous.';

const parseStringType = (cursor: Cursor, type: DataType): DataType => {
  const varying = () => accept(cursor, 'VARYING');
  if (type.name === 'national' || type.name === 'nchar' || type.name === 'nvarchar')
    deprecate(cursor, nationalIsOld, 3720);
  if (type.name === 'national') {
    expect(cursor, peek(cursor).upper === 'VARCHAR' ? 'VARCHAR' : 'CHAR');
    type.name = cursor.tokens[cursor.position - 1]?.upper === 'VARCHAR' || varying() ? 'varchar' : 'char';
    type.charset = 'utf8mb3';
  } else if (type.name === 'nchar' || type.name === 'nvarchar') {
    type.name = type.name === 'nvarchar' || varying() ? 'varchar' : 'char';
    type.charset = 'utf8mb3';
  } else if (type.name === 'char' && varying()) type.name = 'varchar';
  else if (type.name === 'long') {
    if (accept(cursor, 'VARBINARY')) type.name = 'mediumblob';
    else {
      accept(cursor, 'VARCHAR');
      type.name = 'mediumtext';
    }
  }
  type.length = acceptLength(cursor);
  if (type.name === 'year' && type.length !== null) deprecateFor(cursor, 'YEAR(4)', 'YEAR');
  if ((type.name === 'varchar' || type.name === 'varbinary') && type.length === null) fail(cursor);
  if (['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'].includes(type.name))
    acceptTextAttributes(cursor, type);
  return type;
};

/** The target of CAST and CONVERT. */
export const parseCastType = (cursor: Cursor): DataType => {
  if (acceptOneOf(cursor, ['SIGNED'])) {
    acceptOneOf(cursor, ['INTEGER', 'INT']);
    return blank('signed');
  }
  if (accept(cursor, 'UNSIGNED')) {
    acceptOneOf(cursor, ['INTEGER', 'INT']);
    return { ...blank('unsigned'), unsigned: true };
  }
  const allowed = [
    'BINARY',
    'CHAR',
    'CHARACTER',
    'NCHAR',
    'DATE',
    'DATETIME',
    'TIME',
    'DECIMAL',
    'DEC',
    'DOUBLE',
    'FLOAT',
    'JSON',
    'REAL',
    'YEAR',
  ];
  if (!allowed.includes(peek(cursor).upper)) fail(cursor);
  return parseDataType(cursor);
};
