import type { Token } from './lexer.ts';
import { reservedWords } from './reserved-words.ts';
import { SqlNotEmulated, SqlSyntaxError } from './syntax-error.ts';

/** A warning about a spelling, and where it stands. */
export type Deprecation = { readonly at: number; readonly errno: number; readonly text: string };

/** A place in a tokenised text, and what the parser notes on its way. */
export type Cursor = {
  readonly sql: string;
  readonly tokens: readonly Token[];
  position: number;
  parameterCount: number;
  depth: number;
  /** Spellings that the server still takes and warns of. */
  readonly deprecated: Deprecation[];
  /** FOR UPDATE, FOR SHARE or LOCK IN SHARE MODE was read. */
  locksRows: boolean;
  readonly pipesAsConcat: boolean;
  /** Strings are bytes, one a character. */
  readonly bytes: boolean;
};

// MySQL stops deep nesting with 1436 by its stack; a limit of our own keeps ours whole.
const maximumDepth = 400;

export const peek = (cursor: Cursor, ahead = 0): Token =>
  cursor.tokens[cursor.position + ahead] ?? (cursor.tokens.at(-1) as Token);

export const advance = (cursor: Cursor): Token => {
  const token = peek(cursor);
  if (token.kind !== 'end') cursor.position++;
  return token;
};

/** Notes a spelling that is going away; once a place, however often the parser passes. */
export const deprecate = (cursor: Cursor, text: string, errno = 1287): void => {
  const at = cursor.position;
  if (!cursor.deprecated.some((known) => known.at === at && known.text === text))
    cursor.deprecated.push({ at, errno, text });
};

const goingAway = 'is deprecated and will be removed in a future release.';

/** As ER_WARN_DEPRECATED_SYNTAX tells it. */
export const deprecateFor = (cursor: Cursor, old: string, instead: string): void =>
  deprecate(cursor, `'${old}' ${goingAway} Please use ${instead} instead`);

export const fail = (cursor: Cursor, token = peek(cursor)): never => {
  throw new SqlSyntaxError(cursor.sql, token.start);
};

export const refuse = (what: string): never => {
  throw new SqlNotEmulated(what);
};

export const deeper = <T>(cursor: Cursor, parse: () => T): T => {
  if (++cursor.depth > maximumDepth) refuse(`expressions nested deeper than ${maximumDepth} levels`);
  const result = parse();
  cursor.depth--;
  return result;
};

/** Are the next tokens these words? */
export const atWords = (cursor: Cursor, ...words: readonly string[]): boolean =>
  words.every((word, index) => {
    const token = peek(cursor, index);
    return token.kind === 'word' && token.upper === word;
  });

export const atOneOf = (cursor: Cursor, words: readonly string[]): boolean => {
  const token = peek(cursor);
  return token.kind === 'word' && words.includes(token.upper);
};

export const accept = (cursor: Cursor, ...words: readonly string[]): boolean => {
  if (!atWords(cursor, ...words)) return false;
  cursor.position += words.length;
  return true;
};

/** Takes the next token if it is one of these words, and returns it. */
export const acceptOneOf = (cursor: Cursor, words: readonly string[]): string | null => {
  if (!atOneOf(cursor, words)) return null;
  return advance(cursor).upper;
};

export const expect = (cursor: Cursor, ...words: readonly string[]): void => {
  for (const word of words) if (!accept(cursor, word)) fail(cursor);
};

/** ORDER BY, GROUP BY, PARTITION BY: true when the first word stands here; the second must then follow. */
export const acceptBy = (cursor: Cursor, word: string): boolean => {
  if (!accept(cursor, word)) return false;
  expect(cursor, 'BY');
  return true;
};

export const expectOneOf = (cursor: Cursor, words: readonly string[]): string =>
  acceptOneOf(cursor, words) ?? fail(cursor);

export const atSymbol = (cursor: Cursor, symbol: string, ahead = 0): boolean => {
  const token = peek(cursor, ahead);
  return token.kind === 'operator' && token.text === symbol;
};

export const acceptSymbol = (cursor: Cursor, symbol: string): boolean => {
  if (!atSymbol(cursor, symbol)) return false;
  cursor.position++;
  return true;
};

export const expectSymbol = (cursor: Cursor, symbol: string): void => {
  if (!acceptSymbol(cursor, symbol)) fail(cursor);
};

export const atIdentifier = (cursor: Cursor, ahead = 0): boolean => {
  const token = peek(cursor, ahead);
  return token.kind === 'quoted' || (token.kind === 'word' && !reservedWords.has(token.upper));
};

export const identifier = (cursor: Cursor): string => {
  if (!atIdentifier(cursor)) fail(cursor);
  return advance(cursor).text;
};

/** After a dot any word is a name. */
export const identifierAfterDot = (cursor: Cursor): string => {
  const token = peek(cursor);
  if (token.kind !== 'quoted' && token.kind !== 'word') fail(cursor);
  return advance(cursor).text;
};

export const identifierOrString = (cursor: Cursor): string =>
  peek(cursor).kind === 'string' ? advance(cursor).text : identifier(cursor);

export const stringLiteral = (cursor: Cursor): string => {
  if (peek(cursor).kind !== 'string') fail(cursor);
  return advance(cursor).text;
};

export const integerLiteral = (cursor: Cursor): bigint => {
  if (peek(cursor).kind !== 'integer') fail(cursor);
  return BigInt(advance(cursor).text);
};

export const commaSeparated = <T>(cursor: Cursor, parse: (cursor: Cursor) => T): T[] => {
  const items = [parse(cursor)];
  while (acceptSymbol(cursor, ',')) items.push(parse(cursor));
  return items;
};

export const parenthesised = <T>(cursor: Cursor, parse: (cursor: Cursor) => T): T => {
  expectSymbol(cursor, '(');
  const result = parse(cursor);
  expectSymbol(cursor, ')');
  return result;
};

/** The text between a token and the place reached. */
export const textSince = (cursor: Cursor, start: number): string => {
  const last = cursor.tokens[cursor.position - 1];
  return cursor.sql.slice(start, last ? last.end : start);
};

/** Tries a reading; when it does not fit, or `follows` is not true after it, nothing was read. */
export const attempt = <T>(
  cursor: Cursor,
  parse: (cursor: Cursor) => T,
  follows: (cursor: Cursor) => boolean,
): T | null => {
  const { position, parameterCount, depth } = cursor;
  try {
    const result = parse(cursor);
    if (follows(cursor)) return result;
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
  }
  Object.assign(cursor, { position, parameterCount, depth });
  return null;
};
