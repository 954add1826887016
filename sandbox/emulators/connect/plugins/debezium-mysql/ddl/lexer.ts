/** DDL that this reader does not understand; what it says names the place. */
export class UnparseableDdl extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnparseableDdl';
  }
}

export type Token = {
  kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol';
  /** Unescaped. */
  text: string;
  /** Upper case of a plain word, else the symbol; '' for quoted identifiers and strings, which are never keywords. */
  keyword: string;
  start: number;
  end: number;
};

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', 0: '\0', Z: '\x1a' };

const wordPattern = /[\p{L}\p{N}_$]+/uy;
const numberPattern = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}_$])/uy;
const hexPattern = /(?:0x[0-9a-fA-F]+|0b[01]+)(?![\p{L}\p{N}_$])/uy;
const spacePattern = /\s+/y;
const lineCommentPattern = /(?:#|--(?=[\s]|$))[^\n]*/y;

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

const readQuoted = (sql: string, start: number): { text: string; end: number } => {
  const quote = sql[start] as string;
  let text = '';
  for (let at = start + 1; at < sql.length; at++) {
    const character = sql[at] as string;
    if (character === quote) {
      if (sql[at + 1] !== quote) return { text, end: at + 1 };
      text += quote;
      at++;
    } else if (character === '\\' && quote !== '`') {
      const escaped = sql[++at] ?? '';
      // Before % and _ the backslash stays.
      text += escaped === '%' || escaped === '_' ? `\\${escaped}` : (escapes[escaped] ?? escaped);
    } else text += character;
  }
  throw new UnparseableDdl(`unterminated ${quote} at position ${start}`);
};

/** The statement's tokens without comments; what stands in an executable comment (one that begins with an exclamation mark) is code. */
export const tokenize = (sql: string): Token[] => {
  const tokens: Token[] = [];
  let inExecutable = false;
  for (let at = 0; at < sql.length; ) {
    const skipped = matchAt(spacePattern, sql, at) ?? matchAt(lineCommentPattern, sql, at);
    if (skipped !== undefined && skipped !== '') {
      at += skipped.length;
      continue;
    }
    if (inExecutable && sql.startsWith('*/', at)) {
      inExecutable = false;
      at += 2;
      continue;
    }
    const executable = /\/\*M?!\d*/y;
    executable.lastIndex = at;
    const opened = executable.exec(sql);
    if (opened) {
      inExecutable = true;
      at += opened[0].length;
      continue;
    }
    if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at + 2);
      at = end < 0 ? sql.length : end + 2;
      continue;
    }
    const token = readToken(sql, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
};

const readToken = (sql: string, start: number): Token => {
  const first = sql[start] as string;
  if (first === "'" || first === '"' || first === '`') {
    const { text, end } = readQuoted(sql, start);
    return { kind: first === '`' ? 'quoted' : 'string', text, keyword: '', start, end };
  }
  const number = matchAt(hexPattern, sql, start) ?? matchAt(numberPattern, sql, start);
  if (number !== undefined) return { kind: 'number', text: number, keyword: number, start, end: start + number.length };
  const word = matchAt(wordPattern, sql, start);
  if (word !== undefined)
    return { kind: 'word', text: word, keyword: word.toUpperCase(), start, end: start + word.length };
  if (first === '@') {
    const name = matchAt(/@{1,2}[\p{L}\p{N}_$.]*/uy, sql, start) as string;
    return { kind: 'symbol', text: name, keyword: name, start, end: start + name.length };
  }
  return { kind: 'symbol', text: first, keyword: first, start, end: start + 1 };
};

/** Tokens read from front to back. */
export type TokenReader = { readonly sql: string; readonly tokens: readonly Token[]; at: number };

export const readerOf = (sql: string): TokenReader => ({ sql, tokens: tokenize(sql), at: 0 });

export const peek = (reader: TokenReader, ahead = 0): Token | undefined => reader.tokens[reader.at + ahead];

export const peekKeyword = (reader: TokenReader, ahead = 0): string => peek(reader, ahead)?.keyword ?? '';

export const atEnd = (reader: TokenReader): boolean => {
  const keyword = peekKeyword(reader);
  return peek(reader) === undefined || keyword === ';';
};

export const take = (reader: TokenReader): Token => {
  const token = peek(reader);
  if (!token) throw new UnparseableDdl('the statement ends too early');
  reader.at++;
  return token;
};

/** Takes the keywords if all of them come next. */
export const takeKeywords = (reader: TokenReader, ...keywords: readonly string[]): boolean => {
  if (!keywords.every((keyword, index) => peekKeyword(reader, index) === keyword)) return false;
  reader.at += keywords.length;
  return true;
};

/** Takes one of these, and says which. */
export const takeOneOf = (reader: TokenReader, ...keywords: readonly string[]): string | undefined => {
  const keyword = peekKeyword(reader);
  if (keyword === '' || !keywords.includes(keyword)) return undefined;
  reader.at++;
  return keyword;
};

export const expectKeyword = (reader: TokenReader, keyword: string): void => {
  const token = peek(reader);
  if (!takeKeywords(reader, keyword)) {
    throw new UnparseableDdl(
      `expected ${keyword}, found ${token ? `'${token.text}' at position ${token.start}` : 'the end'}`,
    );
  }
};

export const takeIdentifier = (reader: TokenReader): string => {
  const token = take(reader);
  if (token.kind === 'symbol' || token.kind === 'number') {
    throw new UnparseableDdl(`expected a name, found '${token.text}' at position ${token.start}`);
  }
  return token.text;
};

/** Passes over what stands in parentheses, these included; the texts of the tokens inside. */
export const takeParenthesized = (reader: TokenReader): Token[] => {
  expectKeyword(reader, '(');
  const inside: Token[] = [];
  for (let depth = 1; ; ) {
    const token = take(reader);
    if (token.keyword === '(' && token.kind === 'symbol') depth++;
    if (token.keyword === ')' && token.kind === 'symbol' && --depth === 0) return inside;
    inside.push(token);
  }
};

/** Passes over tokens up to a comma or closing parenthesis of the same level, or the end. */
export const skipToComma = (reader: TokenReader): void => {
  for (let depth = 0; !atEnd(reader); reader.at++) {
    const { kind, keyword } = peek(reader) as Token;
    if (kind !== 'symbol') continue;
    if (depth === 0 && (keyword === ',' || keyword === ')')) return;
    if (keyword === '(') depth++;
    if (keyword === ')') depth--;
  }
};
