import type { Column } from '../tables.ts';
import {
  atEnd,
  peek,
  peekKeyword,
  skipToComma,
  type Token,
  type TokenReader,
  take,
  takeKeywords,
  takeOneOf,
  takeParenthesized,
  UnparseableDdl,
} from './lexer.ts';

// java.sql.Types
const jdbc = {
  bit: -7,
  bigint: -5,
  varbinary: -3,
  binary: -2,
  nchar: -15,
  nvarchar: -9,
  char: 1,
  numeric: 2,
  decimal: 3,
  integer: 4,
  smallint: 5,
  float: 6,
  real: 7,
  double: 8,
  varchar: 12,
  boolean: 16,
  date: 91,
  time: 92,
  timestamp: 93,
  other: 1111,
  blob: 2004,
  timestampWithTimezone: 2014,
} as const;

type TypeFacts = { jdbcType: number; numeric?: true; text?: true; length?: number; scale?: number };

// What Debezium's DDL parser registers for each type name (DataTypeResolver in MySqlAntlrDdlParser).
const types = new Map<string, TypeFacts>([
  ['TINYINT', { jdbcType: jdbc.smallint, numeric: true }],
  ['INT1', { jdbcType: jdbc.smallint, numeric: true }],
  ['SMALLINT', { jdbcType: jdbc.smallint, numeric: true }],
  ['INT2', { jdbcType: jdbc.smallint, numeric: true }],
  ['MEDIUMINT', { jdbcType: jdbc.integer, numeric: true }],
  ['INT3', { jdbcType: jdbc.integer, numeric: true }],
  ['MIDDLEINT', { jdbcType: jdbc.integer, numeric: true }],
  ['INT', { jdbcType: jdbc.integer, numeric: true }],
  ['INTEGER', { jdbcType: jdbc.integer, numeric: true }],
  ['INT4', { jdbcType: jdbc.integer, numeric: true }],
  ['BIGINT', { jdbcType: jdbc.bigint, numeric: true }],
  ['INT8', { jdbcType: jdbc.bigint, numeric: true }],
  ['REAL', { jdbcType: jdbc.real, numeric: true }],
  ['DOUBLE', { jdbcType: jdbc.double, numeric: true }],
  ['FLOAT8', { jdbcType: jdbc.double, numeric: true }],
  ['FLOAT', { jdbcType: jdbc.float, numeric: true }],
  ['FLOAT4', { jdbcType: jdbc.float, numeric: true }],
  ['DECIMAL', { jdbcType: jdbc.decimal, numeric: true, length: 10, scale: 0 }],
  ['DEC', { jdbcType: jdbc.decimal, numeric: true, length: 10, scale: 0 }],
  ['FIXED', { jdbcType: jdbc.decimal, numeric: true, length: 10, scale: 0 }],
  ['NUMERIC', { jdbcType: jdbc.numeric, numeric: true, length: 10, scale: 0 }],
  ['BIT', { jdbcType: jdbc.bit, length: 1 }],
  ['BOOL', { jdbcType: jdbc.boolean }],
  ['BOOLEAN', { jdbcType: jdbc.boolean }],
  ['SERIAL', { jdbcType: jdbc.bigint }],
  ['DATE', { jdbcType: jdbc.date }],
  ['TIME', { jdbcType: jdbc.time }],
  ['DATETIME', { jdbcType: jdbc.timestamp }],
  ['TIMESTAMP', { jdbcType: jdbc.timestampWithTimezone }],
  ['YEAR', { jdbcType: jdbc.integer }],
  ['CHAR', { jdbcType: jdbc.char, text: true }],
  ['CHARACTER', { jdbcType: jdbc.char, text: true }],
  ['VARCHAR', { jdbcType: jdbc.varchar, text: true }],
  ['VARCHARACTER', { jdbcType: jdbc.varchar, text: true }],
  ['NCHAR', { jdbcType: jdbc.nchar, text: true }],
  ['NVARCHAR', { jdbcType: jdbc.nvarchar, text: true }],
  ['TINYTEXT', { jdbcType: jdbc.varchar, text: true }],
  ['TEXT', { jdbcType: jdbc.varchar, text: true }],
  ['MEDIUMTEXT', { jdbcType: jdbc.varchar, text: true }],
  ['LONGTEXT', { jdbcType: jdbc.varchar, text: true }],
  ['LONG', { jdbcType: jdbc.varchar, text: true }],
  ['ENUM', { jdbcType: jdbc.char, text: true }],
  ['SET', { jdbcType: jdbc.char, text: true }],
  ['BINARY', { jdbcType: jdbc.binary }],
  ['VARBINARY', { jdbcType: jdbc.varbinary }],
  ['TINYBLOB', { jdbcType: jdbc.blob }],
  ['BLOB', { jdbcType: jdbc.blob }],
  ['MEDIUMBLOB', { jdbcType: jdbc.blob }],
  ['LONGBLOB', { jdbcType: jdbc.blob }],
  ['JSON', { jdbcType: jdbc.other }],
  ['GEOMETRY', { jdbcType: jdbc.other }],
  ['GEOMETRYCOLLECTION', { jdbcType: jdbc.other }],
  ['GEOMCOLLECTION', { jdbcType: jdbc.other }],
  ['POINT', { jdbcType: jdbc.other }],
  ['LINESTRING', { jdbcType: jdbc.other }],
  ['POLYGON', { jdbcType: jdbc.other }],
  ['MULTIPOINT', { jdbcType: jdbc.other }],
  ['MULTILINESTRING', { jdbcType: jdbc.other }],
  ['MULTIPOLYGON', { jdbcType: jdbc.other }],
  ['VECTOR', { jdbcType: jdbc.other }],
]);

export const jdbcTypes = jdbc;

const takeTypeName = (reader: TokenReader): string => {
  if (takeKeywords(reader, 'NATIONAL')) {
    const varying = takeOneOf(reader, 'VARCHAR', 'CHAR', 'CHARACTER');
    return varying === 'VARCHAR' || takeKeywords(reader, 'VARYING') ? 'NVARCHAR' : 'NCHAR';
  }
  const token = take(reader);
  const name = token.keyword;
  if (name === 'DOUBLE') takeKeywords(reader, 'PRECISION');
  if (name === 'LONG' && takeOneOf(reader, 'VARBINARY')) return 'MEDIUMBLOB';
  if (name === 'LONG') takeOneOf(reader, 'VARCHAR');
  if ((name === 'CHAR' || name === 'CHARACTER') && takeKeywords(reader, 'VARYING')) return 'VARCHAR';
  if (name === 'NCHAR' && takeOneOf(reader, 'VARCHAR', 'VARYING')) return 'NVARCHAR';
  if (!types.has(name)) throw new UnparseableDdl(`'${token.text}' at position ${token.start} is no column type`);
  return name;
};

export const charsetOfCollationName = (collation: string): string => collation.toLowerCase().split('_')[0] as string;

type TypeSuffix = { suffix: string[]; charset: string | null };

const takeTypeSuffix = (reader: TokenReader): TypeSuffix => {
  const suffix: string[] = [];
  let charset: string | null = null;
  for (;;) {
    const word = takeOneOf(reader, 'UNSIGNED', 'ZEROFILL', 'SIGNED');
    if (word !== undefined) suffix.push(word);
    else if (
      takeKeywords(reader, 'CHARACTER', 'SET') ||
      takeOneOf(reader, 'CHARSET') ||
      takeKeywords(reader, 'CHAR', 'SET')
    ) {
      charset = take(reader).text.toLowerCase();
    } else if (takeKeywords(reader, 'COLLATE')) charset = charset ?? charsetOfCollationName(take(reader).text);
    else if (takeKeywords(reader, 'ASCII')) charset = 'latin1';
    else if (takeKeywords(reader, 'UNICODE')) charset = 'ucs2';
    else if (peekKeyword(reader) === 'BINARY') take(reader);
    else return { suffix, charset };
  }
};

const quotedLabel = (token: Token): string => `'${token.text.replaceAll("'", "''")}'`;

const lengthAndScale = (name: string, inside: readonly Token[]): { length: number | null; scale: number | null } => {
  const facts = types.get(name) as TypeFacts;
  const numbers = inside.filter(({ kind }) => kind === 'number').map(({ text }) => Number(text));
  const length = numbers[0] ?? facts.length ?? null;
  return { length, scale: numbers[1] ?? facts.scale ?? null };
};

// An ENUM's value is one label; a SET's longest text is all labels with commas, which Debezium counts as two for each less one.
const enumerationLength = (name: string, labelCount: number): number =>
  name === 'ENUM' ? 1 : Math.max(0, labelCount * 2 - 1);

const takeType = (reader: TokenReader, tableCharset: string | null): Omit<Column, 'name'> => {
  const name = takeTypeName(reader);
  const facts = types.get(name) as TypeFacts;
  const inside = peekKeyword(reader) === '(' ? takeParenthesized(reader) : [];
  const { suffix, charset } = takeTypeSuffix(reader);
  const labels =
    name === 'ENUM' || name === 'SET' ? inside.filter(({ kind }) => kind === 'string').map(quotedLabel) : [];
  const sizes =
    labels.length > 0 ? { length: enumerationLength(name, labels.length), scale: null } : lengthAndScale(name, inside);
  const signs = suffix.filter((word) => word !== 'SIGNED');
  // ZEROFILL makes a column unsigned whether the DDL says so or not.
  const unsigned = signs.includes('ZEROFILL') && !signs.includes('UNSIGNED') ? ['UNSIGNED', ...signs] : signs;
  const typeName = [name, ...unsigned].join(' ');
  const serial = name === 'SERIAL';
  return {
    jdbcType: charset === 'binary' && facts.text && !labels.length ? binaryJdbcType(name) : facts.jdbcType,
    typeName: serial ? 'BIGINT UNSIGNED' : typeName,
    typeExpression: serial ? 'BIGINT UNSIGNED' : typeName,
    charsetName: facts.text ? (charset ?? tableCharset) : null,
    ...sizes,
    optional: !serial,
    autoIncremented: serial,
    generated: serial,
    comment: null,
    hasDefaultValue: false,
    defaultValueExpression: null,
    enumValues: labels,
  };
};

const binaryJdbcType = (name: string): number =>
  name === 'CHAR' ? jdbc.binary : name === 'VARCHAR' ? jdbc.varbinary : jdbc.blob;

const currentTimestamp = new Set(['CURRENT_TIMESTAMP', 'NOW', 'LOCALTIME', 'LOCALTIMESTAMP']);
const epochText = '1970-01-01 00:00:00';

type Draft = { -readonly [Name in keyof Column]: Column[Name] };

const takeDefault = (reader: TokenReader, column: Draft): void => {
  column.hasDefaultValue = true;
  if (peekKeyword(reader) === '(') {
    // A default that is an expression is not known before the row is there.
    takeParenthesized(reader);
    return;
  }
  const sign = takeOneOf(reader, '-', '+');
  const token = take(reader);
  if (currentTimestamp.has(token.keyword)) {
    if (peekKeyword(reader) === '(') takeParenthesized(reader);
    column.defaultValueExpression = epochText;
  } else if (token.keyword === 'NULL') column.defaultValueExpression = null;
  else column.defaultValueExpression = defaultText(reader, token, sign);
};

const defaultText = (reader: TokenReader, token: Token, sign: string | undefined): string => {
  // b'101' and x'1f', and the introducer of a string: _utf8mb4'text'.
  const next = peek(reader);
  if (token.kind === 'word' && next?.kind === 'string' && next.start === token.end) {
    take(reader);
    if (token.keyword === 'B') return `b'${next.text}'`;
    if (token.keyword === 'X') return Buffer.from(next.text, 'hex').toString('latin1');
    return next.text;
  }
  if (token.keyword === 'TRUE' || token.keyword === 'FALSE') return token.keyword === 'TRUE' ? '1' : '0';
  return sign === '-' ? `-${token.text}` : token.text;
};

type KeyWish = 'primary' | 'unique' | undefined;

const skipReference = (reader: TokenReader): void => {
  take(reader);
  if (takeKeywords(reader, '.')) take(reader);
  if (peekKeyword(reader) === '(') takeParenthesized(reader);
  while (takeKeywords(reader, 'ON') || takeKeywords(reader, 'MATCH')) {
    take(reader);
    takeOneOf(reader, 'NULL', 'DEFAULT', 'ACTION', 'UPDATE', 'DELETE');
    takeOneOf(reader, 'NULL', 'DEFAULT', 'ACTION', 'CASCADE', 'RESTRICT', 'SET', 'NO');
    takeOneOf(reader, 'NULL', 'DEFAULT', 'ACTION');
  }
};

/** One attribute after the type; false when what comes next is none. */
const takeAttribute = (reader: TokenReader, column: Draft, wish: (key: KeyWish) => void): boolean => {
  if (takeKeywords(reader, 'NOT', 'NULL')) column.optional = false;
  else if (takeKeywords(reader, 'NULL')) column.optional = true;
  else if (takeKeywords(reader, 'DEFAULT')) takeDefault(reader, column);
  else if (takeKeywords(reader, 'AUTO_INCREMENT')) {
    column.autoIncremented = true;
    column.generated = true;
  } else if (takeKeywords(reader, 'ON', 'UPDATE')) {
    take(reader);
    if (peekKeyword(reader) === '(') takeParenthesized(reader);
    column.autoIncremented = true;
    column.generated = true;
  } else if (takeKeywords(reader, 'PRIMARY', 'KEY') || takeKeywords(reader, 'KEY')) {
    column.optional = false;
    wish('primary');
  } else if (takeOneOf(reader, 'UNIQUE')) {
    takeOneOf(reader, 'KEY');
    wish('unique');
  } else if (takeKeywords(reader, 'COMMENT')) column.comment = take(reader).text;
  else if (takeKeywords(reader, 'COLLATE')) {
    const collation = take(reader).text;
    if (column.enumValues.length > 0 || column.charsetName !== null)
      column.charsetName = charsetOfCollationName(collation);
  } else if (takeKeywords(reader, 'REFERENCES')) skipReference(reader);
  else if (takeKeywords(reader, 'SERIAL', 'DEFAULT', 'VALUE')) column.optional = false;
  else if (takeOneOf(reader, 'COLUMN_FORMAT', 'STORAGE', 'SRID', 'ENGINE_ATTRIBUTE', 'SECONDARY_ENGINE_ATTRIBUTE')) {
    takeOneOf(reader, '=');
    take(reader);
  } else if (takeKeywords(reader, 'GENERATED', 'ALWAYS', 'AS') || takeKeywords(reader, 'AS')) {
    takeParenthesized(reader);
    column.generated = true;
  } else if (takeKeywords(reader, 'CONSTRAINT')) {
    if (peekKeyword(reader) !== 'CHECK') take(reader);
  } else if (takeKeywords(reader, 'CHECK')) takeParenthesized(reader);
  else if (takeKeywords(reader, 'NOT', 'ENFORCED')) return true;
  else return takeOneOf(reader, 'VISIBLE', 'INVISIBLE', 'VIRTUAL', 'STORED', 'PERSISTENT', 'ENFORCED') !== undefined;
  return true;
};

/** What follows a column's name in CREATE and ALTER TABLE, up to the comma, the parenthesis, FIRST or AFTER. */
export const takeColumnDefinition = (
  reader: TokenReader,
  name: string,
  tableCharset: string | null,
): { column: Column; key: KeyWish } => {
  const column: Draft = { name, ...takeType(reader, tableCharset) };
  let key: KeyWish;
  while (!atEnd(reader) && takeAttribute(reader, column, (wish) => (key = key === 'primary' ? key : wish)));
  const next = peekKeyword(reader);
  if (!atEnd(reader) && ![',', ')', 'FIRST', 'AFTER'].includes(next)) skipToComma(reader);
  // A nullable column without DEFAULT has the default NULL.
  if (column.optional && !column.hasDefaultValue) column.hasDefaultValue = true;
  if (key === 'primary') column.optional = false;
  return { column, key };
};
