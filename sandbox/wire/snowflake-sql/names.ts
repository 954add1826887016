import type { DataType, Expression, Identifier, ObjectName, StageReference } from './ast.ts';
import {
  advance,
  type Cursor,
  commaList,
  expectInteger,
  expectOperator,
  peek,
  seesOperator,
  takesAny,
  unexpected,
} from './cursor.ts';
import { readTokens, type Token } from './lexer.ts';

/** Words that name nothing unless quoted. Source: Snowflake's "Reserved & limited keywords". */
const reserved = new Set(
  `ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME
  CURRENT_TIMESTAMP CURRENT_USER DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP HAVING ILIKE IN
  INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT LIKE LOCALTIME LOCALTIMESTAMP MINUS NATURAL NOT NULL OF ON OR ORDER QUALIFY
  REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE
  UPDATE USING VALUES WHEN WHENEVER WHERE WITH EXCEPT`.split(/\s+/),
);

export const isReserved = (token: Token): boolean => token.type === 'word' && reserved.has(token.value);

/** Words that follow a table or an item and so are no alias unless AS stands before them. */
const notAnAlias = new Set([
  'LIMIT',
  'OFFSET',
  'FETCH',
  'WINDOW',
  'PIVOT',
  'UNPIVOT',
  'ASOF',
  'MATCH_CONDITION',
  'MATCH_RECOGNIZE',
  'CHANGES',
  'AT',
  'BEFORE',
]);

export const parseIdentifier = (cursor: Cursor): Identifier => {
  const token = peek(cursor);
  if (token.type === 'quoted' || (token.type === 'word' && !reserved.has(token.value))) {
    advance(cursor);
    return { name: token.value, quoted: token.type === 'quoted' };
  }
  throw unexpected(cursor);
};

/** Any word at all: after a dot, AS or a colon nothing is reserved. */
export const parseLabel = (cursor: Cursor): Identifier => {
  const token = peek(cursor);
  if (token.type !== 'quoted' && token.type !== 'word') throw unexpected(cursor);
  advance(cursor);
  return { name: token.value, quoted: token.type === 'quoted' };
};

export const parseAlias = (cursor: Cursor, hasAs: boolean): Identifier | undefined => {
  const token = peek(cursor);
  if (hasAs) return token.type === 'string' ? undefined : parseLabel(cursor);
  if (token.type === 'quoted') return parseIdentifier(cursor);
  if (token.type !== 'word' || reserved.has(token.value) || notAnAlias.has(token.value)) return undefined;
  return parseIdentifier(cursor);
};

const dynamicName = (cursor: Cursor, at: number): ObjectName => {
  expectOperator(cursor, '(');
  const token = advance(cursor);
  expectOperator(cursor, ')');
  if (token.type === 'string') return { ...nameFromText(token.value), at };
  const expression: Expression | undefined =
    token.type === 'variable'
      ? { kind: 'variable', name: token.value, at: token.at }
      : token.value === '?'
        ? { kind: 'bind', name: bindNumber(cursor, token), at: token.at }
        : undefined;
  if (!expression) throw unexpected(cursor, token);
  return { parts: [], at, dynamic: expression };
};

/** ? binds are numbered in the order they stand in the text. */
export const bindNumber = (cursor: Cursor, bind: Token): string =>
  String(
    cursor.tokens.filter((token) => token.type === 'operator' && token.value === '?' && token.at <= bind.at).length,
  );

export const parseObjectName = (cursor: Cursor): ObjectName => {
  const start = peek(cursor);
  if (start.type === 'word' && start.value === 'IDENTIFIER' && seesOperator(cursor, '(', 1)) {
    advance(cursor);
    return dynamicName(cursor, start.at);
  }
  if (start.type === 'variable') {
    advance(cursor);
    return { parts: [], at: start.at, dynamic: { kind: 'variable', name: start.value, at: start.at } };
  }
  const parts = [parseIdentifier(cursor)];
  while (seesOperator(cursor, '.')) {
    advance(cursor);
    // database..table stands for database.PUBLIC.table
    parts.push(seesOperator(cursor, '.') ? { name: 'PUBLIC', quoted: false } : parseLabel(cursor));
  }
  if (parts.length > 3) throw unexpected(cursor, start);
  return { parts, at: start.at };
};

/** A name that stands in a string: 'db.schema."Name"'. */
export const nameFromText = (text: string): ObjectName => {
  const cursor: Cursor = { text, tokens: readTokens(text), index: 0, depth: 0 };
  const name = parseObjectName(cursor);
  if (peek(cursor).type !== 'end') throw unexpected(cursor);
  return name;
};

export const parseIdentifierList = (cursor: Cursor): Identifier[] => {
  expectOperator(cursor, '(');
  const names = commaList(cursor, parseIdentifier);
  expectOperator(cursor, ')');
  return names;
};

/** The words after which a type goes on with a second word. */
const longTypeNames: Readonly<Record<string, readonly string[]>> = {
  DOUBLE: ['PRECISION'],
  CHAR: ['VARYING'],
  NCHAR: ['VARYING'],
};

const parseZone = (cursor: Cursor): string => {
  const which = takesAny(cursor, 'WITH', 'WITHOUT');
  if (!which) return '';
  const local = which === 'WITH' && takesAny(cursor, 'LOCAL');
  takesAny(cursor, 'TIME');
  if (!takesAny(cursor, 'ZONE')) throw unexpected(cursor);
  return which === 'WITHOUT' ? '_NTZ' : local ? '_LTZ' : '_TZ';
};

export const parseDataType = (cursor: Cursor): DataType => {
  const token = peek(cursor);
  if (token.type !== 'word' || token.value === 'AS') throw unexpected(cursor);
  advance(cursor);
  let name = token.value;
  const second = takesAny(cursor, ...(longTypeNames[name] ?? []));
  if (second) name = `${name} ${second}`;
  const parameters: number[] = [];
  let element: DataType | undefined;
  if (seesOperator(cursor, '(')) {
    advance(cursor);
    if (peek(cursor).type === 'number') parameters.push(...commaList(cursor, expectInteger));
    else element = parseStructured(cursor, name);
    expectOperator(cursor, ')');
  }
  if (name === 'TIMESTAMP') name += parseZone(cursor);
  return element ? { name, arguments: parameters, element } : { name, arguments: parameters };
};

/** The inside of ARRAY(type), MAP(type, type), OBJECT(name type, …), VECTOR(type, n): only the first type is kept. */
const parseStructured = (cursor: Cursor, name: string): DataType => {
  if (name === 'OBJECT') parseLabel(cursor);
  const element = parseDataType(cursor);
  let depth = 0;
  while (depth > 0 || !seesOperator(cursor, ')')) {
    if (peek(cursor).type === 'end') throw unexpected(cursor);
    if (seesOperator(cursor, '(')) depth++;
    if (seesOperator(cursor, ')')) depth--;
    advance(cursor);
  }
  return element;
};

const stageFromText = (text: string, at: number): StageReference => {
  const slash = slashOutsideQuotes(text);
  const head = slash < 0 ? text : text.slice(0, slash);
  const path = slash < 0 ? '' : text.slice(slash + 1);
  if (head === '~') return { kind: 'stage', owner: 'user', path, at };
  const table = head.startsWith('%');
  return {
    kind: 'stage',
    owner: table ? 'table' : 'named',
    name: { ...nameFromText(table ? head.slice(1) : head), at },
    path,
    at,
  };
};

const slashOutsideQuotes = (text: string): number => {
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '"') quoted = !quoted;
    else if (text[index] === '/' && !quoted) return index;
  }
  return -1;
};

/** db.schema.%table is written before the last part: @db.schema.%table */
const moveTableMark = (text: string): string => text.replace(/^((?:[^/%"]|"[^"]*")+\.)%/, '%$1');

export const seesStage = (cursor: Cursor): boolean => {
  const token = peek(cursor);
  return token.type === 'stage' || (token.type === 'string' && token.value.startsWith('@'));
};

/** @stage/path or '@stage/a path with blanks' */
export const parseStage = (cursor: Cursor): StageReference => {
  if (!seesStage(cursor)) throw unexpected(cursor);
  const token = advance(cursor);
  const text = token.type === 'string' ? token.value.slice(1) : token.value;
  return stageFromText(moveTableMark(text), token.at);
};
