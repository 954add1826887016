import { SqlSyntaxError } from './syntax-error.ts';

export type TokenKind =
  | 'word'
  | 'quoted'
  | 'string'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'hex'
  | 'bit'
  | 'variable'
  | 'parameter'
  | 'operator'
  | 'end';

export type Token = {
  kind: TokenKind;
  /** Identifiers and strings without quotes and escapes; digits of hex and bit literals; otherwise as written. */
  text: string;
  /** `text` in upper case for words, else ''. */
  upper: string;
  start: number;
  end: number;
};

export type LexerOptions = {
  ansiQuotes?: boolean;
  noBackslashEscapes?: boolean;
  /** The text is one character a byte (it was not valid utf8): identifiers are decoded, strings stay bytes. */
  bytes?: boolean;
};

// Code inside /*!NNNNN … */ counts when the server is at least that version.
const serverVersionNumber = 80406;

const isDigit = (code: number) => code >= 48 && code <= 57;
const isHexDigit = (code: number) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
const isWordPart = (code: number) =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  isDigit(code) ||
  code === 95 ||
  code === 36 ||
  code >= 0x80;
const isVariablePart = (code: number) => isWordPart(code) || code === 46;

const operators = ['<=>', '->>', ':=', '<>', '!=', '<=', '>=', '<<', '>>', '&&', '||', '->', '@@'];

const escapes: Readonly<Record<string, string>> = { '0': '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a' };

/** Bytes to text: how a string literal in a text of raw bytes becomes characters. */
const decodeLatin1AsUtf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');

/** All tokens of a text, comments left out; the last one is of kind 'end'. Throws SqlSyntaxError at an unclosed quote or comment. */
export const tokenize = (sql: string, options: LexerOptions = {}): Token[] => {
  const tokens: Token[] = [];
  const length = sql.length;
  let at = 0;
  let versionComments = 0;

  const push = (kind: TokenKind, start: number, end: number, text = sql.slice(start, end)) => {
    const name =
      options.bytes && (kind === 'word' || kind === 'quoted' || kind === 'variable') ? decodeLatin1AsUtf8(text) : text;
    tokens.push({ kind, text: name, upper: kind === 'word' ? name.toUpperCase() : '', start, end });
    at = end;
  };

  const skipTo = (text: string, from: number): number => {
    const found = sql.indexOf(text, from);
    return found < 0 ? length : found + text.length;
  };

  /** Text between quotes; `at` of the result is past the closing one. */
  const readQuoted = (start: number, quote: string, backslash: boolean): { text: string; end: number } => {
    let text = '';
    let from = start + 1;
    for (let index = from; index < length; index++) {
      const character = sql[index];
      if (character === quote) {
        text += sql.slice(from, index);
        if (sql[index + 1] !== quote) return { text, end: index + 1 };
        text += quote;
        index++;
        from = index + 1;
      } else if (character === '\\' && backslash) {
        const escaped = sql[index + 1];
        if (escaped === undefined) break;
        // \% and \_ keep their backslash: they mean something to LIKE.
        text +=
          sql.slice(from, index) +
          (escapes[escaped] ?? (escaped === '%' || escaped === '_' ? `\\${escaped}` : escaped));
        index++;
        from = index + 1;
      }
    }
    throw new SqlSyntaxError(sql, start);
  };

  const readDigits = (from: number): number => {
    let index = from;
    while (index < length && isDigit(sql.charCodeAt(index))) index++;
    return index;
  };

  const readNumber = (start: number) => {
    let end = readDigits(start);
    let kind: TokenKind = 'integer';
    if (sql[start] === '0' && (sql[start + 1] === 'x' || sql[start + 1] === 'b') && end === start + 1) {
      const hex = sql[start + 1] === 'x';
      let digitsEnd = start + 2;
      while (hex ? isHexDigit(sql.charCodeAt(digitsEnd)) : sql[digitsEnd] === '0' || sql[digitsEnd] === '1')
        digitsEnd++;
      if (digitsEnd > start + 2 && !(digitsEnd < length && isWordPart(sql.charCodeAt(digitsEnd))))
        return push(hex ? 'hex' : 'bit', start, digitsEnd, sql.slice(start + 2, digitsEnd));
    }
    if (sql[end] === '.') {
      kind = 'decimal';
      end = readDigits(end + 1);
    }
    if (sql[end] === 'e' || sql[end] === 'E') {
      const signed = sql[end + 1] === '+' || sql[end + 1] === '-' ? end + 2 : end + 1;
      const exponentEnd = readDigits(signed);
      if (exponentEnd > signed) {
        kind = 'float';
        end = exponentEnd;
      }
    }
    // '1st' is an identifier; '1.5x' is a number and then one.
    if (kind === 'integer' && end < length && isWordPart(sql.charCodeAt(end))) {
      while (end < length && isWordPart(sql.charCodeAt(end))) end++;
      return push('word', start, end);
    }
    push(kind, start, end);
  };

  const readVariable = (start: number) => {
    const quote = sql[start + 1];
    if (quote === "'" || quote === '"' || quote === '`') {
      const { text, end } = readQuoted(start + 1, quote, quote !== '`' && !options.noBackslashEscapes);
      return push('variable', start, end, text);
    }
    let end = start + 1;
    while (end < length && isVariablePart(sql.charCodeAt(end))) end++;
    push('variable', start, end, sql.slice(start + 1, end));
  };

  const readWord = (start: number) => {
    const first = sql[start];
    if (sql[start + 1] === "'" && (first === 'x' || first === 'X' || first === 'b' || first === 'B')) {
      const end = sql.indexOf("'", start + 2);
      const digits = end < 0 ? '' : sql.slice(start + 2, end);
      const hex = first === 'x' || first === 'X';
      if (end < 0 || !(hex ? /^([0-9a-fA-F]{2})*$/ : /^[01]*$/).test(digits)) throw new SqlSyntaxError(sql, start);
      return push(hex ? 'hex' : 'bit', start, end + 1, digits);
    }
    let end = start + 1;
    while (end < length && isWordPart(sql.charCodeAt(end))) end++;
    push('word', start, end);
  };

  /** Skips a comment that starts at `at`; false when there is none. */
  const skipComment = (): boolean => {
    const character = sql[at];
    if (character === '#') {
      at = skipTo('\n', at);
      return true;
    }
    if (character === '-' && sql[at + 1] === '-') {
      const after = sql.charCodeAt(at + 2);
      if (Number.isNaN(after) || after <= 32) {
        at = skipTo('\n', at);
        return true;
      }
    }
    if (character === '*' && sql[at + 1] === '/' && versionComments > 0) {
      versionComments--;
      at += 2;
      return true;
    }
    if (character !== '/' || sql[at + 1] !== '*') return false;
    if (sql[at + 2] === '!') {
      const digits = /^\d{5,6}/.exec(sql.slice(at + 3, at + 9))?.[0] ?? '';
      if (digits === '' || Number(digits) <= serverVersionNumber) {
        versionComments++;
        at += 3 + digits.length;
        return true;
      }
    }
    const end = sql.indexOf('*/', at + 2);
    if (end < 0) throw new SqlSyntaxError(sql, at);
    at = end + 2;
    return true;
  };

  while (at < length) {
    const code = sql.charCodeAt(at);
    if (code <= 32) {
      at++;
      continue;
    }
    if ((code === 35 || code === 45 || code === 47 || code === 42) && skipComment()) continue;
    const start = at;
    const character = sql[at] as string;
    if (isDigit(code)) readNumber(start);
    else if (character === '.' && isDigit(sql.charCodeAt(at + 1)) && !followsName(tokens, start)) readNumber(start);
    else if (isWordPart(code)) readWord(start);
    else if (character === "'" || character === '"') {
      const identifier = character === '"' && options.ansiQuotes === true;
      const { text, end } = readQuoted(start, character, !identifier && !options.noBackslashEscapes);
      push(identifier ? 'quoted' : 'string', start, end, text);
    } else if (character === '`') {
      const { text, end } = readQuoted(start, '`', false);
      push('quoted', start, end, text);
    } else if (character === '@' && sql[at + 1] !== '@') readVariable(start);
    else if (character === '?') push('parameter', start, start + 1);
    else {
      const operator = operators.find((candidate) => sql.startsWith(candidate, start));
      push('operator', start, start + (operator?.length ?? 1));
    }
  }
  tokens.push({ kind: 'end', text: '', upper: '', start: length, end: length });
  return tokens;
};

// 't.1a': a dot right after a name starts no number.
const followsName = (tokens: readonly Token[], start: number): boolean => {
  const last = tokens.at(-1);
  return last !== undefined && last.end === start && (last.kind === 'word' || last.kind === 'quoted');
};
