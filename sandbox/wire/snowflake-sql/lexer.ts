import { positionOf, SnowflakeSyntaxError } from './errors.ts';

export type Token = {
  type: 'word' | 'quoted' | 'string' | 'number' | 'operator' | 'variable' | 'position' | 'stage' | 'file' | 'end';
  /** As written. */
  text: string;
  /** word: upper case; quoted, string, variable, position: without its marks; operator: itself. */
  value: string;
  at: number;
  end: number;
};

const operators = [
  '->>',
  '::',
  '=>',
  '->',
  ':=',
  '<>',
  '!=',
  '<=',
  '>=',
  '||',
  '**',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ';',
  '.',
  ':',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '?',
  '^',
  '&',
  '|',
  '!',
  '~',
] as const;

const wordStart = /[\p{L}_]/u;
const word = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const space = /\s+/y;
const variable = /\$([\p{L}_][\p{L}\p{N}_$]*)/uy;
const position = /\$(\d+)/y;
/** Up to the first slash names; from there on a path, which ends at a blank, a comma, a semicolon or a parenthesis. */
const stage = /@(?:~|(?:"(?:[^"]|"")*"|[\p{L}\p{N}_$.%])+)(?:\/[^\s,;()']*)?/uy;

/** PUT file:///tmp/a.csv: without quotes, so // in it is no comment. */
const fileUrl = /file:\/\/[^\s;]+/iy;

const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };
const escapeSequence = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{3})|([\s\S]))/g;

/** The value of a string in single quotes: '' is a quote, and a backslash escapes. */
const unquoteString = (inner: string): string => {
  const single = inner.includes("''") ? inner.replaceAll("''", "'") : inner;
  if (!single.includes('\\')) return single;
  return single.replace(escapeSequence, (_, hex?: string, unicode?: string, octal?: string, other?: string) => {
    const code = hex ?? unicode;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return simpleEscapes[other ?? ''] ?? other ?? '';
  });
};

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/** Past blanks and comments (-- and // to the end of the line, slash-star to star-slash). */
const skipBlanks = (text: string, start: number): number => {
  let at = start;
  for (;;) {
    const blank = matchAt(space, text, at);
    if (blank) at += blank[0].length;
    if (text.startsWith('--', at) || text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end + 1;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) throw new SnowflakeSyntaxError(positionOf(text, at), '/*');
      at = end + 2;
    } else if (!blank) {
      return at;
    }
  }
};

/** Past the closing mark; a doubled mark, and after a backslash any character, belong inside. */
const endOfQuoted = (text: string, start: number, mark: string, escapes: boolean): number => {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (escapes && character === '\\') at++;
    else if (character === mark) {
      if (text[at + 1] !== mark) return at + 1;
      at++;
    }
  }
  throw new SnowflakeSyntaxError(positionOf(text, start), text.slice(start, start + 40));
};

const token = (type: Token['type'], text: string, value: string, at: number): Token => ({
  type,
  text,
  value,
  at,
  end: at + text.length,
});

const readDollar = (text: string, at: number): Token | undefined => {
  if (text.startsWith('$$', at)) {
    const end = text.indexOf('$$', at + 2);
    if (end < 0) throw new SnowflakeSyntaxError(positionOf(text, at), '$$');
    return token('string', text.slice(at, end + 2), text.slice(at + 2, end), at);
  }
  const numbered = matchAt(position, text, at);
  if (numbered) return token('position', numbered[0], numbered[1] ?? '', at);
  const named = matchAt(variable, text, at);
  return named ? token('variable', named[0], (named[1] ?? '').toUpperCase(), at) : undefined;
};

const readToken = (text: string, at: number): Token => {
  const character = text[at] ?? '';
  if (character === "'") {
    const raw = text.slice(at, endOfQuoted(text, at, "'", true));
    return token('string', raw, unquoteString(raw.slice(1, -1)), at);
  }
  if (character === '"') {
    const raw = text.slice(at, endOfQuoted(text, at, '"', false));
    return token('quoted', raw, raw.slice(1, -1).replaceAll('""', '"'), at);
  }
  if (wordStart.test(character)) {
    const file = matchAt(fileUrl, text, at);
    if (file) return token('file', file[0], file[0], at);
    const raw = matchAt(word, text, at)?.[0] ?? character;
    return token('word', raw, raw.toUpperCase(), at);
  }
  const digits = matchAt(number, text, at);
  if (digits) return token('number', digits[0], digits[0], at);
  if (character === '$') {
    const dollar = readDollar(text, at);
    if (dollar) return dollar;
  }
  if (character === '@') {
    const reference = matchAt(stage, text, at);
    if (reference) return token('stage', reference[0], reference[0].slice(1), at);
  }
  const operator = operators.find((candidate) => text.startsWith(candidate, at));
  if (operator) return token('operator', operator, operator, at);
  throw new SnowflakeSyntaxError(positionOf(text, at), character);
};

/** All tokens, the last of type 'end'. Throws SnowflakeSyntaxError at a string or comment that does not close. */
export const readTokens = (text: string): Token[] => {
  const tokens: Token[] = [];
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    const next = readToken(text, at);
    tokens.push(next);
    at = skipBlanks(text, next.end);
  }
  tokens.push({ type: 'end', text: '<EOF>', value: '', at: text.length, end: text.length });
  return tokens;
};
