import { readTokens, type Token } from './lexer.ts';

/** One statement of a script, without its semicolon; where it starts in the script: line counted from 1, offset in characters. */
export type StatementText = { text: string; line: number; offset: number };

const notABlock = new Set(['TRANSACTION', 'WORK', 'NAME', ';', '']);
/** END IF, END FOR, … close what did not count as opened. */
const endOfControl = new Set(['IF', 'FOR', 'LOOP', 'WHILE', 'REPEAT']);

const opensBlock = (previous: Token | undefined, next: Token | undefined, depth: number): boolean =>
  !notABlock.has(next?.value ?? '') && (depth > 0 || previous === undefined || previous.value === 'AS');

/** Cuts a script at its semicolons, outside strings, comments, $$ … $$ and BEGIN … END blocks. Empty statements are left out. */
export const splitStatements = (text: string): StatementText[] => {
  const statements: StatementText[] = [];
  const tokens = readTokens(text);
  let first: Token | undefined;
  let last: Token | undefined;
  let depth = 0;
  let declaring = false;
  let line = 1;
  let counted = 0;

  const close = (): void => {
    if (first && last) {
      for (; counted < first.at; counted++) if (text[counted] === '\n') line++;
      statements.push({ text: text.slice(first.at, last.end), line, offset: first.at });
    }
    first = last = undefined;
    depth = 0;
    declaring = false;
  };

  tokens.forEach((token, index) => {
    if (token.type === 'end' || (token.value === ';' && token.type === 'operator' && depth === 0 && !declaring)) {
      close();
      return;
    }
    if (token.type === 'word') {
      const next = tokens[index + 1];
      const previous = first ? tokens[index - 1] : undefined;
      if (token.value === 'DECLARE' && !first) declaring = true;
      else if (token.value === 'BEGIN' && (declaring || opensBlock(previous, next, depth))) {
        depth++;
        declaring = false;
      } else if (depth > 0 && token.value === 'CASE' && previous?.value !== 'END') depth++;
      else if (depth > 0 && token.value === 'END' && !endOfControl.has(next?.value ?? '')) depth--;
    }
    first ??= token;
    last = token;
  });
  return statements;
};
