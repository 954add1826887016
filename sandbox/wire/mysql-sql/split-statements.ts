/** One statement of a script, without its delimiter; `line` is where it starts, counted from 1. */
export type ScriptStatement = { text: string; line: number };

const quoteEnd = (script: string, start: number): number => {
  const quote = script[start];
  for (let at = start + 1; at < script.length; at++) {
    if (script[at] === '\\' && quote !== '`') at++;
    else if (script[at] === quote) return at + 1;
  }
  return script.length;
};

const isCommentStart = (script: string, at: number): boolean =>
  script[at] === '#' || script.startsWith('/*', at) || /^--(\s|$)/.test(script.slice(at, at + 3));

const commentEnd = (script: string, at: number): number => {
  const end = script.startsWith('/*', at) ? script.indexOf('*/', at + 2) : script.indexOf('\n', at);
  if (end === -1) return script.length;
  return script.startsWith('/*', at) ? end + 2 : end;
};

/**
 * Cuts a script into statements as the mysql command line does: at the delimiter outside quotes and comments, with the client's own
 * DELIMITER command obeyed. Comments stay in the text; empty statements are left out.
 */
export const splitStatements = (script: string): ScriptStatement[] => {
  const statements: ScriptStatement[] = [];
  let delimiter = ';';
  // Where the first character of the statement itself stands, comments before it passed over.
  let first = -1;
  const cut = (end: number): void => {
    if (first !== -1) {
      const line = script.slice(0, first).split('\n').length;
      statements.push({ text: script.slice(first, end).trim(), line });
    }
    first = -1;
  };
  for (let at = 0; at < script.length; ) {
    const command = first === -1 ? /^delimiter[ \t]+(\S+)[^\n]*/i.exec(script.slice(at, at + 80)) : null;
    if (command?.[1] !== undefined) {
      delimiter = command[1];
      at += command[0].length;
    } else if (script.startsWith(delimiter, at)) {
      cut(at);
      at += delimiter.length;
    } else if (isCommentStart(script, at) && !script.startsWith('/*!', at)) {
      at = commentEnd(script, at);
    } else {
      const character = script[at] as string;
      if (first === -1 && !/\s/.test(character)) first = at;
      at = character === "'" || character === '"' || character === '`' ? quoteEnd(script, at) : at + 1;
    }
  }
  cut(script.length);
  return statements;
};
