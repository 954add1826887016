/** Where a character stands: lines count from 1, columns from 0, as in Snowflake's messages. */
export type Position = { line: number; column: number };

export const positionOf = (text: string, offset: number): Position => {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) };
};

/** Code 001003, SQLSTATE 42000: what Snowflake answers to a text that is no statement. */
export class SnowflakeSyntaxError extends Error {
  readonly code = '001003';
  readonly sqlState = '42000';
  readonly line: number;
  readonly column: number;
  /** The offending word, or '<EOF>'. */
  readonly unexpected: string;

  constructor(position: Position, unexpected: string) {
    super(
      `SQL compilation error:\nsyntax error line ${position.line} at position ${position.column} unexpected '${unexpected}'.`,
    );
    this.name = 'SnowflakeSyntaxError';
    this.line = position.line;
    this.column = position.column;
    this.unexpected = unexpected;
  }
}

/** Code 000900, SQLSTATE 42000: a statement that says nothing. */
export class EmptyStatementError extends Error {
  readonly code = '000900';
  readonly sqlState = '42000';

  constructor() {
    super('SQL compilation error:\nEmpty SQL statement.');
    this.name = 'EmptyStatementError';
  }
}
