import { mysqlError } from '../../errors.ts';
import type { Compiled, Frame } from '../query/compiled.ts';
import type { Statement } from '../query/statement.ts';
import { type Collation, sortKey } from '../values/collation.ts';
import { toText } from '../values/convert.ts';
import { kindOf } from '../values/sql-type.ts';

const escapeForRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** Text as LIKE compares it: folded by the collation, but never padded. */
const foldFor = (collation: Collation): ((text: string) => string) =>
  collation.kind === 'binary'
    ? (text) => text
    : (text) =>
        [...text]
          .map((character) => (character === ' ' ? ' ' : sortKey(character, { ...collation, pad: 'NO PAD' })))
          .join('');

/** A LIKE pattern as a test. */
export const likePattern = (pattern: string, escaping: string, collation: Collation): ((text: string) => boolean) => {
  const fold = foldFor(collation);
  let source = '';
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] as string;
    if (character === escaping && escaping !== '' && index + 1 < characters.length)
      source += escapeForRegExp(fold(characters[++index] as string));
    else if (character === '%') source += '[^]*';
    else if (character === '_') source += '(?:[\\ud800-\\udbff][\\udc00-\\udfff]|[^])';
    else source += escapeForRegExp(fold(character));
  }
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(fold(text));
};

// POSIX classes that ICU knows and JavaScript does not.
const classes: Readonly<Record<string, string>> = {
  alpha: '\\p{L}',
  digit: '\\d',
  alnum: '\\p{L}\\d',
  space: '\\s',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  punct: '\\p{P}',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  blank: ' \\t',
  cntrl: '\\p{Cc}',
};

/** A regular expression in ICU's spelling as one of JavaScript's. Throws 3685 when it is none. */
export const toRegExp = (pattern: string, caseInsensitive: boolean, matchType: string | null): RegExp => {
  let flags = 'u';
  let insensitive = caseInsensitive;
  for (const option of matchType ?? '') {
    if (option === 'c') insensitive = false;
    else if (option === 'i') insensitive = true;
    else if (option === 'm') flags += 'm';
    else if (option === 'n') flags += 's';
    else if (option !== 'u') throw mysqlError('ER_WRONG_ARGUMENTS', 'regexp_like');
  }
  if (insensitive) flags += 'i';
  const source = pattern
    .replace(/\[:(\w+):\]/g, (whole, name: string) => classes[name] ?? whole)
    .replace(/\\([<>])/g, '\\b');
  try {
    return new RegExp(source, flags);
  } catch {
    try {
      // Without u, an escaping that means nothing is the character itself, as ICU takes it.
      return new RegExp(source, flags.replace('u', ''));
    } catch {
      throw mysqlError('ER_REGEXP_ILLEGAL_ARGUMENT');
    }
  }
};

const isInsensitive = (operand: Compiled, pattern: Compiled): boolean => {
  if (kindOf(operand.type) === 'binary' || kindOf(pattern.type) === 'binary') return false;
  const stronger = operand.coercibility <= pattern.coercibility ? operand : pattern;
  return stronger.type.collation.kind === 'caseInsensitive' || stronger.type.collation.kind === 'accentSensitive';
};

/** REGEXP and REGEXP_LIKE: does the text match? Null when text or pattern are. */
export const regularExpression = (
  operand: Compiled,
  pattern: Compiled,
  matchType: Compiled | null,
  statement: Statement,
): ((frame: Frame) => boolean | null) => {
  const find = compiledPattern(operand, pattern, matchType);
  void statement;
  return (frame) => {
    const value = toText(operand.evaluate(frame), operand.type);
    const expression = find(frame);
    return value === null || expression === null ? null : expression.test(value);
  };
};

/** The pattern of a regexp function, built again only when its text changes. */
export const compiledPattern = (
  operand: Compiled,
  pattern: Compiled,
  matchType: Compiled | null,
): ((frame: Frame) => RegExp | null) => {
  const insensitive = isInsensitive(operand, pattern);
  let last: string | null = null;
  let expression: RegExp | null = null;
  return (frame) => {
    const wanted = toText(pattern.evaluate(frame), pattern.type);
    const options = matchType ? toText(matchType.evaluate(frame), matchType.type) : '';
    if (wanted === null || options === null) return null;
    const key = `${options}/${wanted}`;
    if (key !== last) {
      expression = toRegExp(wanted, insensitive, options);
      last = key;
    }
    return expression;
  };
};
