import type { Statement } from './ast.ts';

/** Reads one statement (a trailing semicolon is allowed). Throws SnowflakeSyntaxError or EmptyStatementError. */
export const parseStatement = (text: string): Statement => {
  throw new Error(`not yet read: ${text}`);
};
