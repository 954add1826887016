import { printJson } from '../json.ts';
import { engineError, type Native } from './native.ts';

const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9a-fA-F',
  word: '\\w',
  blank: ' \\t',
};

const compiled = new Map<string, RegExp>();

/** i: any case, m: lines, s: dot takes newlines, c (the default): case matters, e: the first group. */
const compile = (pattern: string, flags: string, whole: boolean): RegExp => {
  const key = `${whole}\0${flags}\0${pattern}`;
  const known = compiled.get(key);
  if (known) {
    known.lastIndex = 0;
    return known;
  }
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const all = new Set([...flags, ...(inline?.[1] ?? '')].filter((flag) => 'ims'.includes(flag)));
  if (flags.lastIndexOf('c') > flags.lastIndexOf('i')) all.delete('i');
  const body = pattern
    .slice(inline?.[0].length ?? 0)
    .replace(/\[:(\w+):\]/g, (found, name: string) => posixClasses[name] ?? found);
  try {
    const expression = new RegExp(whole ? `^(?:${body})$` : body, `g${[...all].join('')}`);
    if (compiled.size > 500) compiled.clear();
    compiled.set(key, expression);
    return expression;
  } catch {
    throw engineError('100048', '2201B', `Invalid regular expression: '${pattern}'`);
  }
};

type Found = { match: RegExpExecArray; group: string | null };

function* matches(text: string, pattern: string, position: number, flags: string, group: number): Generator<Found> {
  const expression = compile(pattern, flags, false);
  expression.lastIndex = Math.max(0, position - 1);
  const wanted = group >= 0 ? group : flags.includes('e') ? 1 : 0;
  for (let match = expression.exec(text); match; match = expression.exec(text)) {
    yield { match, group: match[wanted] ?? null };
    // A generator may be left halfway while another search runs on the same expression.
    expression.lastIndex = match.index + Math.max(1, match[0].length);
  }
}

const nth = (found: Generator<Found>, occurrence: number): Found | undefined => {
  let count = 0;
  for (const each of found) if (++count >= occurrence) return each;
  return undefined;
};

/** \1 in a replacement is the first group. */
const expand = (replacement: string, match: RegExpExecArray): string =>
  replacement.replace(/\\(\d)|\\(.)/g, (_, group?: string, other?: string) =>
    group === undefined ? (other ?? '') : (match[Number(group)] ?? ''),
  );

const replaceAll = (
  text: string,
  pattern: string,
  replacement: string,
  position: number,
  occurrence: number,
  flags: string,
): string => {
  let result = '';
  let at = 0;
  let count = 0;
  for (const { match } of matches(text, pattern, position, flags, 0)) {
    count++;
    if (occurrence > 0 && count !== occurrence) continue;
    result += text.slice(at, match.index) + expand(replacement, match);
    at = match.index + match[0].length;
  }
  return result + text.slice(at);
};

const instr = (
  text: string,
  pattern: string,
  position: number,
  occurrence: number,
  option: number,
  flags: string,
  group: number,
): number => {
  const found = nth(matches(text, pattern, position, flags, group), occurrence);
  if (!found) return 0;
  const inner = group > 0 || (group < 0 && flags.includes('e')) ? (found.group ?? '') : found.match[0];
  const start = found.match.index + Math.max(0, found.match[0].indexOf(inner));
  return option === 1 ? start + inner.length + 1 : start + 1;
};

export const regularExpressionNatives: readonly Native[] = [
  {
    name: 'sb_regexp_like',
    parameters: ['text', 'text', 'text'],
    returns: 'boolean',
    run: (text: string, pattern: string, flags: string) => compile(pattern, flags, true).test(text),
  },
  {
    name: 'sb_regexp_count',
    parameters: ['text', 'text', 'integer', 'text'],
    returns: 'integer',
    run: (text: string, pattern: string, position: number, flags: string) =>
      [...matches(text, pattern, position, flags, 0)].length,
  },
  {
    name: 'sb_regexp_substr',
    parameters: ['text', 'text', 'integer', 'integer', 'text', 'integer'],
    returns: 'text',
    run: (text: string, pattern: string, position: number, occurrence: number, flags: string, group: number) =>
      nth(matches(text, pattern, position, flags, group), occurrence)?.group ?? null,
  },
  {
    name: 'sb_regexp_substr_all',
    parameters: ['text', 'text', 'integer', 'integer', 'text', 'integer'],
    returns: 'text',
    run: (text: string, pattern: string, position: number, occurrence: number, flags: string, group: number) =>
      printJson([...matches(text, pattern, position, flags, group)].slice(occurrence - 1).map((found) => found.group)),
  },
  {
    name: 'sb_regexp_instr',
    parameters: ['text', 'text', 'integer', 'integer', 'integer', 'text', 'integer'],
    returns: 'integer',
    run: instr,
  },
  {
    name: 'sb_regexp_replace',
    parameters: ['text', 'text', 'text', 'integer', 'integer', 'text'],
    returns: 'text',
    run: replaceAll,
  },
];
