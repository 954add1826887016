import { positionOf, SnowflakeSyntaxError } from './errors.ts';
import { readTokens, type Token } from './lexer.ts';

/** A place in a list of tokens, moved forward by the parsing functions. */
export type Cursor = { readonly text: string; readonly tokens: readonly Token[]; index: number; depth: number };

/** Deeper nesting than this is refused rather than risk the stack. */
const nestingLimit = 400;
/** a + b + c + … is nested as deep as it is long; DuckDB takes no expression deeper than a thousand. */
export const chainLimit = 900;

export const openCursor = (text: string): Cursor => ({ text, tokens: readTokens(text), index: 0, depth: 0 });

export const peek = (cursor: Cursor, ahead = 0): Token => {
  const token = cursor.tokens[cursor.index + ahead] ?? cursor.tokens.at(-1);
  if (!token) throw new Error('a list of tokens ends with one of type end');
  return token;
};

export const advance = (cursor: Cursor): Token => {
  const token = peek(cursor);
  if (token.type !== 'end') cursor.index++;
  return token;
};

export const unexpected = (cursor: Cursor, token = peek(cursor)): SnowflakeSyntaxError =>
  new SnowflakeSyntaxError(positionOf(cursor.text, token.at), token.text);

export const isWord = (token: Token, ...words: readonly string[]): boolean =>
  token.type === 'word' && words.includes(token.value);

/** Do the next tokens spell these words? */
export const sees = (cursor: Cursor, ...words: readonly string[]): boolean =>
  words.every((word, index) => isWord(peek(cursor, index), word));

export const seesAny = (cursor: Cursor, ...words: readonly string[]): boolean => isWord(peek(cursor), ...words);

export const seesOperator = (cursor: Cursor, operator: string, ahead = 0): boolean => {
  const token = peek(cursor, ahead);
  return token.type === 'operator' && token.value === operator;
};

/** Consumes these words if they come next, all or none. */
export const takes = (cursor: Cursor, ...words: readonly string[]): boolean => {
  if (!sees(cursor, ...words)) return false;
  cursor.index += words.length;
  return true;
};

/** Consumes one of these words if it comes next, and says which. */
export const takesAny = <W extends string>(cursor: Cursor, ...words: readonly W[]): W | undefined => {
  const token = peek(cursor);
  const found = token.type === 'word' ? words.find((word) => word === token.value) : undefined;
  if (found !== undefined) cursor.index++;
  return found;
};

export const takesOperator = (cursor: Cursor, operator: string): boolean => {
  if (!seesOperator(cursor, operator)) return false;
  cursor.index++;
  return true;
};

export const expectWords = (cursor: Cursor, ...words: readonly string[]): void => {
  for (const word of words) if (!takes(cursor, word)) throw unexpected(cursor);
};

export const expectOperator = (cursor: Cursor, operator: string): void => {
  if (!takesOperator(cursor, operator)) throw unexpected(cursor);
};

export const expectString = (cursor: Cursor): string => {
  if (peek(cursor).type !== 'string') throw unexpected(cursor);
  return advance(cursor).value;
};

export const expectInteger = (cursor: Cursor): number => {
  const negative = takesOperator(cursor, '-');
  const token = peek(cursor);
  if (token.type !== 'number' || !/^\d+$/.test(token.text)) throw unexpected(cursor);
  advance(cursor);
  return negative ? -Number(token.text) : Number(token.text);
};

export const atEnd = (cursor: Cursor): boolean => peek(cursor).type === 'end' || seesOperator(cursor, ';');

/** item, item, … (at least one) */
export const commaList = <T>(cursor: Cursor, item: (cursor: Cursor) => T): T[] => {
  const items = [item(cursor)];
  while (takesOperator(cursor, ',')) items.push(item(cursor));
  return items;
};

/** ( item, item, … ), possibly empty */
export const parenthesised = <T>(cursor: Cursor, item: (cursor: Cursor) => T): T[] => {
  expectOperator(cursor, '(');
  if (takesOperator(cursor, ')')) return [];
  const items = commaList(cursor, item);
  expectOperator(cursor, ')');
  return items;
};

/** Tries one way of reading; if it fails, the cursor stands where it stood. */
export const attempt = <T>(cursor: Cursor, read: (cursor: Cursor) => T | undefined): T | undefined => {
  const { index, depth } = cursor;
  try {
    const value = read(cursor);
    if (value !== undefined) return value;
  } catch (error) {
    if (!(error instanceof SnowflakeSyntaxError)) throw error;
  }
  cursor.index = index;
  cursor.depth = depth;
  return undefined;
};

export const nested = <T>(cursor: Cursor, read: () => T): T => {
  if (++cursor.depth > nestingLimit) throw unexpected(cursor);
  const value = read();
  cursor.depth--;
  return value;
};

/** The text from a token's start up to where the cursor stands. */
export const textFrom = (cursor: Cursor, start: number): string =>
  cursor.text.slice(start, cursor.tokens[cursor.index - 1]?.end ?? start);

/** The text from here to the end of the statement, which is consumed. */
export const takeRest = (cursor: Cursor): string => {
  const start = peek(cursor).at;
  const tokens = cursor.tokens;
  let last = tokens.length - 2;
  while (last >= cursor.index && tokens[last]?.value === ';' && tokens[last]?.type === 'operator') last--;
  const text = last < cursor.index ? '' : cursor.text.slice(start, tokens[last]?.end);
  cursor.index = Math.max(cursor.index, last + 1);
  return text;
};
