/** The text is no SQL that MySQL knows. `near` and `line` are what error 1064 tells. */
export class SqlSyntaxError extends Error {
  readonly near: string;
  readonly line: number;

  constructor(sql: string, offset: number) {
    const near = sql.slice(offset, offset + 80);
    const line = sql.slice(0, offset).split('\n').length;
    super(`syntax error near '${near}' at line ${line}`);
    this.name = 'SqlSyntaxError';
    this.near = near;
    this.line = line;
  }
}

/** The text is SQL of MySQL's, but of a part that is not emulated: `what` names it ('CREATE PROCEDURE'). */
export class SqlNotEmulated extends Error {
  readonly what: string;

  constructor(what: string) {
    super(`${what} is not emulated`);
    this.name = 'SqlNotEmulated';
    this.what = what;
  }
}
