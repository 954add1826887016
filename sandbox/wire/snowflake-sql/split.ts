/** One statement of a script, without its semicolon; where it starts in the script: line counted from 1, offset in characters. */
export type StatementText = { text: string; line: number; offset: number };

/** Cuts a script at its semicolons, outside strings, comments, $$ … $$ and BEGIN … END blocks. Empty statements are left out. */
export const splitStatements = (text: string): StatementText[] => {
  throw new Error(`not yet split: ${text}`);
};
